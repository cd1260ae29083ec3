import type { NotificationTarget } from '../entities/notification-target.ts';
import { messageOf } from '../errors.ts';
import type { HandoverNotice, SmtpSettings } from '../handover/notifier.ts';
import { notifierKind } from '../handover/notifiers/registry.ts';
import { newId } from '../id.ts';
import { sealContext } from '../tenancy/find-channel.ts';
import type { SettingsOf } from '../tenancy/settings.ts';
import { withTenant } from '../tenancy/with-tenant.ts';
import type { ConnectingDeps } from './channel-row.ts';
import { findTarget } from './manage-targets.ts';

export interface TellingDeps extends Pick<ConnectingDeps, 'orm' | 'keys' | 'request' | 'apiBases' | 'publicUrl'> {
  settingsOf: SettingsOf;
  smtp: SmtpSettings | null;
}

const TIMEOUT_MS = 15_000;

/** Tells one target something that is about no customer, once. Gives the reason where it could not be told. */
export async function tellTarget(deps: TellingDeps, target: NotificationTarget, words: Words): Promise<string | null> {
  const { tenantId, id } = target;
  const { tenant } = await deps.settingsOf(tenantId);
  try {
    const kind = notifierKind(target.kind);
    const config = kind.config.parse(deps.keys.open(target.configSealed, sealContext(tenantId, id)));
    await kind.send(noticeOf(deps.publicUrl, tenant, words), config, {
      request: deps.request,
      smtp: deps.smtp,
      apiBases: deps.apiBases,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return null;
  } catch (error) {
    return messageOf(error).slice(0, 500);
  }
}

/** Sends a notice that says it is a test. Gives the reason where it could not be sent. Throws 404. */
export async function testTarget(deps: TellingDeps, tenantId: string, id: string, now: Date): Promise<string | null> {
  const target = await withTenant(deps.orm, tenantId, (em) => findTarget(em, tenantId, id));
  return tellTarget(deps, target, {
    who: 'Nobody',
    where: 'a test',
    reason: 'This is a test of this target.',
    summary: 'You will be told here when a customer needs a person.',
    now,
  });
}

/** "`who` on `where` needs you: `reason`" is how notices begin. */
export interface Words {
  who: string;
  where: string;
  reason: string;
  summary: string;
  now: Date;
}

function noticeOf(publicUrl: string, { slug, name }: { slug: string; name: string }, words: Words): HandoverNotice {
  return {
    id: newId(),
    tenant: { slug, name },
    conversation: { id: newId(), channel: words.where, contactName: words.who },
    reason: words.reason,
    summary: words.summary,
    lastMessages: [],
    url: `${publicUrl}/desk/${slug}`,
    createdAt: words.now.toISOString(),
  };
}
