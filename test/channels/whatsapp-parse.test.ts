import { afterEach, describe, expect, it, vi } from 'vitest';
import { whatsapp } from '../../src/channels/whatsapp.ts';
import { loadFixtures } from './harness.ts';

const fixtures = loadFixtures('whatsapp');
const sheena = { externalId: '16505551234', name: 'Sheena Nelson' };
const sentId = 'wamid.HBgLMTY1MDU1NTEyMzQVAgARGBI5QTNDQTVCM0Q0Q0Q2RTY3RTcA';
const at = (seconds: number) => new Date(seconds * 1000);
const skipped = (reason: string) => ({ type: 'ignored', reason });
afterEach(() => void vi.useRealTimers());

const ids = (name: string) => whatsapp.parse(fixtures[name]).map(({ externalId }) => externalId);

const bodyWith = (contacts: unknown) => {
  const lonely = { id: 'wamid.A', from: '5491155550000', timestamp: '3', type: 'text', text: { body: 'x' } };
  const value = { metadata: { phone_number_id: '1' }, contacts, messages: [lonely] };
  return { object: 'whatsapp_business_account', entry: [{ id: '1', changes: [{ field: 'messages', value }] }] };
};

describe('whatsapp parses', () => {
  const message = (content: object) => ({
    type: 'message',
    messageId: expect.stringMatching(/^wamid\./),
    from: sheena,
    text: '',
    attachments: [],
    isGroup: false,
    sentAt: at(1767609000),
    ...content,
  });
  const media = (attachment: object, text = '') => message({ text, attachments: [attachment] });
  const status = (name: string, extra: object = {}) => ({
    type: 'status',
    messageId: sentId,
    status: name,
    at: at(1767609100),
    ...extra,
  });
  const edit = (content: object) => ({
    type: 'edit',
    messageId: 'wamid.ORIGINAL==',
    attachments: [],
    editedAt: at(1767609000),
    ...content,
  });
  const where = { type: 'location', latitude: 37.44216251868683, longitude: -122.16153582049394 };
  const windowClosed =
    'Message failed to send because more than 24 hours have passed since the customer last replied to this number.';

  const contents: Record<string, object[]> = {
    text: [message({ text: 'Does it come in another color? 🎨' })],
    'text-reply': [message({ text: 'Yes please', replyToId: sentId })],
    'text-from-ad': [message({ text: 'I saw your ad' })],
    'text-hidden-number': [
      message({ text: 'no number', from: { externalId: 'BR.20491208655302741918', name: 'Kai' } }),
    ],
    'text-username': [
      message({ text: 'no number', from: { externalId: 'BR.20491208655302741918', name: 'sheena.n' } }),
    ],
    'text-group': [message({ text: 'hello group', isGroup: true })],
    image: [media({ type: 'image', providerId: '1003383421387256', mimeType: 'image/jpeg' }, 'Look at this')],
    video: [media({ type: 'video', providerId: '9007199254740993', mimeType: 'video/mp4' })],
    audio: [media({ type: 'audio', providerId: '1908647269898587', mimeType: 'audio/mp4' })],
    voice: [media({ type: 'voice', providerId: '1908647269898588', mimeType: 'audio/ogg; codecs=opus' })],
    document: [
      media(
        { type: 'file', providerId: '1908647269898589', mimeType: 'application/pdf', fileName: 'invoice.pdf' },
        'The invoice',
      ),
    ],
    sticker: [media({ type: 'sticker', providerId: '1908647269898590', mimeType: 'image/webp' })],
    location: [media(where)],
    'location-named': [media({ ...where, label: 'Philz Coffee, 101 Forest Ave, Palo Alto' })],
    contacts: [
      message({
        attachments: [
          { type: 'contact', label: 'Barbara J. Johnson +1 (415) 555-0829' },
          { type: 'contact', label: 'No Phone' },
        ],
      }),
    ],
    button: [message({ text: 'Unsubscribe', payload: 'UNSUBSCRIBE', replyToId: sentId })],
    'button-reply': [message({ text: 'Cancel', payload: 'cancel-button', replyToId: sentId })],
    'list-reply': [message({ text: 'Priority Mail Express', payload: 'priority_express', replyToId: sentId })],
    'flow-reply': [message({ text: 'Sent', payload: '{"flow_token":"t","day":"2026-01-05"}', replyToId: sentId })],
    reaction: [{ type: 'reaction', messageId: sentId, emoji: '👍', from: sheena }],
    'reaction-removed': [{ type: 'reaction', messageId: sentId, emoji: null, from: sheena }],
    'reaction-emptied': [{ type: 'reaction', messageId: sentId, emoji: null, from: sheena }],
    edit: [edit({ text: 'Does it come in blue?' })],
    'edit-caption': [
      edit({
        text: 'Look at that',
        attachments: [{ type: 'image', providerId: '1003383421387256', mimeType: 'image/jpeg' }],
      }),
    ],
    revoke: [{ type: 'deletion', messageId: 'wamid.ORIGINAL==' }],
    order: [media({ type: 'unsupported', label: 'order' }, 'Love these!')],
    unsupported: [media({ type: 'unsupported', label: 'edit' })],
    'type-of-tomorrow': [media({ type: 'unsupported', label: 'poll_creation' })],
    welcome: [skipped('the chat was opened, nothing was written yet')],
    'system-number': [{ type: 'migration', newThread: '12195555358' }],
    'system-number-older': [{ type: 'migration', newThread: '12195555358' }],
    'system-user-id': [{ type: 'migration', newThread: 'MX.0987654321' }],
    'system-identity': [skipped('system message customer_identity_changed')],
    'account-error': [
      {
        type: 'account_error',
        error: {
          code: '130429',
          reason: expect.stringMatching(/^WhatsApp reported error 130429: Rate limit hit: Message failed to send/),
          scope: 'message',
        },
      },
    ],
    'status-sent': [status('sent')],
    'status-delivered': [status('delivered')],
    'status-read': [status('read')],
    'status-played': [status('read')],
    'status-failed': [status('failed', { error: { code: '131047', reason: windowClosed, scope: 'message' } })],
    'status-deleted': [skipped('status deleted is not used')],
    'status-hidden-number': [status('delivered')],
    'echo-text': [
      {
        type: 'echo',
        messageId: expect.any(String),
        text: "Here's the info you requested",
        attachments: [],
        sentAt: at(1767609200),
      },
    ],
    'echo-image': [
      {
        type: 'echo',
        messageId: expect.any(String),
        text: 'Your parcel',
        attachments: [{ type: 'image', providerId: '1003383421387257', mimeType: 'image/jpeg' }],
        sentAt: at(1767609201),
      },
    ],
    'echo-revoke': [{ type: 'deletion', messageId: 'wamid.ECHO==' }],
    'account-update': [skipped('changes of account_update are not used')],
    'batch-two-accounts': [
      message({ text: 'one', sentAt: at(1767609400) }),
      message({ text: 'dos', sentAt: at(1767609401), from: { externalId: '5215512345678', name: 'Pablo' } }),
      status('delivered', { at: at(1767609402) }),
      status('read', { at: at(1767609403) }),
      message({
        text: 'other tenant',
        sentAt: at(1767609404),
        from: { externalId: '13557825698', name: 'Jessica Laverdetman' },
      }),
    ],
  };

  it.each(Object.entries(fixtures))('%s', (name, body) => {
    expect(whatsapp.parse(body).map(({ content }) => content)).toEqual(contents[name]);
  });

  const threads: [string, string][] = [
    ['text', '16505551234'],
    ['text-hidden-number', 'BR.20491208655302741918'],
    ['text-group', 'Y2FwaV9ncm91cDoxOTUwNTU1MDA3OToxMjAzNjMzOTQzMjAdOTY0MTUZD'],
    ['status-sent', '16505551234'],
    ['status-hidden-number', 'BR.20491208655302741918'],
    ['echo-text', '16505551234'],
    ['system-number', '16505551234'],
    ['system-number-older', '16505551234'],
    ['system-user-id', 'CO.1234567890'],
    ['account-error', 'none'],
  ];
  it.each(threads)('%s in thread %s', (name, thread) => {
    expect(whatsapp.parse(fixtures[name])).toMatchObject([{ thread, account: '106540352242922' }]);
  });

  it('tells an error that comes again from one that is told twice', () => {
    const idAt = (time: string) => {
      vi.setSystemTime(time);
      const [event] = whatsapp.parse(fixtures['account-error']);
      expect(whatsapp.parse(event?.payload)).toEqual([event]);
      return event?.externalId;
    };
    const first = idAt('2026-01-05T10:00:00Z');
    expect(idAt('2026-01-05T10:59:59Z')).toBe(first);
    expect(idAt('2026-01-05T11:00:00Z')).not.toBe(first);
  });

  it('gives each event of a batch the account that it belongs to', () => {
    const accounts = whatsapp.parse(fixtures['batch-two-accounts']).map(({ account }) => account);
    const [ours, theirs] = ['106540352242922', '7794189252778687'];
    expect(accounts).toEqual([ours, ours, ours, ours, theirs]);
  });

  it('stores of a batch only the one message and its contact', () => {
    const [, second] = whatsapp.parse(fixtures['batch-two-accounts']);
    expect(second?.payload).toEqual({
      object: 'whatsapp_business_account',
      entry: [
        {
          id: '102290129340398',
          changes: [
            {
              field: 'messages',
              value: {
                messaging_product: 'whatsapp',
                metadata: { display_phone_number: '15550783881', phone_number_id: '106540352242922' },
                contacts: [{ profile: { name: 'Pablo' }, wa_id: '5215512345678' }],
                messages: [expect.objectContaining({ from: '5215512345678', text: { body: 'dos' } })],
              },
            },
          ],
        },
      ],
    });
  });

  it('stores what came alone with all that it came in, and only that', () => {
    const alone = bodyWith([]);
    expect(whatsapp.parse(alone)[0]?.payload).toBe(alone);
    const [entry] = alone.entry;
    const [change] = entry?.changes ?? [];
    const beside = JSON.parse(JSON.stringify(change).replace('wamid.A', 'wamid.B'));
    const parts = [
      { ...alone, entry: [{ ...entry, changes: [change, beside] }] },
      { ...alone, entry: [entry, { ...entry, changes: [beside] }] },
    ];
    for (const body of parts) {
      const texts = whatsapp.parse(body).map(({ payload }) => JSON.stringify(payload));
      expect(texts.map((text) => text.match(/wamid\.\w/g))).toEqual([['wamid.A'], ['wamid.B']]);
    }
  });

  it('makes each status of one message an event of its own, and a repeated message one event', () => {
    expect(ids('status-read')).toEqual([`${sentId}:read`]);
    expect(ids('batch-two-accounts').slice(2, 4)).toEqual([`${sentId}:delivered`, `${sentId}:read`]);

    const once = {
      field: 'messages',
      value: {
        metadata: { phone_number_id: '1' },
        messages: [{ id: 'wamid.A', from: '2', timestamp: '3', type: 'text', text: { body: 'x' } }],
      },
    };
    const twice = { object: 'whatsapp_business_account', entry: [{ id: '1', changes: [once, once] }] };
    expect(whatsapp.parse(twice).map(({ externalId }) => externalId)).toEqual(['wamid.A']);
  });

  it('keeps the id of a message that it cannot read, so that a redelivery is still the same event', () => {
    const value = {
      metadata: { phone_number_id: '1' },
      messages: [{ id: 'wamid.A', from: '2', timestamp: '3', type: 'text' }],
    };
    const body = { object: 'whatsapp_business_account', entry: [{ id: '1', changes: [{ field: 'messages', value }] }] };
    const reason = expect.stringMatching(/^messages\.text: /);
    expect(whatsapp.parse(body)).toMatchObject([
      { externalId: 'wamid.A', account: '1', thread: '2', content: { type: 'unreadable', reason } },
    ]);
  });

  it('lets nothing into an account that a change does not name', () => {
    const value = { messages: [{ id: 'wamid.A', from: '2', timestamp: '3', type: 'text', text: { body: 'x' } }] };
    const body = { object: 'whatsapp_business_account', entry: [{ id: '1', changes: [{ field: 'messages', value }] }] };
    const [event, ...others] = whatsapp.parse(body);
    expect(others).toEqual([]);
    expect(event).toMatchObject({
      content: { type: 'unreadable', reason: expect.stringMatching(/^changes\.metadata: /) },
    });
    expect(event).not.toHaveProperty('account');
  });

  it('knows the account of a change that it cannot read', () => {
    const value = { metadata: { phone_number_id: '1' }, messages: 'none' };
    const body = { object: 'whatsapp_business_account', entry: [{ id: '1', changes: [{ field: 'messages', value }] }] };
    const reason = expect.stringMatching(/^changes\.messages: /);
    expect(whatsapp.parse(body)).toMatchObject([{ account: '1', content: { type: 'unreadable', reason } }]);
  });

  it('knows the name of a contact whose number is written in two ways, and needs no contact at all', () => {
    const named = [{ wa_id: '541155550000', profile: { name: 'Lola' } }];
    const from = { externalId: '5491155550000' };
    expect(whatsapp.parse(bodyWith(named))).toMatchObject([{ content: { from: { ...from, name: 'Lola' } } }]);
    for (const contacts of [undefined, [], 'none', [null], [{ wa_id: '7' }, { wa_id: '8' }]]) {
      const [event] = whatsapp.parse(bodyWith(contacts));
      expect(event?.content).toMatchObject({ type: 'message', text: 'x' });
      expect(event?.content).toHaveProperty('from', from);
    }
  });

  it('refuses what Meta never sends', () => {
    for (const body of [null, [], 'text', {}, { object: 'whatsapp_business_account' }, { entry: [] }]) {
      expect(() => whatsapp.parse(body)).toThrow();
    }
  });
});
