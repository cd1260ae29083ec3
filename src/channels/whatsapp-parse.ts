import { z } from 'zod';
import type { InboundContent, InboundEvent } from './adapter.ts';
import { createRoom, type Room } from './room.ts';
import { fingerprint, Id, ignored, NO_THREAD, readOr, unreadable } from './shapes.ts';
import { readEcho, readError, readMessage, readStatus, type WhatsappReading } from './whatsapp-message.ts';

const Envelope = z.object({ object: z.string(), entry: z.array(z.unknown()) });

/**
 * Meta packs up to 1000 things into one body: entries (business accounts), changes in them, messages or statuses
 * in those. Each becomes an event whose payload is the same envelope around that one thing and its contact; one that came
 * alone keeps its body. Throws RangeError where all these payloads together would be far more than the body.
 */
export function parseWhatsapp(body: unknown): InboundEvent[] {
  const { object, entry } = Envelope.parse(body);
  const room = createRoom();
  const alone = entry.length === 1 ? body : undefined;
  const events = entry.flatMap((item) => parseEntry(object, item, room, alone));
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

/** `body`: what the entry came in, if it came alone. */
function parseEntry(object: string, raw: unknown, room: Room, body: unknown): InboundEvent[] {
  return readOr(
    'entry',
    () => {
      const { changes, ...head } = Entry.parse(raw);
      const payloadOf = (change: unknown) => ({ object, entry: [{ ...head, changes: [change] }] });
      const alone = changes.length === 1 ? body : undefined;
      return changes.flatMap((change) => parseChange(change, object, (one) => room(payloadOf(one)), alone));
    },
    (fault) => [asAWhole(room({ object, entry: [raw] }), unreadable(fault))],
  );
}

const Change = z.object({ field: z.string(), value: z.unknown().optional() });
const SomeChange = z.object({ value: z.unknown() });

function parseChange(
  raw: unknown,
  object: string,
  payloadOf: (change: unknown) => object,
  body: unknown,
): InboundEvent[] {
  const whole = (content: InboundContent, value?: unknown) => [asAWhole(payloadOf(raw), content, value)];
  return readOr(
    'changes',
    () => {
      const { field, value } = Change.parse(raw);
      if (object !== 'whatsapp_business_account') return whole(ignored(`${object} is not WhatsApp`));
      if (field !== 'messages' && field !== 'smb_message_echoes') {
        return whole(ignored(`changes of ${field} are not used`), value);
      }
      const events = parseValue(value, (part) => payloadOf({ field, value: part }), body);
      return events.length > 0 ? events : whole(ignored(`${field} without anything in it`), value);
    },
    (fault) => whole(unreadable(fault), SomeChange.safeParse(raw).data?.value),
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

/** Readers of the things inside a change; `hasId` where the id of a thing is that of its event. */
const kinds = {
  messages: { hasId: true, read: readMessage },
  statuses: { hasId: false, read: readStatus },
  message_echoes: { hasId: true, read: readEcho },
  errors: { hasId: false, read: readError },
};

function parseValue(raw: unknown, wrap: (value: unknown) => unknown, body: unknown): InboundEvent[] {
  const { messages, statuses, message_echoes, errors, contacts, told_at, ...head } = Value.parse(raw);
  const contactOf = contactsOf(contacts);
  const isAlone = messages.length + statuses.length + message_echoes.length + errors.length === 1;
  const readEach = (name: keyof typeof kinds, elements: unknown[]) =>
    elements.map((element): InboundEvent => {
      const contact = name === 'messages' ? contactOf(element) : undefined;
      const { hasId, read } = kinds[name];
      const reading = readOr<WhatsappReading>(
        name,
        () => read(element, contact),
        (fault) => ({ thread: threadOf(element), content: unreadable(fault) }),
      );
      const id = (hasId ? idOf(element) : undefined) ?? reading.externalId;
      const more = {
        ...(contact !== undefined && { contacts: [contact] }),
        ...(name === 'errors' && { told_at: told_at ?? thisHour() }),
      };
      // What has no id is told apart by its payload: that must not depend on what else came with it.
      const payload = (isAlone && id !== undefined && body) || wrap({ ...head, ...more, [name]: [element] });
      const externalId = id ?? `${name}:${fingerprint(payload)}`;
      return {
        account: head.metadata.phone_number_id,
        externalId,
        thread: reading.thread,
        payload,
        content: reading.content,
      };
    });
  return [
    ...readEach('messages', messages),
    ...readEach('statuses', statuses),
    ...readEach('message_echoes', message_echoes),
    ...readEach('errors', errors),
  ];
}

/**
 * An error has neither an id nor a time, and the same one may come again in a year. What is told twice within an hour is
 * told once.
 */
const thisHour = () => new Date().toISOString().slice(0, 13);

/** Meta names one for each of a thousand messages. A stranger may name more, to keep us busy. */
const MOST_CONTACTS = 10_000;

const Author = z.object({ from: Id.optional().catch(undefined), from_user_id: Id.optional().catch(undefined) });
const Contact = z.object({ wa_id: Id.optional().catch(undefined), user_id: Id.optional().catch(undefined) });

/**
 * Finds the contact that belongs to a message, by number or by business-scoped id. A single contact belongs to all:
 * in some countries `wa_id` and `from` differ by a digit.
 */
function contactsOf(contacts: unknown[]): (message: unknown) => unknown {
  if (contacts.length <= 1) return () => contacts[0];
  const byId = new Map<string, unknown>();
  for (const contact of contacts.slice(0, MOST_CONTACTS).toReversed()) {
    const { wa_id, user_id } = Contact.safeParse(contact).data ?? {};
    for (const id of [wa_id, user_id]) if (id !== undefined) byId.set(id, contact);
  }
  return (message) => {
    const { from = '', from_user_id = '' } = Author.safeParse(message).data ?? {};
    return byId.get(from) ?? byId.get(from_user_id);
  };
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
