import { setTimeout as sleep } from 'node:timers/promises';
import type { Chance } from './random.ts';

/** No kill keeps anybody from being heard for so long. */
const GIVE_UP_MS = 60_000;

/** Whoever is refused again and again comes so many times less often. */
const MOST_PATIENCE = 4;

/** Whoever has to bring something, and what went wrong with it. */
export interface Insisting {
  chance: Chance;
  /** Answers that a sender cannot understand: neither 2xx nor "try again". */
  strange: string[];
}

/** Knocks until somebody takes it; gives the number of tries, or null when it was given up. */
export async function insist(
  { chance, strange }: Insisting,
  knock: () => Promise<boolean>,
  giveUpMs = GIVE_UP_MS,
): Promise<number | null> {
  const giveUpAt = performance.now() + giveUpMs;
  for (let tries = 1; ; tries++) {
    if (await knock()) return tries;
    if (performance.now() > giveUpAt) {
      strange.push(`no 2xx for ${giveUpMs / 1000} s`);
      return null;
    }
    await sleep(chance.between(100, 300) * Math.min(tries, MOST_PATIENCE));
  }
}

/** Notes what no sender understands; that the service is not there for a moment is said clearly. */
export function noteRefusal(strange: string[], { status, headers }: Response, text: string): void {
  if (status !== 503 || !headers.has('retry-after')) strange.push(`${status} ${text.slice(0, 200)}`);
}
