import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defineJob } from '../../jobs/define-job.ts';
import { startWorkers } from '../../jobs/main.ts';
import { InboundEventRow } from '../../src/entities/inbound-event.ts';
import { conflict, PermanentError } from '../../src/errors.ts';
import { newId } from '../../src/id.ts';
import type { JobWorker } from '../../src/queue/backend.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { query } from '../support/embedded.ts';
import { hold } from '../support/hold.ts';
import { useQueueView } from '../support/queue.ts';
import { asManager, buildShop, conversationOf, writes, type Shop } from '../support/tenants.ts';
import { until, useWorld } from '../support/world.ts';

// One batch at a time, so that it is known who waits for whom.
const world = useWorld({ workers: false, env: { WORKER_CONCURRENCY: '1' } });
const view = useQueueView(() => world.database);
const hands: JobWorker[] = [];

beforeEach(() => view.empty());
afterEach(async () => {
  for (const hand of hands.splice(0)) await hand.close();
});

const asOwner = (sql: string) => query(world.database.ownerUrl, sql);
const wakeFor = (subject: string, delayMs?: number) => world.deps.wake('notify-manager', newId(), subject, delayMs);

/** A job of this test's own: takes what `notify-manager` is woken for. */
function work(run: (subject: string) => Promise<void>): JobWorker {
  const job = defineJob('notify-manager', { concurrency: () => 1 }, async (_deps, _tenantId, subjects) => {
    for (const subject of subjects) await run(subject);
  });
  const running = job.start(world.deps);
  const hand = world.deps.queue.worker(job.name, job.concurrency(world.deps), (one) => running.process(one));
  hands.push(hand);
  return hand;
}

function gate() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { passed: promise, open: resolve };
}

describe('a job', () => {
  it('whose data is not what its schema says is refused, and does not come back', async () => {
    const queue = world.deps.queue.queue('notify-manager');
    const done: string[] = [];
    work(async (subject) => void done.push(subject));
    await queue.add([{ name: 'notify-manager', data: { wakes: [{ tenantId: 'nobody', subjects: [] }] }, opts: {} }]);
    await queue.add([{ name: 'notify-manager', data: 'rows', opts: {} }]);
    await until(async () => expect(await view.jobs('notify-manager', 'failed')).toHaveLength(2));
    const failed = await view.jobs('notify-manager', 'failed');
    expect(failed.map(({ attemptsMade }) => attemptsMade)).toEqual([1, 1]);
    expect(failed.map(({ failedReason }) => failedReason).join()).toMatch(/"tenantId"[\s\S]*"subjects"/);

    const good = newId();
    wakeFor(good);
    await until(() => expect(done).toEqual([good]));
    await queue.close();
  });

  it('that an older or a newer version wrote is done', async () => {
    const queue = world.deps.queue.queue('notify-manager');
    const done: string[] = [];
    work(async (subject) => void done.push(subject));
    const [older, newer] = [newId(), newId()];
    const tenantId = newId();
    await queue.add([
      { name: 'notify-manager', data: { wakes: [{ tenantId, subjects: [older] }] }, opts: {} },
      {
        name: 'notify-manager',
        data: {
          version: 9,
          wakes: [{ tenantId, prefix: newer.slice(0, 9), subjects: [newer.slice(9)], urgency: 'high' }],
        },
        opts: {},
      },
    ]);
    await until(() => expect(done.toSorted()).toEqual([older, newer].toSorted()));
    expect(await view.jobs('notify-manager', 'failed')).toEqual([]);
    await queue.close();
  });

  it('that throws is tried again after a pause, and one that can never succeed is not', async () => {
    const [shaky, hopeless, refused] = [newId(), newId(), newId()];
    const tries: { subject: string; at: number }[] = [];
    work(async (subject) => {
      tries.push({ subject, at: performance.now() });
      if (subject === hopeless) throw new PermanentError('never');
      if (subject === refused) throw conflict('not as it is');
      if (tries.filter((one) => one.subject === shaky).length < 2) throw new Error('not yet');
    });
    wakeFor(shaky);
    await world.deps.waker.settled();
    wakeFor(hopeless);
    await world.deps.waker.settled();
    wakeFor(refused);
    await until(() => expect(tries.filter(({ subject }) => subject === shaky)).toHaveLength(2));
    const [first = 0, second = 0] = tries.filter(({ subject }) => subject === shaky).map(({ at }) => at);
    // 500 ms, less by at most a half.
    expect(second - first).toBeGreaterThan(240);
    await until(async () => expect(await view.jobs('notify-manager', 'failed')).toHaveLength(2));
    const failed = await view.jobs('notify-manager', 'failed');
    expect(failed.map(({ failedReason, attemptsMade }) => `${failedReason}: ${attemptsMade}`).toSorted()).toEqual([
      'never: 1',
      'not as it is: 1',
    ]);
    expect(tries.filter(({ subject }) => subject !== shaky)).toHaveLength(2);
  });

  it('does the rows of each tenant, whatever becomes of those of another', async () => {
    const [shaky, good] = [newId(), newId()];
    const done: string[] = [];
    work(async (subject) => {
      if (subject === shaky) throw new Error('not yet');
      done.push(subject);
    });
    const queue = world.deps.queue.queue('notify-manager');
    const wakes = [shaky, good].map((subject) => ({ tenantId: newId(), subjects: [subject] }));
    await queue.add([{ name: 'notify-manager', data: { wakes }, opts: {} }]);
    await until(() => expect(done).toContain(good));
    await queue.close();
  });

  it('asked for later comes when it is due, after what was asked for since', async () => {
    const [later, soon] = [newId(), newId()];
    const done: { subject: string; at: number }[] = [];
    work(async (subject) => void done.push({ subject, at: Date.now() }));
    const asked = Date.now();
    wakeFor(later, 2_000);
    await world.deps.waker.settled();
    wakeFor(soon);
    await until(() => expect(done.map(({ subject }) => subject)).toEqual([soon, later]));
    expect((done[1]?.at ?? 0) - asked).toBeGreaterThanOrEqual(1_995);
  });

  it('that runs is finished before its worker stops; what comes then is left for the next one', async () => {
    const [begun, end] = [gate(), gate()];
    const done: string[] = [];
    const hand = work(async (subject) => {
      begun.open();
      await end.passed;
      done.push(subject);
    });
    const [running, next] = [newId(), newId()];
    wakeFor(running);
    await begun.passed;
    let isStopped = false;
    const stopping = hand.close().then(() => (isStopped = true));
    wakeFor(next);
    await until(async () => expect(await view.jobs('notify-manager', 'waiting')).toHaveLength(1));
    expect([isStopped, done]).toEqual([false, []]);

    end.open();
    await stopping;
    expect(done).toEqual([running]);
    expect(await view.jobs('notify-manager', 'active', 'failed', 'delayed')).toEqual([]);
    work(async (subject) => void done.push(subject));
    await until(() => expect(done).toEqual([running, next]));
  });
});

const pendingOf = ({ tenantId }: Shop) =>
  withTenant(world.deps.orm, tenantId, (em) => em.count(InboundEventRow, { tenantId, status: 'pending' }));
/** Older than what somebody may still be working on. */
const age = async () => {
  await asOwner(`update inbound_events set created_at = now() - interval '1 minute' where status = 'pending'`);
  await asOwner(`update outbound_messages set due_at = now() - interval '1 minute' where status = 'queued'`);
};

describe('workers', () => {
  it('find by the sweep what they were never woken for, when the queue has forgotten all', async () => {
    const shop = await buildShop(world);
    const hours = 'What are your opening hours?';
    await writes(world, shop, 81, hours);
    await world.deps.waker.settled();
    const first = startWorkers(world.deps);
    await until(() => expect(world.platform.textsTo('81')).toHaveLength(1));
    await first.stop();

    // One wake-up of each kind: for what came in, and for what is to go out.
    for (const chat of [82, 83]) await writes(world, shop, chat, hours);
    const { id } = await conversationOf(world, shop, 81);
    expect((await asManager(world, shop, `/conversations/${id}/replies`, { text: 'Mia here.' })).status).toBe(201);
    await world.deps.waker.settled();
    expect(await view.jobs('handle-inbound', 'waiting')).not.toEqual([]);
    expect(await view.jobs('deliver-outbound', 'waiting')).not.toEqual([]);
    await view.empty();
    await age();

    const second = startWorkers(world.deps);
    await until(() => {
      const said = [81, 82, 83].map((chat) => world.platform.textsTo(String(chat)).at(-1));
      expect(said).toEqual(['Mia here.', 'We open 7am-9pm daily', 'We open 7am-9pm daily']);
    });
    await second.stop();
    expect(await pendingOf(shop)).toBe(0);
    expect([82, 83].flatMap((chat) => world.platform.textsTo(String(chat)))).toHaveLength(2);
  });

  it('that cannot read a job of another version leave it, and find its row by the sweep', async () => {
    const shop = await buildShop(world);
    await writes(world, shop, 86, 'What are your opening hours?');
    await world.deps.waker.settled();
    await view.empty();
    const queue = world.deps.queue.queue('handle-inbound');
    await queue.add([{ name: 'handle-inbound', data: { version: 9, rows: [shop.tenantId] }, opts: {} }]);
    const workers = startWorkers(world.deps);
    await until(async () => expect(await view.jobs('handle-inbound', 'failed')).toMatchObject([{ attemptsMade: 1 }]));

    await age();
    await until(() => expect(world.platform.textsTo('86')).toEqual(['We open 7am-9pm daily']));
    await workers.stop();
    await queue.close();
  });

  it('that stop finish the batch at hand and leave the others, which the next ones handle', async () => {
    const [slow, behind] = [await buildShop(world), await buildShop(world)];
    await writes(world, slow, 84, 'What are your opening hours?');
    const said = () => ['84', '85'].flatMap((chat) => world.platform.textsTo(chat));
    const [before, beforeBehind] = [said().length, world.platform.textsTo('85').length];
    const events = `select from inbound_events where tenant_id = '${slow.tenantId}' for update`;
    const held = await hold(world.database.ownerUrl, events);
    // A job that comes while a worker is starting may be seen only at its next look, seconds later.
    await world.deps.waker.settled();
    const first = startWorkers(world.deps);
    try {
      await held.isWaitedFor();
      await writes(world, behind, 85, 'What are your opening hours?');
      await until(async () => expect(await view.jobs('handle-inbound', 'active')).toHaveLength(2));

      let isStopped = false;
      const stopping = first.stop().then(() => (isStopped = true));
      await until(async () => expect(await view.jobs('handle-inbound', 'active')).toHaveLength(1));
      expect(isStopped).toBe(false);
      await held.release();
      await stopping;
    } catch (error) {
      await held.release().catch(() => undefined);
      await first.stop();
      throw error;
    }
    expect([await pendingOf(slow), await pendingOf(behind)]).toEqual([0, 1]);
    // What was finished may have left already, by a worker that was still there; what was not begun has not.
    expect(world.platform.textsTo('85')).toHaveLength(beforeBehind);

    await age();
    const second = startWorkers(world.deps);
    for (const chat of ['84', '85']) await until(() => expect(world.platform.textsTo(chat)).not.toHaveLength(0));
    await second.stop();
    expect(said()).toHaveLength(before + 2);
  });
});
