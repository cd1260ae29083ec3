import { afterEach, describe, expect, it } from 'vitest';
import { Notification } from '../../src/entities/notification.ts';
import { OutboundMessage } from '../../src/entities/outbound-message.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import type { PlatformCall } from '../support/fake-platform.ts';
import { managersGroups } from '../support/managers-group.ts';
import { asManager, conversationOf, messagesOf, postTelegram, type Shop } from '../support/tenants.ts';
import { addWhatsapp, type WhatsappNumber } from '../support/whatsapp-number.ts';
import { until, useWorld } from '../support/world.ts';

const world = useWorld();
const { shopWithGroup, toldOf, answersIn } = managersGroups(world);
afterEach(() => {
  world.platform.answer = undefined;
});

const WORDS = 'It is on its way';
/** Too long for one message. */
const LONG = `${WORDS} ${'word '.repeat(1_200).trim()} end`;

/** The platform refuses what `isRefused` says. */
function refuse(status: number, body: unknown, isRefused: (call: PlatformCall) => boolean): void {
  world.platform.answer = (call, response) => {
    if (!isRefused(call)) return undefined;
    response.statusCode = status;
    response.end(JSON.stringify(body));
    return true;
  };
}

const notesIn = (group: string) =>
  world.platform.calls.filter(
    ({ body }) => String(body['chat_id']) === group && String(body['text']).includes('the customer: '),
  );
const notesOf = ({ tenantId }: Shop) =>
  withTenant(world.deps.orm, tenantId, (em) => em.find(Notification, { tenantId, handoverId: null }));
const answerSends = async ({ tenantId }: Shop) =>
  withTenant(world.deps.orm, tenantId, (em) =>
    em.find(OutboundMessage, { tenantId, isAutomatic: false }, { orderBy: { seq: 'asc', part: 'asc' } }),
  );
const statusesOf = async (shop: Shop) => (await answerSends(shop)).map(({ status }) => status);

/** A customer on WhatsApp whom the group was told of, and what a manager writes there in answer. */
async function whatsappCustomer(group: string): Promise<[Shop, WhatsappNumber, ReturnType<typeof answersIn>]> {
  const shop = await shopWithGroup(group);
  const number = await addWhatsapp(world, shop);
  await number.says('wamid.1', `I want to talk to a human about the order of ${group}`);
  await until(() => expect(world.platform.textsTo(group).at(-1)).toContain(`order of ${group}`));
  return [shop, number, answersIn(shop, group)];
}

const BLOCKED = { ok: false, error_code: 403, description: 'Forbidden: bot was blocked by the user' };
const AFTER_WRITING = /before they write again/;

describe("an answer from the managers' group that fails for good", () => {
  it('is told under it, once, with the reason and what to do: the customer has blocked the bot', async () => {
    const group = '-4600';
    const shop = await shopWithGroup(group);
    const { answer } = await toldOf(shop, group, 4601);
    refuse(403, BLOCKED, ({ body }) => String(body['chat_id']) === '4601');
    const update = answer(LONG);
    await postTelegram(world, shop, update);
    await until(() => expect(notesIn(group)).toHaveLength(1));
    const { id } = await conversationOf(world, shop, 4601);
    const text = String(notesIn(group)[0]?.body['text']);
    expect(text).toMatch(/^This did not reach the customer: Telegram answered 403: .*blocked by the user\.\n\n/);
    expect(text).toMatch(AFTER_WRITING);
    expect(text).toContain(`#${id}`);
    expect(notesIn(group)[0]?.body).toMatchObject({
      reply_parameters: { message_id: update.message.message_id, allow_sending_without_reply: true },
    });

    // Somebody has it sent again, and it fails again.
    const [first] = await answerSends(shop);
    await asManager(world, shop, `/failures/outbound/${first?.id}/replay`, {});
    await until(async () => {
      const calls = world.platform.calls.filter(({ raw }) => raw.includes(WORDS) && !raw.includes('reply_parameters'));
      expect(calls).toHaveLength(2);
      expect(await statusesOf(shop)).toEqual(['failed', 'discarded']);
    });
    await until(async () => expect(await notesOf(shop)).toMatchObject([{ status: 'sent' }]));
  });

  it.each([
    [131047, /more than 24 hours .*\n\nYou can answer here again as soon as the customer has written/],
    [190, /x\.\n\nNothing reaches anybody on this channel until it is repaired/],
    [131026, AFTER_WRITING],
    [131009, /x\.\n\nIf the customer still needs it, answer again\./],
  ])('says what WhatsApp answers with %i, and what to do', async (code, why) => {
    const group = `-47${code}`;
    const [shop, number, answers] = await whatsappCustomer(group);
    refuse(
      400,
      { error: { code, message: 'x' } },
      ({ raw, body }) => body['to'] === number.contact && raw.includes(WORDS),
    );
    await postTelegram(world, shop, (await answers)(WORDS));
    await until(() => expect(notesIn(group)).toHaveLength(1));
    expect(notesIn(group)[0]?.body['text']).toMatch(why);
    const { id } = await conversationOf(world, shop, number.contact);
    expect((await messagesOf(world, shop, id)).at(-1)).toMatchObject({ status: 'failed' });
  });

  it('is told where a receipt says so later, once for all of its parts', async () => {
    const group = '-4800';
    const [shop, number, answers] = await whatsappCustomer(group);
    await postTelegram(world, shop, (await answers)(LONG));
    await until(async () => expect(await statusesOf(shop)).toEqual(['sent', 'sent']));
    for (const { externalId } of await answerSends(shop)) await number.receipt(externalId, 'failed', 131047);
    await until(() => expect(notesIn(group)).toHaveLength(1));
    await until(async () => expect(await statusesOf(shop)).toEqual(['failed', 'failed']));
    expect(notesIn(group)[0]?.body['text']).toMatch(/^\S.*the details of 131047\.\n\nYou can answer here again/);
    expect(await notesOf(shop)).toHaveLength(1);
  });

  it('says where a part of it has got through', async () => {
    const group = '-4900';
    const shop = await shopWithGroup(group);
    const { answer } = await toldOf(shop, group, 4901);
    refuse(400, { ok: false, error_code: 400, description: 'Bad Request' }, ({ body }) => {
      return String(body['chat_id']) === '4901' && String(body['text']).endsWith(' end');
    });
    await postTelegram(world, shop, answer(LONG));
    await until(() => expect(notesIn(group)).toHaveLength(1));
    expect(notesIn(group)[0]?.body['text']).toMatch(/^Not all of this reached the customer: /);
  });

  it('is told to nobody in the group where it was written in the desk', async () => {
    const group = '-5000';
    const shop = await shopWithGroup(group);
    await toldOf(shop, group, 5001);
    refuse(403, BLOCKED, ({ body }) => String(body['chat_id']) === '5001');
    const { id } = await conversationOf(world, shop, 5001);
    await asManager(world, shop, `/conversations/${id}/replies`, { text: WORDS });
    await until(async () => expect(await statusesOf(shop)).toEqual(['failed']));
    expect(await notesOf(shop)).toEqual([]);
  });
});
