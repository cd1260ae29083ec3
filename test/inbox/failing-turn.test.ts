import { pino } from 'pino';
import { z } from 'zod';
import { describe, expect, it } from 'vitest';
import { handleInbound } from '../../jobs/handle-inbound.ts';
import { Conversation } from '../../src/entities/conversation.ts';
import { InboundEventRow } from '../../src/entities/inbound-event.ts';
import { threadSubject } from '../../src/queue/contracts.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { buildShop, conversationOf, decisionsOf, writes } from '../support/tenants.ts';
import { useWorld } from '../support/world.ts';

const world = useWorld({ workers: false });

const Line = z.object({ msg: z.string() });

describe('a turn that cannot be decided', () => {
  /** A shop in which "poison" cannot be matched, whatever comes with it. */
  async function buildPoisoned() {
    const shop = await buildShop(world, { thresholds: { debounce_ms: 60_000 } });
    const { tenantId } = shop;
    const lines: string[] = [];
    const deps = {
      ...world.deps,
      log: pino({ level: 'error' }, { write: (line: string) => void lines.push(Line.parse(JSON.parse(line)).msg) }),
      wake: () => undefined,
      async matcherOf(id: string) {
        const faqs = await world.deps.matcherOf(id);
        const match: typeof faqs.match = (text) => {
          if (text.includes('poison')) throw new Error('catastrophic backtracking');
          return faqs.match(text);
        };
        return { ...faqs, match };
      },
    };
    const inTenant = <T>(work: (em: Parameters<Parameters<typeof withTenant>[2]>[0]) => Promise<T>) =>
      withTenant(world.deps.orm, tenantId, work);
    const look = (chats: number[], given: Pick<typeof deps, 'settingsOf'> = deps) =>
      handleInbound.start({ ...deps, ...given }).process({
        data: {
          wakes: [{ tenantId, subjects: chats.map((chat) => threadSubject(shop.telegram.channelId, `${chat}`)) }],
        },
      });
    return {
      shop,
      lines,
      look,
      /** Says it, and lets the burst end. */
      says: async (chat: number, text: string) => {
        await writes(world, shop, chat, text);
        await look([chat]);
        const past = new Date(Date.now() - 120_000);
        const set = { turnStartedAt: past, turnDueAt: past };
        await inTenant((em) => em.nativeUpdate(Conversation, { tenantId, thread: `${chat}` }, set));
      },
      events: () => inTenant((em) => em.find(InboundEventRow, { tenantId }, { orderBy: { seq: 'asc' } })),
    };
  }

  it('goes to a human after a few tries, and what came since is not to blame', async () => {
    const { shop, lines, look, says, events } = await buildPoisoned();
    await says(2, 'poison');
    await writes(world, shop, 2, 'What are your opening hours?');
    await look([2]);
    await look([2]);
    expect((await events()).map(({ status, attempts }) => [status, attempts])).toEqual([
      ['handled', 0],
      ['pending', 0],
    ]);
    await look([2]);
    expect(lines).toEqual(['turn.failed', 'turn.failed', 'turn.failed', 'turn.given_up']);
    const conversation = await conversationOf(world, shop, 2);
    expect(conversation).toMatchObject({ handler: 'queued', turnStartedAt: null, turnAttempts: 0, answeredSeq: 1 });
    const reason = expect.stringMatching(/failed at this turn: catastrophic backtracking/);
    expect(await decisionsOf(world, shop, conversation.id)).toEqual([
      expect.objectContaining({ path: 'failed', outcome: 'hand_over', firstSeq: 1, lastSeq: 1, reason }),
    ]);
    await look([2]);
    expect((await events()).map(({ status }) => status)).toEqual(['handled', 'handled']);
  });

  it('holds up no other thread of its batch', async () => {
    const { shop, look, says, events } = await buildPoisoned();
    await says(3, 'poison');
    await writes(world, shop, 4, 'What are your opening hours?');
    await look([3, 4]);
    expect((await events()).map(({ thread, status }) => [thread, status])).toEqual([
      ['3', 'handled'],
      ['4', 'handled'],
    ]);
  });

  it('stays open where a human cannot be told either, and is decided once that is mended', async () => {
    const { shop, lines, look, says, events } = await buildPoisoned();
    await says(5, 'What are your opening hours?');
    await writes(world, shop, 5, 'And where are you?');
    const broken = { settingsOf: () => Promise.reject(new Error('settings are unreadable')) };
    for (let tries = 0; tries < 4; tries++) await look([5], broken);
    expect(lines.slice(-2)).toEqual(['turn.failed', 'turn.not_given_up']);
    const { turnStartedAt, turnDueAt } = await conversationOf(world, shop, 5);
    expect(turnStartedAt).not.toBeNull();
    expect(Number(turnDueAt) - Date.now()).toBeGreaterThan(500_000);
    expect((await events()).map(({ status, attempts }) => [status, attempts])).toEqual([
      ['handled', 0],
      ['pending', 0],
    ]);
    await look([5]);
    expect((await events()).map(({ status }) => status)).toEqual(['handled', 'handled']);
    const { id } = await conversationOf(world, shop, 5);
    expect(await decisionsOf(world, shop, id)).toHaveLength(1);
  });
});
