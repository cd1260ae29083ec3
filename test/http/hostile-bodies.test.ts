import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startWorkers } from '../../jobs/main.ts';
import { InboundEventRow } from '../../src/entities/inbound-event.ts';
import { Message } from '../../src/entities/message.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { addSender, callFrom, META_APP, senderKinds, type Sender } from '../support/senders.ts';
import { asManager, buildShop, type Shop } from '../support/tenants.ts';
import { until, useWorld } from '../support/world.ts';

const world = useWorld({ workers: false, env: META_APP });

const eventsOf = ({ tenantId }: Shop) =>
  withTenant(world.deps.orm, tenantId, (em) => em.find(InboundEventRow, { tenantId }, { orderBy: { seq: 'asc' } }));
/** Puts more keys at the end of a body. */
const withKeys = (body: string, keys: string) => body.replace(/\}$/, `,${keys}}`);
const answerOf = async (response: Response) => [response.status, await response.json()];
const refusal = expect.objectContaining({ code: expect.any(String), detail: expect.any(String) });
/** 30 MB in 30 KB. */
const bomb = gzipSync(Buffer.alloc(30_000_000, ' '));
const brackets = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

const kept: { kind: string; shop: Shop }[] = [];

type Bad = [name: string, make: (sender: Sender) => Uint8Array];
const bytes = (text: string, encoding: BufferEncoding = 'utf8') => Uint8Array.from(Buffer.from(text, encoding));
/** Genuine, and nothing that can be read: the proof is over these very bytes. */
const unreadable: Bad[] = [
  ['empty', () => bytes('')],
  ['not JSON', () => bytes('{"update_id":')],
  ['a form', () => bytes('text=hello&visitorId=me')],
  ['UTF-16', ({ bodyOf }) => bytes(bodyOf('hello'), 'utf16le')],
];
const damaged: Bad[] = [
  ['Latin-1', ({ bodyOf }) => bytes(bodyOf('caf\u00e9'), 'latin1')],
  ['nested 10,000 deep', ({ bodyOf }) => bytes(withKeys(bodyOf('hello'), `"x":${brackets(10_000)}`))],
  ['of 500,000 values', ({ bodyOf }) => bytes(withKeys(bodyOf('hello'), `"x":[${'0,'.repeat(500_000)}0]`))],
  ['with a number that is none', ({ bodyOf }) => bytes(withKeys(bodyOf('hello'), '"x":1e999'))],
  ['with a raw NUL in its text', ({ bodyOf }) => bytes(bodyOf('a\0b'))],
];

describe.each(senderKinds)('a genuine body of %s', (kind) => {
  // The shared address tells Meta that it has come: what is refused there is repeated for days.
  const isShared = kind === 'whatsapp (shared)';
  const start = async () => {
    const shop = await buildShop(world);
    return { shop, sender: await addSender(world, shop, kind) };
  };
  let ends: Awaited<ReturnType<typeof start>>;
  beforeAll(async () => {
    ends = await start();
  });

  it.each([...unreadable, ...damaged])('that is %s is refused', async (name, make) => {
    const { shop, sender } = ends;
    const response = await callFrom(sender, make(sender));
    // Who writes in the web chat is read from the body; where nothing can be read, it is nobody.
    const isNobody = kind === 'webchat' && (unreadable.some(([each]) => each === name) || name.includes('raw NUL'));
    const refused = [isNobody ? 401 : 400, refusal];
    expect(await answerOf(response)).toEqual(isShared ? [200, { ok: true, stored: 0 }] : refused);
    expect(await eventsOf(shop)).toEqual([]);
  });

  it('that is larger than may be, also when it is unpacked, is refused', async () => {
    const { shop, sender } = ends;
    // Meta bundles more than anybody else.
    const most = kind.startsWith('whatsapp') ? 4_200_000 : 1_100_000;
    const large = sender.bodyOf('x'.repeat(most));
    expect(await answerOf(await callFrom(sender, large))).toEqual([413, refusal]);
    const bombed = { headers: { 'content-encoding': 'gzip' } };
    expect(await answerOf(await callFrom(sender, bomb, bombed))).toEqual([413, refusal]);
    const headers = { 'content-encoding': 'br' };
    expect(await answerOf(await callFrom(sender, sender.bodyOf('hello'), { headers }))).toEqual([415, refusal]);
    expect(await eventsOf(shop)).toEqual([]);
  });

  it('with what no database and no object takes is stored without it, once', async () => {
    const { shop, sender } = await start();
    const text = String.raw`a\u0000b\ud800c \ud83d\ude00`;
    const polluted = '"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}';
    const body = withKeys(sender.bodyOf(text), polluted).replace(/"(text|reply)":/, '"$1":"never","$1":');
    const gzip = { gzip: true };
    expect(await answerOf(await callFrom(sender, body, gzip))).toEqual([200, { ok: true, stored: 1 }]);
    expect(await answerOf(await callFrom(sender, body))).toEqual([200, { ok: true, stored: 0 }]);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);

    const [event, second] = await eventsOf(shop);
    expect([event?.status, second]).toEqual(['pending', undefined]);
    expect(event?.payload).toContain('a\ufffdb\ufffdc 😀');
    expect(event?.payload).not.toMatch(/__proto__|never/);
    kept.push({ kind, shop });
  });

  it('in a shape of tomorrow is kept as failed and seen, or the browser is told what is wrong', async () => {
    const { shop, sender } = await start();
    const body = kind === 'webchat' ? sender.bodyOf('') : '{"surprise":"a shape of tomorrow"}';
    const answers = [await callFrom(sender, body), await callFrom(sender, body)];
    const events = await eventsOf(shop);
    const { inbound } = Failures.parse(await (await asManager(world, shop, '/failures')).json());
    if (kind === 'webchat' || isShared) {
      expect([...new Set(answers.map(({ status }) => status))]).toEqual([isShared ? 200 : 422]);
      expect([events, inbound]).toEqual([[], []]);
      return;
    }
    expect(await Promise.all(answers.map(answerOf))).toEqual([1, 0].map((stored) => [200, { ok: true, stored }]));
    expect(events).toMatchObject([{ status: 'failed', error: expect.stringMatching(/\w/), payload: body }]);
    expect(inbound).toEqual([{ id: events[0]?.id, error: events[0]?.error }]);
  });
});

it('what was stored of all these is handled, and shown as it was stored', async () => {
  expect(kept.map(({ kind }) => kind)).toEqual(senderKinds);
  const workers = startWorkers(world.deps);
  for (const { kind, shop } of kept) {
    // There is no run that the workflow could answer.
    const status = kind === 'n8n' ? 'ignored' : 'handled';
    await until(async () => expect((await eventsOf(shop)).map((event) => event.status)).toEqual([status]));
    const messages = await withTenant(world.deps.orm, shop.tenantId, (em) =>
      em.find(Message, { tenantId: shop.tenantId, direction: 'in' }),
    );
    expect(messages.map(({ content }) => content)).toEqual(kind === 'n8n' ? [] : ['a\ufffdb\ufffdc 😀']);
  }
  await workers.stop();
});

const Failures = z.object({ inbound: z.array(z.object({ id: z.string(), error: z.string() })) });
