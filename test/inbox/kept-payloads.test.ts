import { describe, expect, it } from 'vitest';
import { startWorkers } from '../../jobs/main.ts';
import { channelAdapter } from '../../src/channels/registry.ts';
import { InboundEventRow } from '../../src/entities/inbound-event.ts';
import { Message } from '../../src/entities/message.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { asOwner } from '../support/database.ts';
import { addSender, callFrom, META_APP, senderKinds, type Sender } from '../support/senders.ts';
import { asManager, buildShop, type Shop } from '../support/tenants.ts';
import { until, useWorld } from '../support/world.ts';

const lines: string[] = [];
const world = useWorld({ workers: false, env: META_APP, onLog: (line) => void lines.push(line) });

const eventsOf = ({ tenantId }: Shop) =>
  withTenant(world.deps.orm, tenantId, (em) => em.find(InboundEventRow, { tenantId }, { orderBy: { seq: 'asc' } }));
const answerOf = async (response: Response) => [response.status, await response.json()];

/** The messages of a WhatsApp body, `count` of them, and what else is in it. */
function bundle(sender: Sender, count: number, shared = ''): string {
  const [, head = '', message = '', tail = ''] =
    /^(.*"messages":\[)(.*)(\]\}\}\]\}\]\})$/.exec(sender.bodyOf('words')) ?? [];
  const messages = Array.from({ length: count }, (_, n) =>
    message.replace(/"wamid\.(\d+)"/, `"wamid.$1.${n}"`).replace('"words"', `"words ${n} of many"`),
  );
  return `${head.replace('"phone_number_id"', `"more":"${shared}","phone_number_id"`)}${messages.join()}${tail}`;
}

const kept: { kind: string; shop: Shop }[] = [];

describe.each(senderKinds)('what is kept of %s', (kind) => {
  it('is the JSON of the event, cleaned, no longer than the body, and enough to read it again', async () => {
    const shop = await buildShop(world);
    const sender = await addSender(world, shop, kind);
    const more = ' ,  "__proto__": {"x": 1}, "of_tomorrow": "first", "of_tomorrow": ["kept", 1.50]}\n';
    const body = sender.bodyOf(String.raw`caf\u00e9 a\u0000b`).replace(/\}$/, more);
    expect(await answerOf(await callFrom(sender, body))).toEqual([200, { ok: true, stored: 1 }]);

    const [event] = await eventsOf(shop);
    const payload = event?.payload ?? '';
    expect(payload).toContain('café a\ufffdb');
    expect(payload).not.toMatch(/__proto__|"first"|\n/);
    // The web chat's page is ours.
    const isWhole = kind !== 'webchat';
    expect(payload.includes('"of_tomorrow":["kept",1.5]')).toBe(isWhole);
    // Where nothing says when it was sent, the time when it came is kept with it.
    expect(payload.length).toBeLessThan(body.length + '"sentAt":"2026-01-05T09:30:00.000Z",'.length);
    const again = channelAdapter(kind.split(' ')[0] ?? '')?.parse(JSON.parse(payload));
    expect(again).toMatchObject([
      { externalId: event?.externalId, thread: event?.thread, payload: JSON.parse(payload) },
    ]);
    kept.push({ kind, shop });
  });
});

it('an event that failed is handled from what was kept of it', async () => {
  expect(kept.map(({ kind }) => kind)).toEqual(senderKinds);
  const failed = `update inbound_events set status = 'failed', error = 'a fault of ours' returning payload`;
  const { rowCount } = await asOwner(world.database, (owner) => owner.query(failed));
  expect(rowCount).toBe(kept.length);
  for (const { shop } of kept) {
    const [event] = await eventsOf(shop);
    const replay = await asManager(world, shop, `/failures/inbound/${event?.id}/replay`, {});
    expect(await answerOf(replay)).toEqual([200, { replayed: true }]);
    expect(await eventsOf(shop)).toMatchObject([{ status: 'pending', payload: event?.payload }]);
  }
  const workers = startWorkers(world.deps);
  for (const { kind, shop } of kept) {
    // There is no run that the workflow could answer.
    const status = kind === 'n8n' ? 'ignored' : 'handled';
    await until(async () => expect((await eventsOf(shop)).map((event) => event.status)).toEqual([status]));
    const messages = await withTenant(world.deps.orm, shop.tenantId, (em) =>
      em.find(Message, { tenantId: shop.tenantId, direction: 'in' }),
    );
    expect(messages.map(({ content }) => content)).toEqual(kind === 'n8n' ? [] : ['café a\ufffdb']);
  }
  await workers.stop();
});

describe.each(senderKinds.filter((kind) => kind !== 'webchat'))('a body of %s that is one event', (kind) => {
  it('is kept as it came where there is nothing to clean, and none of those stored with it is mixed up with it', async () => {
    const shop = await buildShop(world);
    const sender = await addSender(world, shop, kind);
    const bodies = ['plain', String.raw`caf\u00e9`, 'café 😀', 'x'.repeat(3_000), ''].map((text, n) =>
      sender
        .bodyOf(text)
        .replaceAll(/"(wamid\.|update_id":|id":")(\d+)/g, `"$1${n + 1}$2`)
        .replace(/\}$/, ` ,\t"of_tomorrow":1.50, "sentAt": "2026-01-05T09:30:00Z", "of_tomorrow" : ${n} }\n`),
    );
    // A workflow may have the same turn answered more than once; nothing else is told apart by what it says.
    const answers = await Promise.all(bodies.map(async (body) => answerOf(await callFrom(sender, body))));
    expect(answers).toEqual(bodies.map(() => [200, { ok: true, stored: 1 }]));
    expect((await eventsOf(shop)).map(({ payload }) => payload ?? '').toSorted()).toEqual(bodies.toSorted());
  });
});

describe.each(['whatsapp', 'whatsapp (shared)'] as const)('of a body of many events, at %s,', (kind) => {
  it('each has its own part and nothing of its neighbours', async () => {
    const shop = await buildShop(world);
    const sender = await addSender(world, shop, kind);
    const body = bundle(sender, 20);
    expect(await answerOf(await callFrom(sender, body))).toEqual([200, { ok: true, stored: 20 }]);
    for (const [n, { externalId, payload }] of (await eventsOf(shop)).entries()) {
      expect(externalId).toMatch(new RegExp(`\\.${n}$`));
      expect(payload?.match(/words \d+ of many/g)).toEqual([`words ${n} of many`]);
      expect(payload?.match(/wamid\./g)).toHaveLength(1);
    }
  });

  it('which share so much that it would become a hundred times as long, no more is kept than the body', async () => {
    const shop = await buildShop(world);
    const sender = await addSender(world, shop, kind);
    const body = bundle(sender, 300, 'x'.repeat(100_000));
    lines.length = 0;
    const stored = kind === 'whatsapp' ? 1 : 0;
    expect(await answerOf(await callFrom(sender, body))).toEqual([200, { ok: true, stored }]);
    expect(await eventsOf(shop)).toMatchObject(
      stored ? [{ status: 'failed', payload: body, error: expect.stringMatching(/too much/) }] : [],
    );
    const told = stored ? 'webhook.unreadable' : 'webhook.not_kept';
    expect(lines.filter((line) => line.includes(told))).toHaveLength(1);
    expect(lines.join()).not.toMatch(/xxxx|of many/);
  });
});
