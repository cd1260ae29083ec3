import { describe, expect, it } from 'vitest';
import { whatsapp } from '../../src/channels/whatsapp.ts';

const numbered = (count: number) => Array.from({ length: count }, (_, n) => n);
const message = (n: number) => ({
  id: `wamid.${n}`,
  from: String(n),
  timestamp: '1767609000',
  type: 'text',
  text: { body: 'x' },
});
const contact = (n: number) => ({ wa_id: String(n), profile: { name: `Ana ${n}` } });
const bodyOf = (value: object, more: object = {}) => ({
  object: 'whatsapp_business_account',
  entry: [
    { id: '1', ...more, changes: [{ field: 'messages', value: { metadata: { phone_number_id: '1' }, ...value } }] },
  ],
});
const long = 'x'.repeat(100_000);

describe('a body that anybody may send to the address of a Meta app', () => {
  it('is taken where it holds as much as Meta ever sends, each message with its own contact', () => {
    const body = bodyOf({ messages: numbered(1_000).map(message), contacts: numbered(1_000).map(contact) });
    const events = whatsapp.parse(body);
    expect(events.map(({ content }) => content)).toMatchObject(
      numbered(1_000).map((n) => ({ from: { externalId: String(n), name: `Ana ${n}` } })),
    );
  });

  const some = numbered(300).map(message);
  it.each([
    ['metadata', bodyOf({ messages: some, metadata: { phone_number_id: '1', x: long } })],
    ['a contact', bodyOf({ messages: some, contacts: [{ ...contact(1), x: long }] })],
    ['an entry', bodyOf({ messages: some }, { x: long })],
    ['a product', bodyOf({ messages: some, messaging_product: long })],
    ['a kind of object', { object: long, entry: [{ changes: numbered(300) }] }],
  ])('is refused as a whole where %s would be kept with each of many events', (_name, body) => {
    // 0.1 MB that would become 30 MB.
    expect(JSON.stringify(body).length).toBeLessThan(200_000);
    expect(() => whatsapp.parse(body)).toThrow(RangeError);
  });

  const many = numbered(5_000);
  it.each([
    ['messages', bodyOf({ messages: many.map(message) })],
    ['statuses that cannot be read', bodyOf({ statuses: many })],
    ['errors', bodyOf({ errors: many.map((code) => ({ code })) })],
    ['changes', { object: 'whatsapp_business_account', entry: [{ changes: many }] }],
    ['entries', { object: 'whatsapp_business_account', entry: many }],
  ])('is refused as a whole where it holds thousands of %s', (_name, body) => {
    expect(() => whatsapp.parse(body)).toThrow(RangeError);
  });

  it('has each of its contacts looked at once, and no more of them than there may be', () => {
    const looksOf = (contacts: number) => {
      let looks = 0;
      const watched = numbered(contacts).map((n) => ({
        get wa_id() {
          looks += 1;
          return `of nobody ${n}`;
        },
      }));
      whatsapp.parse(bodyOf({ messages: numbered(100).map(message), contacts: watched }));
      return looks;
    };
    expect(looksOf(100)).toBe(100);
    expect(looksOf(50_000)).toBe(looksOf(20_000));
  });
});
