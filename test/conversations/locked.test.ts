import { expect, it } from 'vitest';
import { lockOpen } from '../../src/conversations/find-or-open.ts';
import { Conversation } from '../../src/entities/conversation.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { buildShop, conversationOf, postTelegram, telegramUpdate } from '../support/tenants.ts';
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
