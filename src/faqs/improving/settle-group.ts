import type { EntityManager } from '@mikro-orm/postgresql';
import { FaqSuggestion } from '../../entities/faq-suggestion.ts';
import { conflict, notFound } from '../../errors.ts';
import { newId } from '../../id.ts';
import { runBound } from '../../tenancy/bound.ts';
import { withTenant } from '../../tenancy/with-tenant.ts';
import { addFaqs, expectRoom } from '../edit-faqs.ts';
import type { Group } from './group-alike.ts';
import { findUnanswered, settledOf, type UnansweredDeps } from './unanswered.ts';

/** Which group: the one that has this message, among those of the last `days` days. */
interface Which {
  messageId: string;
  days: number;
  /** The manager who decides; null where a program does. */
  userId: string | null;
  /** Called in the transaction of the decision, with the new FAQ's id. */
  note: (em: EntityManager, faqId: string | null) => Promise<void>;
}

interface FromGroup {
  answer: string;
  /** Default: what was suggested. */
  question?: string | undefined;
  keywords?: string[] | undefined;
}

/**
 * Makes an active FAQ of a group, with the answer that the manager gives. Gives its id. Throws 404 when no group has the
 * message, 409 when somebody else has just decided about it.
 */
export function approveGroup(
  deps: UnansweredDeps,
  tenantId: string,
  which: Which,
  { answer, question, keywords }: FromGroup,
): Promise<string> {
  return settle(deps, tenantId, which, async (em, group) => {
    await expectRoom(em, tenantId, 1);
    const faq = { question: question ?? group.question, answer, keywords: keywords ?? group.keywords };
    const [faqId = ''] = await addFaqs(em, tenantId, 'suggested', [faq]);
    return { result: faqId, row: { status: 'approved', answer, faqId } };
  });
}

/** The group, and what is like it, is not suggested any more. Throws as `approveGroup` does. */
export function dismissGroup(deps: UnansweredDeps, tenantId: string, which: Which): Promise<void> {
  return settle(deps, tenantId, which, () =>
    Promise.resolve({ result: undefined, row: { status: 'dismissed', answer: null, faqId: null } }),
  );
}

interface Decided<Result> {
  result: Result;
  row: Pick<FaqSuggestion, 'status' | 'answer' | 'faqId'>;
}

async function settle<Result>(
  deps: UnansweredDeps,
  tenantId: string,
  { messageId, days, userId, note }: Which,
  decide: (em: EntityManager, group: Group) => Promise<Decided<Result>>,
): Promise<Result> {
  const { groups } = await findUnanswered(deps, tenantId, days);
  const group = groups.find(({ members }) => members.some(({ messageIds }) => messageIds.includes(messageId)));
  const [first] = group?.members ?? [];
  if (!group || !first) {
    throw notFound(`no unanswered question of the last ${days} days has this message; list the questions again`);
  }
  return withTenant(deps.orm, tenantId, async (em) => {
    // Grouping takes its time, and two managers look at the same list: one after the other, and the second sees the first.
    await runBound(em, ['select pg_advisory_xact_lock(hashtextextended(?, 0))', [`faq_suggestions ${tenantId}`]]);
    const { settledIds } = await settledOf(em, tenantId, days);
    if (settledIds.has(messageId)) throw conflict('this question was decided a moment ago; list the questions again');
    const { result, row } = await decide(em, group);
    await em.insert(FaqSuggestion, {
      tenantId,
      id: newId(),
      question: group.question,
      language: first.language,
      evidenceMessageIds: group.members.flatMap(({ messageIds }) => messageIds),
      sourceCount: group.members.length,
      decidedBy: userId,
      ...row,
    });
    await note(em, row.faqId ?? null);
    return result;
  });
}
