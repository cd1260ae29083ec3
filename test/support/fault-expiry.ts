import type { Kill } from './fault-killer.ts';
import { killsAround } from './fault-risk.ts';
import type { RunRow } from './fault-rows.ts';
import type { Call } from './fault-workflows.ts';

/** From a kill until we have seen the connection break. */
const CUT_MS = 500;

interface Met {
  kills: Kill[];
  /** The longest that writing down took: see `riskOf`. */
  lagMs: number;
  /** After a kill, until all is as before: a process has to start, and what nobody works on any more has to be found. */
  aftermathMs: number;
}

/** Why a run got no answer within its time. Null where nothing explains it. */
export function whyExpired(run: RunRow, call: Call | undefined, met: Met): string | null {
  if (call?.answersIn === 'slow callback') return 'slow workflow';
  const began = run.created_ms - performance.timeOrigin;
  const deadline = run.deadline_ms - performance.timeOrigin;
  const isHeldUp = met.kills.some(({ from, backAt }) => from < deadline && backAt + met.aftermathMs > began);
  if (run.late_answers.length > 0) return isHeldUp ? 'heard too late' : null;
  if (call && !call.isAnswered && call.endedAt > deadline - CUT_MS) return isHeldUp ? 'begun too late' : null;
  if (call?.answersIn === 'response') return whyUnheard(call, met);
  // A callback that was taken is kept.
  if (call) return null;
  const isTooLate = run.started_ms === null || run.error?.includes('the deadline passed before');
  if (isTooLate) return isHeldUp ? 'begun too late' : null;
  return run.started_ms !== null && isLost(run.started_ms, met) ? 'lost before the call' : null;
}

/** It was begun, and whoever began it died, or did not hear that it was, before the call. */
function isLost(startedMs: number, { kills, lagMs }: Met): boolean {
  const at = startedMs - performance.timeOrigin;
  return killsAround(kills, ['worker', 'postgres'], { arrivedAt: at, endedAt: at }, lagMs).length > 0;
}

/** The answer in the response was given to nobody, or to somebody who died with it or could not write it down at all. */
function whyUnheard(call: Call, { kills, lagMs }: Met): string | null {
  // Whose connection outlived a kill was not killed.
  const workers = kills.filter(({ victim, to }) => victim === 'worker' && call.cutAt < to + CUT_MS);
  if (!call.isAnswered) return workers.some(({ from }) => call.cutAt > from - CUT_MS) ? 'call cut' : null;
  const span = { arrivedAt: call.endedAt, endedAt: call.endedAt };
  if (killsAround(workers, ['worker'], span, lagMs).length > 0) return 'died with the answer';
  return killsAround(kills, ['postgres'], span, lagMs).length > 0 ? 'could not be written down' : null;
}
