import { connect } from 'node:net';
import pg from 'pg';
import { beforeEach, describe, expect, it } from 'vitest';
import { InboundEventRow } from '../../src/entities/inbound-event.ts';
import { newId } from '../../src/id.ts';
import { addChannel } from '../../src/tenancy/provision.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { asManager, buildShop, metaSignature, postTelegram, telegramUpdate, type Shop } from '../support/tenants.ts';
import { useWorld } from '../support/world.ts';

// No workers: what is looked at here is what was stored.
const lines: string[] = [];
const world = useWorld({ workers: false, onLog: (line) => void lines.push(line) });
let shop: Shop;

beforeEach(async () => {
  shop = await buildShop(world);
});

const stored = ({ tenantId }: Shop = shop) =>
  withTenant(world.deps.orm, tenantId, (em) => em.find(InboundEventRow, { tenantId }, { orderBy: { seq: 'asc' } }));

const post = (body: string, target = shop) =>
  fetch(`${world.url}/webhooks/telegram/${target.telegram.key}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-telegram-bot-api-secret-token': target.telegram.secretToken,
    },
    body,
  });

describe('POST /webhooks/:kind/:key', () => {
  it('stores a genuine message for the tenant of the channel and answers 200', async () => {
    const response = await postTelegram(world, shop, telegramUpdate(1, 'hello'));
    expect([response.status, await response.json()]).toEqual([200, { ok: true, stored: 1 }]);
    expect(await stored()).toMatchObject([{ tenantId: shop.tenantId, thread: '1', status: 'pending' }]);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      connection: 'keep-alive',
      'content-length': '22',
      'content-type': 'application/json; charset=utf-8',
      'x-content-type-options': 'nosniff',
    });
  });

  it('answers 401 and stores nothing when the secret is wrong, missing, or another tenant’s', async () => {
    const other = await buildShop(world);
    expect((await postTelegram(world, shop, telegramUpdate(1, 'x'), 'wrong-secret-token')).status).toBe(401);
    expect((await postTelegram(world, shop, telegramUpdate(1, 'x'), '')).status).toBe(401);
    expect((await postTelegram(world, shop, telegramUpdate(1, 'x'), other.telegram.secretToken)).status).toBe(401);
    expect(await stored()).toEqual([]);
    expect(await stored(other)).toEqual([]);
  });

  it('answers 404 for a key or a platform that nobody has, whatever the method', async () => {
    for (const path of [
      'telegram/unknown-key',
      'nothing/unknown-key',
      'telegram/%00',
      `telegram/${'x'.repeat(5_000)}`,
    ]) {
      expect((await fetch(`${world.url}/webhooks/${path}`, { method: 'POST', body: '{}' })).status, path).toBe(404);
    }
    expect((await fetch(`${world.url}/webhooks/telegram/unknown-key`)).status).toBe(404);
  });

  it('keeps every digit of ids beyond 2^53', async () => {
    const update = JSON.stringify(telegramUpdate(1, 'hello'));
    expect(
      (await post(update.replace('"message":{', '"message":{"message_thread_id":90071992547409931234,'))).status,
    ).toBe(200);
    expect((await stored())[0]?.payload).toContain('"90071992547409931234"');
  });

  it('keeps a genuine body that it cannot read, once, visibly, and handles it after a fix', async () => {
    const unreadable = JSON.stringify({ surprise: 'a shape of tomorrow' });
    expect((await post(unreadable)).status).toBe(200);
    expect((await post(unreadable)).status).toBe(200);
    const [event, second] = await stored();
    expect(second).toBeUndefined();
    expect(event).toMatchObject({ status: 'failed', error: expect.any(String), payload: unreadable });
    expect(await (await asManager(world, shop, '/failures')).json()).toMatchObject({ inbound: [{ id: event?.id }] });

    // Still unreadable: the replay says so and changes nothing.
    expect((await asManager(world, shop, `/failures/inbound/${event?.id}/replay`, {})).status).toBeGreaterThanOrEqual(
      400,
    );
    // As the owner: the service itself never changes what came in.
    const owner = new pg.Client(world.database.ownerUrl);
    await owner.connect();
    const readable = JSON.stringify(telegramUpdate(9, 'now readable'));
    await owner.query('update inbound_events set payload = $1 where id = $2', [readable, event?.id]);
    await owner.end();
    const replays = await Promise.all(
      [1, 2].map(() => asManager(world, shop, `/failures/inbound/${event?.id}/replay`, {})),
    );
    expect(replays.every((response) => response.status === 200)).toBe(true);
    expect((await stored()).map((row) => row.status)).toEqual(['handled', 'pending']);
    const again = await asManager(world, shop, `/failures/inbound/${event?.id}/replay`, {});
    expect(await again.json()).toEqual({ replayed: false });
  });

  it('does not let one bad request spoil others that are stored in the same insert', async () => {
    const requests = Array.from({ length: 40 }, (_, n) =>
      n % 4 === 0 ? post('{"update_id":') : postTelegram(world, shop, telegramUpdate(n, `message ${n}`)),
    );
    const statuses = (await Promise.all(requests)).map((response) => response.status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(30);
    expect(await stored()).toHaveLength(30);
  });

  it('does not let a channel that has just been deleted spoil what others store at the same moment', async () => {
    const gone = { tenantId: newId(), channelId: newId() };
    const event = { externalId: '1', thread: '1', payload: {}, content: { type: 'ignored', reason: 'x' } } as const;
    const good = Array.from({ length: 10 }, (_, n) => ({ ...event, externalId: `good-${n}` }));
    const receiver = { tenantId: shop.tenantId, channelId: shop.telegram.channelId };
    const results = await Promise.allSettled([
      world.deps.inbox.receive(gone, [event]),
      ...good.map((one) => world.deps.inbox.receive(receiver, [one])),
    ]);
    expect(results.map((result) => result.status)).toEqual(['rejected', ...good.map(() => 'fulfilled')]);
    // So that the platform says it again.
    expect(results[0]).toMatchObject({ reason: { status: 503 } });
    await expect(world.deps.inbox.receive(gone, [event])).rejects.toMatchObject({ status: 503 });
  });

  it('survives requests that break HTTP itself', async () => {
    const shapes = [
      'POST /webhooks/telegram/x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      'POST /webhooks/telegram/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n',
      'GARBAGE\r\n\r\n',
    ];
    for (const shape of shapes) {
      const answer = await raw(shape);
      expect(answer).toMatch(/^HTTP\/1\.1 4/);
    }
    expect((await fetch(`${world.url}/healthz`)).status).toBe(200);
  });
});

describe('POST /webhooks/whatsapp, the address for all accounts of an app', () => {
  const secret = 'secret-of-one-meta-app';
  const change = (account: string, id: string) => ({
    field: 'messages',
    value: {
      messaging_product: 'whatsapp',
      metadata: { display_phone_number: '1', phone_number_id: account },
      contacts: [{ profile: { name: 'Ana' }, wa_id: '34600' }],
      messages: [{ from: '34600', id, timestamp: '1700000000', type: 'text', text: { body: 'hi' } }],
    },
  });
  const send = (path: string, changes: unknown[], key = secret) => {
    const body = JSON.stringify({ object: 'whatsapp_business_account', entry: [{ id: '9', changes }] });
    return fetch(`${world.url}/webhooks/whatsapp${path}`, {
      method: 'POST',
      body,
      headers: { 'x-hub-signature-256': metaSignature(body, key) },
    });
  };
  const addNumber = (target: Shop, phoneNumberId: string, appSecret = secret) =>
    addChannel(world.deps.orm, world.deps.keys, target.tenantId, {
      kind: 'whatsapp',
      name: 'WhatsApp',
      config: { phoneNumberId, accessToken: 't', appSecret, verifyToken: 'verify-me-please' },
      accounts: [phoneNumberId],
    });

  it('gives each message of a batch to the tenant of its account', async () => {
    const other = await buildShop(world);
    await addNumber(shop, '5551');
    await addNumber(other, '5552');
    expect(
      (await send('', [change('5551', 'wamid.a'), change('5552', 'wamid.b'), change('404', 'wamid.c')])).status,
    ).toBe(200);
    expect((await stored(shop)).map((row) => row.externalId)).toEqual(['wamid.a']);
    expect((await stored(other)).map((row) => row.externalId)).toEqual(['wamid.b']);
  });

  it('refuses what the account’s own secret did not sign, also in a batch that another secret did', async () => {
    const other = await buildShop(world);
    await addNumber(shop, '5553');
    await addNumber(other, '5554', 'secret-of-another-app');
    expect((await send('', [change('5553', 'wamid.d')], 'guessed-secret-of-app')).status).toBe(401);
    expect((await send('', [change('5553', 'wamid.e'), change('5554', 'wamid.f')])).status).toBe(200);
    expect(await stored(shop)).toHaveLength(1);
    expect(await stored(other)).toEqual([]);
    expect((await send('', [change('404', 'wamid.g')])).status).toBe(401);
  });

  it('refuses a body on one channel’s address that speaks of another account', async () => {
    const { key } = await addNumber(shop, '5555');
    await addNumber(shop, '5556');
    expect((await send(`/${key}`, [change('5556', 'wamid.h')])).status).toBe(403);
    expect(await stored()).toEqual([]);
  });

  it('stores on one channel’s address what is for it, and tells in one line how much was for others', async () => {
    const { channelId, key } = await addNumber(shop, '5557');
    const other = await buildShop(world);
    await addNumber(other, '5558');
    const mixed = [change('5558', 'wamid.i'), change('5557', 'wamid.j'), change('404', 'wamid.k')];
    lines.length = 0;
    const response = await send(`/${key}`, mixed);
    expect([response.status, await response.json()]).toEqual([200, { ok: true, stored: 1 }]);
    expect((await stored()).map((row) => [row.channelId, row.externalId])).toEqual([[channelId, 'wamid.j']]);
    expect(await stored(other)).toEqual([]);
    const [line, second] = lines.filter((one) => one.includes('webhook.for_others'));
    expect(second).toBeUndefined();
    const told = { level: 40, tenantId: shop.tenantId, channelId, count: 2, todo: expect.stringMatching(/docs/) };
    expect(JSON.parse(line ?? '')).toMatchObject(told);
    // Nothing of what they say.
    expect(line).not.toMatch(/wamid|Ana|whatsapp_business/);

    lines.length = 0;
    expect((await send(`/${key}`, [change('5557', 'wamid.l')])).status).toBe(200);
    expect(lines.join()).not.toContain('webhook.for_others');
  });
});

/** What a server answers to bytes that no HTTP client would send. */
function raw(request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(world.url).port), '127.0.0.1', () => socket.write(request));
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
    socket.setTimeout(3_000, () => socket.destroy());
  });
}
