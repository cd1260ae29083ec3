import type { Kill } from './killer.ts';
import { killsAround } from './risk.ts';
import type { RunRow } from './rows.ts';
import type { Call } from './workflows.ts';

/** From a kill until we have seen the connection break. */
const CUT_MS = 500;

/** What is answered so close to the deadline may be looked at after it. */
const CLOSE_MS = 1_000;

interface Met {
  kills: Kill[];
  /** The longest that writing down took: see `riskOf`. */
  lagMs: number;
}

/**
 * Why a run got no answer within its time. What came too late is not lost, and a busy machine is enough for that; null where an
 * answer was lost and no kill explains it.
 */
export function whyExpired(run: RunRow, call: Call | undefined, met: Met): string | null {
  if (call?.answersIn === 'slow callback') return 'slow workflow';
  if (run.late_answers.length > 0) return 'heard too late';
  if (call && call.endedAt > run.deadline_ms - performance.timeOrigin - CLOSE_MS) return 'begun too late';
  if (call?.answersIn === 'response') return whyUnheard(call, met);
  // A callback that was taken is kept.
  if (call) return null;
  if (run.started_ms === null || run.error?.includes('the deadline passed before')) return 'begun too late';
  return isLost(run.started_ms, met) ? 'lost before the call' : null;
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
