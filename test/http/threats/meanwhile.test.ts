import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ApiKey } from '../../../src/entities/api-key.ts';
import { Channel } from '../../../src/entities/channel.ts';
import { Faq } from '../../../src/entities/faq.ts';
import { Tenant } from '../../../src/entities/tenant.ts';
import { whileAllowed } from '../../../src/http/while-allowed.ts';
import { addChannel } from '../../../src/tenancy/provision.ts';
import { withTenant } from '../../../src/tenancy/with-tenant.ts';
import { importFile } from '../../support/faq-files.ts';
import { call, cutKey, hire } from '../../support/people.ts';
import { asManager, buildShop, conversationOf, type Shop } from '../../support/tenants.ts';
import { until, useWorld } from '../../support/world.ts';

/** Whoever loses a right while something of his is on its way gets no more of it. */
const world = useWorld();
const Session = z.object({ visitorId: z.string(), token: z.string() });

/** A visitor of the shop's web chat with a stream that is open, and what came of it. */
async function listening(shop: Shop) {
  const { orm, keys } = world.deps;
  const config = { siteName: 'Shop', allowedOrigins: [], visitorSecret: randomUUID() };
  const { key, channelId } = await addChannel(orm, keys, shop.tenantId, { kind: 'webchat', name: 'Chat', config });
  const chat = `${world.url}/chat/${key}`;
  const { visitorId, token } = Session.parse(await (await fetch(`${chat}/session`, { method: 'POST' })).json());
  const headers = { authorization: `Bearer ${token}` };
  const said = await fetch(`${world.url}/webhooks/webchat/${key}`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ visitorId, id: randomUUID(), text: 'What are your opening hours?' }),
  });
  expect(said.status).toBe(200);
  const heard = { text: '', isOver: false };
  const response = await fetch(`${chat}/stream`, { headers });
  const hear = async () => {
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) heard.text += chunk;
    heard.isOver = true;
  };
  // The last ones are cut off with the test.
  void hear().catch(() => undefined);
  await until(() => expect(heard.text).toContain('We open 7am-9pm daily'));
  const again = async () => (await fetch(`${chat}/stream`, { headers })).status;
  return { heard, channelId, visitorId, again };
}

const inTenant = <T>({ tenantId }: Shop, work: Parameters<typeof withTenant<T>>[2]) =>
  withTenant(world.deps.orm, tenantId, work);

describe('an open stream of a web chat', () => {
  it.each<[string, number, (shop: Shop, channelId: string) => Promise<unknown>]>([
    [
      'the channel is disabled',
      404,
      (shop, id) => inTenant(shop, (em) => em.nativeUpdate(Channel, { id }, { status: 'disabled' })),
    ],
    [
      'the tenant is suspended',
      404,
      (shop) => inTenant(shop, (em) => em.nativeUpdate(Tenant, { id: shop.tenantId }, { status: 'suspended' })),
    ],
    [
      'the tenant is deleted',
      404,
      (shop) => inTenant(shop, (em) => em.nativeUpdate(Tenant, { id: shop.tenantId }, { status: 'deleted' })),
    ],
    [
      'the secret that its visitors are known by is another one',
      401,
      async (shop, id) => {
        const { token } = await hire(world, shop.tenantId, 'owner');
        const body = { config: { visitorSecret: `another-${randomUUID()}` } };
        expect((await call(world, token, 'PATCH', `/channels/${id}`, { body })).status).toBe(200);
      },
    ],
  ])('ends at once when %s', async (_name, status, lose) => {
    const shop = await buildShop(world);
    const neighbour = await listening(await buildShop(world));
    const { heard, channelId, again } = await listening(shop);
    await lose(shop, channelId);
    await until(() => expect(heard.isOver).toBe(true));
    expect(await again()).toBe(status);
    expect(neighbour.heard.isOver).toBe(false);
  });

  it('goes on when something else of the channel changes', async () => {
    const shop = await buildShop(world);
    const { heard, channelId, visitorId } = await listening(shop);
    await inTenant(shop, (em) => em.nativeUpdate(Channel, { id: channelId }, { name: 'Another name' }));
    const { id } = await conversationOf(world, shop, visitorId);
    expect((await asManager(world, shop, `/conversations/${id}/replies`, { text: 'Mia here.' })).status).toBe(201);
    await until(() => expect(heard.text).toContain('Mia here.'));
    expect(heard.isOver).toBe(false);
  });
});

describe('a file that is on its way', () => {
  it.each(['its key is revoked', 'its sender is disabled'])('is not imported when %s meanwhile', async (how) => {
    const shop = await buildShop(world, { faqs: [] });
    const key = await cutKey(world, shop.tenantId);
    const person = await hire(world, shop.tenantId, 'manager');
    const isKey = how.includes('key');
    const { writable, readable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    const bytes = (text: string) => new TextEncoder().encode(text);
    const importing = importFile(world, { token: isKey ? key.key : person.token }, readable);
    await writer.write(bytes('question,answer\nWhy?,Because\n'));
    if (isKey) {
      await inTenant(shop, (em) => em.nativeUpdate(ApiKey, { id: key.id }, { revokedAt: new Date() }));
      await until(async () => expect((await call(world, key.key, 'GET', '/faqs')).status).toBe(401));
    } else {
      const owner = await hire(world, shop.tenantId, 'owner');
      await call(world, owner.token, 'POST', `/team/${person.userId}/disable`);
    }
    await writer.write(bytes('And why?,Therefore\n'));
    await writer.close();
    expect((await importing).status).toBe(isKey ? 401 : 404);
    expect(await inTenant(shop, (em) => em.count(Faq, { tenantId: shop.tenantId }))).toBe(0);
  });

  it('ends where its reader may not read any more', async () => {
    let isAllowed = true;
    const stillAllowed = () => (isAllowed ? Promise.resolve() : Promise.reject(new Error('revoked')));
    const pieces = whileAllowed(Readable.from(['a', 'b', 'c']), stillAllowed, 0);
    expect(await pieces.next()).toMatchObject({ value: 'a' });
    isAllowed = false;
    await expect(pieces.next()).rejects.toThrow('revoked');
    const unasked = whileAllowed(Readable.from(['a']), stillAllowed, 60_000);
    expect(await unasked.next()).toMatchObject({ value: 'a' });
    await expect(unasked.next()).rejects.toThrow('revoked');
  });
});
