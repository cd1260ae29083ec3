import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { z } from 'zod';
import type { Statement } from '../../tenancy/at-once.ts';
import { runBound } from '../../tenancy/bound.ts';
import type { SettingsOf } from '../../tenancy/settings.ts';
import { withTenant } from '../../tenancy/with-tenant.ts';
import { groupAlike, type Group, type Settled, type Unanswered } from './group-alike.ts';
import { runInSlices } from '../slices.ts';
import { createPauses } from './pauses.ts';
import type { MatcherOf } from '../matcher-of.ts';
import type { TenantFaqs } from '../tenant-faqs.ts';

export interface UnansweredDeps {
  orm: MikroORM;
  settingsOf: SettingsOf;
  matcherOf: MatcherOf;
}

/** What is looked at, the newest first; a tenant with more has groups enough in these. */
const MOST_TURNS = 5_000;
/** Dismissed questions that are still recognised in other words, the newest first. */
const MOST_DISMISSED = 1_000;

export interface UnansweredGroups {
  groups: Group[];
  /** Turns that were looked at. */
  turns: number;
  /** Of these, how many today's FAQs would answer: they are in no group. */
  answeredNow: number;
  /** There were more turns than are looked at; these are the newest. */
  isCut: boolean;
}

/**
 * The questions of the last `days` days that no FAQ was sure to answer, grouped; whether an agent, a question back or a
 * manager came instead makes no difference. Left out is what today's FAQs would answer, what was made a FAQ, and
 * what was dismissed or is alike to it.
 */
export async function findUnanswered(deps: UnansweredDeps, tenantId: string, days: number): Promise<UnansweredGroups> {
  const [settings, matcher] = await Promise.all([deps.settingsOf(tenantId), deps.matcherOf(tenantId)]);
  const { turns, settledIds, dismissed } = await withTenant(deps.orm, tenantId, async (em) => ({
    turns: await turnsOf(em, tenantId, days),
    ...(await settledOf(em, tenantId, days)),
  }));
  const open = turns.filter(({ messageIds }) => !messageIds.some((id) => settledIds.has(id)));
  const left = await runInSlices(withoutAnswered(open, matcher, settings.thresholds.faq_confidence));
  const groups = await runInSlices(groupAlike(left, dismissed));
  return {
    groups,
    turns: turns.length,
    answeredNow: open.length - left.length,
    isCut: turns.length === MOST_TURNS,
  };
}

const TURN = 50;

function* withoutAnswered(
  turns: readonly Unanswered[],
  matcher: TenantFaqs,
  threshold: number,
): Generator<undefined, Unanswered[]> {
  const isPauseDue = createPauses();
  const left: Unanswered[] = [];
  for (const turn of turns) {
    if (matcher.match(turn.text).confidence < threshold) left.push(turn);
    if (isPauseDue(TURN)) yield;
  }
  return left;
}

/** Gives a row for each message. A turn that an agent was asked about is decided twice, and is one turn all the same. */
export const turnsStatement = (tenantId: string, days: number): Statement => [
  TURNS,
  [tenantId, days, MOST_TURNS, tenantId],
];

const TURNS = `
  select t.conversation_id, t.first_seq, t.language, t.created_at, m.id, m.content
  from (
    select conversation_id, first_seq, max(last_seq) as last_seq, min(language) as language, min(created_at) as created_at
    from (
      select conversation_id, first_seq, last_seq, language, created_at from decisions
      where tenant_id = ? and created_at > now() - make_interval(days => ?)
        and path in ('miss', 'agent', 'limit', 'escalation')
        and (confidence is null or confidence < (thresholds ->> 'faq_confidence')::float8)
      order by created_at desc limit ?
    ) recent group by conversation_id, first_seq
  ) t
  cross join lateral (
    select id, seq, left(content, 2000) as content from messages
    where tenant_id = ? and conversation_id = t.conversation_id and seq between t.first_seq and t.last_seq
      and direction = 'in' and deleted_at is null and content <> ''
    order by seq limit 50
  ) m
  order by t.created_at, t.conversation_id, m.seq`;

const TurnRow = z.object({
  conversation_id: z.string(),
  first_seq: z.number(),
  language: z.string(),
  created_at: z.coerce.date(),
  id: z.string(),
  content: z.string(),
});

async function turnsOf(em: EntityManager, tenantId: string, days: number): Promise<Unanswered[]> {
  const rows = z.array(TurnRow).parse(await runBound(em, turnsStatement(tenantId, days)));
  const turns = Map.groupBy(rows, (row) => `${row.conversation_id} ${row.first_seq}`);
  return [...turns.values()].flatMap((said): Unanswered[] => {
    const [first] = said;
    if (!first) return [];
    return [
      {
        messageIds: said.map(({ id }) => id),
        conversationId: first.conversation_id,
        text: said.map(({ content }) => content).join('\n'),
        language: first.language,
        at: first.created_at,
      },
    ];
  });
}

const SettledId = z.object({ id: z.string() });
const Dismissed = z.object({ text: z.string(), language: z.string(), count: z.number() });

/** What was decided before the messages of these days were written cannot speak of them, but of their like. */
export async function settledOf(
  em: EntityManager,
  tenantId: string,
  days: number,
): Promise<{ settledIds: Set<string>; dismissed: Settled[] }> {
  const ids = await runBound(em, [
    `select unnest(evidence_message_ids) as id from faq_suggestions
     where tenant_id = ? and status <> 'open' and created_at > now() - make_interval(days => ?)`,
    [tenantId, days],
  ]);
  const dismissed = await runBound(em, [
    `select question as text, language, source_count as count from faq_suggestions
     where tenant_id = ? and status = 'dismissed' order by created_at desc, id desc limit ?`,
    [tenantId, MOST_DISMISSED],
  ]);
  return {
    settledIds: new Set(
      z
        .array(SettledId)
        .parse(ids)
        .map(({ id }) => id),
    ),
    dismissed: z.array(Dismissed).parse(dismissed),
  };
}
