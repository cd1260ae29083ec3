import { createServer } from 'node:http';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createApp } from '../../src/app.ts';
import { listen } from '../../src/listen.ts';
import { buildShop, postTelegram, telegramUpdate } from '../support/tenants.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({ workers: false });
});
afterAll(() => world.close());

it('leaves one line for a refused webhook, without secret, address or words', async () => {
  const lines: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  const answer = createApp({ ...world.deps, log }).callback();
  const server = createServer((request, response) => void answer(request, response));
  const url = `http://127.0.0.1:${await listen(server, 0, '127.0.0.1')}`;
  try {
    const shop = await buildShop(world);
    const update = telegramUpdate(1, 'canary-words');
    expect((await postTelegram({ url }, shop, update, 'canary-secret-guess')).status).toBe(401);
    expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
      { msg: 'http.refused', status: 401, code: 'unauthorized', route: '/webhooks/:kind/:key' },
    ]);
    expect(lines.join()).not.toMatch(/canary/);
    expect(lines.join()).not.toContain(shop.telegram.key);
    expect(lines.join()).not.toContain(shop.telegram.secretToken);

    expect((await postTelegram({ url }, shop, update)).status).toBe(200);
    expect(lines).toHaveLength(1);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
