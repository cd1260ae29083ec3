import { messageOf } from '../errors.ts';
import type { HandoverNotice, SmtpSettings } from '../handover/notifier.ts';
import { notifierKind } from '../handover/notifiers/registry.ts';
import { newId } from '../id.ts';
import { sealContext } from '../tenancy/find-channel.ts';
import type { SettingsOf } from '../tenancy/settings.ts';
import { withTenant } from '../tenancy/with-tenant.ts';
import type { ConnectingDeps } from './channel-row.ts';
import { findTarget } from './manage-targets.ts';

export interface TestDeps extends Pick<ConnectingDeps, 'orm' | 'keys' | 'request' | 'apiBases' | 'publicUrl'> {
  settingsOf: SettingsOf;
  smtp: SmtpSettings | null;
}

const TIMEOUT_MS = 15_000;

/** Sends a notice that says it is a test, once. Gives the reason where it could not be sent. Throws 404. */
export async function testTarget(deps: TestDeps, tenantId: string, id: string, now: Date): Promise<string | null> {
  const target = await withTenant(deps.orm, tenantId, (em) => findTarget(em, tenantId, id));
  const { tenant } = await deps.settingsOf(tenantId);
  try {
    const kind = notifierKind(target.kind);
    const config = kind.config.parse(deps.keys.open(target.configSealed, sealContext(tenantId, id)));
    await kind.send(noticeOf(deps.publicUrl, tenant, now), config, {
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

function noticeOf(publicUrl: string, { slug, name }: { slug: string; name: string }, now: Date): HandoverNotice {
  const at = now.toISOString();
  return {
    id: newId(),
    tenant: { slug, name },
    conversation: { id: newId(), channel: 'a test', contactName: 'Nobody' },
    reason: 'This is a test of this target.',
    summary: 'You will be told here when a customer needs a person.',
    lastMessages: [{ author: 'Nobody', text: 'This is a test.', at }],
    url: `${publicUrl}/desk/${slug}`,
    createdAt: at,
  };
}
