import type { ChannelAdapter, WebhookRequest } from '../channels/adapter.ts';
import { stillGood, type Channel } from '../tenancy/find-channel.ts';

/** Signed with the secrets of today, or with those before the last rotation while they are good. */
export function isGenuine(adapter: ChannelAdapter, request: WebhookRequest, { config, previous }: Channel): boolean {
  if (adapter.verify(request, config)) return true;
  const before = previous && stillGood(previous, request.now);
  return before !== null && adapter.verify(request, before.config);
}

/**
 * As much work as a wrong proof for a channel of this kind, so that the time of the answer does not tell who is a customer
 * of ours. A channel with two secrets, for as long as they are exchanged, is tried with both: that much time tells.
 */
export function spendAsMuch(adapter: ChannelAdapter, request: WebhookRequest): void {
  adapter.verify(request, adapter.nobody);
}
