import { system } from '../conversations/ownership.ts';
import type { Unit } from '../conversations/unit.ts';
import { Conversation } from '../entities/conversation.ts';
import { backIntoQueue } from './hand-over.ts';

/** Members looked at in one transaction. */
const MOST = 20;
const LOOK_AGAIN_MS = 1_000;

/**
 * Puts the conversations of managers who have left back into the queue, at their old place: those that were theirs when
 * they left and whose contact waits for an answer. Who has been answered stays with the manager who knows the matter,
 * and comes here with the next message. Whoever has given no sign for `presence_grace` seconds has left, and so has whoever
 * may not answer any more.
 */
export async function releaseAbsent(unit: Unit): Promise<void> {
  const { em, settings, now, writes } = unit;
  const tenantId = settings.tenant.id;
  const due = await em.execute<{ user_id: string; seen_at: string | null; name: string; may_answer: boolean }[]>(
    `select m.user_id, m.seen_at, u.name, m.status = 'active' and m.role <> 'viewer' as may_answer
     from memberships m join users u on u.id = m.user_id
     where m.tenant_id = ? and m.presence_due_at <= now()
     order by m.presence_due_at limit ? for update of m skip locked`,
    [tenantId, MOST],
  );
  for (const { user_id: userId, seen_at: seenAt, name, may_answer: mayAnswer } of due) {
    const leftAt = mayAnswer && seenAt ? new Date(seenAt) : now;
    const leavesAt = new Date(leftAt.getTime() + settings.thresholds.presence_grace * 1000);
    if (mayAnswer && leavesAt > now) {
      await lookAgain(unit, userId, leavesAt);
      continue;
    }
    await em.execute('update memberships set is_online = false where tenant_id = ? and user_id = ? and is_online', [
      tenantId,
      userId,
    ]);
    const isDone = await release(unit, userId, name, leftAt);
    const again = isDone ? null : new Date(now.getTime() + LOOK_AGAIN_MS);
    await lookAgain(unit, userId, again);
    if (again) writes.wakes.push(['watch-queue', tenantId, tenantId, LOOK_AGAIN_MS + 50]);
  }
}

const lookAgain = ({ em, settings }: Unit, userId: string, at: Date | null) =>
  em.execute('update memberships set presence_due_at = ? where tenant_id = ? and user_id = ?', [
    at,
    settings.tenant.id,
    userId,
  ]);

const WAITS_FOR = `
  from conversations c
  where c.tenant_id = ? and c.assignee_user_id = ? and c.handler = 'human' and coalesce(c.assigned_at, '-infinity') <= ?
    and (select m.direction from messages m
         where m.tenant_id = c.tenant_id and m.conversation_id = c.id and m.sender_kind in ('contact', 'user')
           and not m.is_internal and m.deleted_at is null
         order by m.seq desc limit 1) = 'in'`;

/** Gives false where somebody is at work on one of them, and it has to be looked at again. */
async function release(unit: Unit, userId: string, name: string, leftAt: Date): Promise<boolean> {
  const { em, settings } = unit;
  const values = [settings.tenant.id, userId, leftAt];
  const rows = await em.execute<{ id: string }[]>(
    `select c.id ${WAITS_FOR} order by c.id for update of c skip locked`,
    values,
  );
  const ids = rows.map(({ id }) => id);
  const conversations = await em.find(Conversation, { tenantId: settings.tenant.id, id: { $in: ids } });
  for (const conversation of conversations) backIntoQueue(unit, conversation, system, `${name} has left`);
  const [all] = await em.execute<{ count: number }[]>(`select count(*)::int as count ${WAITS_FOR}`, values);
  return (all?.count ?? 0) <= conversations.length;
}
