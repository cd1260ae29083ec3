import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { handleInbound } from '../../jobs/handle-inbound.ts';
import { notifyManager } from '../../jobs/notify-manager.ts';
import type { Deps } from '../../src/deps.ts';
import { notify, SEND_TIMEOUT_MS } from '../../src/handover/notify.ts';
import { threadSubject } from '../../src/queue/contracts.ts';
import { addTarget } from '../../src/tenancy/provision.ts';
import { query } from '../support/embedded.ts';
import { hold } from '../support/hold.ts';
import { asManager, buildShop, conversationOf, writes, type Shop } from '../support/tenants.ts';
import { until, useWorld } from '../support/world.ts';

const world = useWorld({ workers: false });
const secret = `whsec_${Buffer.alloc(32, 3).toString('base64')}`;
let shop: Shop;
let chat = 0;

const Row = z.object({ id: z.string(), status: z.string(), attempts: z.number(), wait: z.number() });
async function notification() {
  const [row] = await query(
    world.database.ownerUrl,
    `select id, status, attempts, extract(epoch from due_at - now())::float8 as wait from notifications
     where tenant_id = '${shop.tenantId}'`,
  );
  return Row.parse(row);
}
/** Resolves when the call is over, however long that takes. */
const process = async (deps: Deps = world.deps) => {
  const subjects = [(await notification()).id];
  const job = notifyManager.start(deps);
  await job.process({ data: { wakes: [{ tenantId: shop.tenantId, subjects }] } });
  await job.settled?.();
};
/** Its time has come, or that of whoever sends it is up; it was begun so many times, where that is said. */
const isDue = (attempts = 'attempts') =>
  query(
    world.database.ownerUrl,
    `update notifications set due_at = now() - interval '1 second', attempts = ${attempts} where tenant_id = '${shop.tenantId}'`,
  );
afterEach(() => {
  world.platform.answer = undefined;
});

/** A customer who wants a person; nobody has been told yet. */
async function askFor(url: string): Promise<void> {
  chat += 1;
  shop = await buildShop(world, { handoverMode: 'immediate' });
  const { orm, keys } = world.deps;
  await addTarget(orm, keys, shop.tenantId, { kind: 'webhook', name: 'Team', config: { url, secret } });
  await says('I want to talk to a human');
}

async function says(text: string): Promise<void> {
  await writes(world, shop, chat, text);
  const subjects = [threadSubject(shop.telegram.channelId, String(chat))];
  await handleInbound.start(world.deps).process({ data: { wakes: [{ tenantId: shop.tenantId, subjects }] } });
}

describe('a notice', () => {
  beforeEach(() => askFor(`${world.platform.url}/told`));

  it.each([-2_000, 2_000])('leaves at once where the clock of the process is %i ms off the database’s', async (ms) => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms });
    try {
      await process();
    } finally {
      vi.useRealTimers();
    }
    expect(await notification()).toMatchObject({ status: 'sent', attempts: 1 });
  });

  it('holds nothing that whoever is at work on the conversation may want, while it waits for that one', async () => {
    const { ownerUrl } = world.database;
    const mine = `where tenant_id = '${shop.tenantId}'`;
    const held = await hold(ownerUrl, `select from conversations ${mine} for update`);
    const told = process();
    await held.isWaitedFor();
    for (const table of ['handovers', 'notifications']) {
      await query(ownerUrl, `select from ${table} ${mine} for update nowait`);
    }
    await held.release();
    await told;
    expect(await notification()).toMatchObject({ status: 'sent', attempts: 1 });
  });

  it('that somebody looks at before it is due is looked at again when it is', async () => {
    await query(
      world.database.ownerUrl,
      `update notifications set due_at = now() + interval '10 seconds' where tenant_id = '${shop.tenantId}'`,
    );
    const woken: [string, number][] = [];
    const wake: Deps['wake'] = (job, _tenantId, _subject, delayMs = 0) => void woken.push([job, delayMs]);
    await process({ ...world.deps, wake });
    expect(woken).toEqual([['notify-manager', expect.any(Number)]]);
    expect(woken[0]?.[1]).toBeGreaterThan(8_000);
    expect(await notification()).toMatchObject({ status: 'queued', attempts: 0 });
  });

  it('that somebody began to send and died over is sent when that one’s time is up', async () => {
    const begunUntil = (time: string) =>
      query(
        world.database.ownerUrl,
        `update notifications set status = 'sending', attempts = 1, due_at = ${time} where tenant_id = '${shop.tenantId}'`,
      );
    await begunUntil(`now() + interval '10 seconds'`);
    await process();
    expect(await notification()).toMatchObject({ status: 'sending', attempts: 1 });
    await begunUntil(`now() - interval '1 second'`);
    await process();
    expect(await notification()).toMatchObject({ status: 'sent', attempts: 2 });
  });

  it('is sent in the name of a claimant who has no part in it afterwards, and is in doubt where the database fails', async () => {
    const uses: string[] = [];
    const note = (what: string) => () => void uses.push(what);
    const by = { number: 4711, enter: note('enter'), leave: note('leave'), doubt: note('doubt') };
    const claimants = { enter: () => (by.enter(), by), close: () => Promise.resolve() };
    await process({ ...world.deps, claimants });
    const mine = `where tenant_id = '${shop.tenantId}'`;
    const { ownerUrl } = world.database;
    const claimed = () => query(ownerUrl, `select status, claimed_by from notifications ${mine}`);
    expect(await claimed()).toEqual([{ status: 'sent', claimed_by: 4711 }]);
    expect(uses.splice(0)).toEqual(['enter', 'leave']);

    await query(ownerUrl, `update notifications set status = 'queued', claimed_by = null ${mine}`);
    const channelsOf = () => Promise.reject(new Error('the database went away'));
    await notify({ ...world.deps, claimants, channelsOf }, shop.tenantId, (await notification()).id).catch(
      note('thrown'),
    );
    expect(uses).toEqual(['enter', 'doubt', 'leave', 'thrown']);
  });

  it('is ended by whoever took it last: what one before learns later changes nothing', async () => {
    const open: ServerResponse[] = [];
    world.platform.answer = (_call, response) => open.push(response) > 0 || undefined;
    const slow = process();
    await until(() => expect(open).toHaveLength(1));
    // Nobody else takes it for as long as that may go on.
    await process();
    const { attempts, wait } = await notification();
    expect([open.length, attempts]).toEqual([1, 1]);
    expect(wait).toBeGreaterThan(SEND_TIMEOUT_MS / 1000);
    await isDue();
    const quick = process();
    await until(() => expect(open).toHaveLength(2));
    open[0]?.writeHead(410).end();
    await slow;
    expect(await notification()).toMatchObject({ status: 'sending', attempts: 2 });
    open[1]?.end('{}');
    await quick;
    expect(await notification()).toMatchObject({ status: 'sent', attempts: 2 });
  });

  it('is due again when the target wants to be asked again, and has failed after ten tries', async () => {
    world.platform.answer = (_call, response) => {
      response.writeHead(503, { 'retry-after': '600' }).end();
      return true;
    };
    await isDue('8');
    await process();
    const asked = await notification();
    expect(asked).toMatchObject({ status: 'queued', attempts: 9 });
    expect(asked.wait).toBeGreaterThan(500);
    expect(asked.wait).toBeLessThanOrEqual(600);
    await isDue();
    await process();
    expect(await notification()).toMatchObject({ status: 'failed', attempts: 10 });
  });
});

it('a notice that was not taken is due again after its pause, by the database’s clock', async () => {
  await askFor('http://127.0.0.1:1/');
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 3_600_000 });
  try {
    await process();
  } finally {
    vi.useRealTimers();
  }
  const { status, attempts, wait } = await notification();
  expect([status, attempts]).toEqual(['queued', 1]);
  expect(wait).toBeGreaterThan(0);
  expect(wait).toBeLessThan(3);
});

it.each([
  ['is about to be told', 'due_at = now()'],
  ['is told again after a refusal', `attempts = 1, due_at = now() + interval '1 hour'`],
])('an answer takes back the reminder that the customer waits, and not the notice that %s', async (_which, set) => {
  await askFor(`${world.platform.url}/told`);
  await query(world.database.ownerUrl, `update notifications set ${set} where tenant_id = '${shop.tenantId}'`);
  await says('Is anybody there?');
  const { id } = await conversationOf(world, shop, chat);
  expect((await asManager(world, shop, `/conversations/${id}/replies`, { text: 'I am.' })).status).toBe(201);
  const told = await query(
    world.database.ownerUrl,
    `select status from notifications where tenant_id = '${shop.tenantId}' order by id`,
  );
  expect(told).toEqual([{ status: 'queued' }, { status: 'skipped' }]);
});
