import type { ChannelAdapter } from '../channels/adapter.ts';
import { messageOf, PermanentError, RetryAfterError, RetryOnceError, UncertainError } from '../errors.ts';
import type { SafeRequest } from '../safe-request.ts';
import { stillGood } from '../tenancy/find-channel.ts';
import type { OwnChannel } from '../tenancy/channels-of.ts';
import type { Claim } from './outbox.ts';
import { inPlace, type FileOf, type FilePlaces } from './outgoing-file.ts';
import type { SendResult } from './record.ts';

export interface SendDeps {
  adapterOf: (kind: string) => ChannelAdapter | undefined;
  request: SafeRequest;
  /** Where the operator points a platform's API, by channel kind. */
  apiBases: Record<string, string>;
  fileOf: FileOf;
  filePlaces: FilePlaces;
}

/** With all that belongs to it. */
export const SEND_TIMEOUT_MS = { text: 20_000, file: 45_000 };
const MOST_TRIES = 12;
const LONGEST_WAIT_MS = 3_600_000;
/** What could not be sent for so long is not what anybody wants to read now. */
const LONGEST_AGE_MS = 24 * 3_600_000;

/** One try. Never throws: whatever happens is a result. */
export async function send(
  deps: SendDeps,
  tenantId: string,
  claim: Claim,
  channel: Pick<OwnChannel, 'kind' | 'isActive' | 'config' | 'previous'> | undefined,
): Promise<SendResult> {
  const adapter = channel && deps.adapterOf(channel.kind);
  if (!channel?.isActive || !adapter) {
    return { claim, status: 'failed', errorCode: 'no_channel', error: 'the channel is gone or disabled' };
  }
  if (ageMs(claim) > LONGEST_AGE_MS) {
    return { claim, status: 'failed', errorCode: 'too_old', error: 'it waited to be sent for more than 24 hours' };
  }
  const { windowHours } = adapter.limits;
  if (windowHours !== undefined && isOutside(claim.lastInboundAt, windowHours)) {
    const error = `more than ${windowHours} hours since the contact last wrote: the platform takes no free text now`;
    return { claim, status: 'failed', errorCode: 'window_closed', error };
  }
  let place: ReturnType<typeof inPlace> | undefined;
  try {
    const file = isOfFile(claim) ? await deps.fileOf(tenantId, claim.attachmentId) : undefined;
    place = file && inPlace(file, deps.filePlaces);
    const shown = await adapter.send(
      {
        id: claim.id,
        to: claim.thread,
        text: claim.text,
        quickReplies: claim.quickReplies,
        ...(place && { file: place.file }),
      },
      configToSendWith(adapter, channel, new Date()),
      {
        request: deps.request,
        apiBase: deps.apiBases[channel.kind] ?? adapter.apiBase,
        signal: AbortSignal.timeout(SEND_TIMEOUT_MS[place ? 'file' : 'text']),
      },
    );
    return { claim, status: 'sent', ...shown, isAcceptedOnly: adapter.tellsArrival ?? false };
  } catch (error) {
    return explain(claim, error, adapter.idempotentSend);
  } finally {
    place?.done();
  }
}

/** What has no words is a file, or was one: a file that is deleted leaves its sends behind. */
const isOfFile = ({ text, attachmentId }: Claim) => attachmentId !== null || text === '';

/** While its secrets are being exchanged, a channel that signs does so with the old ones as well. */
function configToSendWith(
  adapter: ChannelAdapter,
  { config, previous }: Pick<OwnChannel, 'config' | 'previous'>,
  now: Date,
): unknown {
  const current = adapter.config.parse(config);
  const before = adapter.whileRotating && stillGood(previous, now);
  return before ? adapter.whileRotating?.(current, adapter.config.parse(before.config)) : current;
}

function explain(claim: Claim, error: unknown, isIdempotent: boolean): SendResult {
  const text = messageOf(error).slice(0, 1_000);
  if (error instanceof PermanentError) {
    return { claim, status: 'failed', errorCode: error.code, error: text, scope: error.scope };
  }
  if (error instanceof RetryAfterError) return wait(claim, error, text);
  if (error instanceof RetryOnceError && claim.attempts > 1) {
    return { claim, status: 'failed', errorCode: error.code, error: text };
  }
  if (claim.attempts >= MOST_TRIES) {
    return { claim, status: 'failed', errorCode: 'gave_up', error: `gave up after ${claim.attempts} tries: ${text}` };
  }
  const isUncertain = error instanceof UncertainError && !isIdempotent;
  return { claim, status: 'queued', errorCode: 'retry', error: text, delayMs: backOffMs(claim.attempts), isUncertain };
}

/** As long as the platform says; where it does not say, twice as long with each time. Costs no try, but ends some day. */
function wait(claim: Claim, { delayMs, grows, scope }: RetryAfterError, text: string): SendResult {
  const askedMs = grows ? delayMs * 2 ** claim.waits * (1 + Math.random() / 3) : delayMs;
  const waitMs = Math.min(Math.max(askedMs, 250), LONGEST_WAIT_MS);
  if (ageMs(claim) + waitMs > LONGEST_AGE_MS) {
    return { claim, status: 'failed', errorCode: 'gave_up', error: `gave up after 24 hours of waiting: ${text}` };
  }
  const rest = { errorCode: 'retry_after', error: text, isFree: true, isGrowing: grows, scope };
  return { claim, status: 'queued', delayMs: Math.round(waitMs), ...rest };
}

const ageMs = ({ askedAt }: Claim) => Date.now() - askedAt.getTime();

/** 1 s, 2 s, 4 s ... 10 min, each give or take a third, so that what failed together does not come back together. */
export function backOffMs(attempts: number): number {
  const steady = Math.min(1_000 * 2 ** (attempts - 1), 600_000);
  return Math.round(steady * (0.67 + Math.random() * 0.66));
}

const isOutside = (last: Date | null, hours: number) =>
  last !== null && Date.now() - last.getTime() > hours * 3_600_000;
