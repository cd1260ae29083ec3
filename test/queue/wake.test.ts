import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { newId } from '../../src/id.ts';
import { createQueueBackend, type QueueBackend } from '../../src/queue/backend.ts';
import { jobs, threadSubject, type JobName } from '../../src/queue/contracts.ts';
import { createWaker, type Waker } from '../../src/queue/wake.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { useQueueView } from '../support/queue.ts';
import { redisOfThisFile } from '../support/world.ts';

let database: TestDatabase;
let backend: QueueBackend;
let waker: Waker;
const errors: Error[] = [];

const open = (redisUrl: string | null) => {
  const made = createQueueBackend({
    redisUrl,
    databaseUrl: database.url,
    onError: (error) => void errors.push(error),
  });
  return { made, its: createWaker(made, (error) => void errors.push(error)) };
};

beforeAll(async () => {
  database = await createDatabase();
  ({ made: backend, its: waker } = open(redisOfThisFile()['REDIS_URL'] ?? null));
});
afterAll(async () => {
  await waker.close();
  await backend.close();
  await database.drop();
});
const view = useQueueView(() => database);
beforeEach(() => view.empty());
afterEach(() => void errors.splice(0));

/** The rows that each job in the queue asks for, as its schema reads them. */
async function asked(job: JobName, ...states: Parameters<typeof view.jobs>[1][]) {
  const found = await view.jobs(job, ...states);
  return found.map(({ data }) => jobs[job].parse(data).wakes);
}
const rows = (count: number) => Array.from({ length: count }, newId);
const sorted = (subjects: string[]) => subjects.toSorted();

describe('wake-ups', () => {
  it('of one moment share jobs: at most 50 rows of a tenant together, 16 such groups in a job, a row once', async () => {
    const [flooded, quiet] = [newId(), rows(40)];
    const many = rows(120);
    for (const subject of [...many, ...many]) waker.wake('deliver-outbound', flooded, subject);
    for (const tenantId of quiet) waker.wake('deliver-outbound', tenantId, tenantId);
    waker.wake('notify-manager', flooded, flooded);
    await waker.settled();

    const found = await asked('deliver-outbound', 'waiting');
    const groups = found.flat();
    // 3 groups of the flood and 40 others.
    expect(found.map((wakes) => wakes.length).toSorted((one, other) => one - other)).toEqual([11, 16, 16]);
    expect(Math.max(...groups.map(({ subjects }) => subjects.length))).toBe(50);
    const ofFlood = groups.filter(({ tenantId }) => tenantId === flooded).flatMap(({ subjects }) => subjects);
    expect(sorted(ofFlood)).toEqual(sorted(many));
    expect(sorted(groups.map(({ tenantId }) => tenantId).filter((id) => id !== flooded))).toEqual(sorted(quiet));
    expect(await asked('notify-manager', 'waiting')).toEqual([[{ tenantId: flooded, subjects: [flooded] }]]);
  });

  it('write what their rows begin with once, and never half a character', async () => {
    const [tenantId, channelId] = [newId(), newId()];
    const threads = ['1000001', '1000002', 'a😀', 'a😁'].map((thread) => threadSubject(channelId, thread));
    for (const some of [threads, threads.slice(0, 1), threads.slice(0, 2), threads.slice(2)]) {
      for (const subject of some) waker.wake('handle-inbound', tenantId, subject);
      await waker.settled();
    }
    const written = (await view.jobs('handle-inbound', 'waiting')).map(({ data }) => JSON.stringify(data));
    expect(written.map((data) => data.split(channelId).length - 1)).toEqual([1, 1, 1, 1]);
    expect(Math.max(...written.map((data) => data.length))).toBeLessThan(200);
    const found = (await asked('handle-inbound', 'waiting')).flat().flatMap(({ subjects }) => subjects);
    expect(sorted(found)).toEqual(sorted([...threads, ...threads, threads[0] ?? '']));
  });

  it('that are asked for while others are on their way, and a little longer, leave together', async () => {
    const tenantId = newId();
    const all = rows(99);
    const began = performance.now();
    for (const [n, subject] of all.entries()) {
      waker.wake('deliver-outbound', tenantId, subject);
      if (n % 3 === 2) await sleep(1);
    }
    // Those that leave together were gathered for 25 ms at the least: the longer the machine took, the more jobs.
    const most = 2 + (performance.now() - began) / 24;
    await waker.settled();
    const found = await asked('deliver-outbound', 'waiting');
    expect(sorted(found.flat().flatMap(({ subjects }) => subjects))).toEqual(sorted(all));
    expect(found.length).toBeLessThanOrEqual(most);
  });

  it('for rows that are due together share a job, which waits until then', async () => {
    const [tenantId, [now, soon, alsoSoon, later]] = [newId(), rows(4)];
    const due = { [`${now}`]: 0, [`${soon}`]: 60_010, [`${alsoSoon}`]: 60_040, [`${later}`]: 90_000 };
    for (const [subject, delayMs] of Object.entries(due)) waker.wake('watch-handover', tenantId, subject, delayMs);
    await waker.settled();

    expect(await asked('watch-handover', 'waiting')).toEqual([[{ tenantId, subjects: [now] }]]);
    const delayed = await view.jobs('watch-handover', 'delayed');
    const byDelay = new Map(delayed.map((job) => [job.delay, jobs['watch-handover'].parse(job.data).wakes]));
    expect(byDelay).toEqual(
      new Map([
        [60_050, [{ tenantId, subjects: [soon, alsoSoon] }]],
        [90_000, [{ tenantId, subjects: [later] }]],
      ]),
    );
  });
});

describe('a queue that cannot be reached', () => {
  it.each(['refuses', 'takes the connection and says nothing'])(
    '%s: wake-ups are dropped, somebody is told, and nobody waits',
    async (what) => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = z.object({ port: z.number() }).parse(server.address());
      if (what === 'refuses') server.close();
      const { made, its } = open(`redis://127.0.0.1:${port}`);
      for (const subject of rows(3)) its.wake('deliver-outbound', newId(), subject);
      await its.settled();
      expect(errors.length).toBeGreaterThan(0);
      await its.close();
      await made.close();
      server.close();
    },
  );
});
