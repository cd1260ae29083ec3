import type { Kill } from './killer.ts';
import type { Told } from './notices.ts';
import { killsAround } from './risk.ts';
import { groupBy, type Rows } from './rows.ts';

export interface NoticeCounts {
  notices: number;
  /** Calls that came again, as the one before was not taken, or not written down. */
  refused: number;
  killed: number;
}

/** Managers are told of each handover, once as far as can be: the same words again only after a call without a good end. */
export function noticesBroken(
  rows: Rows,
  tolds: Told[],
  kills: Kill[],
  lagMs: number,
): { broken: string[]; counts: NoticeCounts } {
  const broken: string[] = [];
  const counts: NoticeCounts = { notices: 0, refused: 0, killed: 0 };
  const calls = groupBy(tolds, ({ id }) => id);
  const firsts = rows.notices.filter((row) => row.is_first);
  const known = new Set(firsts.map(({ id }) => id));
  for (const id of calls.keys()) if (!known.has(id)) broken.push(`managers were told '${id}', of no handover`);
  for (const { id } of rows.handovers) {
    const notices = firsts.filter(({ handover_id }) => handover_id === id);
    if (notices.length !== 1) broken.push(`handover ${id} has ${notices.length} notices`);
  }
  for (const notice of firsts) {
    const tell = (problem: string) => void broken.push(`notice ${notice.id} ${problem}`);
    const times = calls.get(notice.id) ?? [];
    counts.notices += 1;
    if (notice.status !== 'sent') tell(`is ${notice.status}: ${notice.error}`);
    if (!times.some(({ isTaken, isAnswered }) => isTaken && isAnswered)) tell('was never taken');
    if (times.length > notice.attempts) tell(`came ${times.length} times in ${notice.attempts} tries`);
    if (times.some(({ isGenuine }) => !isGenuine)) tell('is not signed');
    if (new Set(times.map(({ body, slug }) => slug + body)).size > 1) tell('came again in other words');
    for (const time of times.slice(0, -1)) {
      if (!time.isTaken) counts.refused += 1;
      else if (killsAround(kills, ['worker', 'postgres'], time, lagMs).length > 0) counts.killed += 1;
      else tell(`came again, and no kill explains it`);
    }
  }
  return { broken, counts };
}
