import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { createDeps } from '../../src/deps.ts';
import { Conversation } from '../../src/entities/conversation.ts';
import { TenantSettings } from '../../src/entities/tenant-settings.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { withoutCanaries } from '../support/canaries.ts';
import { buildShop, conversationOf, handlerOf, decisionsOf, writes, type Shop } from '../support/tenants.ts';
import { until, useWorld } from '../support/world.ts';

const world = useWorld();

const all = <T>(shop: Shop, find: (em: Parameters<Parameters<typeof withTenant>[2]>[0]) => Promise<T>) =>
  withTenant(world.deps.orm, shop.tenantId, find);

describe('bursts', () => {
  it('are answered once when the contact pauses, and at once when a human is asked for', async () => {
    const shop = await buildShop(world, { thresholds: { debounce_ms: 2_000, debounce_max_ms: 20_000 } });
    for (const text of ['Hi', 'tell me', 'What are your opening hours?']) await writes(world, shop, 69, text);
    await until(() => expect(world.platform.textsTo('69')).toEqual(['We open 7am-9pm daily']));
    const { id } = await conversationOf(world, shop, 69);
    expect(await decisionsOf(world, shop, id)).toMatchObject([{ firstSeq: 1, lastSeq: 3 }]);

    const slow = await buildShop(world, {
      thresholds: { debounce_ms: 60_000, debounce_max_ms: 60_000 },
      handoverMode: 'immediate',
    });
    await writes(world, slow, 70, 'Hi');
    await writes(world, slow, 70, 'I want to talk to a human');
    await until(async () => expect(await handlerOf(world, slow, 70)).toBe('queued'));
  });

  it('are answered after debounce_max_ms although they go on', async () => {
    const quick = await buildShop(world, { thresholds: { debounce_ms: 2_000, debounce_max_ms: 2_500 } });
    let sent = 0;
    while (world.platform.textsTo('71').length === 0) {
      await writes(world, quick, 71, `What are your opening hours? ${sent++}`);
      await sleep(50);
    }
    expect(sent).toBeGreaterThan(3);
  });
});

describe('max_responses', () => {
  it('counts the replies of one talk: after a long silence it counts afresh', async () => {
    const shop = await buildShop(world, { thresholds: { max_responses: 2, count_afresh_after: 3_600 } });
    const question = (n: number) => `What are your opening hours? ${n}`;
    const answered = (times: number) => until(() => expect(world.platform.textsTo('74')).toHaveLength(times));
    const silentFor = async (minutes: number) => {
      const { id } = await conversationOf(world, shop, 74);
      await all(shop, (em) =>
        em.nativeUpdate(
          Conversation,
          { tenantId: shop.tenantId, id },
          { lastActivityAt: new Date(Date.now() - minutes * 60_000) },
        ),
      );
    };
    for (const n of [1, 2]) {
      await writes(world, shop, 74, question(n));
      await answered(n);
    }
    await silentFor(61);
    for (const n of [3, 4]) {
      await writes(world, shop, 74, question(n));
      await answered(n);
    }
    expect(world.platform.textsTo('74')).toEqual(Array(4).fill('We open 7am-9pm daily'));
    await silentFor(59);
    await writes(world, shop, 74, question(5));
    await until(async () => expect(await handlerOf(world, shop, 74)).toBe('awaiting_consent'));
  });
});

describe('settings', () => {
  it('are in force at once when they change', async () => {
    const shop = await buildShop(world, { thresholds: { faq_confidence: 0.1 } });
    await writes(world, shop, 72, 'What are your opening hours?');
    await until(() => expect(world.platform.textsTo('72')).toEqual(['We open 7am-9pm daily']));
    await all(shop, (em) =>
      em.nativeUpdate(
        TenantSettings,
        { tenantId: shop.tenantId },
        { thresholds: { debounce_ms: 0, max_responses: 1 }, settingsVersion: 7 },
      ),
    );
    await until(async () => expect((await world.deps.settingsOf(shop.tenantId)).thresholds.max_responses).toBe(1));
    await writes(world, shop, 72, 'Do you have vegan options?');
    await until(async () => expect(await handlerOf(world, shop, 72)).toBe('awaiting_consent'));
    const { id } = await conversationOf(world, shop, 72);
    expect(await decisionsOf(world, shop, id)).toMatchObject([
      { settingsVersion: 1, thresholds: { max_responses: 10 } },
      { settingsVersion: 7, thresholds: { max_responses: 1 } },
    ]);
  });

  it('answers nothing from a FAQ that is being deleted', async () => {
    const shop = await buildShop(world);
    const owner = new pg.Client(world.database.ownerUrl);
    await owner.connect();
    try {
      await owner.query('begin');
      await owner.query(`delete from faqs where tenant_id = $1 and question like 'What are%'`, [shop.tenantId]);
      await writes(world, shop, 73, 'What are your opening hours?');
      const waiting = 'select from pg_locks where not granted and pg_backend_pid() = any (pg_blocking_pids(pid))';
      await until(async () => expect((await owner.query(waiting)).rowCount).toBeGreaterThan(0));
      await owner.query('commit');
      await until(() => expect(world.platform.textsTo('73')).toHaveLength(1));
      expect(world.platform.textsTo('73')).not.toContain('We open 7am-9pm daily');
      const { id } = await conversationOf(world, shop, 73);
      expect(await decisionsOf(world, shop, id)).toMatchObject([{ outcome: 'clarify', faqId: null }]);
    } finally {
      await owner.end();
    }
  });

  it('and FAQs are seen by another process within a second of the change', async () => {
    const shop = await buildShop(world);
    const { config, log, keys, publicUrl } = world.deps;
    const other = await createDeps({ config, log, keys, databaseUrl: world.database.url, publicUrl });
    try {
      const seen = async () => {
        const [settings, matcher] = [await other.settingsOf(shop.tenantId), await other.matcherOf(shop.tenantId)];
        const { faqId } = matcher.match('What are your opening hours?');
        const answer = faqId && matcher.find(faqId)?.answer;
        return [withoutCanaries(settings.systemMessage), answer && withoutCanaries(answer)];
      };
      expect(await seen()).toEqual(['', 'We open 7am-9pm daily']);
      await all(shop, async (em) => {
        await em.nativeUpdate(TenantSettings, { tenantId: shop.tenantId }, { systemMessage: 'Be brief.' });
        await em.execute(`update faqs set answer = 'Closed today' where tenant_id = ? and question like 'What are%'`, [
          shop.tenantId,
        ]);
      });
      await until(async () => expect(await seen()).toEqual(['Be brief.', 'Closed today']));
      await all(shop, (em) =>
        em.execute(`update faqs set is_active = false where tenant_id = ? and question like 'What are%'`, [
          shop.tenantId,
        ]),
      );
      await until(async () => expect(await seen()).toEqual(['Be brief.', null]));
    } finally {
      await other.close();
    }
  });
});
