import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Channel } from '../../src/entities/channel.ts';
import { OutboundMessage } from '../../src/entities/outbound-message.ts';
import { StoredFile } from '../../src/entities/stored-file.ts';
import { Tenant } from '../../src/entities/tenant.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { breakRows } from '../support/break-rows.ts';
import { keepFiles } from '../support/keep-files.ts';
import { managersGroups } from '../support/managers-group.ts';
import { pdf, png } from '../support/some-files.ts';
import { asManager, conversationOf, handlerOf, messagesOf, postTelegram, type Shop } from '../support/tenants.ts';
import { addWhatsapp } from '../support/whatsapp-number.ts';
import { until, useWorld } from '../support/world.ts';

const world = useWorld();
const { shopWithGroup, toldOf, asksForPerson, answersIn, ended } = managersGroups(world);
afterEach(() => {
  world.platform.answer = undefined;
});

const photo = (file_id: string, more: object = {}) => ({
  text: undefined,
  photo: [{ file_id, width: 9, height: 9, ...more }],
});
const document = (file_id: string, file_name: string, more: object = {}) => ({
  text: undefined,
  document: { file_id, file_name, mime_type: 'text/html', ...more },
});

const SentFile = z.object({ name: z.string(), type: z.string(), words: z.string() });
/** What was sent to a chat in words or as a file: the method, and the words or the name of the file. */
const sentTo = (to: string | number) =>
  world.platform.calls
    .filter(({ body }) => String(body['chat_id']) === String(to))
    .map(({ path, body }) => {
      const file = SentFile.safeParse(body['photo'] ?? body['document']).data;
      return [path.split('/').at(-1), file?.name ?? body['text']];
    });
const fetches = (fileId: string) => world.platform.calls.filter(({ body }) => body['file_id'] === fileId).length;
const notesIn = (group: string) => world.platform.textsTo(group).filter((text) => text.includes('the customer: '));
const sendsOf = ({ tenantId }: Shop) =>
  withTenant(world.deps.orm, tenantId, (em) =>
    em.find(OutboundMessage, { tenantId, isAutomatic: false }, { orderBy: { seq: 'asc', part: 'asc' } }),
  );
const filesOf = ({ tenantId }: Shop) => withTenant(world.deps.orm, tenantId, (em) => em.find(StoredFile, { tenantId }));

describe("a file in the managers' group, sent in answer to a notice", () => {
  it('goes to the customer with its caption behind it, once, and stands in the conversation as what it is', async () => {
    const group = '-5100';
    const shop = await shopWithGroup(group);
    const { answer } = await toldOf(shop, group, 5101);
    const before = sentTo(5101).length;
    keepFiles(world, shop, { small: png(), large: png() });
    const sizes = [
      { file_id: 'small', width: 1, height: 1 },
      { file_id: 'large', width: 9, height: 9 },
    ];
    const update = answer('', { text: undefined, caption: 'Like this one?', photo: sizes });
    const again = { ...update, update_id: update.update_id + 900_000 };
    await Promise.all([postTelegram(world, shop, update), postTelegram(world, shop, again)]);
    await until(() => expect(sentTo(5101).at(-1)).toEqual(['sendMessage', 'Like this one?']));
    await postTelegram(world, shop, { ...update, update_id: update.update_id + 1_900_000 });
    await ended(shop, { update_id: update.update_id + 1_900_000 }, 'ignored');
    expect(sentTo(5101).slice(before)).toEqual([
      ['sendPhoto', 'image.png'],
      ['sendMessage', 'Like this one?'],
    ]);
    expect([fetches('large'), fetches('small')]).toEqual([1, 0]);
    expect(await handlerOf(world, shop, 5101)).toBe('human');

    const { id } = await conversationOf(world, shop, 5101);
    const shown = (await messagesOf(world, shop, id)).at(-1);
    const facts = { type: 'image', fileName: 'image.png', mimeType: 'image/png', sizeBytes: png().length };
    expect(shown).toMatchObject({ content: 'Like this one?', senderKind: 'user', attachments: [facts] });
    const response = await asManager(world, shop, `/attachments/${shown?.attachments[0]?.id}`);
    expect(Buffer.from(await response.arrayBuffer()).equals(png())).toBe(true);
    expect(notesIn(group)).toEqual([]);
  });

  it('goes to a customer on another channel, told by its content, and before what was answered behind it', async () => {
    const group = '-5200';
    const shop = await shopWithGroup(group);
    const number = await addWhatsapp(world, shop);
    await number.says('wamid.1', 'I want to talk to a human about the order of 5200');
    await until(() => expect(world.platform.textsTo(group).at(-1)).toContain('order of 5200'));
    const answer = await answersIn(shop, group);
    const files = { menu: 503 as number | Buffer };
    keepFiles(world, shop, files);
    await postTelegram(world, shop, answer('', document('menu', 'menu.html')));
    await postTelegram(world, shop, answer('That is our menu.'));
    await until(async () => expect((await sendsOf(shop))[0]).toMatchObject({ errorCode: 'retry', attempts: 1 }));
    files.menu = pdf();
    await until(async () => expect((await sendsOf(shop)).map(({ status }) => status)).toEqual(['sent', 'sent']));

    const toCustomer = world.platform.calls.filter(({ body }) => body['to'] === number.contact).slice(-2);
    expect(toCustomer.map(({ body }) => body['type'])).toEqual(['document', 'text']);
    const upload = world.platform.calls.find(({ path, body }) => path.endsWith('/media') && body['file']);
    expect(upload?.body['file']).toEqual({ name: 'menu.html', type: 'application/pdf', words: pdf().toString() });
  });

  it('is fetched again where it could not be kept', async () => {
    const group = '-5300';
    const shop = await shopWithGroup(group);
    const { answer } = await toldOf(shop, group, 5301);
    keepFiles(world, shop, { leaflet: pdf() });
    const words = 'nobody writes here now';
    const mend = await breakRows(world.database.ownerUrl, 'attachments', shop.tenantId, { words, what: 'update' });
    await postTelegram(world, shop, answer('', document('leaflet', 'menu.pdf')));
    await until(async () => expect((await sendsOf(shop))[0]?.error).toContain(words));
    expect(await filesOf(shop)).toMatchObject([{ sizeBytes: 0 }]);
    // Nobody gets what is not there yet.
    const [file] = await filesOf(shop);
    expect((await asManager(world, shop, `/attachments/${file?.id}`)).status).toBe(404);
    await mend();
    await until(() => expect(sentTo(5301).at(-1)).toEqual(['sendDocument', 'menu.pdf']));
    expect(fetches('leaflet')).toBe(2);
  });
});

describe("a file in the managers' group that cannot be passed on", () => {
  const limitTo = ({ tenantId }: Shop, max_attachment_mb: number) =>
    withTenant(world.deps.orm, tenantId, (em) =>
      em.nativeUpdate(Tenant, { id: tenantId }, { limits: { max_attachment_mb } }),
    );

  it.each<[string, number, Buffer | number, object, RegExp]>([
    ['is refused by Telegram', 5410, 400, {}, /fetched: Telegram answered 400: Bad Request: file is too big/],
    ["is the bot's no more", 5420, 401, {}, /fetched: Telegram answered 401/],
    ['is too large for a bot', 5430, png(), { file_size: 21 * 1024 * 1024 }, /fetched: it has more than 20 MB/],
    ['is empty', 5440, Buffer.alloc(0), {}, /fetched: it is empty/],
    ['is more than the plan allows', 5450, png(), {}, /max_attachment_mb is 0/],
  ])('as it %s, is told under the message, and its words are not sent either', async (_what, chat, kept, more, why) => {
    const group = `-${chat}`;
    const shop = await shopWithGroup(group);
    const { answer } = await toldOf(shop, group, chat);
    await until(async () => expect((await conversationOf(world, shop, chat)).handler).toBe('queued'));
    const before = sentTo(chat);
    keepFiles(world, shop, { [`of${chat}`]: kept });
    if (chat === 5450) await limitTo(shop, 0);
    const update = answer('', { ...photo(`of${chat}`, more), caption: 'Like this one' });
    await postTelegram(world, shop, update);
    await until(() => expect(notesIn(group)).toHaveLength(1));
    expect(notesIn(group)[0]).toMatch(/^This did not reach the customer: the file could not be /);
    expect(notesIn(group)[0]).toMatch(why);
    expect(world.platform.calls.at(-1)?.body).toMatchObject({
      reply_parameters: { message_id: update.message.message_id },
    });
    expect(sentTo(chat)).toEqual(before);
    expect(fetches(`of${chat}`)).toBe(chat === 5430 ? 0 : 1);
    expect((await sendsOf(shop)).map(({ status, errorCode }) => [status, errorCode ?? null])).toEqual([
      ['failed', 'file_not_fetched'],
      ['discarded', null],
    ]);
    // The channel on which it was to be sent is as well as before.
    const channel = await withTenant(world.deps.orm, shop.tenantId, (em) =>
      em.findOneOrFail(Channel, { tenantId: shop.tenantId }),
    );
    expect(channel.health).not.toBe('broken');
    expect(await conversationOf(world, shop, chat)).toMatchObject({ isSubscribed: true });
  });

  it('leaves nothing behind where its conversation is closed', async () => {
    const group = '-5500';
    const shop = await shopWithGroup(group);
    const { answer } = await toldOf(shop, group, 5501);
    keepFiles(world, shop, { unsent: png() });
    const { id } = await conversationOf(world, shop, 5501);
    await asManager(world, shop, `/conversations/${id}/close`, {});
    const update = answer('', photo('unsent'));
    await postTelegram(world, shop, update);
    await ended(shop, update, 'failed');
    await until(() => expect(notesIn(group)).toEqual([expect.stringContaining('the conversation is closed')]));
    expect(await filesOf(shop)).toEqual([]);
    expect(fetches('unsent')).toBe(0);
  });

  it('holds up its own conversation and no other', async () => {
    const group = '-5600';
    const shop = await shopWithGroup(group);
    const first = await toldOf(shop, group, 5601);
    await asksForPerson(shop, 5602);
    await until(() => expect(world.platform.textsTo(group).at(-1)).toContain('order of 5602'));
    const other = await answersIn(shop, group);
    keepFiles(world, shop, { thing: 502 });
    await postTelegram(world, shop, first.answer('', photo('thing')));
    await postTelegram(world, shop, first.answer('Behind it.'));
    await until(async () => expect((await sendsOf(shop))[0]).toMatchObject({ errorCode: 'retry' }));
    await postTelegram(world, shop, other('To somebody else.'));
    await until(() => expect(world.platform.textsTo('5602').at(-1)).toBe('To somebody else.'));
    expect(world.platform.textsTo('5601')).not.toContain('Behind it.');
  });
});
