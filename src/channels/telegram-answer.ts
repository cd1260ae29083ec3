import { z } from 'zod';
import type { InboundEvent } from './adapter.ts';
import { Id } from './shapes.ts';

const Pressed = z.object({ callback_query: z.object({ id: Id }) });

/**
 * The client of a person who pressed an inline button shows that it waits until the press is answered. The answer to the
 * webhook does that, without a request of its own.
 *
 * @see https://core.telegram.org/bots/api#making-requests-when-getting-updates
 */
export function answerTelegram([event]: InboundEvent[]): object | undefined {
  const update = event?.payload;
  if (typeof update !== 'object' || update === null || !('callback_query' in update)) return undefined;
  const pressed = Pressed.safeParse(update).data?.callback_query;
  return pressed && { method: 'answerCallbackQuery', callback_query_id: pressed.id };
}
