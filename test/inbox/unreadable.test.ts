import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startWorkers } from '../../jobs/main.ts';
import { Channel } from '../../src/entities/channel.ts';
import { InboundEventRow } from '../../src/entities/inbound-event.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { asOwner } from '../support/database.ts';
import { addSender, callFrom } from '../support/senders.ts';
import { asManager, buildShop, conversationOf, messagesOf, postTelegram, type Shop } from '../support/tenants.ts';
import { startWorld, until, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({ workers: false });
});
afterAll(() => world.close());

const eventsOf = ({ tenantId }: Shop) =>
  withTenant(world.deps.orm, tenantId, (em) =>
    em.find(InboundEventRow, { tenantId }, { orderBy: { seq: 'asc' }, disableIdentityMap: true }),
  );
const shownOf = async (shop: Shop) => Failures.parse(await (await asManager(world, shop, '/failures')).json()).inbound;
const Failures = z.object({ inbound: z.array(z.object({ id: z.string(), error: z.string() })) });
const replay = async (shop: Shop, id = '') => {
  const response = await asManager(world, shop, `/failures/inbound/${id}/replay`, {});
  return [response.status, await response.json()];
};
/** As a version of ours that reads it would: here the body is what changes. */
const mend = (id = '', change: (payload: string) => string) =>
  asOwner(world.database, async (owner) => {
    const { rows } = await owner.query<{ payload: string }>('select payload from inbound_events where id = $1', [id]);
    const payload = change(rows[0]?.payload ?? '');
    await owner.query('update inbound_events set payload = $1 where id = $2', [payload, id]);
  });

const unreadable = (chat: number, date: unknown = 'yesterday') => ({
  update_id: 800_000 + chat,
  message: {
    message_id: 5,
    from: { id: chat, is_bot: false, first_name: 'Ana' },
    chat: { id: chat, type: 'private' },
    date,
    text: 'Do you have vegan options?',
  },
});

describe('a genuine message that cannot be read', () => {
  it('of Telegram is stored as failed, once, in its chat, and seen', async () => {
    const shop = await buildShop(world);
    for (const stored of [1, 0]) {
      const response = await postTelegram(world, shop, unreadable(1));
      expect([response.status, await response.json()]).toEqual([200, { ok: true, stored }]);
    }
    const [event, second] = await eventsOf(shop);
    expect(second).toBeUndefined();
    expect(event).toMatchObject({ status: 'failed', thread: '1', error: expect.stringMatching(/^message\.date: /) });
    expect(await shownOf(shop)).toEqual([{ id: event?.id, error: event?.error }]);
  });

  it('of WhatsApp is stored as failed beside its neighbours, which are handled', async () => {
    const shop = await buildShop(world);
    const sender = await addSender(world, shop, 'whatsapp');
    const good = sender.bodyOf('hello');
    const [, message = ''] = /"messages":\[(.*)\]\}\}\]\}\]\}$/.exec(good) ?? [];
    const bad = message.replace(/"wamid\.\d+"/, '"wamid.bad"').replace('{"body":"hello"}', '{}');
    expect((await callFrom(sender, good.replace(message, `${bad},${message}`))).status).toBe(200);

    const [failed, other] = await eventsOf(shop);
    expect([failed?.status, other?.status]).toEqual(['failed', 'pending']);
    expect(failed).toMatchObject({ thread: other?.thread, error: expect.stringMatching(/^messages\.text/) });
  });

  it('is replayed once it can be read: as the message that it is, in its own thread', async () => {
    const shop = await buildShop(world);
    await postTelegram(world, shop, unreadable(3));
    const [failed] = await eventsOf(shop);
    const refusal = { code: 'conflict', detail: expect.stringMatching(/still cannot be read.*message\.date/) };
    expect(await replay(shop, failed?.id)).toEqual([409, expect.objectContaining(refusal)]);
    expect(await eventsOf(shop)).toEqual([failed]);

    // Its chat may be another one than could be told before.
    await mend(failed?.id, () =>
      JSON.stringify({ ...unreadable(4, Math.floor(Date.now() / 1000)), update_id: 800_003 }),
    );
    const answers = await Promise.all([1, 2].map(() => replay(shop, failed?.id)));
    expect(answers).toContainEqual([200, { replayed: true }]);
    expect((await eventsOf(shop)).map(({ externalId, thread, status }) => [externalId, thread, status])).toEqual([
      ['unreadable:800003', '3', 'handled'],
      ['800003', '4', 'pending'],
    ]);
    expect(await replay(shop, failed?.id)).toEqual([200, { replayed: false }]);
    expect(await shownOf(shop)).toEqual([]);

    const workers = startWorkers(world.deps);
    await until(() => expect(world.platform.textsTo('4')).toHaveLength(1));
    const { id } = await conversationOf(world, shop, 4);
    expect((await messagesOf(world, shop, id))[0]?.content).toBe('Do you have vegan options?');
    await workers.stop();
  });
});

it('what is read again is taken by the channel that it speaks of, and by no other', async () => {
  const shop = await buildShop(world);
  const [sender, other] = [await addSender(world, shop, 'whatsapp'), await addSender(world, shop, 'whatsapp')];
  expect((await callFrom(sender, '{"surprise":"a shape of tomorrow"}')).status).toBe(200);
  const [failed] = await eventsOf(shop);
  await mend(failed?.id, () => other.bodyOf('hello'));
  expect(await replay(shop, failed?.id)).toEqual([403, expect.objectContaining({ code: 'forbidden' })]);
  expect((await eventsOf(shop)).map(({ status }) => status)).toEqual(['failed']);

  await mend(failed?.id, () => sender.bodyOf('hello'));
  expect(await replay(shop, failed?.id)).toEqual([200, { replayed: true }]);
  expect((await eventsOf(shop)).map(({ status }) => status)).toEqual(['handled', 'pending']);
});

it('what came to a channel that is disconnected by now is not read again', async () => {
  const shop = await buildShop(world);
  const { tenantId, telegram } = shop;
  await postTelegram(world, shop, unreadable(5));
  const [failed] = await eventsOf(shop);
  await mend(failed?.id, () => JSON.stringify({ ...unreadable(5, Math.floor(Date.now() / 1000)) }));
  await withTenant(world.deps.orm, tenantId, (em) => em.nativeUpdate(Channel, { tenantId }, { status: 'disabled' }));
  await until(async () =>
    expect((await world.deps.channelsOf(tenantId)).get(telegram.channelId)?.isActive).not.toBe(true),
  );
  const refusal = { code: 'conflict', detail: expect.stringMatching(/disabled/) };
  expect(await replay(shop, failed?.id)).toEqual([409, expect.objectContaining(refusal)]);
  expect((await eventsOf(shop)).map(({ status }) => status)).toEqual(['failed']);
});
