import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { z } from 'zod';
import { withTenant } from '../tenancy/with-tenant.ts';
import type { SpokenFaq } from './by-language.ts';

/** Rows read at once: few enough that reading them holds up nobody. */
const PAGE = 500;
const LOWEST_ID = '00000000-0000-0000-0000-000000000000';

/** A FAQ as the database gives it, as far as it is matched by. */
export const FaqRow = z.object({
  id: z.string(),
  question: z.string(),
  answer: z.string(),
  keywords: z.array(z.string()),
  language: z.string().nullable(),
  priority: z.number(),
  is_active: z.boolean(),
});

const COLUMNS = 'id, question, answer, keywords, language, priority, is_active';

/** The tenant's active FAQs by ascending id, page by page, each page in a transaction of its own. */
export const readActiveFaqs = (orm: MikroORM, tenantId: string) => readPages(orm, tenantId, 'and is_active');

/** The same with those that are switched off. */
export const readAllFaqs = (orm: MikroORM, tenantId: string) => readPages(orm, tenantId, '');

async function* readPages(
  orm: MikroORM,
  tenantId: string,
  condition: string,
): AsyncGenerator<SpokenFaq[], void, undefined> {
  let last: string | undefined = LOWEST_ID;
  while (last !== undefined) {
    const after: string = last;
    const page = await withTenant(orm, tenantId, (em) =>
      rowsOf(
        em,
        `select ${COLUMNS} from faqs where tenant_id = ? and id > ? ${condition} order by tenant_id, id limit ${PAGE}`,
        [tenantId, after],
      ),
    );
    yield page;
    last = page.length < PAGE ? undefined : page.at(-1)?.id;
  }
}

/** Those of these FAQs that the tenant has, active or not. */
export const readFaqs = (orm: MikroORM, tenantId: string, ids: readonly string[]): Promise<SpokenFaq[]> =>
  withTenant(orm, tenantId, (em) =>
    rowsOf(em, `select ${COLUMNS} from faqs where tenant_id = ? and id = any (string_to_array(?, ',')::uuid[])`, [
      tenantId,
      ids.join(','),
    ]),
  );

/** As they are, without objects of the ORM: there may be many thousands. */
async function rowsOf(em: EntityManager, sql: string, values: unknown[]): Promise<SpokenFaq[]> {
  const rows = z.array(FaqRow).parse(await em.execute(sql, values));
  return rows.map(({ is_active: isActive, ...row }) => ({ ...row, isActive }));
}
