import { z } from 'zod';
import type { InboundContent, InboundEvent, Sender } from './adapter.ts';
import { Id, ignored, NO_THREAD, parseUnder, shortened, UnixSeconds, unreadable } from './shapes.ts';
import { scopeOf } from './whatsapp-errors.ts';
import { readWords } from './whatsapp-words.ts';

/** `externalId` only where it is more than the id of the element. */
export type WhatsappReading = Pick<InboundEvent, 'thread' | 'content'> & { externalId?: string };

const Message = z.looseObject({
  id: Id,
  from: Id.optional(),
  from_user_id: Id.optional(),
  group_id: Id.optional(),
  timestamp: UnixSeconds,
  type: z.string(),
  context: z.object({ id: Id.optional() }).optional().catch(undefined),
});

/**
 * One message of a contact. Its thread is the person's number, or the business-scoped id of somebody who hides it,
 * or the group.
 */
export function readMessage(raw: unknown, contact: unknown): WhatsappReading {
  const message = Message.parse(raw);
  const author = message.from ?? message.from_user_id;
  const thread = message.group_id ?? author ?? NO_THREAD;

  const notice = readNotice(message);
  if (notice) return { thread, ...notice };
  if (author === undefined) return { thread, content: unreadable('messages.from: neither from nor from_user_id') };

  const from = senderOf(author, contact);
  if (message.type === 'reaction') {
    const { message_id, emoji } = parseUnder(message, 'reaction', Reaction);
    return { thread, content: { type: 'reaction', messageId: message_id, emoji: emoji || null, from } };
  }
  const replyToId = message.context?.id;
  const content: InboundContent = readCorrection(message) ?? {
    type: 'message',
    messageId: message.id,
    from,
    ...readWords(message),
    ...(replyToId && { replyToId }),
    isGroup: message.group_id !== undefined,
    sentAt: message.timestamp,
  };
  return { thread, content };
}

const Echo = z.looseObject({
  id: Id,
  to: Id.optional(),
  to_user_id: Id.optional(),
  timestamp: UnixSeconds,
  type: z.string(),
});

/** What the business wrote from the WhatsApp Business app on the phone of the same number. */
export function readEcho(raw: unknown): WhatsappReading {
  const echo = Echo.parse(raw);
  const thread = echo.to ?? echo.to_user_id;
  if (thread === undefined) {
    return { thread: NO_THREAD, content: unreadable('message_echoes.to: neither to nor to_user_id') };
  }
  if (echo.type === 'reaction') return { thread, content: ignored('reaction of the business itself') };

  const correction = readCorrection(echo);
  if (correction) return { thread, content: correction };
  const { text, attachments } = readWords(echo);
  return { thread, content: { type: 'echo', messageId: echo.id, text, attachments, sentAt: echo.timestamp } };
}

const ToldError = z.object({
  code: Id,
  title: z.string().optional(),
  message: z.string().optional(),
  error_data: z.object({ details: z.string() }).optional().catch(undefined),
});
const Status = z.object({
  id: Id,
  status: z.string().max(32),
  timestamp: UnixSeconds,
  recipient_id: Id.optional(),
  recipient_user_id: Id.optional(),
  errors: z.array(ToldError).default([]).catch([]),
});

/** A receipt for a message of ours. Receipts come in any order, and `read` may come without `delivered`. */
export function readStatus(raw: unknown): WhatsappReading {
  const { id, status, timestamp, errors, ...recipient } = Status.parse(raw);
  const thread = recipient.recipient_id ?? recipient.recipient_user_id ?? NO_THREAD;
  const externalId = `${id}:${status}`;
  const known = statuses.get(status);
  if (!known) return { externalId, thread, content: ignored(`status ${status} is not used`) };

  const [error] = errors;
  const reason = error?.error_data?.details ?? error?.message ?? error?.title ?? '';
  const content: InboundContent = {
    type: 'status',
    messageId: id,
    status: known,
    ...(error && { error: { code: error.code, reason, scope: scopeOf(Number(error.code)) ?? 'message' } }),
    at: timestamp,
  };
  return { externalId, thread, content };
}

/**
 * Trouble of the system, the app or the account, told beside the messages or instead of them.
 *
 * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/errors
 */
export function readError(raw: unknown): WhatsappReading {
  const { code, title, message, error_data } = ToldError.parse(raw);
  const words = [title ?? message, error_data?.details].filter(Boolean).join(': ');
  const reason = shortened(`WhatsApp reported error ${code}: ${words}`, 500);
  return {
    thread: NO_THREAD,
    content: { type: 'account_error', error: { code, reason, scope: scopeOf(Number(code)) ?? 'message' } },
  };
}

// A voice message that was played has been read.
const statuses = new Map<string, 'sent' | 'delivered' | 'read' | 'failed'>([
  ['sent', 'sent'],
  ['delivered', 'delivered'],
  ['read', 'read'],
  ['played', 'read'],
  ['failed', 'failed'],
]);

const Reaction = z.object({ message_id: Id, emoji: z.string().nullish() });

/** Messages that nobody wrote. */
function readNotice(
  message: z.infer<typeof Message>,
): (Partial<WhatsappReading> & Pick<WhatsappReading, 'content'>) | undefined {
  if (message.type === 'request_welcome') {
    return { content: ignored('the chat was opened, nothing was written yet') };
  }
  if (message.type !== 'system') return undefined;
  const system = parseUnder(message, 'system', System);
  const [before, after] = moveIn(system, message);
  return before !== undefined && after !== undefined && before !== after
    ? { thread: before, content: { type: 'migration', newThread: after } }
    : { content: ignored(`system message ${system.type}`) };
}

const MaybeId = Id.optional().catch(undefined);
const System = z
  .object({
    type: z.string(),
    wa_id: MaybeId,
    new_wa_id: MaybeId,
    customer: MaybeId,
    user_id: MaybeId,
    previous_user_id: MaybeId,
  })
  .catch({ type: 'of no type' });

/**
 * The number, or business-scoped id, that a person had and has: chats go on under the new one. `new_wa_id` and
 * `customer` are what older versions of the API say. A change of the key of encryption changes neither.
 *
 * @see https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/system/
 */
function moveIn(system: z.infer<typeof System>, { from, from_user_id }: z.infer<typeof Message>) {
  switch (system.type) {
    case 'user_changed_number':
    case 'customer_changed_number':
      return [from ?? system.customer, system.wa_id ?? system.new_wa_id];
    case 'user_changed_user_id':
      return [system.previous_user_id ?? from_user_id, system.user_id];
    default:
      return [];
  }
}

const Edit = z.object({ original_message_id: Id, message: z.looseObject({ type: z.string() }) });
const Revoke = z.object({ original_message_id: Id });

/** What happens to an earlier message, be it the contact's or the business's. */
function readCorrection(message: z.infer<typeof Message> | z.infer<typeof Echo>): InboundContent | undefined {
  if (message.type === 'edit') {
    const { original_message_id: messageId, message: edited } = parseUnder(message, 'edit', Edit);
    const { text, attachments } = readWords(edited);
    return { type: 'edit', messageId, text, attachments, editedAt: message.timestamp };
  }
  if (message.type === 'revoke') {
    return { type: 'deletion', messageId: parseUnder(message, 'revoke', Revoke).original_message_id };
  }
  return undefined;
}

const Profile = z.object({ profile: z.object({ name: z.string().optional(), username: z.string().optional() }) });

function senderOf(externalId: string, contact: unknown): Sender {
  const { profile } = Profile.safeParse(contact).data ?? {};
  const name = profile?.name || profile?.username;
  return { externalId, ...(name && { name }) };
}
