import { readFileSync } from 'node:fs';
import { z } from 'zod';

const Faq = z.object({
  id: z.string(),
  question: z.string(),
  answer: z.string(),
  keywords_few: z.string(),
  keywords_rich: z.string(),
  priority: z.number(),
  is_active: z.boolean(),
});

const Message = z.object({
  id: z.string(),
  text: z.string(),
  faqId: z.string().nullable(),
  accept: z.array(z.string()).optional(),
  kind: z.enum(['in', 'oos_near', 'oos_far']),
  slice: z.string(),
  of: z.string().optional(),
});

const DataSet = z.object({
  name: z.string(),
  split: z.string(),
  tenants: z.array(
    z.object({
      id: z.string(),
      dataset: z.string(),
      language: z.string(),
      faqs: z.array(Faq),
      messages: z.array(Message),
    }),
  ),
});

export type DataSet = z.infer<typeof DataSet>;
export type Tenant = DataSet['tenants'][number];
export type BenchMessage = z.infer<typeof Message>;

/** What a contender gets of a FAQ. `keywords` is one string with commas, as a business writes it. */
export interface BenchFaq {
  id: string;
  question: string;
  answer: string;
  keywords: string;
  /** 0 to 2, higher first; decides between equals only. */
  priority: number;
  is_active: boolean;
}

/** Each business is played twice, with 3 to 5 keywords for a FAQ and with 10 to 15. */
export const variants = ['few', 'rich'] as const;
export type Variant = (typeof variants)[number];

/** Reads a data file of this benchmark. Throws with the file's name when it is missing or has another format. */
export function loadDataSet(file: string): DataSet {
  try {
    return DataSet.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new Error(`${file} is no data file of the FAQ benchmark; bench/faq/README.md shows the format`, {
      cause: error,
    });
  }
}

export function faqsOf(tenant: Tenant, variant: Variant): BenchFaq[] {
  return tenant.faqs.map((faq) => ({
    id: faq.id,
    question: faq.question,
    answer: faq.answer,
    keywords: variant === 'few' ? faq.keywords_few : faq.keywords_rich,
    priority: faq.priority,
    is_active: faq.is_active,
  }));
}
