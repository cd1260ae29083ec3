import { NotificationTarget } from '../entities/notification-target.ts';
import { withTenant } from '../tenancy/with-tenant.ts';
import type { ConnectingDeps } from './channel-row.ts';
import { checkChannel } from './check-channel.ts';
import { tellTarget, type TellingDeps } from './tell-target.ts';

/** Seconds after which a channel is asked after again. */
export const CHECK_AGE_SECONDS = 3_600;

type WatchingDeps = ConnectingDeps & TellingDeps;

/**
 * Asks after a channel whose turn it is, by whichever process comes first. When it is found broken, every active target
 * is told, once until it has been well again. Gives why targets could not be told; null where there was nothing to tell.
 */
export async function watchChannel(
  deps: WatchingDeps,
  tenantId: string,
  id: string,
  now: Date,
): Promise<{ reason: string; notTold: string[] } | null> {
  if (!(await claim(deps, tenantId, id))) return null;
  const { problems } = await checkChannel(deps, tenantId, id);
  const broken = problems.find(({ breaks }) => breaks);
  if (!broken) {
    if (problems.length === 0) await forget(deps, tenantId, id);
    return null;
  }
  const news = await withTenant(deps.orm, tenantId, async (em) => {
    const [channel] = await em.execute<{ name: string; kind: string }[]>(
      `update channels set broken_told_at = now() where tenant_id = ? and id = ? and broken_told_at is null
       returning name, kind`,
      [tenantId, id],
    );
    return channel && { channel, targets: await em.find(NotificationTarget, { tenantId, isActive: true }) };
  });
  if (!news) return null;
  const words = {
    who: `The channel “${news.channel.name}”`,
    where: news.channel.kind,
    reason: broken.message,
    summary: 'Until it is repaired, customers do not reach you there, or are not answered.',
    now,
  };
  const outcomes = await Promise.all(news.targets.map((target) => tellTarget(deps, target, words)));
  return { reason: broken.message, notTold: outcomes.flatMap((problem) => problem ?? []) };
}

const claim = ({ orm }: ConnectingDeps, tenantId: string, id: string): Promise<boolean> =>
  withTenant(orm, tenantId, async (em) => {
    const rows = await em.execute<{ id: string }[]>(
      `update channels set checked_at = now() where tenant_id = ? and id = ? and status = 'active'
         and coalesce(checked_at, created_at) < now() - make_interval(secs => ?) returning id`,
      [tenantId, id, CHECK_AGE_SECONDS],
    );
    return rows.length > 0;
  });

const forget = ({ orm }: ConnectingDeps, tenantId: string, id: string) =>
  withTenant(orm, tenantId, (em) =>
    em.execute(
      `update channels set broken_told_at = null where tenant_id = ? and id = ? and broken_told_at is not null`,
      [tenantId, id],
    ),
  );
