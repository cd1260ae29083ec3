import { NotAcceptedError, type AgentAnswer } from '../src/agents/agent.ts';
import { agentKind } from '../src/agents/registry.ts';
import { openRun, type OpenRun } from '../src/conversations/open-run.ts';
import { settleRun, type RunEnd } from '../src/conversations/settle-run.ts';
import { withUnit } from '../src/conversations/with-unit.ts';
import type { Deps } from '../src/deps.ts';
import { lineOf, messageOf } from '../src/errors.ts';
import { defineJob } from './define-job.ts';

/** Between two tries of a call that was not accepted. */
const PAUSE_MS = 1_000;

/**
 * Gives a turn to its agent, outside any transaction, and settles what comes back. A run that may have begun is never
 * begun again: it waits for a callback until its deadline.
 */
export const runAgent = defineJob('run-agent', { concurrency: () => 32 }, async (deps, tenantId, runIds) => {
  await Promise.all(runIds.map((runId) => runOne(deps, tenantId, runId)));
});

async function runOne(deps: Deps, tenantId: string, runId: string): Promise<void> {
  const run = await openRun(deps, tenantId, runId);
  if (!run) return;
  // Another look at the deadline, for the answer that never comes.
  const leftMs = run.turn.deadline.getTime() - Date.now();
  if (leftMs <= 0) return settle(deps, tenantId, run, { type: 'expired' });
  // Somebody else began it, or it is not due; whoever that was will look again, and the sweep at the deadline.
  if (!run.mayBegin) return;
  const end: RunEnd | 'not accepted' = run.isEmpty ? { type: 'empty' } : await ask(deps, run);
  if (end === 'not accepted') return deps.wake('run-agent', tenantId, runId, Math.min(PAUSE_MS, leftMs) + 50);
  await settle(deps, tenantId, run, end);
  if (end.type === 'answer' && end.answer.type === 'pending') {
    deps.wake('run-agent', tenantId, runId, Math.max(run.turn.deadline.getTime() - Date.now(), 0) + 50);
  }
}

async function ask(deps: Deps, run: OpenRun): Promise<RunEnd | 'not accepted'> {
  try {
    const kind = agentKind(run.kind);
    const answer: AgentAnswer = await kind.answer(
      run.turn,
      kind.settings.parse(run.settings),
      { request: deps.request, callbackUrl: run.callbackUrl },
      AbortSignal.timeout(Math.max(run.turn.deadline.getTime() - Date.now(), 1)),
    );
    return { type: 'answer', answer };
  } catch (error) {
    const { runId } = run.turn;
    deps.log.warn({ tenantId: run.turn.tenant.id, runId, error: lineOf(error) }, 'agent.failed');
    if (error instanceof NotAcceptedError) {
      await run.release(messageOf(error), PAUSE_MS);
      return 'not accepted';
    }
    return { type: 'failed', error: messageOf(error).slice(0, 1_000) };
  }
}

async function settle(deps: Deps, tenantId: string, run: OpenRun, end: RunEnd): Promise<void> {
  const became = await withUnit(deps, tenantId, (unit) => settleRun(unit, run.turn.runId, end));
  deps.log.info({ tenantId, runId: run.turn.runId, end: end.type, became }, 'agent.settled');
}
