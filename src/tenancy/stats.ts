import type { EntityManager } from '@mikro-orm/postgresql';
import { z } from 'zod';
import { firstIdAt } from '../id.ts';
import { runBound } from './bound.ts';

/** Days that numbers of the present are about. */
export const STATS_DAYS = 30;
const DAY_MS = 86_400_000;

const count = z.int();

const Stats = z.object({
  totalChats: count,
  totalMessages: count,
  totalFaqs: count,
  lastUpdated: z.coerce.date().nullable(),
  lastActivity: z.coerce.date().nullable(),
  /** Open conversations, by who answers. */
  bot: count,
  awaitingConsent: count,
  queued: count,
  human: count,
  /** Of the last days. */
  messagesIn: count,
  messagesOut: count,
  conversations: count,
  /** Turns that were automation's to decide, and those of them that FAQs answered. */
  turns: count,
  faqAnswers: count,
  handovers: count,
  handoversTaken: count,
  medianFirstResponseSeconds: z.number().nullable(),
});

export type Stats = z.infer<typeof Stats>;

/** Automation's turns. What an agent came back with is the end of a turn that is counted already. */
const TURNS = `path not in ('human', 'stale') and (agent_run_id is null or outcome = 'ask_agent')`;
const FAQ_ANSWERS = `path = 'faq' and outcome = 'answer'`;

/**
 * The numbers of a tenant, in one statement, which is planned once: that takes longer than to run it. What happened of late is found by ids, which begin with their time, so that
 * the primary keys are all the indexes this needs.
 */
export async function readStats(em: EntityManager, tenantId: string, now: Date): Promise<Stats> {
  const since = firstIdAt(new Date(now.getTime() - STATS_DAYS * DAY_MS));
  const [row] = await runBound(em, [
    `with own as (select ?::uuid as tenant_id, ?::uuid as since)
     select total_chats as "totalChats", total_messages as "totalMessages", total_faqs as "totalFaqs",
       last_updated as "lastUpdated", last_activity as "lastActivity", c.*, m.*, n.*, d.*, h.*
     from own join tenant_overview using (tenant_id),
     lateral (select count(*) filter (where handler = 'bot')::int as bot,
         count(*) filter (where handler = 'awaiting_consent')::int as "awaitingConsent",
         count(*) filter (where handler = 'queued')::int as queued, count(*) filter (where handler = 'human')::int as human
       from conversations where tenant_id = own.tenant_id and last_activity_at is not null
         and handler in ('bot', 'awaiting_consent', 'queued', 'human')) c,
     lateral (select count(*) filter (where direction = 'in')::int as "messagesIn",
         count(*) filter (where direction = 'out')::int as "messagesOut"
       from messages where tenant_id = own.tenant_id and id >= own.since) m,
     lateral (select count(*)::int as conversations, extract(epoch from percentile_cont(0.5) within group
         (order by greatest(first_response_at - created_at, interval '0'))
         filter (where first_response_at <> created_at))::float8 as "medianFirstResponseSeconds"
       from conversations where tenant_id = own.tenant_id and id >= own.since) n,
     lateral (select count(*) filter (where ${TURNS})::int as turns, count(*) filter (where ${FAQ_ANSWERS})::int as "faqAnswers"
       from decisions where tenant_id = own.tenant_id and id >= own.since) d,
     lateral (select count(*) filter (where queued_at is not null)::int as handovers,
         count(*) filter (where accepted_at is not null)::int as "handoversTaken"
       from handovers where tenant_id = own.tenant_id and id >= own.since) h`,
    [tenantId, since],
  ]);
  return Stats.parse(row);
}

export interface Day {
  /** As in 2026-11-26, in the tenant's time zone. */
  day: string;
  messagesIn: number;
  messagesOut: number;
  conversations: number;
  turns: number;
  faqAnswers: number;
  handovers: number;
}

/** The same day by day, the oldest first, also those on which nothing was. `timezone` is a name that PostgreSQL knows. */
export async function readDays(em: EntityManager, tenantId: string, timezone: string, now: Date): Promise<Day[]> {
  const since = firstIdAt(new Date(now.getTime() - (STATS_DAYS + 1) * DAY_MS));
  const perDay = (name: string, table: string, counts: string) =>
    `${name} as (select (created_at at time zone zone)::date as day, ${counts} from ${table} t, own
       where t.tenant_id = own.tenant_id and t.id >= own.since group by 1)`;
  return em.execute<Day[]>(
    `with own as (select ?::uuid as tenant_id, ?::uuid as since, ?::text as zone, ?::timestamptz as now),
     days as (select generate_series((now at time zone zone)::date - ${STATS_DAYS - 1}, (now at time zone zone)::date,
       interval '1 day')::date as day from own),
     ${perDay('m', 'messages', `count(*) filter (where direction = 'in') as came, count(*) filter (where direction = 'out') as went`)},
     ${perDay('c', 'conversations', 'count(*) as opened')},
     ${perDay('d', 'decisions', `count(*) filter (where ${TURNS}) as turns, count(*) filter (where ${FAQ_ANSWERS}) as faqs`)},
     ${perDay('h', 'handovers', 'count(*) filter (where queued_at is not null) as handovers')}
     select to_char(day, 'YYYY-MM-DD') as day, coalesce(came, 0)::int as "messagesIn", coalesce(went, 0)::int as "messagesOut",
       coalesce(opened, 0)::int as conversations, coalesce(turns, 0)::int as turns, coalesce(faqs, 0)::int as "faqAnswers",
       coalesce(handovers, 0)::int as handovers
     from days left join m using (day) left join c using (day) left join d using (day) left join h using (day)
     order by day`,
    [tenantId, since, timezone, now.toISOString()],
  );
}

export interface FaqNumbers {
  faqId: string;
  question: string;
  isActive: boolean;
  answers: number;
  /** Conversations in which it answered that went to people all the same. */
  handedOver: number;
}

/** FAQs by how many turns they answered of late, alone or first among others. */
export async function readFaqNumbers(em: EntityManager, tenantId: string, now: Date, most: number) {
  const since = firstIdAt(new Date(now.getTime() - STATS_DAYS * DAY_MS));
  return em.execute<FaqNumbers[]>(
    `select f.id as "faqId", f.question, f.is_active as "isActive", hits.answers, hits."handedOver"
     from (
       select d.faq_id, count(*)::int as answers, count(distinct h.conversation_id)::int as "handedOver"
       from decisions d left join handovers h on h.tenant_id = d.tenant_id and h.conversation_id = d.conversation_id
         and h.queued_at > d.created_at
       where d.tenant_id = ? and d.id >= ? and ${FAQ_ANSWERS.replace('path', 'd.path').replace('outcome', 'd.outcome')}
       group by d.faq_id order by answers desc, d.faq_id limit ?
     ) hits join faqs f on f.tenant_id = ? and f.id = hits.faq_id
     order by hits.answers desc, f.id`,
    [tenantId, since, most, tenantId],
  );
}
