import { z } from 'zod';
import { keywordList, parseKeywords } from '../language/keywords.ts';

/** What people may write into a FAQ. Lengths are in UTF-16 code units. */
export const question = z.string().trim().min(1, 'must not be empty').max(1_000);
export const answer = z.string().trim().min(1, 'must not be empty').max(20_000);
export const priority = z.int().min(-1_000).max(1_000);
export const language = z
  .string()
  .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'must be a language code such as en or pt-BR')
  .max(35);

export const MOST_KEYWORDS = 100;
const LONGEST_KEYWORD = 100;
const LONGEST_LIST = MOST_KEYWORDS * (LONGEST_KEYWORD + 4);

/** A list, or text as a business writes it: `hours, "salt, pepper"`. */
export const keywords = z
  .preprocess(
    (given) => (typeof given === 'string' && given.length <= LONGEST_LIST ? parseKeywords(given) : given),
    z.array(z.string().max(LONGEST_KEYWORD), 'must be a list of keywords, or text with commas between them'),
  )
  .transform(keywordList)
  .pipe(z.array(z.string()).max(MOST_KEYWORDS))
  .meta({
    override({ jsonSchema }) {
      delete jsonSchema.type;
      delete jsonSchema.items;
      jsonSchema.anyOf = [
        { type: 'array', maxItems: MOST_KEYWORDS, items: { type: 'string', maxLength: LONGEST_KEYWORD } },
        { type: 'string', maxLength: LONGEST_LIST },
      ];
    },
  });

/** A FAQ as it is made. `language` null: it is for everybody, whatever language they write. */
export const NewFaq = z.strictObject({
  question,
  answer,
  keywords: keywords.default([]),
  language: language.nullable().default(null),
  priority: priority.default(1),
  isActive: z.boolean().default(true),
});
export type NewFaq = z.infer<typeof NewFaq>;

/** What may be changed about one; what is left out stays. */
export const FaqChange = z
  .strictObject({ question, answer, keywords, language: language.nullable(), priority, isActive: z.boolean() })
  .partial();
