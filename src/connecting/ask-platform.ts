import type { ChannelAdapter, ChannelIo } from '../channels/adapter.ts';
import { AppError, messageOf, PermanentError, RetryAfterError } from '../errors.ts';
import type { ConnectingDeps } from './channel-row.ts';

export const TIMEOUT_MS = 15_000;

export const ioFor = ({ request, apiBases }: ConnectingDeps, { kind, apiBase }: ChannelAdapter): ChannelIo => ({
  request,
  apiBase: apiBases[kind] ?? apiBase,
  signal: AbortSignal.timeout(TIMEOUT_MS),
});

/**
 * Does what a caller waits for at a platform. Throws 422 `platform_refused` with the platform's own reason, or 503
 * `platform_away` where the same call may work later. Never inside a transaction.
 */
export async function askPlatform<T>(work: () => Promise<T>, whatStands: string): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const reason = messageOf(error).slice(0, 500);
    if (error instanceof PermanentError) {
      throw new AppError(422, 'platform_refused', `${reason}. ${whatStands}`, { cause: error });
    }
    const when = error instanceof RetryAfterError ? `try again in ${Math.ceil(error.delayMs / 1000)} s` : 'try again';
    throw new AppError(503, 'platform_away', `the platform did not do it: ${reason}. ${whatStands}; ${when}`, {
      cause: error,
    });
  }
}
