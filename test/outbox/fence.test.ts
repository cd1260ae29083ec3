import type { Pool } from 'pg';
import { beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { handleInbound } from '../../jobs/handle-inbound.ts';
import { nativePool } from '../../src/database/connect.ts';
import { TIMEOUT_MS } from '../../src/connecting/ask-platform.ts';
import { Channel } from '../../src/entities/channel.ts';
import { OutboundMessage } from '../../src/entities/outbound-message.ts';
import { newId } from '../../src/id.ts';
import { enqueueStatement } from '../../src/outbox/enqueue.ts';
import { createDelivery, RECORD_LIMIT_MS } from '../../src/outbox/deliver.ts';
import { claimStatement, readClaims, withholdStatements, type Claim } from '../../src/outbox/outbox.ts';
import { recordStatements, type SendResult } from '../../src/outbox/record.ts';
import { SEND_TIMEOUT_MS } from '../../src/outbox/send.ts';
import { threadSubject } from '../../src/queue/contracts.ts';
import { atOnce } from '../../src/tenancy/at-once.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { asOwner } from '../support/database.ts';
import { hold } from '../support/hold.ts';
import { call } from '../support/people.ts';
import { png } from '../support/some-files.ts';
import { buildShop, conversationOf, decisionsOf, messagesOf, writes, type Shop } from '../support/tenants.ts';
import { useWorld } from '../support/world.ts';

// Nobody else sends: each test says who claims and when his result comes.
const world = useWorld({ workers: false });
const CHAT = 61;
let pool: Pool;
let shop: Shop;
let conversationId: string;

beforeAll(async () => {
  pool = await nativePool(world.deps.orm);
});

/** A reply in two parts waits to be sent. */
beforeEach(async () => {
  const answer = 'word '.repeat(1_200).trim();
  shop = await buildShop(world, { faqs: [{ question: 'Tell me everything', answer, keywords: 'everything' }] });
  await says(CHAT, 'tell me everything');
  conversationId = (await conversationOf(world, shop, CHAT)).id;
  expect(await parts()).toEqual(['queued', 'queued']);
});

async function says(chat: number, text: string): Promise<void> {
  const { tenantId, telegram } = shop;
  await writes(world, shop, chat, text);
  const wakes = [{ tenantId, subjects: [threadSubject(telegram.channelId, String(chat))] }];
  await handleInbound.start(world.deps).process({ data: { wakes } });
}

const rows = () =>
  withTenant(world.deps.orm, shop.tenantId, (em) =>
    em.find(OutboundMessage, { tenantId: shop.tenantId }, { orderBy: { part: 'asc' } }),
  );
const parts = async () => (await rows()).map(({ status }) => status);

async function claim(): Promise<Claim> {
  const [found] = await atOnce(pool, shop.tenantId, [claimStatement(shop.tenantId, [conversationId], [])]);
  const { claims, stale } = readClaims(found ?? []);
  await atOnce(pool, shop.tenantId, withholdStatements(shop.tenantId, stale));
  const [first] = claims;
  if (!first) throw new Error('nothing could be claimed');
  return first;
}

const record = (result: SendResult) => atOnce(pool, shop.tenantId, recordStatements(shop.tenantId, [result]));

/** The time of whoever has claimed, or waits, is over. */
const timePasses = () =>
  asOwner(world.database, (owner) =>
    owner.query(`update outbound_messages set due_at = now() - interval '1 second' where tenant_id = $1`, [
      shop.tenantId,
    ]),
  );

async function expectUntouched(statuses: string[]): Promise<void> {
  expect(await parts()).toEqual(statuses);
  expect((await messagesOf(world, shop, conversationId)).at(-1)).toMatchObject({ status: 'queued', isError: false });
  expect((await conversationOf(world, shop, CHAT)).isSubscribed).toBe(true);
  const channel = await withTenant(world.deps.orm, shop.tenantId, (em) =>
    em.findOneOrFail(Channel, { tenantId: shop.tenantId }),
  );
  expect([channel.health, channel.pausedUntil ?? null]).toEqual(['unknown', null]);
}

describe('a result that comes after another has taken the message over', () => {
  it.each([
    ['failed', 'message'],
    ['failed', 'conversation'],
    ['failed', 'channel'],
    ['queued', 'channel'],
  ] as const)('%s, as far as the %s reaches, changes nothing', async (status, scope) => {
    const slow = await claim();
    await timePasses();
    const quick = await claim();
    expect(quick.id).toBe(slow.id);

    await record({ claim: slow, status, scope, errorCode: '400', error: 'no', delayMs: 60_000 });
    await expectUntouched(['sending', 'queued']);

    await record({ claim: quick, status: 'sent', externalId: '61:1' });
    expect(await parts()).toEqual(['sent', 'queued']);
  });

  it('lets nothing overtake it, although it has got through', async () => {
    const slow = await claim();
    await timePasses();
    const quick = await claim();
    await record({ claim: slow, status: 'sent', externalId: '61:1' });
    expect(await parts()).toEqual(['sending', 'queued']);
    await expect(claim()).rejects.toThrow('nothing could be claimed');

    await record({ claim: quick, status: 'sent', externalId: '61:2' });
    expect(await rows()).toMatchObject([{ status: 'sent', externalId: '61:2' }, { status: 'queued' }]);
    expect((await claim()).id).not.toBe(quick.id);
  });

  it('changes nothing where it is written twice and the second time comes late', async () => {
    const asked = await claim();
    const wait: SendResult = { claim: asked, status: 'queued', error: 'wait', isFree: true, scope: 'conversation' };
    await record(wait);
    await timePasses();
    await claim();
    // The answer of the database to the first time never came.
    await record(wait);
    await expectUntouched(['sending', 'queued']);
  });
});

describe('a message', () => {
  it('is taken by one of those who look for it at the same moment', async () => {
    const look = () => atOnce(pool, shop.tenantId, [claimStatement(shop.tenantId, [conversationId], [])]);
    const held = await hold(
      world.database.ownerUrl,
      `select from outbound_messages where tenant_id = '${shop.tenantId}' for update`,
    );
    const both = Promise.all([look(), look()]);
    await held.isWaitedFor(2);
    await held.release();
    const claims = (await both).flatMap(([found]) => readClaims(found ?? []).claims);
    expect(claims.map(({ attempts }) => attempts)).toEqual([1]);
    expect((await rows()).map(({ isUncertain }) => isUncertain)).toEqual([false, false]);
  });

  it('waits while its channel was asked to wait, whether it was there before or is written meanwhile', async () => {
    const pause = (until: string) =>
      asOwner(world.database, (owner) =>
        owner.query(`update channels set paused_until = ${until} where tenant_id = $1`, [shop.tenantId]),
      );
    await pause(`now() + interval '1 hour'`);
    await expect(claim()).rejects.toThrow('nothing could be claimed');
    world.deps.delivery.open();
    onTestFinished(() => world.deps.delivery.close());
    await says(CHAT + 1, 'tell me everything');
    await world.deps.delivery.settled();
    expect(await parts()).toEqual(['queued', 'queued', 'queued', 'queued']);
    expect(world.platform.calls).toEqual([]);

    await pause('now()');
    expect(await claim()).toMatchObject({ attempts: 1 });
  });

  it('leaves with the transaction that writes it, unless automation wrote it for a conversation that is another’s by now', async () => {
    for (const { id } of await rows()) await record({ claim: await claim(), status: 'sent', externalId: id });
    const [{ tenantId, channelId, messageId, seq } = {}] = await rows();
    if (!tenantId || !channelId || !messageId || !seq) throw new Error('nothing was said');
    const enqueue = async (part: number, isAutomatic: boolean) => {
      const said = {
        tenantId,
        conversationId,
        channelId,
        messageId,
        seq,
        text: 'Said for epoch 99.',
        quickReplies: [],
      };
      const one = { ...said, id: newId(), part, epoch: 99, isAutomatic };
      const [taken] = await atOnce(pool, tenantId, [enqueueStatement([one], [one])]);
      return readClaims(taken ?? []).claims;
    };
    // What waits in other conversations is no reason to wait.
    await says(CHAT + 1, 'tell me everything');
    const [byManager] = await enqueue(2, false);
    expect(byManager).toMatchObject({ text: 'Said for epoch 99.', attempts: 1 });
    // It overtakes nothing that is on its way in its conversation, or waits there.
    expect(await enqueue(3, false)).toEqual([]);
    if (byManager) await record({ claim: byManager, status: 'sent' });
    expect(await enqueue(4, false)).toEqual([]);
    for (let left = 2; left > 0; left--) await record({ claim: await claim(), status: 'sent' });
    expect(await enqueue(5, true)).toEqual([]);
    const here = (await rows()).filter((row) => row.conversationId === conversationId);
    expect(here.map(({ status }) => status)).toEqual(['sent', 'sent', 'sent', 'sent', 'sent', 'queued']);
  });

  it.each([1, 2])(
    'is withheld and says so, or still waits, where whoever does it dies after %i steps',
    async (steps) => {
      const taken = await call(world, shop.managerToken, 'POST', `/conversations/${conversationId}/take`, { body: {} });
      expect(taken.status).toBeLessThan(300);
      let left = steps;
      const dying = Object.create(pool, {
        connect: { value: () => (left-- > 0 ? pool.connect() : Promise.reject(new Error('died'))) },
      }) as Pool;
      const delivery = createDelivery({
        ...world.deps,
        pool: dying,
        isOutage: () => false,
        apiBases: {},
        fileOf: () => expect.fail('there is no file'),
        announce: () => Promise.resolve(),
        followMove: () => Promise.resolve(),
      });
      await expect(delivery.deliver(shop.tenantId, [conversationId])).rejects.toThrow('died');

      const isWithheld = (await parts()).includes('discarded');
      expect(isWithheld).toBe(steps > 1);
      expect((await messagesOf(world, shop, conversationId)).at(-1)?.status).toBe(isWithheld ? 'withheld' : 'queued');
      const [decision] = await decisionsOf(world, shop, conversationId);
      expect(decision?.withheldReason ?? '').toMatch(isWithheld ? /changed hands/ : /^$/);
    },
  );

  it('of a manager is sent whoever has the conversation by then', async () => {
    const asManager = (path: string, body: unknown) => call(world, shop.managerToken, 'POST', path, { body });
    expect((await asManager(`/conversations/${conversationId}/replies`, { text: 'Mia here.' })).status).toBe(201);
    expect((await asManager(`/conversations/${conversationId}/hand-back`, {})).status).toBeLessThan(300);
    // What automation wrote before is discarded on the way, a part with each look.
    expect(await claim().catch(claim).catch(claim)).toMatchObject({ text: 'Mia here.' });
  });
});

describe('a failure that is still its own', () => {
  it('ends the message with its other parts, and marks what caused it', async () => {
    await record({ claim: await claim(), status: 'failed', scope: 'conversation', errorCode: '403', error: 'blocked' });
    expect(await rows()).toMatchObject([
      { status: 'failed', errorCode: '403', error: 'blocked' },
      { status: 'discarded', error: 'an earlier part of this message failed' },
    ]);
    expect((await messagesOf(world, shop, conversationId)).at(-1)).toMatchObject({ status: 'failed', isError: true });
    expect((await conversationOf(world, shop, CHAT)).isSubscribed).toBe(false);
  });
});

describe('a send whose worker died', () => {
  it('is said to be uncertain when it is taken again, and no other is', async () => {
    const uncertain = async () => (await rows()).map(({ isUncertain }) => isUncertain);
    await claim();
    expect(await uncertain()).toEqual([false, false]);
    await timePasses();
    const again = await claim();
    expect(again.attempts).toBe(2);
    await record({ claim: again, status: 'sent', externalId: '61:1' });
    await claim();
    expect(await uncertain()).toEqual([true, false]);
  });
});

describe('the lease of a send', () => {
  const leaseMs = async ({ id }: Claim) => {
    const { rows: found } = await asOwner(world.database, (owner) =>
      owner.query<{ ms: number }>(
        `select extract(epoch from due_at - now())::float8 * 1000 as ms from outbound_messages where id = $1`,
        [id],
      ),
    );
    return found[0]?.ms ?? 0;
  };

  it('outlasts the send and the time in which its end is written down, also that of a file that is fetched before', async () => {
    expect(await leaseMs(await claim())).toBeGreaterThan(SEND_TIMEOUT_MS.text + RECORD_LIMIT_MS);

    const asManager = (path: string, body: unknown) => call(world, shop.managerToken, 'POST', path, { body });
    const { body } = await asManager('/attachments?fileName=shop.png', png());
    const { id } = z.object({ id: z.uuid() }).parse(body);
    await asManager(`/conversations/${conversationId}/replies`, { attachmentIds: [id] });
    await timePasses();
    // What automation wrote is discarded on the way, a part with each look.
    const file = await claim().catch(claim).catch(claim);
    expect(file.attachmentId).toBe(id);
    expect(await leaseMs(file)).toBeGreaterThan(TIMEOUT_MS + SEND_TIMEOUT_MS.file + RECORD_LIMIT_MS);
  });
});
