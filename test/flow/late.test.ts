import { describe, expect, it } from 'vitest';
import { Handover } from '../../src/entities/handover.ts';
import { addTarget } from '../../src/tenancy/provision.ts';
import type { NewTenant } from '../../src/tenancy/provision.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { asOwner } from '../support/database.ts';
import {
  asManager,
  buildShop,
  conversationOf,
  decisionsOf,
  handlerOf,
  messagesOf,
  postTelegram,
  telegramUpdate,
  writes,
  type Shop,
} from '../support/tenants.ts';
import { setSettings } from '../support/waiting.ts';
import { until, useWorld } from '../support/world.ts';

const world = useWorld();
const HANDED_OVER = 'One of us will be with you in a minute.';
const secret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;
let chats = 700;

/** A shop that tells one target, and a chat in which nobody has written. */
async function shopWithTarget(wishes: Partial<NewTenant> = {}): Promise<{ shop: Shop; chat: number }> {
  const shop = await buildShop(world, wishes);
  await setSettings(world, shop, { handoverMessage: HANDED_OVER });
  const config = { url: `${world.platform.url}/told/${shop.slug}`, secret };
  await addTarget(world.deps.orm, world.deps.keys, shop.tenantId, { kind: 'webhook', name: 'Team', config });
  return { shop, chat: ++chats };
}

async function wrote(shop: Shop, chat: number, text: string, hoursAgo: number): Promise<void> {
  const date = Math.floor(Date.now() / 1000) - hoursAgo * 3_600;
  expect((await postTelegram(world, shop, telegramUpdate(chat, text, { date }))).status).toBe(200);
}

const textsTo = (chat: number) => world.platform.textsTo(String(chat));
const toldOf = ({ slug }: Shop) => world.platform.calls.filter(({ path }) => path === `/told/${slug}`);
const handoversOf = ({ tenantId }: Shop) =>
  withTenant(world.deps.orm, tenantId, (em) => em.find(Handover, { tenantId }, { orderBy: { id: 'asc' } }));
const lastDecision = async (shop: Shop, chat: number) => {
  const { id } = await conversationOf(world, shop, chat);
  return (await decisionsOf(world, shop, id)).at(-1);
};

describe('a message that comes late (answer_max_age)', () => {
  it('goes to managers, without a word to the customer, who is told once when writing again', async () => {
    const { shop, chat } = await shopWithTarget();
    await wrote(shop, chat, 'What are your opening hours?', 7);
    await until(() => expect(toldOf(shop)).toHaveLength(1));
    const reason = 'it came too late for automation (answer_max_age)';
    expect(toldOf(shop)[0]?.body).toMatchObject({
      data: { reason, lastMessages: [{ text: 'What are your opening hours?' }] },
    });
    expect(await handoversOf(shop)).toMatchObject([
      { reasonCategory: 'too_old', reasonText: reason, mode: 'immediate', consent: 'none', outcome: null },
    ]);
    const stale = { path: 'stale', outcome: 'hand_over', replyMessageId: null };
    expect(await lastDecision(shop, chat)).toMatchObject(stale);
    const conversation = await conversationOf(world, shop, chat);
    expect(conversation).toMatchObject({ handler: 'queued', botReplyCount: 0 });
    expect(await messagesOf(world, shop, conversation.id)).toHaveLength(1);

    // What came as late as that changes nothing.
    await wrote(shop, chat, 'Do you have vegan options?', 6.5);
    await until(async () => expect((await lastDecision(shop, chat))?.firstSeq).toBe(2));
    expect(await lastDecision(shop, chat)).toMatchObject({ path: 'human', outcome: 'silent' });

    await writes(world, shop, chat, 'Hello?');
    await until(() => expect(textsTo(chat)).toEqual([HANDED_OVER]));
    expect(await lastDecision(shop, chat)).toMatchObject({ path: 'human', outcome: 'tell_waiting' });
    await writes(world, shop, chat, 'Anybody?');
    await until(async () => expect((await lastDecision(shop, chat))?.firstSeq).toBe(5));
    expect(await lastDecision(shop, chat)).toMatchObject({ outcome: 'silent' });

    const { id } = conversation;
    expect((await asManager(world, shop, `/conversations/${id}/replies`, { text: 'From 7 to 9' })).status).toBe(201);
    await until(() => expect(textsTo(chat)).toEqual([HANDED_OVER, 'From 7 to 9']));
  });

  it.each([
    ['return', 'bot', 'We open 7am-9pm daily'],
    ['apologize', 'queued', HANDED_OVER],
  ])('is not apologized for when nobody comes (nobody_there: %s)', async (rule, handler, next) => {
    const thresholds = { queue_timeout: 1, nobody_there: rule };
    const { shop, chat } = await shopWithTarget({ thresholds });
    await wrote(shop, chat, 'Do you have vegan options?', 7);
    await until(async () =>
      expect(await handoversOf(shop)).toMatchObject([{ timeoutAt: null, apologizedAt: null, toldUntil: null }]),
    );
    expect(await handlerOf(world, shop, chat)).toBe(handler);
    await writes(world, shop, chat, 'What are your opening hours?');
    await until(() => expect(textsTo(chat)).toEqual([next]));
  });

  it('comes back at once where nobody is there and the tenant wants that, and managers are told all the same', async () => {
    const { shop, chat } = await shopWithTarget({ thresholds: { nobody_there: 'return' } });
    await setSettings(world, shop, { autoAssign: true });
    await until(async () => expect((await world.deps.settingsOf(shop.tenantId)).autoAssign).toBe(true));
    await wrote(shop, chat, 'Do you have vegan options?', 7);
    await until(() => expect(toldOf(shop)).toHaveLength(1));
    expect(await handoversOf(shop)).toMatchObject([{ reasonCategory: 'too_old', outcome: 'nobody_there' }]);
    expect(await conversationOf(world, shop, chat)).toMatchObject({ handler: 'bot', isUntold: false });
    await writes(world, shop, chat, 'What are your opening hours?');
    await until(() => expect(textsTo(chat)).toEqual(['We open 7am-9pm daily']));
  });

  it.each([
    ['and asks something else', 'Or do I bring my cat?', 'queued', { reasonCategory: 'too_old', consent: 'none' }],
    ['and takes it', 'Yes', 'queued', { reasonCategory: 'too_old', consent: 'none' }],
    ['and does not want it', 'No', 'awaiting_consent', { reasonCategory: 'missing_knowledge', queuedAt: null }],
  ])('after an offer of a person %s', async (_what, words, handler, handover) => {
    const { shop, chat } = await shopWithTarget({ thresholds: { escalation_threshold: 0.5 } });
    await writes(world, shop, chat, 'Can I bring my dog?');
    await until(async () => expect(await handlerOf(world, shop, chat)).toBe('awaiting_consent'));
    await wrote(shop, chat, words, 7);
    await until(async () => expect(await lastDecision(shop, chat)).toMatchObject({ path: 'stale' }));
    expect(await handlerOf(world, shop, chat)).toBe(handler);
    expect(await handoversOf(shop)).toMatchObject([handover]);
    const { id } = await conversationOf(world, shop, chat);
    expect((await messagesOf(world, shop, id)).filter(({ direction }) => direction === 'out')).toHaveLength(1);
  });

  it('is for nobody where it is older than a week, or the customer has blocked the business since', async () => {
    const { shop, chat } = await shopWithTarget();
    await wrote(shop, chat, 'What are your opening hours?', 8 * 24);
    await until(async () => expect(await lastDecision(shop, chat)).toMatchObject({ path: 'stale', outcome: 'silent' }));
    expect(await handlerOf(world, shop, chat)).toBe('bot');

    const { shop: slow, chat: left } = await shopWithTarget({
      thresholds: { debounce_ms: 60_000, debounce_max_ms: 60_000 },
    });
    await wrote(slow, left, 'What are your opening hours?', 7);
    const person = { id: left, is_bot: false, first_name: 'Ana' };
    const member = (status: string) => ({ status, user: { id: 1, is_bot: true, first_name: 'Bot' } });
    const blocked = {
      chat: { id: left, type: 'private' },
      from: person,
      date: Math.floor(Date.now() / 1000),
      old_chat_member: member('member'),
      new_chat_member: member('kicked'),
    };
    const { message: _message, ...update } = telegramUpdate(left, '');
    await postTelegram(world, slow, { ...update, my_chat_member: blocked });
    await until(async () => expect((await conversationOf(world, slow, left)).isSubscribed).toBe(false));
    await asOwner(world.database, (owner) =>
      owner.query(`update conversations set turn_due_at = now() - interval '1 minute' where tenant_id = $1`, [
        slow.tenantId,
      ]),
    );
    await until(async () => expect(await lastDecision(slow, left)).toMatchObject({ path: 'stale', outcome: 'silent' }));
    for (const one of [shop, slow]) {
      expect(await handoversOf(one)).toEqual([]);
      expect(toldOf(one)).toEqual([]);
    }
  });
});
