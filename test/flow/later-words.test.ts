import { describe, expect, it } from 'vitest';
import { applyToMessage } from '../../src/conversations/take-in.ts';
import { withUnit } from '../../src/conversations/with-unit.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { buildShop, conversationOf, messagesOf, postTelegram, telegramUpdate, type Shop } from '../support/tenants.ts';
import { addWhatsapp, type WhatsappNumber } from '../support/whatsapp-number.ts';
import { until, useWorld } from '../support/world.ts';

const world = useWorld();
const hours = 'What are your opening hours?';

/** A contact who has asked on WhatsApp, by this message, and was answered. */
async function asked(): Promise<{ shop: Shop; number: WhatsappNumber; id: string }> {
  const shop = await buildShop(world);
  const number = await addWhatsapp(world, shop);
  const id = `wamid.of.${number.contact}`;
  await number.says(id, hours);
  await until(() => expect(world.platform.textsTo(number.contact)).toHaveLength(1));
  return { shop, number, id };
}

const said = async (shop: Shop, thread: string) =>
  messagesOf(world, shop, (await conversationOf(world, shop, thread)).id);
const first = async (shop: Shop, thread: string) => (await said(shop, thread))[0];
const ends = ({ tenantId }: Shop) =>
  withTenant(world.deps.orm, tenantId, async (em) =>
    (
      await em.execute<{ status: string }[]>('select status from inbound_events where tenant_id = ? order by seq', [
        tenantId,
      ])
    ).map(({ status }) => status),
  );
const edit = (id: string, body: string, timestamp: string) => ({
  type: 'edit',
  timestamp,
  edit: { original_message_id: id, message: { type: 'text', text: { body } } },
});

describe('a message that its writer changes', () => {
  it('shows the newest words, whatever order the edits come in, keeps the first ones, and is not answered again', async () => {
    const { shop, number, id } = await asked();
    await number.says('wamid.edit.2', edit(id, 'And on Sundays?', '1767609200'));
    await until(async () => expect((await first(shop, number.contact))?.content).toBe('And on Sundays?'));
    await number.says('wamid.edit.1', edit(id, 'And on Mondays?', '1767609100'));
    await until(async () => expect(await ends(shop)).toEqual(['handled', 'handled', 'handled']));

    const [message, ...others] = await said(shop, number.contact);
    expect(message).toMatchObject({
      content: 'And on Sundays?',
      metadata: { before: hours },
      editedAt: new Date(1_767_609_200_000),
    });
    expect(others).toHaveLength(1);
    expect(world.platform.textsTo(number.contact)).toHaveLength(1);
  });

  it('is changed on Telegram in the chat it was written in, and nowhere else', async () => {
    const shop = await buildShop(world);
    const [here, there] = [telegramUpdate(71, hours), telegramUpdate(72, hours)];
    for (const update of [here, there]) await postTelegram(world, shop, update);
    for (const chat of ['71', '72']) await until(() => expect(world.platform.textsTo(chat)).toHaveLength(1));
    const { update_id, message } = telegramUpdate(71, 'Never mind');
    const edited_message = { ...message, message_id: here.message.message_id, edit_date: message.date + 1 };
    await postTelegram(world, shop, { update_id, edited_message });
    await until(async () => expect((await first(shop, '71'))?.content).toBe('Never mind'));
    expect((await first(shop, '72'))?.content).toBe(hours);
    expect(world.platform.textsTo('71')).toHaveLength(1);
  });
});

describe('a file that its writer replaces', () => {
  const photo = [{ file_id: 'photo.1', width: 90, height: 67 }];
  const document = { file_id: 'document.2', file_name: 'invoice.pdf', mime_type: 'application/pdf' };

  it('is the new one from then on, and the first one is kept with the first words', async () => {
    const shop = await buildShop(world);
    const { update_id, message } = telegramUpdate(73, '', { text: undefined, photo, caption: 'My invoice' });
    await postTelegram(world, shop, { update_id, message });
    await until(async () => expect((await first(shop, '73'))?.contentType).toBe('text'));

    const { update_id: next } = telegramUpdate(73, '');
    const changed = { ...message, photo: undefined, caption: undefined, document, edit_date: message.date + 1 };
    await postTelegram(world, shop, { update_id: next, edited_message: changed });
    await until(async () =>
      expect(await first(shop, '73')).toMatchObject({
        content: '',
        contentType: 'file',
        attachments: [{ type: 'file', providerId: 'document.2', fileName: 'invoice.pdf', mimeType: 'application/pdf' }],
        metadata: { before: 'My invoice', attachmentsBefore: [{ type: 'image', providerId: 'photo.1' }] },
      }),
    );
  });

  it('stays where only its caption is changed, and on a channel whose edits tell of words alone', async () => {
    const shop = await buildShop(world);
    const { update_id, message } = telegramUpdate(74, '', { text: undefined, photo, caption: 'My invoice' });
    await postTelegram(world, shop, { update_id, message });
    const image = [{ type: 'image', providerId: 'photo.1' }];
    await until(async () => expect((await first(shop, '74'))?.attachments).toEqual(image));
    const { update_id: next } = telegramUpdate(74, '');
    const edited_message = { ...message, caption: 'My receipt', edit_date: message.date + 1 };
    await postTelegram(world, shop, { update_id: next, edited_message });
    await until(async () => expect((await first(shop, '74'))?.content).toBe('My receipt'));
    expect(await first(shop, '74')).toMatchObject({ attachments: image, metadata: { before: 'My invoice' } });

    const editedAt = new Date((message.date + 2) * 1_000);
    const words = { type: 'edit' as const, messageId: `74:${message.message_id}`, text: 'Mine', editedAt };
    await withUnit(world.deps, shop.tenantId, (unit) => applyToMessage(unit, shop.telegram.channelId, words));
    expect(await first(shop, '74')).toMatchObject({ content: 'Mine', attachments: image });
    expect((await first(shop, '74'))?.metadata).toEqual({ before: 'My invoice' });
  });
});

describe('a message that its writer takes back', () => {
  it('keeps its place and loses its words and files', async () => {
    const { shop, number, id } = await asked();
    const image = { type: 'image', image: { id: 'media.1', mime_type: 'image/png', caption: 'My order' } };
    await number.says('wamid.image', image);
    await until(async () => expect((await said(shop, number.contact)).at(-1)?.content).not.toBe(hours));
    for (const gone of [id, 'wamid.image']) {
      await number.says(`wamid.revoke.${gone}`, { type: 'revoke', revoke: { original_message_id: gone } });
    }
    await until(async () => {
      const taken = (await said(shop, number.contact)).filter(({ direction }) => direction === 'in');
      expect(taken).toMatchObject([
        { seq: 1, content: '', attachments: [], deletedAt: expect.any(Date) },
        { content: '', attachments: [], deletedAt: expect.any(Date) },
      ]);
    });
    expect((await said(shop, number.contact)).find(({ direction }) => direction === 'out')?.content).not.toBe('');
  });
});

describe('a reaction', () => {
  it('belongs to the message and to who reacted, is replaced by the next one, and can be taken back', async () => {
    const { shop, number } = await asked();
    const answer = await until(async () => {
      const message = (await said(shop, number.contact))[1];
      expect(message?.status).toBe('sent');
      return message;
    });
    expect(answer?.reactions).toEqual({});
    const { externalId } = await answerSent(shop);
    const react = (id: string, emoji: string) =>
      number.says(id, { type: 'reaction', reaction: { message_id: externalId, emoji } });
    const shown = async () => (await said(shop, number.contact))[1]?.reactions;
    await react('wamid.r1', '👍');
    await until(async () => expect(await shown()).toEqual({ [number.contact]: '👍' }));
    await react('wamid.r2', '❤️');
    await until(async () => expect(await shown()).toEqual({ [number.contact]: '❤️' }));
    await react('wamid.r3', '');
    await until(async () => expect(await shown()).toEqual({}));
    expect(world.platform.textsTo(number.contact)).toHaveLength(1);
  });
});

const answerSent = ({ tenantId }: Shop) =>
  withTenant(world.deps.orm, tenantId, async (em) => {
    const [row] = await em.execute<{ external_id: string }[]>(
      `select external_id from outbound_messages where tenant_id = ? and status = 'sent'`,
      [tenantId],
    );
    return { externalId: row?.external_id ?? '' };
  });
