import { NotAcceptedError, type AgentAnswer } from '../src/agents/agent.ts';
import { agentKind } from '../src/agents/registry.ts';
import { nextRuns, overdueRuns } from '../src/conversations/due-runs.ts';
import { openRun, type OpenRun } from '../src/conversations/open-run.ts';
import { settleRun, type RunEnd } from '../src/conversations/settle-run.ts';
import { withUnit } from '../src/conversations/with-unit.ts';
import { isOutage } from '../src/database/outage.ts';
import type { Deps } from '../src/deps.ts';
import { lineOf, messageOf } from '../src/errors.ts';
import { insist } from '../src/insist.ts';
import { each } from './each.ts';
import { defineCalls } from './define-calls.ts';

/** So long a database that is away is waited for with an answer in hand. */
const SETTLE_LIMIT_MS = 30_000;
/** Between two tries of a call that was not accepted: doubled each time, as the agent may be many runs' agent. */
const PAUSE_MS = { least: 1_000, most: 10_000 };

/**
 * Gives turns to their agents, outside any transaction, and settles what comes back. A run that may have begun is never
 * begun again: it waits for a callback until its deadline.
 */
export const runAgent = defineCalls('run-agent', {
  perTenant: 32,
  inAll: 512,
  call: runOne,
  next: ({ orm }, ...wanted) => nextRuns(orm, ...wanted),
  // A deadline needs no call, and does not wait for one.
  async left(deps, tenantId, runIds) {
    await each(await overdueRuns(deps.orm, tenantId, runIds), (id) => settle(deps, tenantId, id, { type: 'expired' }));
  },
});

async function runOne(deps: Deps, tenantId: string, runId: string): Promise<void> {
  const run = await openRun(deps, tenantId, runId);
  // Whoever has it will look again, and the sweep at the deadline.
  if (!run || run.type === 'taken') return;
  // Another look at the deadline, for the answer that never comes.
  if (run.type === 'expired') return settle(deps, tenantId, runId, { type: 'expired' });
  if (run.type === 'early') return deps.wake('run-agent', tenantId, runId, run.delayMs);
  const end: RunEnd | NotAccepted = run.isEmpty ? { type: 'empty' } : await ask(deps, run);
  if (end.type === 'not accepted') {
    await run.release(end.error, end.pauseMs);
    return deps.wake('run-agent', tenantId, runId, end.pauseMs + 50);
  }
  await settle(deps, tenantId, runId, end);
  if (end.type === 'answer' && end.answer.type === 'pending') deps.wake('run-agent', tenantId, runId, leftMs(run) + 50);
}

/** The agent did not begin: it may be asked again after the pause, which ends with the deadline. */
interface NotAccepted {
  type: 'not accepted';
  error: string;
  pauseMs: number;
}

async function ask(deps: Deps, run: OpenRun): Promise<RunEnd | NotAccepted> {
  try {
    const kind = agentKind(run.kind);
    const answer: AgentAnswer = await kind.answer(
      run.turn,
      kind.settings.parse(open(run)),
      { request: deps.request, callbackUrl: run.callbackUrl },
      AbortSignal.timeout(Math.max(leftMs(run), 1)),
    );
    return { type: 'answer', answer };
  } catch (error) {
    const { runId } = run.turn;
    deps.log.warn({ tenantId: run.turn.tenant.id, runId, error: lineOf(error) }, 'agent.failed');
    const message = messageOf(error).slice(0, 1_000);
    if (!(error instanceof NotAcceptedError)) return { type: 'failed', error: message };
    const pauseMs = Math.min(pauseAfter(error, run.attempts, Math.random()), leftMs(run));
    return { type: 'not accepted', error: message, pauseMs: Math.round(pauseMs) };
  }
}

/**
 * At least as long as the agent asked for, in milliseconds. `random`, from 0 to 1, lets the runs of one agent, which were
 * refused together, come again one by one.
 */
export function pauseAfter({ retryAfterMs = 0 }: NotAcceptedError, attempts: number, random: number): number {
  const grown = Math.min(PAUSE_MS.least * 2 ** (attempts - 1), PAUSE_MS.most);
  return Math.max(retryAfterMs * (1 + random / 4), grown * (0.7 + random * 0.6));
}

const leftMs = ({ turn }: OpenRun) => Math.max(turn.deadline.getTime() - Date.now(), 0);

function open(run: OpenRun): unknown {
  try {
    return run.openSettings();
  } catch (error) {
    const what = `the agent's settings cannot be opened (${messageOf(error)})`;
    throw new Error(`${what}: save its URL and secret again, or give FRONTDESK_KEY the key they were sealed with`, {
      cause: error,
    });
  }
}

async function settle(deps: Deps, tenantId: string, runId: string, end: RunEnd): Promise<void> {
  // The agent has done its work, and is not asked again.
  const became = await insist(() => withUnit(deps, tenantId, (unit) => settleRun(unit, runId, end)), {
    passes: isOutage,
    forMs: SETTLE_LIMIT_MS,
  });
  deps.log.info({ tenantId, runId, end: end.type, became }, 'agent.settled');
}
