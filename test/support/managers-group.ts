import { expect } from 'vitest';
import { InboundEventRow } from '../../src/entities/inbound-event.ts';
import { Notification } from '../../src/entities/notification.ts';
import { addTarget } from '../../src/tenancy/provision.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { buildShop, telegramUpdate, writes, type Shop } from './tenants.ts';
import { until, type World } from './world.ts';

export const supergroup = (id: string) => ({ id: Number(id), type: 'supergroup' });

/** Shops whose managers are told in a Telegram group, and answer there. */
export function managersGroups(world: World) {
  async function shopWithGroup(group: string): Promise<Shop> {
    const shop = await buildShop(world, { handoverMode: 'immediate' });
    await addTarget(world.deps.orm, world.deps.keys, shop.tenantId, {
      kind: 'telegram',
      name: 'Team chat',
      config: { botToken: shop.telegram.botToken, chatId: group },
      replyThread: `${shop.telegram.channelId}/${group}`,
    });
    // The new manager has had the tenant's queue looked at, perhaps while there was no target yet: that is remembered a moment.
    await until(async () => expect((await world.deps.targetsOf(shop.tenantId)).ids).toHaveLength(1));
    return shop;
  }

  /** The message id of what was shown last in a chat, once it is known that it was: before, an answer to it is just talk. */
  async function lastShownIn({ tenantId }: Shop, chat: string): Promise<number> {
    const id = world.platform.calls.findLastIndex(({ body }) => String(body['chat_id']) === chat) + 1;
    await until(async () => {
      const where = { tenantId, externalId: `${chat}:${id}` };
      expect(await withTenant(world.deps.orm, tenantId, (em) => em.count(Notification, where))).toBe(1);
    });
    return id;
  }

  const asksForPerson = (shop: Shop, customer: number) =>
    writes(world, shop, customer, `I want to talk to a human about the order of ${customer}`);

  /** Makes updates with which a manager answers what was shown last in the group. */
  async function answersIn(shop: Shop, group: string) {
    const reply_to_message = { message_id: await lastShownIn(shop, group), chat: supergroup(group), date: 1 };
    return (text: string, more: object = {}) =>
      telegramUpdate(777, text, { chat: supergroup(group), reply_to_message, ...more });
  }

  /** A customer whom the group was told of, and what a manager writes there in answer. */
  async function toldOf(shop: Shop, group: string, customer: number) {
    await asksForPerson(shop, customer);
    await until(() => expect(world.platform.textsTo(group).at(-1)).toContain(`order of ${customer}`));
    const answer = await answersIn(shop, group);
    const toCustomer = () => world.platform.textsTo(String(customer));
    return { answer, toCustomer, before: toCustomer().length };
  }

  const eventOf = ({ tenantId }: Shop, update: { update_id: number }) =>
    withTenant(world.deps.orm, tenantId, (em) =>
      em.findOne(InboundEventRow, { tenantId, externalId: String(update.update_id) }),
    );
  const ended = (shop: Shop, update: { update_id: number }, status: string) =>
    until(async () => expect(await eventOf(shop, update)).toMatchObject({ status }));

  return { shopWithGroup, lastShownIn, asksForPerson, answersIn, toldOf, eventOf, ended };
}
