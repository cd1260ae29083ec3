import type { ChannelAdapter, InboundEvent } from '../channels/adapter.ts';
import { forbidden } from '../errors.ts';

/**
 * What of a body is for this channel: a platform may bundle accounts of one app, and what names none is the channel's.
 * Throws 403 where everything is for others.
 */
export function ownEvents(adapter: ChannelAdapter, config: unknown, events: InboundEvent[]): InboundEvent[] {
  const accounts = adapter.accounts?.(config);
  const own = events.filter(({ account }) => !accounts || account === undefined || accounts.includes(account));
  if (own.length === 0 && events.length > 0) {
    throw forbidden('the body speaks of an account that does not belong to this channel');
  }
  return own;
}
