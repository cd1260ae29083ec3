import { expect, it } from 'vitest';
import { findOrOpen, lockOpen } from '../../src/conversations/find-or-open.ts';
import { Conversation } from '../../src/entities/conversation.ts';
import { newId } from '../../src/id.ts';
import { addChannel } from '../../src/tenancy/provision.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { query } from '../support/embedded.ts';
import { hold } from '../support/hold.ts';
import { asManager, buildShop, conversationOf, postTelegram, telegramUpdate, writes } from '../support/tenants.ts';
import { until, useWorld } from '../support/world.ts';

const world = useWorld();

it('a conversation that is looked for again keeps what was changed of it, and gets what others have changed', async () => {
  const shop = await buildShop(world);
  await postTelegram(world, shop, telegramUpdate(1, 'What are your opening hours?'));
  await until(async () => expect(await conversationOf(world, shop, 1)).toMatchObject({ answeredSeq: 1, lastSeq: 2 }));
  const { tenantId } = shop;
  const thread = { channelId: shop.telegram.channelId, thread: '1' };
  const others = [thread, { ...thread, thread: '2' }, { channelId: tenantId, thread: '1' }];

  await withTenant(world.deps.orm, tenantId, async (em) => {
    const before = await em.findOneOrFail(Conversation, { tenantId });
    await withTenant(world.deps.orm, tenantId, (other) =>
      other.nativeUpdate(
        Conversation,
        { tenantId },
        { title: 'Theirs', priority: 1, faqOffer: { seq: 1, choices: [] } },
      ),
    );
    before.priority = 2;
    const found = await lockOpen(em, tenantId, others);
    expect([...found.values()]).toEqual([before]);
    expect(before).toMatchObject({ title: 'Theirs', priority: 2, faqOffer: { seq: 1, choices: [] } });
    expect(before.lastActivityAt).toBeInstanceOf(Date);
  });
  expect(await conversationOf(world, shop, 1)).toMatchObject({ title: 'Theirs', priority: 2 });
});

it('conversations are locked one after the other in the order of their ids, so that nobody waits in a circle', async () => {
  const shop = await buildShop(world);
  const { tenantId, telegram } = shop;
  await writes(world, shop, 7, 'What are your opening hours?');
  await until(async () => expect(await conversationOf(world, shop, 7)).toMatchObject({ lastSeq: 2 }));
  const { contactId } = await conversationOf(world, shop, 7);
  // The one with the lower id has the thread that comes later, and comes later in the table; both are found by their threads.
  const [low = '', high = ''] = [newId(), newId()].toSorted();
  await query(
    world.database.ownerUrl,
    `insert into conversations (tenant_id, channel_id, contact_id, id, thread)
     select '${tenantId}', '${telegram.channelId}', '${contactId}', id::uuid, thread from (
       values ('${high}', '3'), ('${low}', '4')
       union all select gen_random_uuid()::text, 'other ' || n from generate_series(1, 3000) n) given (id, thread);
     analyze conversations`,
  );
  const first = `select from conversations where tenant_id = '${tenantId}' and thread = '4' for update`;
  const held = await hold(world.database.ownerUrl, first);
  const threads = ['3', '4'].map((thread) => ({ channelId: telegram.channelId, thread }));
  const both = withTenant(world.deps.orm, tenantId, (em) => lockOpen(em, tenantId, threads));
  await held.isWaitedFor();
  const free = `select thread from conversations where tenant_id = '${tenantId}' and thread < '5' for update skip locked`;
  expect(await query(world.database.ownerUrl, free)).toEqual([{ thread: '3' }]);
  await held.release();
  expect([...(await both).values()].map(({ thread }) => thread)).toEqual(['4', '3']);
});

it('two who see the first word of a chat at once end with one conversation', async () => {
  const { tenantId, telegram } = await buildShop(world);
  const wanted = [{ channelId: telegram.channelId, thread: '5', from: { externalId: '5' } }];
  const isWaiting = `select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  let second: Promise<string[]> | undefined;
  const open = (meanwhile: () => Promise<unknown>) =>
    withTenant(world.deps.orm, tenantId, async (em) => {
      const found = await findOrOpen(em, tenantId, wanted);
      await meanwhile();
      return [...found.values()].map(({ id }) => id);
    });
  const first = await open(async () => {
    second = open(() => Promise.resolve());
    await until(async () => expect(await query(world.database.ownerUrl, isWaiting)).toHaveLength(1));
  });
  expect(first).toHaveLength(1);
  expect(await second).toEqual(first);
});

it('who writes in two chats for the first time at once is one contact', async () => {
  const { tenantId, telegram } = await buildShop(world);
  const wanted = ['6', '-66'].map((thread) => ({ channelId: telegram.channelId, thread, from: { externalId: '6' } }));
  const found = await withTenant(world.deps.orm, tenantId, (em) => findOrOpen(em, tenantId, wanted));
  expect([...found.values()].map(({ thread }) => thread).toSorted()).toEqual(['-66', '6']);
  expect(new Set([...found.values()].map(({ contactId }) => contactId)).size).toBe(1);
});

it('of chats only the open conversation is found, and none of the same chat on another channel', async () => {
  const shop = await buildShop(world);
  const { tenantId, telegram } = shop;
  const { orm, keys } = world.deps;
  const config = {
    secret: `whsec_${Buffer.alloc(32, 4).toString('base64')}`,
    replyUrl: `${world.platform.url}/replies`,
  };
  const { channelId } = await addChannel(orm, keys, tenantId, { kind: 'webhook', name: 'Site', config });
  const wanted = [telegram.channelId, channelId].map((one) => ({
    channelId: one,
    thread: '8',
    from: { externalId: '8' },
  }));
  await withTenant(orm, tenantId, (em) => findOrOpen(em, tenantId, wanted));
  const { id } = await withTenant(orm, tenantId, (em) =>
    em.findOneOrFail(Conversation, { tenantId, channelId: telegram.channelId }),
  );
  expect((await asManager(world, shop, `/conversations/${id}/close`, {})).ok).toBe(true);
  const found = await withTenant(orm, tenantId, (em) => lockOpen(em, tenantId, wanted.slice(0, 1)));
  expect(found.size).toBe(0);
});
