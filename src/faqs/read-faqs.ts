import type { EntityManager } from '@mikro-orm/postgresql';
import { Faq as FaqRow } from '../entities/faq.ts';
import type { Faq } from './match.ts';

/** Rows read at once: few enough that making objects of them holds up nobody. */
const PAGE = 250;

/** The tenant's active FAQs by ascending id, page by page; `em` is one of `withTenant`. */
export async function* readActiveFaqs(em: EntityManager, tenantId: string): AsyncGenerator<Faq[], void, undefined> {
  let last: string | undefined;
  do {
    const page: FaqRow[] = await em.find(
      FaqRow,
      { tenantId, isActive: true, ...(last === undefined ? {} : { id: { $gt: last } }) },
      { orderBy: { id: 'asc' }, limit: PAGE, disableIdentityMap: true },
    );
    yield page.map(({ id, question, answer, keywords, priority, isActive }) => ({
      id,
      question,
      answer,
      keywords,
      priority,
      isActive,
    }));
    last = page.length < PAGE ? undefined : page.at(-1)?.id;
  } while (last !== undefined);
}
