import type { MikroORM } from '@mikro-orm/postgresql';
import { unprocessable } from '../errors.ts';
import { baseLanguage } from '../language/base.ts';
import type { SettingsOf } from '../tenancy/settings.ts';
import { createMatcher, type Faq, type Match } from './match.ts';
import type { MatcherOf } from './matcher-of.ts';
import { readActiveFaqs, readFaqs } from './read-faqs.ts';

/** What the matcher does with a message, and what it does it with. */
export interface Trial {
  /** The language whose rules the words were read by. */
  language: string;
  /** The tenant's `faq_confidence`, 0..1: a FAQ answers from there on. */
  threshold: number;
  /** Whether the best FAQ is sure enough. Rules that come before the FAQs, as a person who asks for a human, are left out. */
  wouldAnswer: boolean;
  match: Match;
  best: Candidate | null;
  runnerUp: Candidate | null;
}

interface Candidate {
  faqId: string;
  confidence: number;
  question: string;
  answer: string;
}

export type TryMatch = (tenantId: string, message: { text: string; language?: string | undefined }) => Promise<Trial>;

/** UTF-16 code units of FAQs that can be read in another language while others wait: some ten milliseconds. */
const MOST_IN_OTHER_LANGUAGE = 30_000;

interface Needs {
  orm: MikroORM;
  settingsOf: SettingsOf;
  matcherOf: MatcherOf;
}

/**
 * Tries a message on a tenant's FAQs as they are, and changes nothing. Without a language, or with the tenant's own, this is
 * the very matcher that answers customers. Throws AppError 422 for another language where the FAQs are too many for it.
 */
export function createTryMatch({ orm, settingsOf, matcherOf }: Needs): TryMatch {
  return async (tenantId, { text, language: wanted }) => {
    const { language: own, thresholds } = await settingsOf(tenantId);
    const language = wanted === undefined || baseLanguage(wanted) === baseLanguage(own) ? own : wanted;
    const matcher =
      language === own ? await matcherOf(tenantId) : createMatcher({ language, faqs: await readFew(orm, tenantId) });
    const match = matcher.match(text);
    const { runnerUp } = match.evidence;
    const ids = [match.faqId, runnerUp?.faqId].filter((id) => typeof id === 'string');
    const rows = (await readFaqs(orm, tenantId, ids)).filter(({ isActive }) => isActive);
    const candidate = (faqId: string | null | undefined, confidence: number): Candidate | null => {
      const row = rows.find(({ id }) => id === faqId);
      return row ? { faqId: row.id, confidence, question: row.question, answer: row.answer } : null;
    };
    const best = candidate(match.faqId, match.confidence);
    const threshold = thresholds.faq_confidence;
    return {
      language,
      threshold,
      wouldAnswer: best !== null && best.confidence >= threshold,
      match,
      best,
      runnerUp: candidate(runnerUp?.faqId, runnerUp?.confidence ?? 0),
    };
  };
}

async function readFew(orm: MikroORM, tenantId: string): Promise<Faq[]> {
  const faqs: Faq[] = [];
  let size = 0;
  for await (const page of readActiveFaqs(orm, tenantId)) {
    faqs.push(...page);
    size += page.reduce((sum, faq) => sum + lengthOf(faq), 0);
    if (size > MOST_IN_OTHER_LANGUAGE) {
      throw unprocessable(
        `language: this tenant has too many FAQs to be tried in another language than its own (more than ` +
          `${MOST_IN_OTHER_LANGUAGE} characters); leave language out to try them in the tenant's`,
      );
    }
  }
  return faqs;
}

const lengthOf = ({ question, answer, keywords }: Faq) =>
  question.length + answer.length + (typeof keywords === 'string' ? keywords : keywords.join()).length;
