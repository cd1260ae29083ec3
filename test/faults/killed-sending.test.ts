import { afterEach, expect, it, vi } from 'vitest';
import { startRecordingServer } from '../support/faults/server.ts';
import { createWeb, createWorker, installationEnv, type Service } from '../support/faults/services.ts';
import { query, startCrashablePostgres, temporaryFolder } from '../support/faults/stores.ts';
import { fillWithTenants, newKey, postUpdate, updateOf } from '../support/faults/tenants.ts';

const undos: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const undo of undos.splice(0).toReversed()) await undo();
});

async function run<S extends Service>(service: S): Promise<S> {
  undos.push(() => service.kill());
  service.start();
  await service.ready();
  return service;
}

/** A platform that leaves the first send without an answer. */
async function startPlatform() {
  const texts: string[] = [];
  const server = await startRecordingServer(async (_request, body, response) => {
    const { chat_id: chat, text } = JSON.parse(body) as { chat_id: number; text: string };
    if (texts.push(text) === 1) return;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ ok: true, result: { message_id: texts.length, chat: { id: chat } } }));
  });
  undos.push(() => server.close());
  return { url: server.url, texts };
}

it('what a worker was sending when it was killed is sent by another, flagged, long before its lease is over', async () => {
  const folder = await temporaryFolder();
  undos.push(() => folder.remove());
  const postgres = await startCrashablePostgres(`${folder.path}/data`);
  undos.push(() => postgres.stop());
  const platform = await startPlatform();
  const key = newKey();
  const ownerUrl = await postgres.createDatabase('killed_sending');
  const [tenant] = await fillWithTenants(ownerUrl, key, 1);
  if (!tenant) throw new Error('there is no tenant');
  const env = installationEnv({ databaseUrl: ownerUrl, key, platformUrl: platform.url });
  const web = await run(await createWeb('web', env));
  const sends = async () => {
    const { rows } = await query(
      ownerUrl,
      'select status, is_uncertain, attempts, due_at > now() as is_leased from outbound_messages',
    );
    return rows;
  };

  const dying = await run(createWorker('worker 1', env));
  expect((await postUpdate(web.url, tenant, updateOf(1, 1))).status).toBe(200);
  await vi.waitFor(() => expect(platform.texts).toHaveLength(1), 20_000);
  await dying.kill();
  expect(await sends()).toEqual([{ status: 'sending', is_uncertain: false, attempts: 1, is_leased: true }]);
  await run(createWorker('worker 2', env));
  await vi.waitFor(
    async () => expect(await sends()).toMatchObject([{ status: 'sent', is_uncertain: true, attempts: 2 }]),
    25_000,
  );
  expect(platform.texts).toHaveLength(2);
  expect(new Set(platform.texts).size).toBe(1);
});
