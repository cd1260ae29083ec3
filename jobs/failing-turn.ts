import { lockOpen } from '../src/conversations/find-or-open.ts';
import { giveUpTurn } from '../src/conversations/give-up-turn.ts';
import { handleThreads } from '../src/conversations/handle-threads.ts';
import { withUnit } from '../src/conversations/with-unit.ts';
import { isOutage } from '../src/database/outage.ts';
import type { Deps } from '../src/deps.ts';
import { messageOf } from '../src/errors.ts';
import { parseThreadSubject } from '../src/queue/contracts.ts';
import { withTenant } from '../src/tenancy/with-tenant.ts';

const MOST_TRIES = 3;
const LOOK_AGAIN_SECONDS = 600;

/**
 * Decides what earlier transactions left open in a thread, without what has arrived since. Gives the error that keeps it
 * from being decided; null where there is none, or nothing is open. Throws when the database is away, or takes too long.
 */
export async function tryOpenTurn(deps: Deps, tenantId: string, subject: string): Promise<unknown> {
  const thread = parseThreadSubject(subject);
  try {
    await withUnit(deps, tenantId, async (unit) => {
      const [conversation] = (await lockOpen(unit.em, tenantId, [thread])).values();
      if (!conversation?.turnStartedAt) return;
      conversation.turnDueAt = unit.now;
      await handleThreads(unit, [], [thread]);
    });
    return null;
  } catch (error) {
    if (isOutage(error)) throw error;
    return error;
  }
}

/** After a few tries a human is to see to the turn, and the thread goes on. Gives false where no turn is open. */
export async function countTurnFailure(
  deps: Deps,
  tenantId: string,
  subject: string,
  error: unknown,
): Promise<boolean> {
  const { channelId, thread } = parseThreadSubject(subject);
  const [turn] = await withTenant(deps.orm, tenantId, (em) =>
    em.execute<{ id: string; turn_attempts: number }[]>(
      `update conversations set turn_attempts = turn_attempts + 1
       where tenant_id = ? and channel_id = ? and thread = ? and handler <> 'closed' and turn_started_at is not null
       returning id, turn_attempts`,
      [tenantId, channelId, thread],
    ),
  );
  if (!turn) return false;
  const { id: conversationId, turn_attempts: attempts } = turn;
  deps.log.error({ err: error, tenantId, conversationId, attempts }, 'turn.failed');
  if (attempts < MOST_TRIES) {
    deps.wake('handle-inbound', tenantId, subject, 1_000 * attempts);
    return true;
  }
  try {
    await withUnit(deps, tenantId, (unit) => giveUpTurn(unit, { channelId, thread }, messageOf(error)));
    deps.log.error({ tenantId, conversationId }, 'turn.given_up');
    deps.wake('handle-inbound', tenantId, subject);
  } catch (why) {
    // Nothing is thrown away: it stays open, and is tried now and then until what is wrong has been mended.
    deps.log.error({ err: why, tenantId, conversationId }, 'turn.not_given_up');
    await withTenant(deps.orm, tenantId, (em) =>
      em.execute(
        `update conversations set turn_due_at = now() + ? * interval '1 second' where tenant_id = ? and id = ?`,
        [LOOK_AGAIN_SECONDS, tenantId, conversationId],
      ),
    );
  }
  return true;
}
