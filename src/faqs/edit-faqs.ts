import { LockMode, type EntityManager } from '@mikro-orm/postgresql';
import { Faq } from '../entities/faq.ts';
import { notFound } from '../errors.ts';
import { newId } from '../id.ts';
import { insertStatements } from '../tenancy/insert-rows.ts';
import { runBound } from '../tenancy/bound.ts';
import { assertRoom } from '../tenancy/limits.ts';
import type { NewFaq } from './fields.ts';

/**
 * To be called in the transaction that adds `count` FAQs to the tenant's, before it does: whoever adds some at the same
 * moment waits, and counts these with them. Throws 409 when the tenant's plan has no room for them.
 */
export async function expectRoom(em: EntityManager, tenantId: string, count: number): Promise<void> {
  if (count > 0) await assertRoom(em, tenantId, 'max_faqs', count);
}

/** Makes FAQs, in their order, and gives their ids. Columns that are left out get their defaults. */
export async function addFaqs(
  em: EntityManager,
  tenantId: string,
  source: Faq['source'],
  faqs: readonly (Pick<NewFaq, 'question' | 'answer'> & Partial<NewFaq>)[],
): Promise<string[]> {
  // Within a millisecond ids come in any order, and theirs is the order in which FAQs are listed.
  const ids = faqs.map(() => newId()).toSorted();
  const rows = faqs.map((faq, at) => ({ ...faq, tenantId, id: ids[at] ?? newId(), source }));
  for (const statement of insertStatements('faqs', rows)) await runBound(em, statement);
  return ids;
}

/** The FAQ, held until the end of the transaction. Throws 404 when the tenant has none with this id. */
export async function lockFaq(em: EntityManager, tenantId: string, id: string): Promise<Faq> {
  const faq = await em.findOne(Faq, { tenantId, id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  if (!faq) throw noSuchFaq();
  return faq;
}

export const noSuchFaq = () => notFound('there is no such FAQ');
