import type { EntityManager } from '@mikro-orm/postgresql';
import { z } from 'zod';
import { faqSources, type Faq } from '../entities/faq.ts';
import { runBound } from '../tenancy/bound.ts';
import { FaqRow } from './read-faqs.ts';

export interface FaqQuery {
  /** Each of its words has to be in question, answer or keywords, in any case. */
  q?: string | undefined;
  language?: string | undefined;
  isActive?: boolean | undefined;
  source?: Faq['source'] | undefined;
  /** `createdAt` is the order of the ids. */
  sort: 'createdAt' | 'hitCount';
  order: 'asc' | 'desc';
  /** The place behind which the list begins. */
  after: Place | null;
  limit: number;
}

/** The number by which is sorted, 0 where that is the id alone, and the id. */
export type Place = [number, string];

const Row = FaqRow.extend({
  source: z.enum(faqSources),
  hit_count: z.number(),
  last_hit_at: z.coerce.date().nullable(),
  created_at: z.coerce.date(),
  updated_at: z.coerce.date(),
});

const MOST_WORDS = 10;

/** FAQs of the tenant that fit, in order. */
export async function listFaqs(em: EntityManager, tenantId: string, query: FaqQuery) {
  const { sort, order, after, limit, language = null, isActive = null, source = null } = query;
  const words = (query.q ?? '').split(/\s+/).filter(Boolean).slice(0, MOST_WORDS);
  const [than, direction] = order === 'asc' ? ['>', 'asc'] : ['<', 'desc'];
  const [key, place] = sort === 'hitCount' ? ['hit_count, id', '?::int, ?::uuid'] : ['id', '?::uuid'];
  const rows = await runBound(em, [
    `select id, question, answer, keywords, language, priority, is_active, source, hit_count, last_hit_at, created_at,
       updated_at
     from faqs
     where tenant_id = ?
       and concat_ws(E'\\n', question, answer, array_to_string(keywords, E'\\n')) ilike all (?::text[])
       and (?::text is null or language = ?) and (?::bool is null or is_active = ?) and (?::text is null or source = ?)
       ${after ? `and (${key}) ${than} (${place})` : ''}
     order by ${key.replaceAll(/\w+/g, (column) => `${column} ${direction}`)} limit ?`,
    [
      tenantId,
      words.map((word) => `%${literally(word)}%`),
      language,
      language,
      isActive,
      isActive,
      source,
      source,
      ...(after ? after.slice(sort === 'hitCount' ? 0 : 1) : []),
      limit,
    ],
  ]);
  return z.array(Row).parse(rows).map(toFaq);
}

const toFaq = ({ is_active, hit_count, last_hit_at, created_at, updated_at, ...row }: z.infer<typeof Row>) => ({
  ...row,
  isActive: is_active,
  hitCount: hit_count,
  lastHitAt: last_hit_at,
  createdAt: created_at,
  updatedAt: updated_at,
});

/** A text in which the wildcards of LIKE are letters. */
const literally = (text: string) => text.replaceAll(/[\\%_]/g, String.raw`\$&`);
