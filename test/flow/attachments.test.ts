import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Conversation } from '../../src/entities/conversation.ts';
import { OutboundMessage } from '../../src/entities/outbound-message.ts';
import { StoredFile } from '../../src/entities/stored-file.ts';
import { Tenant } from '../../src/entities/tenant.ts';
import { fileUrl } from '../../src/files/file-url.ts';
import { packetOf } from '../../src/handover/packet.ts';
import { addChannel } from '../../src/tenancy/provision.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { forge } from '../support/forge.ts';
import { asOwner } from '../support/database.ts';
import type { PlatformCall } from '../support/fake-platform.ts';
import { call, hire } from '../support/people.ts';
import { hold } from '../support/hold.ts';
import { pdf, png } from '../support/some-files.ts';
import { asManager, buildShop, conversationOf, messagesOf, writes, type Shop } from '../support/tenants.ts';
import { until, useWorld } from '../support/world.ts';

const world = useWorld();
afterEach(() => {
  world.platform.answer = undefined;
});

const Stored = z.object({ id: z.uuid() });
const Replied = z.object({ messageId: z.uuid() });
let chat = 8_000;

async function upload(shop: Shop, bytes: Buffer, fileName: string): Promise<string> {
  const { body } = await call(world, shop.managerToken, 'POST', `/attachments?fileName=${fileName}`, { body: bytes });
  return Stored.parse(body).id;
}

/** A conversation in which the contact was answered once. */
async function begun(shop: Shop): Promise<{ id: string; to: string }> {
  chat += 1;
  await writes(world, shop, chat, 'What are your opening hours?');
  await until(() => expect(world.platform.textsTo(String(chat))).toHaveLength(1));
  return { id: (await conversationOf(world, shop, chat)).id, to: String(chat) };
}

const reply = (shop: Shop, id: string, body: unknown) =>
  call(world, shop.managerToken, 'POST', `/conversations/${id}/replies`, { body });
/** What was sent to a chat after the first answer: the method, and the words or the name of the file. */
const sentTo = (to: string) =>
  world.platform.calls
    .filter(({ body }) => String(body['chat_id']) === to)
    .slice(1)
    .map(saidBy);
const SentFile = z.object({ name: z.string(), type: z.string(), words: z.string() });
const saidBy = ({ path, body }: PlatformCall) => {
  const file = SentFile.safeParse(body['photo'] ?? body['document']).data;
  return [path.split('/').at(-1), file?.name ?? body['text']];
};
const answer = (response: ServerResponse, status: number, body: unknown): true => {
  response.statusCode = status;
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(body));
  return true;
};
const outboundOf = ({ tenantId }: Shop) =>
  withTenant(world.deps.orm, tenantId, (em) =>
    em.find(OutboundMessage, { tenantId }, { orderBy: { seq: 'asc', part: 'asc' } }),
  );
const statusOf = async (shop: Shop, id: string) => (await messagesOf(world, shop, id)).at(-1)?.status;

describe('a reply with files', () => {
  it('reaches the contact as words, then each file in its order, once', async () => {
    const shop = await buildShop(world);
    const { id, to } = await begun(shop);
    const [picture, menu] = [await upload(shop, png(), 'shop.png'), await upload(shop, pdf(), 'menu.pdf')];
    const { status, body } = await reply(shop, id, { text: 'Here you are.', attachmentIds: [menu, picture] });
    expect(status).toBe(201);
    await until(async () => expect(await statusOf(shop, id)).toBe('sent'));
    expect(sentTo(to)).toEqual([
      ['sendMessage', 'Here you are.'],
      ['sendDocument', 'menu.pdf'],
      ['sendPhoto', 'shop.png'],
    ]);
    const document = world.platform.calls.find(
      ({ path, body: sent }) => path.endsWith('sendDocument') && sent['document'],
    );
    expect(document?.body['document']).toEqual({ name: 'menu.pdf', type: 'application/pdf', words: pdf().toString() });
    const messageId = Replied.parse(body).messageId;
    const shown = await asManager(world, shop, `/conversations/${id}/messages`);
    expect(await shown.json()).toMatchObject({
      items: [
        {},
        {},
        {
          id: messageId,
          text: 'Here you are.',
          attachments: [
            { id: menu, type: 'file', fileName: 'menu.pdf', mimeType: 'application/pdf', sizeBytes: pdf().length },
            { id: picture, type: 'image', fileName: 'shop.png', mimeType: 'image/png', sizeBytes: png().length },
          ],
        },
      ],
    });
    const files = await withTenant(world.deps.orm, shop.tenantId, (em) => em.find(StoredFile, {}));
    expect(files.map((file) => file.messageId)).toEqual([messageId, messageId]);
  });

  it('may be without words, and is then called by its file', async () => {
    const shop = await buildShop(world);
    const { id, to } = await begun(shop);
    expect((await reply(shop, id, { attachmentIds: [await upload(shop, png(), 'shop.png')] })).status).toBe(201);
    await until(async () => expect(await statusOf(shop, id)).toBe('sent'));
    expect(sentTo(to)).toEqual([['sendPhoto', 'shop.png']]);
    expect((await messagesOf(world, shop, id)).at(-1)).toMatchObject({ content: '', contentType: 'image' });
    const listed = await asManager(world, shop, '/conversations?include=lastMessage');
    expect(await listed.json()).toMatchObject({
      items: [{ lastMessage: { text: '', attachments: [{ fileName: 'shop.png' }] } }],
    });
    const { lastMessages } = await withTenant(world.deps.orm, shop.tenantId, async (em) =>
      packetOf(em, await em.findOneOrFail(Conversation, { id }), null, 'Bot'),
    );
    expect(lastMessages.at(-1)).toMatchObject({ author: 'Manager', text: '[image] shop.png' });
  });

  it('goes on where the platform failed, and sends nothing twice of what it took', async () => {
    const shop = await buildShop(world);
    const { id, to } = await begun(shop);
    let faults = 2;
    world.platform.answer = ({ path }, response) =>
      path.endsWith('/sendPhoto') && faults-- > 0 ? answer(response, 502, { ok: false, error_code: 502 }) : undefined;
    const files = [await upload(shop, png(), 'one.png'), await upload(shop, pdf(), 'two.pdf')];
    await reply(shop, id, { text: 'Two:', attachmentIds: files });
    await until(async () => expect(await statusOf(shop, id)).toBe('sent'));
    expect(sentTo(to)).toEqual([
      ['sendMessage', 'Two:'],
      ['sendPhoto', 'one.png'],
      ['sendPhoto', 'one.png'],
      ['sendPhoto', 'one.png'],
      ['sendDocument', 'two.pdf'],
    ]);
  });

  it('ends where the platform refuses a file: the rest is not sent, and can be sent again', async () => {
    const shop = await buildShop(world);
    const { id, to } = await begun(shop);
    let refusals = 1;
    world.platform.answer = ({ path }, response) =>
      path.endsWith('/sendDocument') && refusals-- > 0
        ? answer(response, 400, { ok: false, error_code: 400, description: 'Bad Request: wrong file' })
        : undefined;
    const files = [await upload(shop, pdf(), 'one.pdf'), await upload(shop, pdf(), 'two.pdf')];
    await reply(shop, id, { text: 'Two:', attachmentIds: files });
    await until(async () => expect(await statusOf(shop, id)).toBe('failed'));
    const sends = await outboundOf(shop);
    expect(sends.map(({ status }) => status)).toEqual(['sent', 'sent', 'failed', 'discarded']);
    const failed = sends[2]?.id;
    expect(await (await asManager(world, shop, `/failures/outbound/${failed}/replay`, {})).json()).toEqual({
      replayed: true,
    });
    await until(async () => expect(await statusOf(shop, id)).toBe('sent'));
    expect(
      sentTo(to)
        .slice(1)
        .map(([, name]) => name),
    ).toEqual(['one.pdf', 'one.pdf', 'two.pdf']);
  });

  it('fails with its reason where a file was deleted before it was sent', async () => {
    const shop = await buildShop(world);
    const { id, to } = await begun(shop);
    let isDown = true;
    world.platform.answer = ({ path }, response) =>
      isDown && path.includes(shop.telegram.botToken) ? answer(response, 502, { ok: false }) : undefined;
    await reply(shop, id, { text: 'See:', attachmentIds: [await upload(shop, pdf(), 'menu.pdf')] });
    await until(async () => expect((await outboundOf(shop)).at(-1)).toMatchObject({ status: 'queued' }));
    await asOwner(world.database, (owner) =>
      owner.query('delete from attachments where tenant_id = $1', [shop.tenantId]),
    );
    isDown = false;
    await until(async () => expect((await outboundOf(shop)).at(-1)).toMatchObject({ errorCode: 'file_gone' }));
    expect(await statusOf(shop, id)).toBe('failed');
    expect(sentTo(to).at(-1)).toEqual(['sendMessage', 'See:']);
  });

  it('of many at once has few of their files in memory, and all of them arrive', async () => {
    const shop = await buildShop(world);
    const talks = [];
    for (let n = 0; n < 8; n++) talks.push(await begun(shop));
    const open: (() => void)[] = [];
    let most = 0;
    world.platform.answer = ({ path, body }, response) => {
      if (!path.endsWith('/sendDocument')) return undefined;
      open.push(() => answer(response, 200, { ok: true, result: { message_id: 1, chat: { id: body['chat_id'] } } }));
      most = Math.max(most, open.length);
      return true;
    };
    for (const { id } of talks) await reply(shop, id, { attachmentIds: [await upload(shop, pdf(), 'menu.pdf')] });
    await until(() => expect(open).toHaveLength(4));
    await until(async () => {
      const waiting = (await outboundOf(shop)).filter(
        ({ attachmentId, status }) => attachmentId && status === 'queued',
      );
      // Being put off is no try.
      expect(waiting.map(({ attempts, error }) => [attempts, error])).toEqual(
        Array.from({ length: 4 }, () => [0, expect.stringMatching(/other files/)]),
      );
    });
    expect(most).toBe(4);
    await until(async () => {
      for (const done of open.splice(0)) done();
      expect((await outboundOf(shop)).every(({ status }) => status === 'sent')).toBe(true);
    });
    expect(most).toBe(4);
  });
});

describe('a file', () => {
  it('is sent with one message: what is unknown, another’s or sent already is refused, and the reply with it', async () => {
    const [shop, other] = [await buildShop(world), await buildShop(world)];
    const { id, to } = await begun(shop);
    const [free, sent, foreign] = [
      await upload(shop, pdf(), 'free.pdf'),
      await upload(shop, pdf(), 'sent.pdf'),
      await upload(other, pdf(), 'foreign.pdf'),
    ];
    expect((await reply(shop, id, { attachmentIds: [sent] })).status).toBe(201);
    const answers = [];
    for (const wrong of [sent, foreign, randomUUID()]) {
      const { status, body } = await reply(shop, id, { text: 'x', attachmentIds: [free, wrong] });
      answers.push([status, z.object({ detail: z.string(), errors: z.unknown() }).parse(body)]);
    }
    const message = 'is no file that waits to be sent; upload it with POST /attachments, once for each message';
    const path = 'body.attachmentIds.1';
    const refusal = [422, { detail: `${path}: ${message}`, errors: [{ path, message }] }];
    expect(answers).toEqual([refusal, refusal, refusal]);
    const owner = await withTenant(world.deps.orm, other.tenantId, (em) =>
      em.findOneOrFail(StoredFile, { id: foreign }),
    );
    expect(owner.messageId).toBeNull();
    // What was refused has taken nothing.
    expect((await reply(shop, id, { attachmentIds: [free] })).status).toBe(201);
    await until(() => expect(sentTo(to).map(([, name]) => name)).toEqual(['sent.pdf', 'free.pdf']));
  });

  it('stays free when its reply fails for another reason', async () => {
    const shop = await buildShop(world);
    const [closed, open] = [await begun(shop), await begun(shop)];
    const file = await upload(shop, pdf(), 'menu.pdf');
    await asManager(world, shop, `/conversations/${closed.id}/close`, {});
    expect((await reply(shop, closed.id, { attachmentIds: [file] })).status).toBe(409);
    expect((await reply(shop, randomUUID(), { attachmentIds: [file] })).status).toBe(404);
    expect((await reply(shop, open.id, { attachmentIds: [file] })).status).toBe(201);
    await until(() => expect(sentTo(open.to)).toEqual([['sendDocument', 'menu.pdf']]));
  });

  it('goes with one of two replies that want it at the same moment', async () => {
    const shop = await buildShop(world);
    const [one, other] = [await begun(shop), await begun(shop)];
    const file = await upload(shop, pdf(), 'menu.pdf');
    const held = await hold(world.database.ownerUrl, `select from attachments where id = '${file}' for update`);
    const both = Promise.all([one, other].map(({ id }) => reply(shop, id, { attachmentIds: [file] })));
    await held.isWaitedFor(2);
    await held.release();
    expect((await both).map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 422]);
    await until(() => expect([...sentTo(one.to), ...sentTo(other.to)]).toEqual([['sendDocument', 'menu.pdf']]));
  });

  it.each([
    [{ attachmentIds: [] }, 'body.attachmentIds'],
    [{ attachmentIds: ['no-id'] }, 'body.attachmentIds.0'],
    [{ attachmentIds: Array.from({ length: 11 }, () => randomUUID()) }, 'body.attachmentIds'],
    [{ attachmentIds: Array.from({ length: 2 }, () => '01a20968-d02c-7636-9050-6c45df1acbb4') }, 'body.attachmentIds'],
    [{ attachmentIds: 'one' }, 'body.attachmentIds'],
    [{ attachmentIds: [randomUUID()], text: '' }, 'body.text'],
    [{ text: 'x', files: [randomUUID()] }, 'body'],
    [{}, 'body.text'],
  ])('is not named by %j', async (body, path) => {
    const shop = await buildShop(world);
    const { id } = await begun(shop);
    expect(await reply(shop, id, body)).toMatchObject({ status: 422, body: { errors: [{ path }] } });
  });
});

const Seen = z.object({
  messages: z.array(
    z.object({
      text: z.string(),
      attachments: z.array(
        z.strictObject({
          type: z.string(),
          url: z.url(),
          fileName: z.string(),
          mimeType: z.string(),
          sizeBytes: z.number(),
        }),
      ),
    }),
  ),
});

/** A visitor of a shop's web chat, to whom a manager has sent a picture and a document. */
async function visited() {
  const shop = await buildShop(world);
  const { orm, keys } = world.deps;
  const config = { allowedOrigins: [], visitorSecret: randomUUID() };
  const { key } = await addChannel(orm, keys, shop.tenantId, { kind: 'webchat', name: 'Chat', config });
  const begin = await fetch(`${world.url}/chat/${key}/session`, { method: 'POST' });
  const { visitorId, token } = z.object({ visitorId: z.string(), token: z.string() }).parse(await begin.json());
  const headers = { authorization: `Bearer ${token}` };
  await fetch(`${world.url}/webhooks/webchat/${key}`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ visitorId, id: randomUUID(), text: 'What are your opening hours?' }),
  });
  const seen = async () =>
    Seen.parse(await (await fetch(`${world.url}/chat/${key}/messages`, { headers })).json()).messages;
  await until(async () => expect(await seen()).toHaveLength(2));
  const { id } = await conversationOf(world, shop, visitorId);
  const files = [await upload(shop, png(), 'shop.png'), await upload(shop, pdf(), 'menu.pdf')];
  expect((await reply(shop, id, { text: 'Look:', attachmentIds: files })).status).toBe(201);
  await until(async () => expect(await seen()).toHaveLength(3));
  return { shop, files, shown: (await seen()).at(-1) };
}

describe('the link to a file', () => {
  it('is shown in the web chat and gives the file: a picture to be seen, anything else to be saved', async () => {
    const { shown } = await visited();
    expect(shown).toMatchObject({
      text: 'Look:',
      attachments: [
        { type: 'image', fileName: 'shop.png', mimeType: 'image/png', sizeBytes: png().length },
        { type: 'file', fileName: 'menu.pdf', mimeType: 'application/pdf' },
      ],
    });
    for (const [at, { name, bytes, type }] of [
      { name: 'inline; filename="shop.png"', bytes: png(), type: 'image/png' },
      { name: 'attachment; filename="menu.pdf"', bytes: pdf(), type: 'application/pdf' },
    ].entries()) {
      const response = await fetch(shown?.attachments[at]?.url ?? '');
      expect(response.status).toBe(200);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'content-type': type,
        'content-disposition': name,
        'x-content-type-options': 'nosniff',
        'content-security-policy': "sandbox; default-src 'none'",
        'cache-control': 'private, no-store',
      });
      expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
    }
  });

  it('is worth nothing when it is forged, over, of a file that was not sent, or of a tenant that is away', async () => {
    const { shop, files, shown } = await visited();
    const url = shown?.attachments[0]?.url ?? '';
    const elsewhere = await buildShop(world);
    const unsent = await upload(shop, png(), 'unsent.png');
    const urlOf = (tenantId: string, fileId: string, seconds = 60) =>
      fileUrl({ ...world.deps, publicUrl: world.url }, { tenantId, fileId }, new Date(), seconds);
    const answerTo = async (one: string) => (await fetch(one)).status;
    for (const wrong of [
      forge(url),
      `${world.url}/api/v1/files/nothing`,
      urlOf(shop.tenantId, files[0] ?? '', -1),
      urlOf(elsewhere.tenantId, files[0] ?? ''),
      urlOf(shop.tenantId, unsent),
      urlOf(shop.tenantId, randomUUID()),
    ]) {
      expect(await answerTo(wrong), wrong).toBe(404);
    }
    expect(await answerTo(url)).toBe(200);
    const set = (status: Tenant['status']) =>
      withTenant(world.deps.orm, shop.tenantId, (em) => em.nativeUpdate(Tenant, { id: shop.tenantId }, { status }));
    await set('suspended');
    expect(await answerTo(url)).toBe(404);
    await set('active');
    expect(await answerTo(url)).toBe(200);
  });

  it('of one tenant is not given to another by id', async () => {
    const { files } = await visited();
    const { token } = await hire(world, (await buildShop(world)).tenantId, 'owner');
    expect((await call(world, token, 'GET', `/attachments/${files[0]}`)).status).toBe(404);
  });
});
