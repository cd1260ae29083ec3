import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { connect } from '../../src/database/connect.ts';
import { createQueueBackend } from '../../src/queue/backend.ts';
import { startRecordingPlatform, type RecordingPlatform } from '../support/faults/platform.ts';
import { chanceOf } from '../support/faults/random.ts';
import { pendingWork } from '../support/faults/rows.ts';
import { createWeb, createWorker, installationEnv, type Service, type Web } from '../support/faults/services.ts';
import { crashableRedis, query, startCrashablePostgres, temporaryFolder } from '../support/faults/stores.ts';
import { holdInbox, startCrowd } from '../support/faults/stopping.ts';
import {
  fillWithTenants,
  newKey,
  postUpdate,
  restrictedUrl,
  updateOf,
  type FaultTenant,
} from '../support/faults/tenants.ts';

let platform: RecordingPlatform;
let postgres: Awaited<ReturnType<typeof startCrashablePostgres>>;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const undos: (() => Promise<unknown>)[] = [];
let count = 0;

beforeAll(async () => {
  folder = await temporaryFolder();
  postgres = await startCrashablePostgres(`${folder.path}/data`);
  platform = await startRecordingPlatform(chanceOf(1));
});
afterEach(async () => {
  for (const undo of undos.splice(0).toReversed()) await undo();
});
afterAll(async () => {
  await platform?.close();
  await postgres?.stop();
  await folder?.remove();
});

const until = (check: () => unknown, timeout: number) => vi.waitFor(check, { timeout, interval: 50 });

/** A database of this test's own, and what its processes are started with. */
async function installation(options: { tenants: number; redisUrl?: string }) {
  count += 1;
  const key = newKey();
  const ownerUrl = await postgres.createDatabase(`start_${count}`);
  const tenants = options.tenants > 0 ? await fillWithTenants(ownerUrl, key, options.tenants) : [];
  const redis = options.redisUrl ? { redisUrl: options.redisUrl } : {};
  const env = installationEnv({ databaseUrl: ownerUrl, key, platformUrl: platform.url, ...redis });
  return {
    key,
    ownerUrl,
    tenant: tenants[0] as FaultTenant,
    web: async (name = 'web'): Promise<Web> => run(await createWeb(name, env)),
    worker: (): Service => run(createWorker('worker', env)),
  };
}

function run<S extends Service>(service: S): S {
  undos.push(() => service.kill());
  service.start();
  return service;
}

async function redisInFolder() {
  const own = await temporaryFolder();
  const redis = await crashableRedis(own.path);
  undos.push(() => own.remove());
  undos.push(() => redis.stop());
  return redis;
}

/** Every chat writes once; gives the status and the time of each answer. */
async function writeFrom(web: Web, tenant: FaultTenant, chats: number[], n: number) {
  return Promise.all(
    chats.map(async (chat) => {
      const started = performance.now();
      const response = await postUpdate(web.url, tenant, updateOf(chat, n));
      return {
        status: response.status,
        retryAfter: response.headers.get('retry-after'),
        ms: performance.now() - started,
      };
    }),
  );
}

const chatsFrom = (first: number, size: number) => Array.from({ length: size }, (_, index) => first + index);
const repliesTo = ({ botToken }: FaultTenant, chats: number[]) =>
  platform.sends.filter(({ bot, chat }) => bot === botToken && chats.includes(Number(chat))).length;
const statusOf = async (url: string) => (await fetch(url, { signal: AbortSignal.timeout(10_000) })).status;

describe('starting and stopping', () => {
  it('migrates an empty database once when two processes start on it at the same moment', async () => {
    const { web, ownerUrl } = await installation({ tenants: 0 });
    const webs = [await web('web 1'), await web('web 2')];
    await Promise.all(webs.map((one) => one.ready()));

    for (const one of webs) expect(await statusOf(`${one.url}/readyz`)).toBe(200);
    const { rows } = await query<{ name: string }>(ownerUrl, 'select name from mikro_orm_migrations order by name');
    const names = rows.map(({ name }) => name);
    expect(names.length).toBeGreaterThan(3);
    expect(new Set(names).size).toBe(names.length);
  });

  it('answers on SIGTERM every request that had reached it, and ends with code 0', async () => {
    const { web, tenant, ownerUrl } = await installation({ tenants: 1 });
    const server = await web();
    await server.ready();
    const crowd = startCrowd(server.port, tenant, 40);
    await until(() => expect(crowd.answers.length).toBeGreaterThan(400), 20_000);
    // All of them wait for an answer now, so that none is between two requests at the signal.
    const letGo = await holdInbox(ownerUrl);
    await sleep(500);
    expect(crowd.underWay()).toBe(40);
    const stopped = server.terminate();
    await sleep(500);
    await letGo();
    const { code, ms } = await stopped;
    await crowd.done;

    expect(crowd.dropped).toEqual([]);
    expect(new Set(crowd.answers)).toEqual(new Set([200]));
    const { rows } = await query<{ n: number }>(ownerUrl, 'select count(*)::int as n from inbound_events');
    expect(rows[0]?.n).toBe(crowd.answers.length);
    expect(code).toBe(0);
    expect(ms).toBeLessThan(10_000);
  });

  it('gives back the places of connections that the server ended in the middle of transactions', async () => {
    const { ownerUrl, key } = await installation({ tenants: 1 });
    const orm = await connect({ url: restrictedUrl(ownerUrl, key), pool: 2, log: () => undefined });
    undos.push(() => orm.close());
    for (let round = 0; round < 3; round++) {
      const works = [1, 2].map(() => orm.em.fork().transactional((em) => em.execute('select pg_sleep(20)')));
      const ending = Promise.allSettled(works);
      const begun = `from pg_stat_activity where datname = current_database() and query like 'select pg_sleep%'`;
      await until(async () => expect((await query(ownerUrl, `select ${begun}`)).rowCount).toBe(2), 15_000);
      await query(ownerUrl, `select pg_terminate_backend(pid) ${begun}`);
      const ends = await ending;
      expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    }
    expect(await orm.em.fork().transactional((em) => em.execute('select 1 as one'))).toEqual([{ one: 1 }]);
  });
});

describe('Redis', () => {
  it('may be emptied while messages wait and no worker runs: the sweep finds them all', async () => {
    const redis = await redisInFolder();
    await redis.start();
    const { web, worker, tenant, ownerUrl } = await installation({ tenants: 1, redisUrl: redis.url });
    const server = await web();
    await server.ready();
    const chats = chatsFrom(1_000, 60);
    await writeFrom(server, tenant, chats, 0);
    await redis.flush();
    worker();
    await until(async () => expect(await pendingWork(ownerUrl)).toMatchObject({ pending: 0, unsent: 0 }), 30_000);
    expect(repliesTo(tenant, chats)).toBe(60);
  });

  it('may be away when the web process starts, and go again: webhooks are answered and handled later', async () => {
    const redis = await redisInFolder();
    const { web, worker, tenant, ownerUrl } = await installation({ tenants: 1, redisUrl: redis.url });
    const server = await web();
    await server.ready();
    const early = chatsFrom(2_000, 30);
    const answers = await writeFrom(server, tenant, early, 0);
    expect(answers.filter(({ status, ms }) => status !== 200 || ms > 2_000)).toEqual([]);

    await redis.start();
    await worker().ready();
    await until(() => expect(repliesTo(tenant, early)).toBe(30), 30_000);

    await redis.kill();
    const late = chatsFrom(2_100, 30);
    const more = await writeFrom(server, tenant, late, 0);
    expect(more.filter(({ status, ms }) => status !== 200 || ms > 2_000)).toEqual([]);
    await redis.start();
    await until(() => expect(repliesTo(tenant, late)).toBe(30), 30_000);
    await until(async () => expect(await pendingWork(ownerUrl)).toMatchObject({ pending: 0, unsent: 0 }), 10_000);
    // Not the sweep any more, which waits for three seconds: the web process wakes by itself again.
    const [last] = await writeFrom(server, tenant, [2_200], 0);
    expect(last?.status).toBe(200);
    await until(() => expect(repliesTo(tenant, [2_200])).toBe(1), 2_500);
  });
});

describe('PostgreSQL', () => {
  it('may go away: webhooks are told to come again, the process lives, and all goes on when it is back', async () => {
    const { web, worker: startWorker, tenant, ownerUrl, key } = await installation({ tenants: 1 });
    const server = await web();
    const hand = startWorker();
    await Promise.all([server.ready(), hand.ready()]);
    await writeFrom(server, tenant, [3_000], 0);
    await until(() => expect(repliesTo(tenant, [3_000])).toBe(1), 10_000);

    await postgres.crash();
    try {
      const refused = await writeFrom(server, tenant, chatsFrom(3_000, 30), 1);
      expect(refused.filter(({ status, retryAfter, ms }) => status !== 503 || !retryAfter || ms > 5_000)).toEqual([]);
      expect(await statusOf(`${server.url}/healthz`)).toBe(200);
      expect(await statusOf(`${server.url}/readyz`)).toBe(503);
      // A queue that is made now would stay deaf: it says so, and its process ends instead of looking alive.
      const databaseUrl = restrictedUrl(ownerUrl, key);
      const deaf = createQueueBackend({ redisUrl: null, databaseUrl, onError: () => undefined });
      const worker = deaf.worker('handle-inbound', 1, async () => undefined);
      await expect(deaf.ready()).rejects.toThrow('ECONNREFUSED');
      await worker.close(true);
      await deaf.close();
      await sleep(3_000);
    } finally {
      await postgres.restart();
    }

    const back = performance.now();
    await until(async () => expect(await statusOf(`${server.url}/readyz`)).toBe(200), 10_000);
    const ready = performance.now();
    const accepted = await writeFrom(server, tenant, chatsFrom(3_000, 30), 1);
    expect(accepted.filter(({ status }) => status !== 200)).toEqual([]);
    await until(() => expect(repliesTo(tenant, chatsFrom(3_000, 30))).toBe(31), 15_000);
    process.stdout.write(
      `\n  after PostgreSQL was back: ready in ${Math.round(ready - back)} ms, all handled in ${Math.round(performance.now() - back)} ms\n`,
    );
    expect([...server.crashes, ...hand.crashes]).toEqual([]);
  });
});
