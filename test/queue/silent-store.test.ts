import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { newId } from '../../src/id.ts';
import { createQueueBackend, type QueueBackend } from '../../src/queue/backend.ts';
import { jobs } from '../../src/queue/contracts.ts';
import { createWaker } from '../../src/queue/wake.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { useQueueView } from '../support/queue.ts';
import { startSilentProxy, type SilentProxy } from '../support/silent-proxy.ts';
import { redisOfThisFile, until } from '../support/world.ts';

/** Longer than a worker waits for a job. */
const SILENT_MS = 6_000;
const redisUrl = redisOfThisFile()['REDIS_URL'];
let database: TestDatabase;
let proxy: SilentProxy;
let backend: QueueBackend;

beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());
const view = useQueueView(() => database);
beforeEach(async () => {
  await view.empty();
  proxy = await startSilentProxy(redisUrl ?? database.url);
  backend = createQueueBackend({
    redisUrl: redisUrl ? proxy.url : null,
    databaseUrl: proxy.url,
    silentMs: SILENT_MS,
    onError: () => undefined,
  });
});
afterEach(async () => {
  await proxy.close();
  await backend.close();
});

it('a store that falls silent on open connections is left for new ones: jobs are added and done again', async () => {
  const done: string[] = [];
  const waker = createWaker(backend, () => undefined);
  const worker = backend.worker('deliver-outbound', 4, async ({ data }) => {
    for (const wake of jobs['deliver-outbound'].parse(data).wakes) done.push(...wake.subjects);
  });
  await backend.ready();
  /** As the sweep does: again and again. */
  const wakeUntilDone = (subject: string) =>
    until(async () => {
      waker.wake('deliver-outbound', newId(), subject);
      await waker.settled();
      expect(done).toContain(subject);
    });
  await wakeUntilDone(newId());

  // Those that are open stay silent; the store itself is there.
  proxy.silence();
  proxy.speak();
  await wakeUntilDone(newId());
  await worker.close(true);
  await waker.close();
}, 60_000);
