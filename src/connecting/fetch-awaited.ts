import { Channel } from '../entities/channel.ts';
import { AppError, messageOf, PermanentError, RetryAfterError } from '../errors.ts';
import { sourceOf, storeAwaited, type Source } from '../files/awaited-file.ts';
import { withTenant } from '../tenancy/with-tenant.ts';
import { ioFor } from './ask-platform.ts';
import { adapterFor, openConfig, type ConnectingDeps } from './channel-row.ts';
import { MOST_AT_ONCE, MOST_BYTES } from './fetch-file.ts';

const LOOK_AGAIN_MS = 500;

/**
 * Fetches a file that a manager sent in a chat, with the credentials of the chat's channel, and keeps it. Gives false
 * where there is none to be fetched. Throws as a send does, and as far as that file reaches: PermanentError
 * `file_not_fetched`, RetryAfterError for the conversation; any other error means "not fetched, try again".
 */
export function createFetchAwaited(deps: ConnectingDeps) {
  let running = 0;
  return async (tenantId: string, fileId: string): Promise<boolean> => {
    const source = await sourceOf(deps.orm, tenantId, fileId);
    if (!source) return false;
    if (running >= MOST_AT_ONCE) {
      throw new RetryAfterError('other files are being fetched first', LOOK_AGAIN_MS, 'conversation');
    }
    running += 1;
    try {
      const bytes = await fetchBytes(deps, tenantId, source);
      await storeAwaited(deps.orm, tenantId, fileId, source, bytes);
      return true;
    } catch (error) {
      throw ofFile(error);
    } finally {
      running -= 1;
    }
  };
}

async function fetchBytes(deps: ConnectingDeps, tenantId: string, source: Source): Promise<Buffer> {
  const { channelId, providerId, sizeBytes = 0 } = source;
  if (sizeBytes > MOST_BYTES) throw new PermanentError('it has more than 20 MB; send a smaller one');
  const channel = await withTenant(deps.orm, tenantId, (em) => em.findOneOrFail(Channel, { tenantId, id: channelId }));
  if (channel.status !== 'active') throw new PermanentError('its channel is disconnected');
  const adapter = adapterFor(deps, channel.kind);
  const config = adapter.config.parse(openConfig(deps, channel));
  const bytes = await adapter.fetchFile?.({ providerId, maxBytes: MOST_BYTES }, config, ioFor(deps, adapter));
  if (!bytes?.length) throw new PermanentError('it is empty');
  return bytes;
}

/** What is wrong with the chat's channel is not the fault of the one on which the file is sent on. */
function ofFile(error: unknown): Error {
  const text = `the file could not be fetched: ${messageOf(error)}`;
  if (error instanceof PermanentError || error instanceof AppError) {
    return new PermanentError(text, { code: 'file_not_fetched' });
  }
  if (error instanceof RetryAfterError) {
    return new RetryAfterError(text, error.delayMs, 'conversation', { grows: error.grows });
  }
  return new Error(text, { cause: error });
}
