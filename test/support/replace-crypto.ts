import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';

/** Runs `work` while a function of Node's crypto is another one for everybody who imports it. */
export async function whileReplaced<Name extends 'scrypt' | 'createHmac' | 'timingSafeEqual'>(
  name: Name,
  other: (typeof crypto)[Name],
  work: () => unknown,
): Promise<void> {
  const real = crypto[name];
  crypto[name] = other;
  syncBuiltinESMExports();
  try {
    await work();
  } finally {
    crypto[name] = real;
    syncBuiltinESMExports();
  }
}
