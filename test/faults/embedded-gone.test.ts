import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readConfig } from '../../src/config.ts';
import { openDatabase } from '../../src/database/open.ts';
import { postmasterPid, query } from '../support/embedded.ts';
import { atExit, killNow } from '../support/faults/exit.ts';
import { postmasterOf, temporaryFolder } from '../support/faults/stores.ts';
import { recordLog } from '../support/serve.ts';
import { buildShop, postTelegram, telegramUpdate, writes } from '../support/tenants.ts';
import { startWorld, until, type World } from '../support/world.ts';

const Line = z.object({ msg: z.string() });
const { log, lines } = recordLog();
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let forget: () => void;
let opened: Awaited<ReturnType<typeof openDatabase>>;
let world: World;

beforeAll(async () => {
  folder = await temporaryFolder();
  forget = atExit(() => killNow(postmasterOf(cluster())));
  opened = await openDatabase(readConfig({ DATA_DIR: folder.path }), log);
  const url = opened.databaseUrl;
  world = await startWorld({ database: { url, ownerUrl: url, drop: () => opened.stop() } });
});
afterAll(async () => {
  await world?.close();
  forget();
  await folder.remove();
});

const cluster = () => `${folder.path}/postgres`;

describe('the database of a data folder', () => {
  it('is started again when it was killed, and the service goes on', async () => {
    const shop = await buildShop(world);
    await writes(world, shop, 31, 'What are your opening hours?');
    await until(() => expect(world.platform.textsTo('31')).toHaveLength(1));

    const killed = await postmasterPid(cluster());
    process.kill(killed, 'SIGKILL');
    await until(async () => expect(await query(opened.databaseUrl, 'select 1 as one')).toEqual([{ one: 1 }]));
    expect(await postmasterPid(cluster())).not.toBe(killed);
    expect(lines.map((line) => Line.parse(JSON.parse(line)).msg)).toEqual(['postgres.gone']);

    const update = telegramUpdate(31, 'Do you have vegan options?');
    await until(async () => expect((await postTelegram(world, shop, update)).status).toBe(200));
    await until(() => expect(world.platform.textsTo('31').at(-1)).toMatch(/oat milk/));
    expect(world.platform.textsTo('31')).toHaveLength(2);
  });

  it('is stopped by whoever opened it, also after it was started again', async () => {
    await opened.stop();
    await expect(query(opened.databaseUrl, 'select 1')).rejects.toThrow(/ECONNREFUSED/);
  });
});
