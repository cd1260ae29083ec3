import { z } from 'zod';
import type { InboundContent, InboundEvent } from './adapter.ts';
import { fingerprint, Id, ignored, NO_THREAD, readOr, unreadable } from './shapes.ts';
import { readEcho, readError, readMessage, readStatus, type WhatsappReading } from './whatsapp-message.ts';

const Envelope = z.object({ object: z.string(), entry: z.array(z.unknown()) });

/**
 * Meta packs up to 1000 things into one body: entries (business accounts), changes in them, messages or statuses
 * in those. Each becomes an event whose payload is the same envelope around that one thing and its contact.
 */
export function parseWhatsapp(body: unknown): InboundEvent[] {
  const { object, entry } = Envelope.parse(body);
  const events = entry.flatMap((item) => parseEntry(object, item));
  return events.length > 1 ? withoutRepeats(events) : events;
}

/** The same thing twice in one body is one event; two numbers of ours may each have their own copy. */
function withoutRepeats(events: InboundEvent[]): InboundEvent[] {
  const seen = new Set<string>();
  return events.filter(({ account, externalId }) => {
    const key = JSON.stringify([account, externalId]);
    return !seen.has(key) && seen.add(key);
  });
}

// `id` and `time` are not needed, but the time may be all that tells two changes of one account apart.
const Entry = z.looseObject({ changes: z.array(z.unknown()) });

function parseEntry(object: string, raw: unknown): InboundEvent[] {
  return readOr(
    'entry',
    () => {
      const { changes, ...head } = Entry.parse(raw);
      return changes.flatMap((change) => parseChange(change, (one) => ({ ...head, changes: [one] }), object));
    },
    (fault) => [asAWhole({ object, entry: [raw] }, unreadable(fault))],
  );
}

const Change = z.object({ field: z.string(), value: z.unknown().optional() });
const SomeChange = z.object({ value: z.unknown() });

function parseChange(raw: unknown, wrap: (change: unknown) => unknown, object: string): InboundEvent[] {
  const payloadOf = (change: unknown) => ({ object, entry: [wrap(change)] });
  const whole = payloadOf(raw);
  return readOr(
    'changes',
    () => {
      const { field, value } = Change.parse(raw);
      if (object !== 'whatsapp_business_account') return [asAWhole(whole, ignored(`${object} is not WhatsApp`))];
      if (field !== 'messages' && field !== 'smb_message_echoes') {
        return [asAWhole(whole, ignored(`changes of ${field} are not used`), value)];
      }
      const events = parseValue(value, (part) => payloadOf({ field, value: part }));
      return events.length > 0 ? events : [asAWhole(whole, ignored(`${field} without anything in it`), value)];
    },
    (fault) => [asAWhole(whole, unreadable(fault), SomeChange.safeParse(raw).data?.value)],
  );
}

const Metadata = z.looseObject({ phone_number_id: Id });
const Elements = z.array(z.unknown()).default([]);
const Value = z.object({
  messaging_product: z.unknown().optional(),
  metadata: Metadata,
  contacts: Elements.catch([]),
  messages: Elements,
  statuses: Elements,
  message_echoes: Elements,
  errors: Elements,
  // Ours: when errors were told, in what is stored of one.
  told_at: z.string().max(32).optional().catch(undefined),
});

/** One thing inside a change, and what else belongs to it. `id` is its own, where it has one. */
interface Part {
  name: 'messages' | 'statuses' | 'message_echoes' | 'errors';
  element: unknown;
  id?: string;
  contact?: unknown;
  toldAt?: string;
  read: () => WhatsappReading;
}

function parseValue(raw: unknown, wrap: (value: unknown) => unknown): InboundEvent[] {
  const {
    messages,
    statuses,
    message_echoes,
    errors,
    contacts,
    told_at: toldAt = thisHour(),
    ...head
  } = Value.parse(raw);
  const parts: Part[] = [
    ...messages.map((element): Part => {
      const contact = contactOf(element, contacts);
      return { name: 'messages', element, id: idOf(element), contact, read: () => readMessage(element, contact) };
    }),
    ...statuses.map((element): Part => ({ name: 'statuses', element, read: () => readStatus(element) })),
    ...message_echoes.map((element): Part => ({
      name: 'message_echoes',
      element,
      id: idOf(element),
      read: () => readEcho(element),
    })),
    ...errors.map((element): Part => ({ name: 'errors', element, toldAt, read: () => readError(element) })),
  ];
  return parts.map(({ name, element, id, contact, toldAt: told_at, read }) => {
    const more = { ...(contact !== undefined && { contacts: [contact] }), ...(told_at !== undefined && { told_at }) };
    const payload = wrap({ ...head, ...more, [name]: [element] });
    const reading = readOr<WhatsappReading>(name, read, (fault) => ({
      thread: threadOf(element),
      content: unreadable(fault),
    }));
    const externalId = id ?? reading.externalId ?? `${name}:${fingerprint(payload)}`;
    return {
      account: head.metadata.phone_number_id,
      externalId,
      thread: reading.thread,
      payload,
      content: reading.content,
    };
  });
}

/**
 * An error has neither an id nor a time, and the same one may come again in a year. What is told twice within an hour is
 * told once.
 */
const thisHour = () => new Date().toISOString().slice(0, 13);

const Author = z.object({ from: Id.optional().catch(undefined), from_user_id: Id.optional().catch(undefined) });
const Contact = z.object({ wa_id: Id.optional().catch(undefined), user_id: Id.optional().catch(undefined) });

/**
 * The contact that belongs to a message, by number or by business-scoped id. A single contact belongs to all:
 * in some countries `wa_id` and `from` differ by a digit.
 */
function contactOf(message: unknown, contacts: unknown[]): unknown {
  if (contacts.length === 1) return contacts[0];
  const { from, from_user_id } = Author.safeParse(message).data ?? {};
  return contacts.find((contact) => {
    const { wa_id, user_id } = Contact.safeParse(contact).data ?? {};
    return (from !== undefined && from === wa_id) || (from_user_id !== undefined && from_user_id === user_id);
  });
}

const maybe = Id.optional().catch(undefined);
const Somebody = z
  .object({ group_id: maybe, from: maybe, from_user_id: maybe, to: maybe, to_user_id: maybe, recipient_id: maybe })
  .transform((one) => one.group_id ?? one.from ?? one.from_user_id ?? one.to ?? one.to_user_id ?? one.recipient_id);

/** The chat of what cannot be read, as far as that can be told. */
const threadOf = (element: unknown) => Somebody.safeParse(element).data ?? NO_THREAD;

const Identified = z.object({ id: Id });

const idOf = (element: unknown) => Identified.safeParse(element).data?.id;

const InAccount = z.object({ metadata: Metadata });

/** What is not read any further. It is told apart by its content, having no id. */
function asAWhole(payload: object, content: InboundContent, value?: unknown): InboundEvent {
  const account = InAccount.safeParse(value).data?.metadata.phone_number_id;
  const name = content.type === 'ignored' ? 'ignored' : 'changes';
  const event = { externalId: `${name}:${fingerprint(payload)}`, thread: NO_THREAD, payload, content };
  return account === undefined ? event : { ...event, account };
}
