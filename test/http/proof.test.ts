import crypto from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { issueManagerToken } from '../../src/auth/manager-token.ts';
import { nativePool } from '../../src/database/connect.ts';
import { Channel } from '../../src/entities/channel.ts';
import { InboundEventRow } from '../../src/entities/inbound-event.ts';
import { Tenant } from '../../src/entities/tenant.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { countQueries } from '../support/count-work.ts';
import { query } from '../support/embedded.ts';
import { addSender, callFrom, META_APP, senderKinds, type Sender, type SenderKind } from '../support/senders.ts';
import { recordLog, serve } from '../support/serve.ts';
import { asManager, buildShop, type Shop } from '../support/tenants.ts';
import { until, useWorld } from '../support/world.ts';

const world = useWorld({ workers: false, env: META_APP });

const storedOf = ({ tenantId }: Shop) =>
  withTenant(world.deps.orm, tenantId, (em) => em.count(InboundEventRow, { tenantId }));
const secondsFromNow = (seconds: number) => new Date(Date.now() + seconds * 1000);
const answerOf = async (response: Response) => [response.status, await response.json()];

/** The same at an address, or with an account, that nobody has; and what it is told. */
function strangerTo(sender: Sender): [Sender, number] {
  const url = sender.url.replace(/[^/]+$/, `nobody-${crypto.randomUUID()}`);
  const bodyOf = (text: string) => sender.bodyOf(text).replace(/("phone_number_id":")\d+/, '$140404');
  return sender.url.endsWith('/webhooks/whatsapp') ? [{ ...sender, bodyOf }, 401] : [{ ...sender, url }, 404];
}

/** A channel whose requests are logged into `lines`. */
async function watched(shop: Shop, kind: SenderKind, work: (sender: Sender, lines: string[]) => Promise<void>) {
  const { deps, platform } = world;
  const { log, lines } = recordLog(world.database.ears);
  const side = await serve({ ...deps, log });
  try {
    await work(await addSender({ deps, platform, url: side.url }, shop, kind), lines);
  } finally {
    side.close();
  }
}

/** The refusal left a line that says what happened, and no secret, address or words. */
function expectOneLine(lines: string[], { url, secrets }: Sender): void {
  const route = expect.stringMatching(/^\/webhooks\/:kind/);
  expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
    { msg: 'http.refused', status: 401, code: 'unauthorized', route },
  ]);
  const key = url.endsWith('/webhooks/whatsapp') ? 'canary' : (url.split('/').at(-1) ?? '');
  for (const secret of ['canary', key, ...secrets]) expect(lines.join()).not.toContain(secret);
  // Nor what was given as proof, right or wrong.
  expect(lines.join()).not.toMatch(/nobody-at-all|sha256=|v1,|bearer/i);
}

describe('a proof with a time in it', () => {
  it.each([
    ['webhook', -302],
    ['webhook', 310],
    ['n8n', -302],
    ['n8n', 310],
    // The token of a visitor ends five minutes after it was given.
    ['webchat', -301],
  ] as const)('of %s, %i seconds off, is refused, stores nothing, and leaves one line', async (kind, seconds) => {
    const shop = await buildShop(world);
    await watched(shop, kind, async (sender, lines) => {
      const body = sender.bodyOf('canary-words');
      const response = await callFrom(sender, body, { now: secondsFromNow(seconds) });
      expect(await answerOf(response)).toEqual([
        401,
        expect.objectContaining({
          code: 'unauthorized',
          detail: 'the signature does not match, is missing or is too old',
        }),
      ]);
      expect(await storedOf(shop)).toBe(0);
      expectOneLine(lines, sender);
      for (const near of [seconds > 0 ? 298 : -290, 0]) {
        expect((await callFrom(sender, body, { now: secondsFromNow(near) })).status).toBe(200);
      }
      expect([await storedOf(shop), lines.length]).toEqual([1, 1]);
    });
  });

  it('of a manager, who comes an hour after its end, is refused', async () => {
    const shop = await buildShop(world);
    const manager = { tenantId: shop.tenantId, userId: shop.managerId };
    const tokenFor = async (hours: number) => ({
      ...shop,
      managerToken: await issueManagerToken(world.deps.keys, manager, hours),
    });
    expect((await asManager(world, await tokenFor(-1), '/conversations')).status).toBe(401);
    expect((await asManager(world, await tokenFor(1), '/conversations')).status).toBe(200);
  });
});

describe.each(senderKinds)('for %s', (kind) => {
  const isShared = kind === 'whatsapp (shared)';

  it('who cannot prove himself is refused, stores nothing and leaves one line; an unknown address is nobody’s', async () => {
    const shop = await buildShop(world);
    await watched(shop, kind, async (sender, lines) => {
      const body = sender.bodyOf('canary-words');
      expect((await callFrom(sender, body, { isForged: true })).status).toBe(401);
      expectOneLine(lines, sender);
      const [stranger, refusal] = strangerTo(sender);
      expect((await callFrom(stranger, stranger.bodyOf('hello'))).status).toBe(refusal);
      expect(await storedOf(shop)).toBe(0);
      expect(await answerOf(await callFrom(sender, body))).toEqual([200, { ok: true, stored: 1 }]);
      expect(lines).toHaveLength(2);
    });
  });

  it('a suspended tenant takes nothing; a disabled channel and a deleted tenant are not there', async () => {
    const shop = await buildShop(world);
    const sender = await addSender(world, shop, kind);
    const id = shop.tenantId;
    const body = sender.bodyOf('hello');
    const setTenant = (status: Tenant['status']) =>
      withTenant(world.deps.orm, id, (em) => em.nativeUpdate(Tenant, { id }, { status }));
    const untilItAnswers = (expected: unknown[]) =>
      until(async () => expect(await answerOf(await callFrom(sender, body))).toEqual(expected));
    const error = (code: string) => expect.objectContaining({ code, detail: expect.any(String) });
    const gone = isShared ? [401, error('unauthorized')] : [404, error('not_found')];
    const repeatsRefusals = kind === 'telegram' || kind.startsWith('whatsapp');

    await setTenant('suspended');
    await untilItAnswers(repeatsRefusals ? [200, { ok: true, stored: 0 }] : [403, error('forbidden')]);
    await setTenant('deleted');
    await untilItAnswers(gone);
    expect(await storedOf(shop)).toBe(0);
    await setTenant('active');
    await untilItAnswers([200, { ok: true, stored: 1 }]);
    await withTenant(world.deps.orm, id, (em) =>
      em.nativeUpdate(Channel, { tenantId: id, id: sender.channelId }, { status: 'disabled' }),
    );
    await untilItAnswers(gone);
  });
});

/** HMACs made while `work` runs, bytes that went into them, and connections that it takes from the pool of the service. */
async function costOf(work: () => Promise<unknown>) {
  const real = crypto.createHmac;
  let [hmacs, bytes] = [0, 0];
  const counted: typeof real = (...given) => {
    hmacs += 1;
    const hmac = real(...given);
    const update = hmac.update.bind(hmac);
    return Object.assign(hmac, {
      update(data: string | Buffer) {
        bytes += Buffer.byteLength(data);
        return update(data);
      },
    });
  };
  const queries = await countQueries(await nativePool(world.deps.orm), 'createHmac', counted, work);
  return { hmacs, bytes, queries };
}

/** Resolves when all changes made so far have been heard, and what they make stale is forgotten. */
async function changesAreHeard(): Promise<void> {
  const mark = `heard-${crypto.randomUUID()}`;
  const { promise, resolve } = Promise.withResolvers<void>();
  world.deps.changes.listen((_tenantId, table) => void (table === mark && resolve()));
  await query(world.database.ownerUrl, `select pg_notify('frontdesk_changes', '${mark} ${crypto.randomUUID()}')`);
  await promise;
}

const proofs = {
  wrong: (sender: Sender, body: Buffer) => sender.forge(body, new Date()),
  'too old': (sender: Sender, body: Buffer) => sender.forge(body, secondsFromNow(-600)),
  none: () => ({}),
};

describe.each(senderKinds)('for %s, an address of nobody costs as much as one of a channel', (kind) => {
  const meet = async () => {
    const sender = await addSender(world, await buildShop(world), kind);
    const [stranger] = strangerTo(sender);
    await changesAreHeard();
    return { sender, stranger };
  };
  const ask = async (sender: Sender, text: string, name: keyof typeof proofs) => {
    const body = sender.bodyOf(text);
    // Made before anything is counted.
    const proof = proofs[name](sender, Buffer.from(body));
    return costOf(() => callFrom({ ...sender, forge: () => proof }, body, { isForged: true }));
  };

  it('the first time and later', async () => {
    const { sender, stranger } = await meet();
    const askBoth = async () => [await ask(sender, 'hello', 'wrong'), await ask(stranger, 'hello', 'wrong')];
    const [known, unknown] = await askBoth();
    expect(unknown).toEqual(known);
    expect(known?.queries).toBe(1);
    // Telegram signs nothing: its header is compared, which is the same work whatever the body.
    if (kind === 'telegram') expect(known).toMatchObject({ hmacs: 0, bytes: 0 });
    else expect(known?.hmacs).toBeGreaterThan(0);
    // A machine that is too busy to hear of changes looks again, whoever asks.
    const remembered = { ...known, queries: 0 };
    await until(async () => expect(await askBoth()).toEqual([remembered, remembered]));
  });

  it.each(['wrong', 'too old', 'none'] as const)('with a proof that is %s, whatever is in the body', async (name) => {
    const { sender, stranger } = await meet();
    for (const text of ['hello', 'caf\u00e9 \u{1f3a8}', 'x'.repeat(900_000)]) {
      const { hmacs, bytes } = await ask(sender, text, name);
      expect(await ask(stranger, text, name), text.slice(0, 10)).toMatchObject({ hmacs, bytes });
      if (name === 'none') expect([hmacs, bytes]).toEqual([0, 0]);
    }
  });
});
