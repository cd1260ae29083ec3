import { z } from 'zod';
import type { Deps } from '../../deps.ts';
import { id } from '../api/fields.ts';
import { tenantOperation, type Operation } from '../api/operation.ts';
import { ShownReport } from './faq-report-shape.ts';

/** Lengths are in UTF-16 code units. What is beyond the part that the matcher reads is cut there, as in a real message. */
const Message = z.strictObject({
  text: z.string().min(1).max(100_000),
  language: z
    .string()
    .max(35)
    .regex(/^[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*$/, 'must be a language code, such as "en" or "pt-BR"')
    .optional(),
});

/** 100,000 code units, each of them escaped. */
const LONGEST_MESSAGE = 700_000;

const confidence = z.number().min(0).max(1).meta({ description: 'How likely it is the right answer, 0 to 1.' });
const Candidate = z.strictObject({ faqId: id, confidence, question: z.string(), answer: z.string() });
const words = z.array(z.string());
const logits = z.record(z.string(), z.number());

const Trial = z
  .strictObject({
    language: z.string().meta({ description: 'By whose rules the words were read.' }),
    threshold: confidence.meta({ description: 'The tenant’s `faq_confidence`: a FAQ answers from there on.' }),
    wouldAnswer: z.boolean(),
    match: z.strictObject({
      faqId: id.nullable(),
      confidence,
      evidence: z.strictObject({
        matchedKeywords: words.meta({ description: 'Keywords that are in the message with all their words.' }),
        matchedWords: words,
        unmatchedWords: words,
        similarWords: words.meta({ description: 'Taken for similar ones of the FAQ: misspelt, or another form.' }),
        reasons: logits.meta({ description: 'What speaks for the FAQ, in logits.' }),
        doubts: logits.meta({ description: 'What speaks for no FAQ being right, in logits.' }),
        runnerUp: z.strictObject({ faqId: id, confidence }).nullable(),
        cut: z.boolean().meta({ description: 'The message was longer than what is read of one.' }),
      }),
    }),
    best: Candidate.nullable(),
    runnerUp: Candidate.nullable(),
  })
  .meta({ id: 'FaqTrial' });

const tag = 'FAQs';

/** Why FAQs match, and what is wrong with them. Nothing here changes anything. */
export function faqInsightOperations({ reportOf, tryMatch }: Pick<Deps, 'reportOf' | 'tryMatch'>): Operation[] {
  return [
    tenantOperation({
      method: 'get',
      path: '/faqs/report',
      tag,
      summary: 'What is wrong with the active FAQs, and what to do about it',
      permission: 'faqs:read',
      response: ShownReport,
      handle: ({ tenantId }) => reportOf(tenantId),
    }),
    tenantOperation({
      method: 'post',
      path: '/faqs/try',
      tag,
      summary: 'Try a message: which FAQ would answer it, and why',
      description: 'Rules that come before the FAQs, such as a customer who asks for a person, are left out.',
      permission: 'faqs:read',
      body: Message,
      maxBytes: LONGEST_MESSAGE,
      response: Trial,
      handle: ({ tenantId, body }) => tryMatch(tenantId, body),
    }),
  ];
}
