import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { unavailable } from '../errors.ts';

export interface Passwords {
  /** `<salt>:<key>`, in hexadecimal digits. Throws 503 when too many wait. */
  hash(password: string): Promise<string>;
  /** As much work as `hash`, whatever the answer. */
  verify(given: { hash: string; password: string }): Promise<boolean>;
}

/** Each takes 32 MB and a tenth of a second of one of the process's four threads, which files and names need as well. */
const AT_ONCE = 2;
/** Some seconds' worth; whoever comes then is sent away, as nobody would wait that long. */
const MOST_WAITING = 50;
const SCRYPT = { N: 16_384, r: 16, p: 1, maxmem: 128 * 16_384 * 16 * 2 };
const KEY_BYTES = 64;

/** Passwords as the login library keeps them, a few at once: a flood of log-ins is no load on anything else. */
export function createPasswords(): Passwords {
  const inTurn = createTurns();
  const derive = (password: string, salt: string) =>
    promisify<string, string, number, typeof SCRYPT, Buffer>(scrypt)(
      password.normalize('NFKC'),
      salt,
      KEY_BYTES,
      SCRYPT,
    );
  const keyOf = (password: string, salt: string) => inTurn(() => derive(password, salt));
  return {
    async hash(password) {
      const salt = randomBytes(16).toString('hex');
      return `${salt}:${(await keyOf(password, salt)).toString('hex')}`;
    },
    async verify({ hash, password }) {
      const [salt = '', key = ''] = hash.split(':');
      const kept = Buffer.from(key, 'hex');
      const found = await keyOf(password, salt);
      return kept.length === found.length && timingSafeEqual(kept, found);
    },
  };
}

function createTurns() {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (running >= AT_ONCE) {
      if (waiting.length >= MOST_WAITING) throw unavailable('too many people log in just now; try again in a moment');
      // Whoever ends gives the place to the next one.
      await new Promise<void>((resolve) => void waiting.push(resolve));
    } else {
      running += 1;
    }
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
