import { afterEach, describe, expect, it } from 'vitest';
import { Conversation } from '../../src/entities/conversation.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { coffeeFaqs } from '../support/coffee-faqs.ts';
import {
  asManager,
  buildShop,
  conversationOf,
  messagesOf,
  postTelegram,
  telegramUpdate,
  type Shop,
} from '../support/tenants.ts';
import { until, useWorld } from '../support/world.ts';

const world = useWorld();
afterEach(() => {
  world.platform.answer = undefined;
});

const [open, milk] = coffeeFaqs.map(({ answer }) => answer);
const [hours, vegan] = ['What are your opening hours?', 'Do you have vegan options?'];

/** From now on the group is a supergroup, and nobody has said so. Gives how often a send to the old id was refused. */
function moves(before: number, after: number): () => number {
  let refused = 0;
  world.platform.answer = (call, response) => {
    if (Number(call.body['chat_id']) !== before) return undefined;
    refused += 1;
    response.statusCode = 400;
    const parameters = { migrate_to_chat_id: after };
    response.end(JSON.stringify({ ok: false, error_code: 400, description: 'group chat was upgraded', parameters }));
    return true;
  };
  return () => refused;
}

const says = (shop: Shop, chat: number, text: string) =>
  postTelegram(world, shop, telegramUpdate(7, text, { chat: { id: chat, type: 'supergroup', title: 'Group' } }));
const threads = ({ tenantId }: Shop) =>
  withTenant(world.deps.orm, tenantId, async (em) =>
    (await em.find(Conversation, { tenantId }, { orderBy: { createdAt: 'asc' }, disableIdentityMap: true })).map(
      ({ thread, handler }) => `${thread} ${handler}`,
    ),
  );

describe('a group that became a supergroup, as is found out in answering it', () => {
  it('is written to under its new id from then on, and goes on in its conversation', async () => {
    const [before, after] = [-600, -1_001_600];
    const shop = await buildShop(world);
    const refused = moves(before, after);
    await says(shop, before, hours);
    await until(() => expect(world.platform.textsTo(String(after))).toEqual([open]));
    await until(async () => expect(await threads(shop)).toEqual([`${after} bot`]));

    await says(shop, after, vegan);
    await until(() => expect(world.platform.textsTo(String(after))).toEqual([open, milk]));
    expect(await threads(shop)).toEqual([`${after} bot`]);
    expect(await messagesOf(world, shop, (await conversationOf(world, shop, after)).id)).toHaveLength(4);
    expect(refused()).toBe(1);
  });

  it('is tried under the old id once, however many parts a message has', async () => {
    const [before, after] = [-601, -1_001_601];
    const answer = 'word '.repeat(2_400).trim();
    const shop = await buildShop(world, { faqs: [{ question: 'Tell me everything', answer, keywords: 'everything' }] });
    const refused = moves(before, after);
    await says(shop, before, 'tell me everything');
    await until(() => expect(world.platform.textsTo(String(after)).join(' ')).toBe(answer));
    await until(async () => expect(await threads(shop)).toEqual([`${after} bot`]));
    expect(refused()).toBe(1);
  });

  it('goes on with whoever had it, also where its talk under the new id has begun anew', async () => {
    const [before, after] = [-602, -1_001_602];
    const shop = await buildShop(world);
    await says(shop, before, hours);
    await until(() => expect(world.platform.textsTo(String(before))).toEqual([open]));
    const { id } = await conversationOf(world, shop, before);
    await asManager(world, shop, `/conversations/${id}/replies`, { text: 'Mia here.' });
    await until(() => expect(world.platform.textsTo(String(before)).at(-1)).toBe('Mia here.'));

    const refused = moves(before, after);
    await says(shop, after, vegan);
    await until(() => expect(world.platform.textsTo(String(after))).toEqual([milk]));
    await asManager(world, shop, `/conversations/${id}/replies`, { text: 'Anything else?' });
    await until(async () => expect(await threads(shop)).toEqual([`${after} human`, `${after} closed`]));
    const said = await messagesOf(world, shop, id);
    expect(said.map(({ content }) => content)).toEqual([hours, open, 'Mia here.', 'Anything else?', vegan, milk]);

    await asManager(world, shop, `/conversations/${id}/replies`, { text: 'Bye.' });
    await until(() => expect(world.platform.textsTo(String(after)).at(-1)).toBe('Bye.'));
    expect(refused()).toBe(1);
  });
});
