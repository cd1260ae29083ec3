import { describe, expect, it } from 'vitest';
import { nativePool } from '../../src/database/connect.ts';
import { createInbox } from '../../src/inbox/receive.ts';
import { hold } from '../support/hold.ts';
import { addSender, callFrom, META_APP, type Sender } from '../support/senders.ts';
import { serve } from '../support/serve.ts';
import { buildShop } from '../support/tenants.ts';
import { useWorld } from '../support/world.ts';

const world = useWorld({ workers: false, env: META_APP });

/** As much as Meta puts into one body: 1,000 messages, each with its contact, in 3 MB. */
function fullBody(sender: Sender): string {
  const [, head = '', message = '', tail = ''] =
    /^(.*"messages":\[)(.*)(\]\}\}\]\}\]\})$/.exec(sender.bodyOf('x'.repeat(2_000))) ?? [];
  const referral = JSON.stringify(Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`f${n}`, n])));
  const messages = Array.from({ length: 1_000 }, (_, n) =>
    message.replace(/"wamid\.(\d+)"/, `"wamid.$1.${n}","referral":${referral}`),
  );
  return `${head}${messages.join()}${tail}`;
}

describe.each(['whatsapp', 'whatsapp (shared)'] as const)('%s', (kind) => {
  it('takes the largest body that Meta sends, whole', async () => {
    const sender = await addSender(world, await buildShop(world), kind);
    const body = fullBody(sender);
    expect(body.length).toBeGreaterThan(2_500_000);
    for (const gzip of [false, true]) {
      const response = await callFrom(sender, body, { gzip });
      expect([response.status, await response.json()]).toEqual([200, { ok: true, stored: gzip ? 0 : 1_000 }]);
    }
  });
});

describe.each(['telegram', 'whatsapp (shared)'] as const)('%s', (kind) => {
  it('is told at once to come again while bodies of so many bytes wait already', async () => {
    const sender = await addSender(world, await buildShop(world), kind);
    const limits = { ms: 20_000, calls: 100, bytes: 10_000 };
    const inbox = createInbox(await nativePool(world.deps.orm), () => undefined, limits);
    const side = await serve({ ...world.deps, inbox });
    const post = () =>
      callFrom({ ...sender, url: sender.url.replace(world.url, side.url) }, sender.bodyOf('x'.repeat(6_000)));
    try {
      const held = await hold(world.database.ownerUrl, 'lock table inbound_events in share mode');
      const first = post();
      await held.isWaitedFor();
      const second = await post();
      expect([second.status, second.headers.has('retry-after')]).toEqual([503, true]);
      await held.release();
      expect((await first).status).toBe(200);
      expect((await post()).status).toBe(200);
    } finally {
      side.close();
    }
  });
});
