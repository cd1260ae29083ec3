import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { handleInbound } from '../../jobs/handle-inbound.ts';
import { notifyManager } from '../../jobs/notify-manager.ts';
import { Notification } from '../../src/entities/notification.ts';
import { threadSubject } from '../../src/queue/contracts.ts';
import { addTarget } from '../../src/tenancy/provision.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { query } from '../support/embedded.ts';
import { buildShop, postTelegram, telegramUpdate, type Shop } from '../support/tenants.ts';
import { useWorld } from '../support/world.ts';

const world = useWorld({ workers: false });
const secret = `whsec_${Buffer.alloc(32, 3).toString('base64')}`;
const TARGETS = ['desk', 'night'];
const Body = z.object({ data: z.object({ reason: z.string() }) });

/** Each customer writes, so many hours ago; all of it is handled, and nobody told. */
async function write(shop: Shop, chats: number[], text: string, hoursAgo: number): Promise<void> {
  const date = Math.floor(Date.now() / 1000) - hoursAgo * 3_600;
  for (const chat of chats) await postTelegram(world, shop, telegramUpdate(chat, text, { date }));
  const subjects = chats.map((chat) => threadSubject(shop.telegram.channelId, String(chat)));
  await handleInbound.start(world.deps).process({ data: { wakes: [{ tenantId: shop.tenantId, subjects }] } });
}

const notifications = ({ tenantId }: Shop) =>
  withTenant(world.deps.orm, tenantId, (em) => em.find(Notification, { tenantId }, { orderBy: { id: 'asc' } }));

/** Sends all that is queued, a few at once. */
async function send(shop: Shop): Promise<void> {
  const job = notifyManager.start(world.deps);
  const due = (await notifications(shop)).filter(({ status }) => status === 'queued').map(({ id }) => id);
  while (due.length > 0) {
    const subjects = due.splice(0, 5);
    await job.process({ data: { wakes: [{ tenantId: shop.tenantId, subjects }] } });
    await job.settled?.();
  }
}

const reasonsTold = ({ slug }: Shop, target: string) =>
  world.platform.calls
    .filter(({ path }) => path === `/${target}/${slug}`)
    .map(({ body }) => Body.parse(body).data.reason);

async function shopWithTargets(thresholds: Record<string, unknown> = {}): Promise<Shop> {
  const shop = await buildShop(world, { thresholds });
  for (const name of TARGETS) {
    const config = { url: `${world.platform.url}/${name}/${shop.slug}`, secret };
    await addTarget(world.deps.orm, world.deps.keys, shop.tenantId, { kind: 'webhook', name, config });
  }
  return shop;
}

const numbered = Array.from({ length: 23 }, (_, n) => n + 1);

describe('of messages that came late', () => {
  it('each target is told twenty an hour one by one, the last with the word that there may be more', async () => {
    const shop = await shopWithTargets();
    await write(shop, numbered, 'What are your opening hours?', 7);
    await send(shop);
    for (const target of TARGETS) {
      const reasons = reasonsTold(shop, target);
      expect(reasons).toHaveLength(20);
      expect(reasons.filter((reason) => /more may have come late/.test(reason))).toHaveLength(1);
    }
    const skipped = (await notifications(shop)).filter(({ status }) => status === 'skipped');
    expect(skipped).toHaveLength(3 * TARGETS.length);
    expect(skipped[0]).toMatchObject({ attempts: 0, error: expect.stringMatching(/it waits in the queue/) });

    // Whoever asks for a person now is told of, as always; so is what comes late when an hour is over.
    await write(shop, [900], 'I want to talk to a human', 0);
    await query(
      world.database.ownerUrl,
      `update notifications set status = 'queued', created_at = now() + interval '2 hours' where id = '${skipped[0]?.id}'`,
    );
    await send(shop);
    expect(TARGETS.flatMap((target) => reasonsTold(shop, target).slice(20)).toSorted()).toEqual([
      'it came too late for automation (answer_max_age)',
      'the contact asked for a human',
      'the contact asked for a human',
    ]);
  });

  it('those that an answer has called off do not count', async () => {
    const shop = await shopWithTargets();
    await write(shop, numbered, 'What are your opening hours?', 7);
    const answered = `select id from conversations where tenant_id = '${shop.tenantId}' and thread in ('1', '2', '3')`;
    await query(
      world.database.ownerUrl,
      `update notifications set status = 'skipped' where conversation_id in (${answered})`,
    );
    await send(shop);
    for (const target of TARGETS) expect(reasonsTold(shop, target)).toHaveLength(20);
  });

  it('each is told where they do not stay in the queue', async () => {
    const shop = await shopWithTargets({ nobody_there: 'return' });
    await write(shop, numbered, 'What are your opening hours?', 7);
    await send(shop);
    for (const target of TARGETS) expect(reasonsTold(shop, target)).toHaveLength(23);
  });
});
