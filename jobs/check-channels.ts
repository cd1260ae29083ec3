import { channelAdapter, channelKinds } from '../src/channels/registry.ts';
import { CHECK_AGE_SECONDS, watchChannel } from '../src/connecting/watch-channel.ts';
import type { Deps } from '../src/deps.ts';
import { messageOf } from '../src/errors.ts';
import { findChannelsToCheck } from '../src/tenancy/as-system.ts';
import { startRounds } from './rounds.ts';

const PAUSE_MS = 60_000;
/** Looked at in one go; what is left has its turn after the pause. */
const MOST = 50;
const AT_ONCE = 4;

/**
 * Asks platforms, once an hour for each channel, whether token and webhook are right, so that a channel that has gone
 * silent is noticed by us and not by customers. Runs in every worker, on a timer of its own.
 */
export const startChannelChecks = (deps: Deps) =>
  startRounds(deps, {
    pauseMs: PAUSE_MS,
    failed: 'channel.checks_failed',
    look: (isStopped) => checkChannels(deps, isStopped),
  });

/** Asks after the channels whose turn it is, the longest unasked first. */
export async function checkChannels(deps: Deps, isStopped: () => boolean = () => false): Promise<void> {
  const kinds = channelKinds.filter((kind) => channelAdapter(kind)?.check !== undefined);
  const due = await findChannelsToCheck(deps.orm, kinds, CHECK_AGE_SECONDS, MOST);
  const next = due.values();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const { tenantId, channelId } of next) {
        if (isStopped()) return;
        await checkOne(deps, tenantId, channelId);
      }
    }),
  );
}

async function checkOne(deps: Deps, tenantId: string, channelId: string): Promise<void> {
  try {
    const broken = await watchChannel(deps, tenantId, channelId, new Date());
    if (broken) deps.log.warn({ tenantId, channelId, ...broken }, 'channel.broken');
  } catch (error) {
    deps.log.warn({ tenantId, channelId, error: messageOf(error) }, 'channel.not_checked');
  }
}
