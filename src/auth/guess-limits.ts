import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { tooMany } from '../errors.ts';
import type { RateLimiters, Taken } from '../rate-limiter.ts';

/** What somebody may be guessing at: a password or code, or whether a mail comes. */
export type Guess = 'log-in' | 'code' | 'reset' | 'password';

const QUARTER = 15 * 60;

/**
 * Tries in a quarter of an hour, for one account and for one network. Enough for whoever mistypes; a thousand passwords
 * a day and account at the most, over all networks. Somebody else's tries delay a person, and never lock anybody out.
 */
const TRIES: Record<Guess, { account: number; network: number }> = {
  'log-in': { account: 10, network: 60 },
  code: { account: 10, network: 30 },
  reset: { account: 3, network: 20 },
  password: { account: 10, network: 30 },
};

export interface GuessLimits {
  /**
   * Counts a try before it is made, so that many at once count as many. Gives what to call when it was right: it then
   * counts no more. Throws 429 when there were too many.
   */
  count(guess: Guess, account: string | null, ip: string): Promise<() => Promise<void>>;
}

export function createGuessLimits(limiters: RateLimiters): GuessLimits {
  const byGuess = new Map(
    Object.keys(TRIES).map((guess) => [
      guess,
      {
        account: limiters.of(`guess-${guess}-account`, QUARTER),
        network: limiters.of(`guess-${guess}-network`, QUARTER),
      },
    ]),
  );
  return {
    async count(guess, account, ip) {
      const limiter = byGuess.get(guess);
      if (!limiter) throw new Error(`nobody counts tries at '${guess}'`);
      const network = networkOf(ip);
      const ofNetwork = await limiter.network.take(network, TRIES[guess].network);
      if (!ofNetwork.isAllowed) throw tooManyTries(ofNetwork);
      const name = account === null ? null : digest(account);
      const ofAccount = name === null ? null : await limiter.account.take(name, TRIES[guess].account);
      if (ofAccount && !ofAccount.isAllowed) throw tooManyTries(ofAccount);
      return async () => {
        await limiter.network.giveBack(network);
        if (name !== null) await limiter.account.forget(name);
      };
    },
  };
}

function tooManyTries({ resetMs }: Taken): Error {
  const seconds = Math.max(1, Math.ceil(resetMs / 1_000));
  const minutes = Math.ceil(seconds / 60);
  return tooMany('too_many_tries', `there were too many tries; wait ${minutes} min, then try again`, seconds);
}

/** Whoever has one address of IPv6 has at least the 2^64 beside it. */
function networkOf(ip: string): string {
  const plain = ip.replace(/^::ffff:(?=\d+\.)/i, '');
  if (!isIPv6(plain)) return plain;
  const [before = '', after] = plain.split('::');
  const head = before === '' ? [] : before.split(':');
  const tail = after === undefined || after === '' ? [] : after.split(':');
  const gap = after === undefined ? [] : Array.from({ length: Math.max(0, 8 - head.length - tail.length) }, () => '0');
  return [...head, ...gap, ...tail]
    .slice(0, 4)
    .map((part) => Number.parseInt(part, 16).toString(16))
    .join(':');
}

/** Counters are nobody's list of addresses. */
const digest = (account: string) => createHash('sha256').update(account.trim().toLowerCase()).digest('base64url');
