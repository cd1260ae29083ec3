import { isTelling, isWithin, type Entry } from './entry.ts';
import { MOST_QUOTED, note, quote, shorten, type AllFound } from './finding.ts';
import { countWords } from './like-questions.ts';

/** General FAQs looked at under one word, those of the highest priority first. */
const MOST_PER_WORD = 50;

/**
 * Pairs with equal evidence, where priority decides for the wrong one: the specific FAQ has all telling words of the
 * general one's question and more, has no keyword of its own, and has the lower priority.
 */
export function* findSpecificBelowGeneral(
  entries: readonly Entry[],
  spell: (words: readonly number[]) => string[],
  { specific_below_general: found }: AllFound,
): Generator<undefined, void, undefined> {
  const counts = yield* countWords(entries);
  const byPriority = new Map<number, Entry[]>();
  for (const entry of entries) {
    yield;
    const list = byPriority.get(entry.faq.priority);
    if (list) list.push(entry);
    else byPriority.set(entry.faq.priority, [entry]);
  }
  // From the highest priority down, so that only FAQs of a higher one are filed when a FAQ looks for them.
  const filed = new Map<number, Entry[]>();
  for (const priority of [...byPriority.keys()].toSorted((one, other) => other - one)) {
    const equals = byPriority.get(priority) ?? [];
    for (const specific of equals) {
      for (const word of tellingOf(specific)) {
        for (const general of filed.get(word) ?? []) {
          yield;
          if (isBuried(specific, general)) notePair(found, spell, specific, general);
        }
      }
      yield;
    }
    for (const general of equals) {
      yield;
      const rarest = rarestOf(general, counts);
      // A word that no other question has leads nobody here.
      if ((counts.get(rarest) ?? 0) < 2) continue;
      const list = filed.get(rarest);
      if (!list) filed.set(rarest, [general]);
      else if (list.length < MOST_PER_WORD) list.push(general);
    }
  }
}

function isBuried(specific: Entry, general: Entry): boolean {
  const [more, less] = [tellingOf(specific), tellingOf(general)];
  if (specific.keywords.length === 0 || more.length <= less.length || !isWithin(less, more)) return false;
  const keywords = new Set(general.keywords);
  return specific.keywords.every((keyword) => keywords.has(keyword));
}

const tellingOf = ({ question }: Entry) => question.filter(isTelling);

function notePair(
  found: AllFound['specific_below_general'],
  spell: (words: readonly number[]) => string[],
  specific: Entry,
  general: Entry,
): void {
  const describe = ({ faq }: Entry) => ({ faqId: faq.id, priority: faq.priority });
  note(found, 'specific_below_general', () => ({
    faqIds: [general.faq.id, specific.faq.id],
    advice:
      `${quote(specific.faq.question)} (priority ${specific.faq.priority}) is the more specific question, has no keyword ` +
      `of its own, and comes after ${quote(general.faq.question)} (priority ${general.faq.priority}). ` +
      'Give the specific one the higher priority, or a keyword of its own.',
    evidence: {
      general: describe(general),
      specific: describe(specific),
      moreWords: spell(
        tellingOf(specific)
          .filter((word) => !general.question.includes(word))
          .slice(0, MOST_QUOTED),
      ),
      sharedKeywords: specific.keywords.slice(0, MOST_QUOTED).map(({ written }) => shorten(written)),
    },
  }));
}

/** The telling word that the fewest FAQs have; 0 for a question without one, which is general to nobody. */
function rarestOf(entry: Entry, counts: ReadonlyMap<number, number>): number {
  const countOf = (word: number) => counts.get(word) ?? 0;
  return tellingOf(entry).reduce((rarest, word) => (rarest && countOf(rarest) <= countOf(word) ? rarest : word), 0);
}
