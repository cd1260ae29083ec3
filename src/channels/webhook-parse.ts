import { z } from 'zod';
import type { InboundContent, InboundEvent, Sender } from './adapter.ts';
import { Id, ignored, IsoTime } from './shapes.ts';

/** `id` is the event's own: the same for a repeated call, different for everything else. */
const Envelope = z.looseObject({ type: z.string(), id: Id, thread: Id });

/**
 * One event of the generic channel. Types that are not listed below are ignored. Throws ZodError for a listed type
 * with a wrong field: its path is what the author of the other side has to know.
 */
export function parseWebhook(body: unknown): InboundEvent[] {
  const event = Envelope.parse(body);
  const { type, id: externalId, thread } = event;
  const read = readers.get(type);
  if (!read) {
    return [{ externalId, thread, payload: body, content: ignored(`events of type ${type} are not used`) }];
  }
  // What comes without a time was sent when it came. The payload keeps that time for a replay.
  const payload = 'sentAt' in event ? body : { sentAt: new Date().toISOString(), ...event };
  return [{ externalId, thread, payload, content: read(payload) }];
}

const From = z.object({ id: Id, name: z.string().max(200).optional(), language: z.string().max(35).optional() });

const Attachments = z
  .array(
    z.object({
      type: z.enum(['image', 'video', 'audio', 'voice', 'file', 'sticker', 'location', 'contact', 'unsupported']),
      providerId: Id.optional(),
      url: z.url({ protocol: /^https?$/ }).optional(),
      mimeType: z.string().optional(),
      fileName: z.string().optional(),
      sizeBytes: z.int().min(0).optional(),
      latitude: z.number().optional(),
      longitude: z.number().optional(),
      label: z.string().optional(),
    }),
  )
  .default([]);

const Message = z.object({
  id: Id,
  from: From,
  text: z.string().default(''),
  attachments: Attachments,
  replyToId: Id.optional(),
  payload: z.string().optional(),
  isGroup: z.boolean().default(false),
  sentAt: IsoTime,
});
const Echo = z.object({ id: Id, text: z.string().default(''), attachments: Attachments, sentAt: IsoTime });
const Edit = z.object({ messageId: Id, text: z.string(), sentAt: IsoTime });
const Deletion = z.object({ messageId: Id });
const Reaction = z.object({ messageId: Id, emoji: z.string().nullable(), from: From });
const Status = z.object({
  messageId: Id,
  status: z.enum(['sent', 'delivered', 'read', 'failed']),
  error: z.object({ code: Id, reason: z.string() }).optional(),
  sentAt: IsoTime,
});

const readers = new Map<string, (event: unknown) => InboundContent>([
  [
    'message',
    (event) => {
      const { id, from, ...rest } = Message.parse(event);
      return { type: 'message', messageId: id, from: senderOf(from), ...rest };
    },
  ],
  [
    'echo',
    (event) => {
      const { id, ...rest } = Echo.parse(event);
      return { type: 'echo', messageId: id, ...rest };
    },
  ],
  [
    'edit',
    (event) => {
      const { messageId, text, sentAt } = Edit.parse(event);
      return { type: 'edit', messageId, text, editedAt: sentAt };
    },
  ],
  ['deletion', (event) => ({ type: 'deletion', ...Deletion.parse(event) })],
  [
    'reaction',
    (event) => {
      const { from, ...rest } = Reaction.parse(event);
      return { type: 'reaction', ...rest, from: senderOf(from) };
    },
  ],
  [
    'status',
    (event) => {
      const { sentAt, ...rest } = Status.parse(event);
      return { type: 'status', ...rest, at: sentAt };
    },
  ],
]);

const senderOf = ({ id, ...rest }: z.infer<typeof From>): Sender => ({ externalId: id, ...rest });
