import type { InboundEvent } from '../channels/adapter.ts';
import type { Deps } from '../deps.ts';

interface Owner {
  tenantId: string;
  channelId: string;
}

/** Lets the operator know of genuine events that are kept because nobody can read them: one line for a body. */
export function tellUnreadable(
  { log }: Pick<Deps, 'log'>,
  { tenantId, channelId }: Owner,
  events: Pick<InboundEvent, 'content'>[],
): void {
  const faults = events.flatMap(({ content }) => (content.type === 'unreadable' ? [content.reason] : []));
  const [first] = faults;
  if (first === undefined) return;
  log.error({ tenantId, channelId, count: faults.length, error: first.slice(0, 300) }, 'webhook.unreadable');
}
