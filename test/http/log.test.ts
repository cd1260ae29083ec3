import { expect, it } from 'vitest';
import { recordLog, serve } from '../support/serve.ts';
import { buildShop, postTelegram, telegramUpdate } from '../support/tenants.ts';
import { useWorld } from '../support/world.ts';

const world = useWorld({ workers: false });

it('leaves one line for a refused webhook, without secret, address or words', async () => {
  const { log, lines } = recordLog();
  const side = await serve({ ...world.deps, log });
  try {
    const shop = await buildShop(world);
    const update = telegramUpdate(1, 'canary-words');
    expect((await postTelegram(side, shop, update, 'canary-secret-guess')).status).toBe(401);
    expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
      { msg: 'http.refused', status: 401, code: 'unauthorized', route: '/webhooks/:kind/:key' },
    ]);
    expect(lines.join()).not.toMatch(/canary/);
    expect(lines.join()).not.toContain(shop.telegram.key);
    expect(lines.join()).not.toContain(shop.telegram.secretToken);

    expect((await postTelegram(side, shop, update)).status).toBe(200);
    expect(lines).toHaveLength(1);
  } finally {
    side.close();
  }
});
