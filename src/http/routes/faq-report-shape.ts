import { z } from 'zod';
import { id } from '../api/fields.ts';

const texts = z.array(z.string());
const likeness = z.number().meta({ description: '1 where the words are the same.' });
const faqCount = z.int();
const beatenBy = id.nullable().meta({ description: 'The FAQ that gets it; null where none does.' });
const ranked = z.strictObject({ faqId: id, priority: z.int() });

const found = <const Kind extends string, Evidence extends z.ZodType>(kind: Kind, evidence: Evidence) =>
  z.strictObject({
    total: z.int(),
    shown: z.array(
      z.strictObject({
        kind: z.literal(kind),
        faqIds: z.array(id),
        advice: z.string().meta({ description: 'What is wrong and what to do.' }),
        evidence,
      }),
    ),
  });

/** What `faqs/quality-report.ts` finds, kind by kind. */
export const ShownReport = z
  .strictObject({
    checked: z.int(),
    findings: z.strictObject({
      duplicate_question: found('duplicate_question', z.strictObject({ questions: texts, likeness, faqCount })),
      duplicate_keywords: found('duplicate_keywords', z.strictObject({ keywords: texts, faqCount })),
      never_wins: found(
        'never_wins',
        z.strictObject({
          question: z.strictObject({ text: z.string(), beatenBy }),
          keywords: z.array(z.strictObject({ keyword: z.string(), beatenBy })),
          keywordCount: z.int(),
        }),
      ),
      common_keyword: found(
        'common_keyword',
        z.strictObject({
          keyword: z.string(),
          why: z.enum(['in_many_faqs', 'only_stop_words', 'no_words']),
          faqCount,
          share: z.number(),
        }),
      ),
      specific_below_general: found(
        'specific_below_general',
        z.strictObject({ general: ranked, specific: ranked, moreWords: texts, sharedKeywords: texts }),
      ),
      conflicting_answers: found(
        'conflicting_answers',
        z.strictObject({ questions: texts, answers: texts, priority: z.int(), likeness, faqCount }),
      ),
      no_keywords: found('no_keywords', z.strictObject({ question: z.string() })),
      no_telling_word: found('no_telling_word', z.strictObject({ question: z.string() })),
    }),
  })
  .meta({ id: 'FaqReport' });
