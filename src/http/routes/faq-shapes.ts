import { z } from 'zod';
import type { Faq } from '../../entities/faq.ts';
import { faqSources } from '../../entities/faq.ts';
import type { Difference } from '../../faqs/improving/regression.ts';
import { id, time, timeOf, timeOrNull } from '../api/fields.ts';

export const ShownFaq = z
  .strictObject({
    id,
    question: z.string(),
    answer: z.string(),
    keywords: z.array(z.string()),
    language: z.string().nullable().meta({ description: 'Null for a FAQ that is for everybody.' }),
    priority: z.int(),
    isActive: z.boolean(),
    source: z.enum(faqSources),
    hitCount: z.int().meta({ description: 'How often it has answered.' }),
    lastHitAt: time.nullable(),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Faq' });
export type ShownFaq = z.infer<typeof ShownFaq>;

export const presentFaq = (faq: Omit<Faq, 'tenantId'>): ShownFaq => ({
  id: faq.id,
  question: faq.question,
  answer: faq.answer,
  keywords: faq.keywords,
  language: faq.language ?? null,
  priority: faq.priority,
  isActive: faq.isActive,
  source: faq.source,
  hitCount: faq.hitCount,
  lastHitAt: timeOrNull(faq.lastHitAt),
  createdAt: timeOf(faq.createdAt),
  updatedAt: timeOf(faq.updatedAt),
});

/** What people edit, and so what the ETag names: neither hits nor tests. */
export const stateOfFaq = ({ id: its, question, answer, keywords, language, priority, isActive }: ShownFaq) => ({
  its,
  question,
  answer,
  keywords,
  language,
  priority,
  isActive,
});

export const ShownTest = z
  .strictObject({
    id,
    message: z.string(),
    expectation: z.enum(['answered', 'not_answered']),
    faqId: id.nullable(),
  })
  .meta({ id: 'FaqTest' });

const faqId = z.string().meta({ description: 'The id of a FAQ, or `new` for one that does not exist yet.' });

export const result = {
  passes: z.boolean(),
  answeredBy: faqId.nullable(),
  best: z.strictObject({ faqId, confidence: z.number() }).nullable(),
};

const Compared = z.strictObject({
  test: ShownTest,
  before: z.strictObject(result),
  after: z.strictObject(result),
});

const difference = {
  passingBefore: z.int(),
  passingAfter: z.int(),
  newlyPassing: z.array(Compared),
  newlyFailing: z.array(Compared),
  changed: z.array(Compared),
};

export const ShownDifference = z.strictObject(difference).meta({ id: 'FaqDifference' });

/** The answer to a change with `?dryRun=true`: what it would do to the tenant's tests. Nothing was changed. */
export const DryRun = z.strictObject({ dryRun: z.literal(true), ...difference }).meta({ id: 'FaqDryRun' });
export type DryRun = z.infer<typeof DryRun>;

export const asDryRun = (given: Difference): DryRun => ({ dryRun: true, ...given });

/** In a query, where everything is text. */
export const flag = z
  .enum(['true', 'false'])
  .transform((word) => word === 'true')
  .default(false);
