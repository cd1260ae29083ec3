import { expect, it } from 'vitest';
import { asOwner } from '../support/database.ts';
import { asManager, buildShop, postTelegram, telegramUpdate, writes } from '../support/tenants.ts';
import { until, useWorld } from '../support/world.ts';

const world = useWorld();
const HOURS = 'What are your opening hours?';

/** How many connections the database has for the service; `cut` takes those that it has. */
const leave = (connections: number, cut: boolean) =>
  asOwner(world.database, async (owner) => {
    const name = new URL(world.database.ownerUrl).pathname.slice(1);
    await owner.query(`alter database ${name} connection limit ${connections}`);
    if (!cut) return;
    await owner.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and usename = 'frontdesk_app'`,
      [name],
    );
  });

it('a database without free connections is a 503 at once to whoever asks, and all goes on when there are some', async () => {
  const shop = await buildShop(world);
  await writes(world, shop, 1, HOURS);
  await until(() => expect(world.platform.textsTo('1')).toHaveLength(1));

  await leave(0, true);
  const update = telegramUpdate(2, HOURS);
  const answers = await Promise.all([
    ...[1, 2, 3].map(() => postTelegram(world, shop, update)),
    fetch(`${world.url}/webhooks/telegram/a-key-that-nobody-has-asked-for`, { method: 'POST', body: '{}' }),
    asManager(world, shop, '/conversations'),
  ]);
  const problem = expect.objectContaining({ status: 503, code: 'unavailable' });
  for (const answer of answers) {
    expect([answer.status, answer.headers.get('retry-after'), await answer.json()]).toEqual([503, '5', problem]);
  }
  expect((await fetch(`${world.url}/readyz`)).status).toBe(503);
  expect((await fetch(`${world.url}/healthz`)).status).toBe(200);

  await leave(-1, false);
  await until(async () => expect((await postTelegram(world, shop, update)).status).toBe(200));
  await until(() => expect(world.platform.textsTo('2')).toHaveLength(1));
  expect((await asManager(world, shop, '/conversations')).status).toBe(200);
  expect((await fetch(`${world.url}/readyz`)).status).toBe(200);
});
