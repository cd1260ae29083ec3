import { createMatcher, type Faq, type Match } from './match.ts';
import { findDuplicateKeywords, findDuplicateQuestions } from './quality/duplicates.ts';
import { createReader, type Entry } from './quality/entry.ts';
import { nothingFound, type AllFound } from './quality/finding.ts';
import { findCommonKeywords, findEmpty } from './quality/keyword-checks.ts';
import { findNeverWins } from './quality/never-wins.ts';
import { findSpecificBelowGeneral } from './quality/priorities.ts';

export type { EvidenceOf, Finding, FindingKind, Found } from './quality/finding.ts';

export interface QualityReport {
  /** Active FAQs looked at; the others never answer and are left out. */
  checked: number;
  /** By kind: how many there are, and the first 200 in the order of their FAQs' ids. */
  findings: AllFound;
}

/**
 * What a tenant may want to mend in its FAQs: duplicates, FAQs that never win, keywords that tell nothing, answers and
 * priorities that contradict each other. Pure: the same FAQs in any order give the same report. The time grows with
 * the number of FAQs and the time of a match, not with the number of pairs.
 */
export function reportOn(faqs: readonly Faq[], language: string): QualityReport {
  const matcher = createMatcher({ language, faqs });
  const slices = reportInSlices(faqs, language, (text) => matcher.match(text));
  for (;;) {
    const slice = slices.next();
    if (slice.done) return slice.value;
  }
}

/**
 * The same as a generator that stops after each small piece of work, of at most one match, so that others can have
 * their turn. `match` is that of a matcher of these FAQs; a FAQ that only one of the two knows does no harm.
 */
export function* reportInSlices(
  faqs: readonly Faq[],
  language: string,
  match: (text: string) => Match,
): Generator<undefined, QualityReport, undefined> {
  const reader = createReader(language);
  const entries: Entry[] = [];
  const active = faqs.filter((faq) => faq.isActive).toSorted((one, other) => (one.id < other.id ? -1 : 1));
  for (const faq of active) {
    entries.push(reader.read(faq));
    yield;
  }
  const findings = nothingFound();
  yield* findEmpty(entries, findings);
  yield* findDuplicateQuestions(entries, findings);
  yield* findDuplicateKeywords(entries, findings);
  yield* findCommonKeywords(entries, reader.keywords(), findings);
  yield* findSpecificBelowGeneral(entries, (words) => reader.spell(words), findings);
  yield* findNeverWins(entries, match, findings);
  return { checked: entries.length, findings };
}
