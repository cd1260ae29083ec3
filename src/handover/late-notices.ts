import type { EntityManager } from '@mikro-orm/postgresql';
import { z } from 'zod';
import type { Notification } from '../entities/notification.ts';
import { firstIdAt } from '../id.ts';
import { runBound } from '../tenancy/bound.ts';

/** The end of an outage brings hundreds of messages at once. Of so many each target is told within an hour. */
const MOST = 20;
const HOUR_MS = 3_600_000;

const OfMany = z.object({ isOfMany: z.literal(true) });
const Row = z.tuple([z.object({ count: z.int() })]);

/** Whether a notice is sent; the `last` one says that it is that for now. Those that are none of many always are. */
export async function placeOf(em: EntityManager, notification: Notification): Promise<'told' | 'last' | 'skipped'> {
  const { tenantId, id, targetId, createdAt, notice } = notification;
  if (!OfMany.safeParse(notice).success) return 'told';
  const since = firstIdAt(new Date(createdAt.getTime() - HOUR_MS));
  const [{ count }] = Row.parse(
    await runBound(em, [
      `select count(*)::int as count from (
         select from notifications where tenant_id = ? and id >= ? and id < ? and target_id = ? and status <> 'skipped'
           and notice ->> 'isOfMany' = 'true' limit ?) before`,
      [tenantId, since, id, targetId, MOST],
    ]),
  );
  return count < MOST - 1 ? 'told' : count < MOST ? 'last' : 'skipped';
}

export const LAST = `more may have come late: of the next hour's you are not told one by one, they wait in the queue`;
export const SKIPPED = `of more than ${MOST} within an hour that came late managers are not told one by one; it waits in the queue`;
