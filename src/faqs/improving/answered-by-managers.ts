import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { z } from 'zod';
import { Faq } from '../../entities/faq.ts';
import { notFound } from '../../errors.ts';
import { uuidList, type Statement } from '../../tenancy/at-once.ts';
import { runBound } from '../../tenancy/bound.ts';
import type { SettingsOf } from '../../tenancy/settings.ts';
import { withTenant } from '../../tenancy/with-tenant.ts';
import { runInSlices } from '../slices.ts';
import { createPauses } from './pauses.ts';
import { createAnswerTest } from './same-answer.ts';
import { suggestKeywords, type KeywordSuggestion } from './suggest-keywords.ts';

/** Managers' messages that are looked at, and of these, answers whose questions are read: the newest. */
const MOST_REPLIES = 5_000;
const MOST_ANSWERS = 1_000;
/** Messages before an answer among which the contact's last words are looked for. */
const LOOK_BACK = 10;

/**
 * Keywords for a FAQ, from what contacts had written before managers gave its answer in the last `days` days. `messages`
 * is how many such questions there were. Throws 404 when the tenant has no such FAQ.
 */
export async function keywordsFromAnswers(
  { orm, settingsOf }: { orm: MikroORM; settingsOf: SettingsOf },
  tenantId: string,
  faqId: string,
  days: number,
): Promise<{ messages: number; keywords: KeywordSuggestion[] }> {
  const { language: own } = await settingsOf(tenantId);
  const { faq, others, replies } = await withTenant(orm, tenantId, async (em) => {
    const found = await em.findOne(Faq, { tenantId, id: faqId }, { disableIdentityMap: true });
    if (!found) throw notFound('there is no such FAQ');
    return {
      faq: found,
      others: await em.find(
        Faq,
        { tenantId, isActive: true, id: { $ne: faqId } },
        { fields: ['question', 'keywords'], disableIdentityMap: true },
      ),
      replies: await repliesOf(em, tenantId, days),
    };
  });
  const language = faq.language ?? own;
  const answers = await runInSlices(givingAnswer(replies, faq.answer, language));
  const questions = await withTenant(orm, tenantId, (em) => questionsBefore(em, tenantId, answers));
  const keywords = await runInSlices(suggestKeywords(faq, others, questions, language));
  return { messages: questions.length, keywords };
}

const Reply = z.object({ id: z.string(), content: z.string() });
type Reply = z.infer<typeof Reply>;

async function repliesOf(em: EntityManager, tenantId: string, days: number): Promise<Reply[]> {
  return z.array(Reply).parse(await runBound(em, repliesStatement(tenantId, days)));
}

/** What managers said, the newest first. */
export const repliesStatement = (tenantId: string, days: number): Statement => [
  `select id, content from messages
   where tenant_id = ? and sender_kind = 'user' and created_at > now() - make_interval(days => ?)
     and direction = 'out' and deleted_at is null and content <> ''
   order by created_at desc limit ?`,
  [tenantId, days, MOST_REPLIES],
];

const REPLY = 40;

function* givingAnswer(replies: readonly Reply[], answer: string, language: string): Generator<undefined, string[]> {
  const isPauseDue = createPauses();
  const isAnswer = createAnswerTest(answer, language);
  const found: string[] = [];
  for (const { id, content } of replies) {
    if (isAnswer(content)) found.push(id);
    if (found.length === MOST_ANSWERS) break;
    if (isPauseDue(REPLY)) yield;
  }
  return found;
}

/** Rows of what was said before each answer, the latest first. */
export const beforeStatement = (tenantId: string, answers: readonly string[]): Statement => [
  BEFORE,
  [LOOK_BACK, tenantId, uuidList(answers)],
];

const BEFORE = `
  select a.id as answer, b.direction, b.content
  from messages a
  cross join lateral (
    select seq, direction, content from messages
    where tenant_id = a.tenant_id and conversation_id = a.conversation_id and seq < a.seq
      and direction <> 'internal' and deleted_at is null
    order by seq desc limit ?
  ) b
  where a.tenant_id = ? and a.id = any (?::uuid[])
  order by a.id, b.seq desc`;

const Before = z.object({ answer: z.string(), direction: z.string(), content: z.string() });

/** What the contact had said last before each answer, in one piece or in several. */
async function questionsBefore(em: EntityManager, tenantId: string, answers: readonly string[]): Promise<string[]> {
  if (answers.length === 0) return [];
  const rows = z.array(Before).parse(await runBound(em, beforeStatement(tenantId, answers)));
  return [...Map.groupBy(rows, ({ answer }) => answer).values()].flatMap((before) => {
    const from = before.findIndex(({ direction }) => direction === 'in');
    const rest = from < 0 ? [] : before.slice(from);
    const end = rest.findIndex(({ direction }) => direction !== 'in');
    const said = (end < 0 ? rest : rest.slice(0, end)).toReversed().map(({ content }) => content);
    const text = said.filter(Boolean).join('\n');
    return text === '' ? [] : [text];
  });
}
