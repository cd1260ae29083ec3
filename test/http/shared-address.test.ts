import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { InboundEventRow } from '../../src/entities/inbound-event.ts';
import { unavailable } from '../../src/errors.ts';
import type { Inbox } from '../../src/inbox/receive.ts';
import { addChannel } from '../../src/tenancy/provision.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { META_APP } from '../support/senders.ts';
import { serve } from '../support/serve.ts';
import { buildShop, metaSignature, type Shop } from '../support/tenants.ts';
import { startWorld, type World } from '../support/world.ts';

// No workers: what is looked at here is what was stored.
let world: World;
const lines: string[] = [];
beforeAll(async () => {
  world = await startWorld({ workers: false, env: META_APP, onLog: (line) => void lines.push(line) });
});
afterAll(() => world.close());

const APP = META_APP.META_APP_SECRET;
const OTHER_APP = 'app-secret-of-another-app';
const numbered = (count: number) => Array.from({ length: count }, (_, n) => n);

const storedIn = ({ tenantId }: Shop) =>
  withTenant(world.deps.orm, tenantId, (em) => em.find(InboundEventRow, { tenantId }, { orderBy: { seq: 'asc' } }));

async function shopWith(accounts: string[], appSecret: string) {
  const shop = await buildShop(world);
  for (const phoneNumberId of accounts) {
    await addChannel(world.deps.orm, world.deps.keys, shop.tenantId, {
      kind: 'whatsapp',
      name: `WhatsApp ${phoneNumberId}`,
      config: { phoneNumberId, accessToken: 't', appSecret, verifyToken: 'verify-me-please' },
      accounts: [phoneNumberId],
    });
  }
  return shop;
}

const change = (account: string, text = 'hi', messages?: unknown) => ({
  field: 'messages',
  value: {
    messaging_product: 'whatsapp',
    metadata: { display_phone_number: '1', phone_number_id: account },
    contacts: [{ profile: { name: 'Ana' }, wa_id: '34600' }],
    messages: messages ?? [
      { from: '34600', id: `wamid.${account}`, timestamp: '1700000000', type: 'text', text: { body: text } },
    ],
  },
});
const bodyOf = (changes: unknown[]) => ({ object: 'whatsapp_business_account', entry: [{ id: '9', changes }] });

async function send(content: unknown, secret: string, url = world.url) {
  const body = JSON.stringify(content);
  const headers = { 'x-hub-signature-256': metaSignature(body, secret) };
  const response = await fetch(`${url}/webhooks/whatsapp`, { method: 'POST', body, headers });
  return [response.status, await response.json()];
}

describe('a body that speaks of more accounts than a stranger may ask after', () => {
  const strangers = numbered(60).map((n) => change(`${50_000 + n}`));
  const refused = [401, expect.objectContaining({ detail: expect.stringMatching(/META_APP_SECRET/) })];

  it.each([
    ['the operator’s app', APP, 10_000],
    ['an app that the operator does not name', OTHER_APP, 20_000],
  ])('is stored for each of them where %s signed it', async (_name, secret, from) => {
    const accounts = numbered(70).map((n) => String(from + n));
    const shop = await shopWith(accounts, secret);
    expect(await send(bodyOf(accounts.map((account) => change(account))), secret)).toEqual([
      200,
      { ok: true, stored: 70 },
    ]);
    const ids = (await storedIn(shop)).map(({ externalId }) => externalId);
    expect(ids.toSorted()).toEqual(accounts.map((account) => `wamid.${account}`).toSorted());
  });

  it('is stored for one that stands behind many unknown ones where the operator’s app signed it', async () => {
    const shop = await shopWith(['30001'], APP);
    expect(await send(bodyOf([...strangers, change('30001')]), APP)).toEqual([200, { ok: true, stored: 1 }]);
    expect(await storedIn(shop)).toHaveLength(1);
  });

  it('is refused, and so sent again, where nothing among the first ones proves it', async () => {
    const shop = await shopWith(['30002'], OTHER_APP);
    expect(await send(bodyOf([...strangers, change('30002')]), OTHER_APP)).toEqual(refused);
    expect(await storedIn(shop)).toEqual([]);
  });

  it('costs a stranger no more work the larger it is', async () => {
    const shop = await shopWith(['30003'], OTHER_APP);
    // 3 MB over 30 accounts: fewer of them are looked at before it is proven.
    const large = numbered(30).map((n) => change(`${60_000 + n}`, 'x'.repeat(100_000)));
    expect(await send(bodyOf([...large, change('30003')]), OTHER_APP)).toEqual(refused);
    expect(await storedIn(shop)).toEqual([]);
  });
});

describe('a body of several accounts', () => {
  it('that the operator’s app signed says nothing in the name of an account of another app', async () => {
    const [own, other] = [await shopWith(['30004'], APP), await shopWith(['30005'], OTHER_APP)];
    expect(await send(bodyOf([change('30005'), change('30004')]), APP)).toEqual([200, { ok: true, stored: 1 }]);
    expect([(await storedIn(own)).length, (await storedIn(other)).length]).toEqual([1, 0]);
  });

  it('is refused, and so sent again, where one of them could not be stored; what was stored is stored once', async () => {
    const [shop, unlucky] = [await shopWith(['30006'], APP), await shopWith(['30007'], APP)];
    const receive: Inbox['receive'] = (receiver, events) =>
      receiver.tenantId === unlucky.tenantId
        ? Promise.reject(unavailable('the message could not be stored'))
        : world.deps.inbox.receive(receiver, events);
    const side = await serve({ ...world.deps, inbox: { ...world.deps.inbox, receive } });
    onTestFinished(() => side.close());
    const body = bodyOf([change('30006'), change('30007')]);
    expect(await send(body, APP, side.url)).toEqual([503, expect.objectContaining({ code: 'unavailable' })]);
    expect(await send(body, APP)).toEqual([200, { ok: true, stored: expect.any(Number) }]);
    expect([(await storedIn(shop)).length, (await storedIn(unlucky)).length]).toEqual([1, 1]);
  });
});

describe('what cannot be read', () => {
  it('is kept for the account that it names, as failed, beside what can be read', async () => {
    const shop = await shopWith(['30010', '30011'], APP);
    const answer = await send(bodyOf([change('30010', '', 'none'), change('30011')]), APP);
    expect(answer).toEqual([200, { ok: true, stored: 2 }]);
    const events = (await storedIn(shop)).map(({ status, error }) => [status, error]);
    expect(events).toContainEqual(['pending', null]);
    expect(events).toContainEqual(['failed', expect.stringMatching(/^changes\.messages: /)]);
    expect(lines.filter((line) => line.includes('webhook.unreadable'))).toHaveLength(1);
  });

  it('and names nobody is told to the operator, once for each body, with what to do', async () => {
    await shopWith(['30012'], APP);
    lines.length = 0;
    const nameless = { object: 'whatsapp_business_account', entry: [{ id: '9' }, { id: '10' }] };
    expect(await send(nameless, APP)).toEqual([200, { ok: true, stored: 0 }]);
    expect(await send({ surprise: 'a shape of tomorrow' }, APP)).toEqual([200, { ok: true, stored: 0 }]);
    expect(await send({ ...nameless, entry: [{}, ...bodyOf([change('30012')]).entry] }, APP)).toEqual([
      200,
      { ok: true, stored: 1 },
    ]);
    const told = lines.filter((line) => line.includes('webhook.not_kept'));
    expect(told).toHaveLength(3);
    for (const line of told)
      expect(JSON.parse(line)).toMatchObject({
        error: expect.stringMatching(/\w/),
        todo: expect.stringMatching(/docs/),
      });

    // Nobody who cannot prove himself is heard.
    lines.length = 0;
    expect((await send(nameless, 'a-secret-of-nobody-at-all'))[0]).toBe(401);
    expect(lines.filter((line) => line.includes('webhook.not_kept'))).toEqual([]);
  });
});
