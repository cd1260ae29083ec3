import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Contact } from '../../src/entities/contact.ts';
import { Conversation } from '../../src/entities/conversation.ts';
import { OutboundMessage } from '../../src/entities/outbound-message.ts';
import { TenantSettings } from '../../src/entities/tenant-settings.ts';
import { addChannel } from '../../src/tenancy/provision.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { withoutCanaries } from '../support/canaries.ts';
import { asManager, buildShop, conversationOf, messagesOf, metaSignature, type Shop } from '../support/tenants.ts';
import { handoverById } from '../support/waiting.ts';
import { startWorld, until, type World } from '../support/world.ts';

const app = { META_APP_SECRET: 'app-secret-of-the-operator', META_VERIFY_TOKEN: 'token-of-the-operator' };
const customer = '34600';
let world: World;
let shop: Shop;
let key: string;
/** Longer than any port: the search for leaks looks for accounts in addresses of calls. */
let phoneNumberId = 106_600;
const appSecret = 'app-secret-of-the-shop';

beforeAll(async () => {
  world = await startWorld({ env: app });
});
afterAll(() => world.close());
beforeEach(async () => {
  phoneNumberId += 1;
  shop = await buildShop(world);
  const account = String(phoneNumberId);
  const config = { phoneNumberId: account, accessToken: 'token', appSecret, verifyToken: 'verify-me-please' };
  const channel = { kind: 'whatsapp', name: 'WhatsApp', config, accounts: [account] };
  key = (await addChannel(world.deps.orm, world.deps.keys, shop.tenantId, channel)).key;
});

const textsOfShop = () =>
  world.platform.calls
    .filter(({ path }) => path.includes(`/${phoneNumberId}/messages`))
    .map(({ body }) => (body['text'] as { body: string } | undefined)?.body);
const outbound = () =>
  withTenant(world.deps.orm, shop.tenantId, (em) =>
    em.find(OutboundMessage, { tenantId: shop.tenantId }, { orderBy: { seq: 'asc' } }),
  );

function post(path: string, value: Record<string, unknown>, field = 'messages') {
  const metadata = { display_phone_number: '1', phone_number_id: String(phoneNumberId) };
  const change = { field, value: { messaging_product: 'whatsapp', metadata, ...value } };
  return postBody(path, { object: 'whatsapp_business_account', entry: [{ id: '9', changes: [change] }] }, appSecret);
}

function postBody(path: string, body: unknown, secret: string) {
  const text = JSON.stringify(body);
  const headers = { 'x-hub-signature-256': metaSignature(text, secret) };
  return fetch(`${world.url}/webhooks/whatsapp${path}`, { method: 'POST', body: text, headers });
}

const text = (id: string, words: string, at = new Date()) => ({
  contacts: [{ profile: { name: 'Ana' }, wa_id: customer }],
  messages: [
    { from: customer, id, timestamp: String(Math.floor(at.getTime() / 1000)), type: 'text', text: { body: words } },
  ],
});
const asks = (id: string) => text(id, 'What are your opening hours?');

describe('a customer writes to a WhatsApp number', () => {
  it('is answered once, by the channel’s own address and by the one of the app', async () => {
    expect((await post(`/${key}`, asks('wamid.1'))).status).toBe(200);
    expect((await post('', asks('wamid.1'))).status).toBe(200);
    await until(() => expect(textsOfShop()).toEqual(['We open 7am-9pm daily']));
    await until(async () => expect((await outbound()).map((row) => row.status)).toEqual(['sent']));
    const { id } = await conversationOf(world, shop, customer);
    expect(await messagesOf(world, shop, id)).toHaveLength(2);
  });

  it('shows how far an answer got, in whatever order the receipts come', async () => {
    await post(`/${key}`, asks('wamid.2'));
    await until(async () => expect((await outbound())[0]?.status).toBe('sent'));
    const wamid = (await outbound())[0]?.externalId;
    for (const status of ['read', 'sent', 'delivered']) {
      const receipt = { id: wamid, status, timestamp: '1700000000', recipient_id: customer };
      expect((await post(`/${key}`, { statuses: [receipt] })).status).toBe(200);
    }
    const { id } = await conversationOf(world, shop, customer);
    await until(async () => expect((await messagesOf(world, shop, id)).at(-1)?.status).toBe('read'));
  });

  it.each([
    [true, 0, 'human'],
    [false, 0, 'bot'],
    // Longer than answer_max_age: it arrived after an outage, and says nothing of who answers now.
    [true, 7, 'bot'],
  ])(
    'after the owner answered from the phone, with echo_takes_over %s, %i hours ago, is with: %s',
    async (rule, hours, handler) => {
      await withTenant(world.deps.orm, shop.tenantId, (em) =>
        em.nativeUpdate(
          TenantSettings,
          { tenantId: shop.tenantId },
          { thresholds: { debounce_ms: 0, echo_takes_over: rule } },
        ),
      );
      await until(async () =>
        expect((await world.deps.settingsOf(shop.tenantId)).thresholds.echo_takes_over).toBe(rule),
      );
      await post(`/${key}`, asks('wamid.3'));
      await until(() => expect(textsOfShop()).toHaveLength(1));
      const timestamp = String(Math.floor(Date.now() / 1000) - hours * 3_600);
      const echo = { to: customer, from: '1', id: 'wamid.echo', timestamp, type: 'text', text: { body: 'Boss here' } };
      expect((await post(`/${key}`, { message_echoes: [echo] }, 'smb_message_echoes')).status).toBe(200);
      const { id } = await conversationOf(world, shop, customer);
      await until(async () => expect((await messagesOf(world, shop, id)).at(-1)?.content).toBe('Boss here'));
      expect((await conversationOf(world, shop, customer)).handler).toBe(handler);
    },
  );

  it('who waits for a person has one once the owner answers from the phone: nobody is looked for any more', async () => {
    await post(`/${key}`, text('wamid.8', 'I want to talk to a human'));
    await until(async () => expect((await conversationOf(world, shop, customer)).handler).toBe('queued'));
    const handoverId = (await conversationOf(world, shop, customer)).openHandoverId ?? '';
    expect(await handoverById(world, shop, handoverId)).toMatchObject({ timeoutAt: expect.any(Date) });
    const timestamp = String(Math.floor(Date.now() / 1000));
    const echo = { to: customer, from: '1', id: 'wamid.echo', timestamp, type: 'text', text: { body: 'Boss here' } };
    await post(`/${key}`, { message_echoes: [echo] }, 'smb_message_echoes');
    await until(async () => expect((await conversationOf(world, shop, customer)).handler).toBe('human'));
    const taken = { acceptedAt: expect.any(Date), acceptedBy: null, timeoutAt: null, outcome: null };
    expect(await handoverById(world, shop, handoverId)).toMatchObject(taken);
    // It ends as every other one does.
    const { id } = await conversationOf(world, shop, customer);
    expect((await asManager(world, shop, `/conversations/${id}/hand-back`, {})).status).toBeLessThan(300);
    expect(await handoverById(world, shop, handoverId)).toMatchObject({ outcome: 'handed_back' });
  });

  it('who was written to first from the phone is called by name once the customer writes, and by that one from then on', async () => {
    const timestamp = String(Math.floor(Date.now() / 1000));
    const echo = {
      to: customer,
      from: '1',
      id: 'wamid.echo',
      timestamp,
      type: 'text',
      text: { body: 'Your cake is ready' },
    };
    await post(`/${key}`, { message_echoes: [echo] }, 'smb_message_echoes');
    await until(async () => expect((await conversationOf(world, shop, customer)).handler).toBe('human'));
    const { id, contactId } = await conversationOf(world, shop, customer);
    const nameOf = () =>
      withTenant(world.deps.orm, shop.tenantId, async (em) => {
        const contact = await em.findOneOrFail(Contact, { tenantId: shop.tenantId, id: contactId });
        return withoutCanaries(contact.displayName ?? '');
      });
    expect(await nameOf()).toBe('');
    await post(`/${key}`, text('wamid.9', 'Thank you'));
    await until(async () => expect((await messagesOf(world, shop, id)).at(-1)?.content).toBe('Thank you'));
    expect(await nameOf()).toBe('Ana');

    await asManager(world, shop, `/conversations/${id}/close`, {});
    const later = { ...text('wamid.10', 'Me again'), contacts: [{ profile: { name: 'A.' }, wa_id: customer }] };
    await post(`/${key}`, later);
    await until(async () => expect((await conversationOf(world, shop, customer)).id).not.toBe(id));
    expect(await nameOf()).toBe('Ana');
  });

  it('is sent no free text later than 24 hours after the last message, and the manager is told why', async () => {
    await post(`/${key}`, asks('wamid.4'));
    await until(() => expect(textsOfShop()).toHaveLength(1));
    const { id } = await conversationOf(world, shop, customer);
    await withTenant(world.deps.orm, shop.tenantId, (em) =>
      em.nativeUpdate(
        Conversation,
        { tenantId: shop.tenantId, id },
        { lastInboundAt: new Date(Date.now() - 25 * 3_600_000) },
      ),
    );
    await asManager(world, shop, `/conversations/${id}/replies`, { text: 'Are you still there?' });
    await until(async () =>
      expect((await outbound()).at(-1)).toMatchObject({ status: 'failed', errorCode: 'window_closed', attempts: 1 }),
    );
    expect(textsOfShop()).toHaveLength(1);
    expect(await (await asManager(world, shop, `/conversations/${id}/messages?after=2`)).json()).toMatchObject({
      items: [{ status: 'failed', failedBecause: expect.stringContaining('24 hours') }],
    });
    // A new message of the contact opens the window again.
    await post(`/${key}`, text('wamid.5', 'Yes'));
    await until(async () => expect((await messagesOf(world, shop, id)).at(-1)).toMatchObject({ content: 'Yes' }));
    await asManager(world, shop, `/conversations/${id}/replies`, { text: 'Good!' });
    await until(() => expect(textsOfShop().at(-1)).toBe('Good!'));
  });

  it('goes to managers, and is answered by nobody else, when the message is old (answer_max_age)', async () => {
    await post(`/${key}`, text('wamid.6', 'What are your opening hours?', new Date(Date.now() - 7 * 3_600_000)));
    await until(async () => expect((await conversationOf(world, shop, customer)).handler).toBe('queued'));
    const { id } = await conversationOf(world, shop, customer);
    expect((await messagesOf(world, shop, id)).map(({ direction }) => direction)).toEqual(['in']);
  });
});

describe('a body on the shared address that cannot be read', () => {
  const unreadable = { object: 'whatsapp_business_account', entry: 'a shape of tomorrow' };

  it('is not repeated by a platform that proved itself, and says nothing to anybody else', async () => {
    const own = await postBody('', unreadable, app.META_APP_SECRET);
    expect([own.status, await own.json()]).toEqual([200, { ok: true, stored: 0 }]);
    const forged = await postBody('', unreadable, 'a-secret-of-nobody');
    expect(forged.status).toBe(401);
    expect(await forged.text()).not.toContain('entry');
  });
});

describe('Meta’s challenge', () => {
  const challenge = (path: string, token: string, mode = 'subscribe') =>
    fetch(
      `${world.url}/webhooks/whatsapp${path}?hub.mode=${mode}&hub.verify_token=${token}&hub.challenge=<b>12345</b>`,
    );

  it('is answered with the right token only, at a channel’s own address and at the one of the app', async () => {
    for (const [path, token] of [
      [`/${key}`, 'verify-me-please'],
      ['', app.META_VERIFY_TOKEN],
    ] as const) {
      const right = await challenge(path, token);
      expect([right.status, await right.text()]).toEqual([200, '<b>12345</b>']);
      // Whatever is sent back is no page.
      expect(right.headers.get('content-type')).toMatch(/^text\/plain/);
      expect((await challenge(path, 'guess')).status).toBe(403);
      expect((await challenge(path, token, 'unsubscribe')).status).toBe(403);
    }
    expect((await challenge(`/${key}`, app.META_VERIFY_TOKEN)).status).toBe(403);
  });
});

describe('news of the app itself, which names no account', () => {
  it('is accepted with the operator’s secret only', async () => {
    const news = { object: 'whatsapp_business_account', entry: [{ id: '9', changes: [] }] };
    expect((await postBody('', news, app.META_APP_SECRET)).status).toBe(200);
    expect((await postBody('', news, appSecret)).status).toBe(401);
  });
});
