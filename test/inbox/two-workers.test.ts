import { expect, it } from 'vitest';
import { z } from 'zod';
import { handleInbound } from '../../jobs/handle-inbound.ts';
import { createDeps } from '../../src/deps.ts';
import { threadSubject } from '../../src/queue/contracts.ts';
import { query } from '../support/embedded.ts';
import { hold } from '../support/hold.ts';
import { buildShop, conversationOf, decisionsOf, messagesOf, writes } from '../support/tenants.ts';
import { useWorld } from '../support/world.ts';

const warned: string[] = [];
const Line = z.object({ level: z.number(), msg: z.string() });
const WARN = 40;
const world = useWorld({
  workers: false,
  onLog(text) {
    const { level, msg } = Line.parse(JSON.parse(text));
    if (level >= WARN) warned.push(msg);
  },
});

it('two workers that are woken for one conversation handle each message once, in order, one after the other', async () => {
  const shop = await buildShop(world, { thresholds: { max_responses: 1_000, escalation_threshold: 1 } });
  const { config, log, keys, publicUrl } = world.deps;
  const other = await createDeps({ config, log, keys, databaseUrl: world.database.url, publicUrl });
  try {
    const subjects = [threadSubject(shop.telegram.channelId, '1')];
    const handle = (deps: typeof other) =>
      handleInbound.start(deps).process({ data: { wakes: [{ tenantId: shop.tenantId, subjects }] } });
    const texts = Array.from({ length: 21 }, (_, n) => `What are your opening hours? ${n}`);
    const say = async (from: number, to: number) => {
      for (const text of texts.slice(from, to)) await writes(world, shop, 1, text);
    };
    await say(0, 1);
    await handle(world.deps);

    // The one has begun and waits for the conversation; the other begins, and sees what has come since.
    const held = await hold(
      world.database.ownerUrl,
      `select from conversations where tenant_id = '${shop.tenantId}' for update`,
    );
    await say(1, 11);
    const both = [handle(world.deps)];
    await held.isWaitedFor(1);
    await say(11, 21);
    both.push(handle(other));
    await held.isWaitedFor(2);
    await held.release();
    await Promise.all(both);

    expect(warned).toEqual([]);
    const events = `select status, attempts from inbound_events where tenant_id = '${shop.tenantId}'`;
    expect(await query(world.database.ownerUrl, events)).toEqual(texts.map(() => ({ status: 'handled', attempts: 0 })));
    const { id } = await conversationOf(world, shop, 1);
    const messages = await messagesOf(world, shop, id);
    expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_, n) => n + 1));
    expect(messages.flatMap(({ direction, content }) => (direction === 'in' ? [content] : []))).toEqual(texts);
    const decided = (await decisionsOf(world, shop, id)).flatMap(({ firstSeq, lastSeq }) => [firstSeq, lastSeq]);
    const said = messages.flatMap(({ direction, seq }) => (direction === 'in' ? [seq, seq] : []));
    expect(decided).toEqual(said);
  } finally {
    await other.close();
  }
});
