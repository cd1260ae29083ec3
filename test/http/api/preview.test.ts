import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Faq } from '../../../src/entities/faq.ts';
import { withTenant } from '../../../src/tenancy/with-tenant.ts';
import { asOwner } from '../../support/database.ts';
import { call, cutKey, hire, type Person } from '../../support/people.ts';
import { coffeeFaqs } from '../../support/coffee-faqs.ts';
import { buildShop, writes, type Shop } from '../../support/tenants.ts';
import { answering, useWorkflows } from '../../support/workflows.ts';
import { until, useWorld } from '../../support/world.ts';

const world = useWorld();
const { buildN8nShop } = useWorkflows(world);
let shop: Shop;
let other: Shop;
let owner: Person;
let faqIds: Map<string, string>;

const HOURS = 'What are your opening hours?';
const CARDS = 'Do you sell gift cards?';

/** What a customer says in a chat, each answered before the next. */
async function talk(of: Shop, chat: number, ...texts: string[]): Promise<void> {
  for (const text of texts) {
    const before = world.platform.textsTo(String(chat)).length;
    await writes(world, of, chat, text);
    await until(() => expect(world.platform.textsTo(String(chat)).length).toBeGreaterThan(before));
  }
}

beforeAll(async () => {
  shop = await buildShop(world);
  other = await buildShop(world);
  owner = await hire(world, shop.tenantId, 'owner');
  const { tenantId } = shop;
  const faqs = await withTenant(world.deps.orm, tenantId, (em) => em.find(Faq, { tenantId }));
  faqIds = new Map(faqs.map(({ question, id }) => [question, id]));
  await talk(shop, 1, HOURS, CARDS, 'xyzzy plugh', 'No thanks');
  await talk(shop, 2, 'Do you have vegan options?');
  await talk(other, 3, 'This is said to another tenant');
});

const Verdict = z.looseObject({
  path: z.string(),
  outcome: z.string(),
  faqs: z.array(z.object({ faqId: z.string() })),
});
const Preview = z.looseObject({
  turns: z.number(),
  differing: z.number(),
  items: z.array(
    z.looseObject({
      text: z.string().nullable(),
      recorded: z.object({ outcome: z.string() }),
      before: Verdict,
      after: Verdict,
    }),
  ),
});

const send = (body: unknown, token: string | null = owner.token) =>
  call(world, token, 'POST', '/settings/preview', { body });

async function preview(body: unknown) {
  const reply = await send(body);
  expect(reply.status, JSON.stringify(reply.body)).toBe(200);
  return Preview.parse(reply.body);
}

/** By what the contact said: what became of it, and what would. */
const changesOf = ({ items }: z.infer<typeof Preview>) =>
  Object.fromEntries(items.map(({ text, before, after }) => [text, [before.outcome, after.outcome]]));

/** A hash of every table, by its name. */
const allTables = () =>
  asOwner(world.database, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      `select table_name as name from information_schema.tables
       where table_schema = 'public' and table_type = 'BASE TABLE' and table_name <> 'rate_limits'`,
    );
    const hashes = new Map<string, unknown>();
    for (const { name } of rows) {
      const { rows: found } = await client.query(
        `select count(*), md5(string_agg(t::text, '|' order by t::text)) from "${name}" t`,
      );
      hashes.set(name, found[0]);
    }
    return hashes;
  });

describe('a preview of settings', () => {
  it('of no change shows no difference, and decides each turn as it was decided', async () => {
    const { turns, differing } = await preview({});
    expect({ turns, differing }).toEqual({ turns: 5, differing: 0 });
    // All of them differ from nothing, so ask for what makes all of them differ.
    const { items } = await preview({ settings: { thresholds: { max_responses: 1, escalation_threshold: 0 } } });
    expect(items.length).toBeGreaterThan(2);
    for (const { recorded, before } of items) expect(before.outcome).toBe(recorded.outcome);
  });

  it('shows what a threshold would do', async () => {
    expect(changesOf(await preview({ settings: { thresholds: { faq_confidence: 1 } } }))).toEqual({
      [HOURS]: ['answer', 'clarify'],
      'Do you have vegan options?': ['answer', 'clarify'],
    });
    const later = changesOf(await preview({ settings: { thresholds: { escalation_threshold: 0.9 } } }));
    expect(later).toEqual({ 'xyzzy plugh': ['offer_human', 'clarify'] });
    expect(changesOf(await preview({ settings: { handoverMode: 'immediate' } }))).toEqual({
      'xyzzy plugh': ['offer_human', 'hand_over'],
    });
    // What is null is the default, and that is in force.
    expect((await preview({ settings: { thresholds: { faq_confidence: null } } })).differing).toBe(0);
  });

  it('shows what new, changed and withdrawn FAQs would do', async () => {
    const create = {
      type: 'create',
      faq: { question: 'Do you sell gift cards?', answer: 'Yes, from 10 euro', keywords: 'gift cards, voucher' },
    };
    const created = await preview({
      faqs: [{ ...create, faq: { ...create.faq, question: 'Lockers?', keywords: [] } }, create],
    });
    expect(created.items).toMatchObject([
      { text: CARDS, before: { outcome: 'clarify' }, after: { outcome: 'answer', faqs: [{ faqId: 'new-2' }] } },
    ]);
    const gone = await preview({ faqs: [{ type: 'deactivate', faqId: faqIds.get(coffeeFaqs[0]?.question ?? '') }] });
    expect(changesOf(gone)).toEqual({ [HOURS]: ['answer', 'clarify'] });
    const reworded = await preview({
      faqs: [{ type: 'change', faqId: faqIds.get(HOURS), set: { answer: 'From 7 to 9' } }],
    });
    expect(reworded.items).toMatchObject([
      { before: { text: 'We open 7am-9pm daily' }, after: { outcome: 'answer', text: 'From 7 to 9' } },
    ]);
  });

  it('looks at as many turns as are asked for, the last ones', async () => {
    const last = await preview({ turns: 1, settings: { thresholds: { faq_confidence: 1 } } });
    expect(last).toMatchObject({ turns: 1, items: [{ text: 'Do you have vegan options?' }] });
  });

  it('looks at a turn that an agent answered once, as it was given to the agent', async () => {
    const { shop: asking } = await buildN8nShop({ workflow: answering({ reply: 'Yes, it is.' }) });
    await talk(asking, 6, 'Is a table free tonight?');
    const { token } = await hire(world, asking.tenantId, 'owner');
    const settings = { thresholds: { max_responses: 1, escalation_threshold: 0 } };
    const reply = await send({ settings }, token);
    expect(Preview.parse(reply.body)).toMatchObject({
      turns: 1,
      items: [{ recorded: { outcome: 'ask_agent' }, before: { outcome: 'ask_agent' } }],
    });
  });

  it('changes nothing at all, and nobody is answered by it', async () => {
    const before = await allTables();
    expect(before.size).toBeGreaterThan(25);
    await preview({
      settings: { language: 'de', handoverMode: 'immediate', systemMessage: 'x', thresholds: { faq_confidence: 0 } },
      faqs: [
        { type: 'create', faq: { question: 'Q?', answer: 'A' } },
        ...[...faqIds.values()].map((faqId) => ({ type: 'deactivate', faqId })),
      ],
    });
    expect(await allTables()).toEqual(before);
    await talk(shop, 5, HOURS);
    expect(world.platform.textsTo('5')).toEqual(['We open 7am-9pm daily']);
  });

  it('repeats what customers said to those only who may read it', async () => {
    const { key } = await cutKey(world, shop.tenantId, { scopes: ['settings:read'] });
    const reply = await send({ settings: { thresholds: { faq_confidence: 1 } } }, key);
    const { items } = Preview.parse(reply.body);
    expect(items.length).toBeGreaterThan(1);
    expect(items.map(({ text }) => text)).toEqual(items.map(() => null));
    expect(JSON.stringify(reply.body)).not.toContain('vegan options?"');
  });

  it('is of the own tenant', async () => {
    const [theirs] = await withTenant(world.deps.orm, other.tenantId, (em) =>
      em.find(Faq, { tenantId: other.tenantId }),
    );
    for (const type of ['deactivate', 'change']) {
      const change = { type, faqId: theirs?.id, ...(type === 'change' && { set: { answer: 'stolen' } }) };
      expect((await send({ faqs: [change] })).status, type).toBe(404);
    }
    const { items } = await preview({ settings: { thresholds: { escalation_threshold: 0 } }, turns: 200 });
    expect(JSON.stringify(items)).not.toContain('another tenant');
    const { key } = await cutKey(world, shop.tenantId, { scopes: ['faqs:write'] });
    expect((await send({}, key)).status).toBe(403);
    expect((await send({}, null)).status).toBe(401);
  });

  it('names what is wrong', async () => {
    for (const [body, path] of [
      [{ settings: { thresholds: { faq_confidance: 1 } } }, 'body.settings.thresholds'],
      [{ settings: { colour: 'red' } }, 'body.settings'],
      [{ turns: 201 }, 'body.turns'],
      [{ turns: 'all' }, 'body.turns'],
      [{ faqs: [{ type: 'remove', faqId: shop.tenantId }] }, 'body.faqs.0.type'],
      [{ faqs: [{ type: 'create', faq: { question: '', answer: 'a' } }] }, 'body.faqs.0.faq.question'],
      [{ what: 1 }, 'body'],
    ] as const) {
      expect(await send(body), path).toMatchObject({ status: 422, body: { errors: [{ path }] } });
    }
  });
});
