import { keyOf, type Entry } from './entry.ts';
import { MOST_IDS, MOST_QUOTED, note, quote, quoteSome, shorten, type AllFound } from './finding.ts';
import { groupBy } from './groups.ts';
import { findLikeQuestions } from './like-questions.ts';

/**
 * FAQs that ask the same or nearly the same; and those among them that answer differently with the same priority, so
 * that chance decides. Of FAQs with the very same words the first stands for all where another question is only like it.
 */
export function* findDuplicateQuestions(
  entries: readonly Entry[],
  found: AllFound,
): Generator<undefined, void, undefined> {
  const { firsts, groups } = yield* groupBy(entries, ({ question }) => keyOf(question));
  for (const group of groups) {
    yield;
    noteDuplicates(found, group, 1);
    yield* findConflicts(found, group);
  }
  yield* findLikeQuestions(firsts, (one, other, likeness) => {
    const rounded = Math.floor(likeness * 100) / 100;
    noteDuplicates(found, [one, other], rounded);
    const answers = [...new Set([answerOf(one), answerOf(other)])];
    if (one.faq.priority === other.faq.priority) noteConflict(found, [one, other], answers, rounded);
  });
}

function noteDuplicates({ duplicate_question: found }: AllFound, group: readonly Entry[], likeness: number): void {
  note(found, 'duplicate_question', () => ({
    faqIds: idsOf(group),
    advice:
      `${namesOf(group)} ask ${likeness === 1 ? 'the same' : 'nearly the same'}. ` +
      'Keep the one with the best answer, give it the keywords of the others, and delete these.',
    evidence: { questions: questionsOf(group), likeness, faqCount: group.length },
  }));
}

/** Of FAQs with the same words, those of one priority have to answer the same. */
function* findConflicts(found: AllFound, group: readonly Entry[]): Generator<undefined, void, undefined> {
  const byPriority = new Map<number, { rivals: Entry[]; answers: Set<string> }>();
  for (const entry of group) {
    yield;
    const known = byPriority.get(entry.faq.priority) ?? { rivals: [], answers: new Set<string>() };
    known.rivals.push(entry);
    known.answers.add(answerOf(entry));
    byPriority.set(entry.faq.priority, known);
  }
  for (const { rivals, answers } of byPriority.values()) noteConflict(found, rivals, [...answers], 1);
}

/** White space makes no other answer. */
const answerOf = ({ faq }: Entry) => faq.answer.replace(/\s+/g, ' ').trim();

function noteConflict(
  { conflicting_answers: found }: AllFound,
  rivals: readonly Entry[],
  answers: readonly string[],
  likeness: number,
): void {
  const priority = rivals[0]?.faq.priority;
  if (answers.length < 2 || priority === undefined) return;
  note(found, 'conflicting_answers', () => ({
    faqIds: idsOf(rivals),
    advice:
      `${namesOf(rivals)} ask ${likeness === 1 ? 'the same' : 'nearly the same'}, give different answers, and have the ` +
      `same priority ${priority}: which one customers get is left to chance. Keep the right answer, or give it the higher priority.`,
    evidence: {
      questions: questionsOf(rivals),
      answers: answers.slice(0, MOST_QUOTED).map(shorten),
      priority,
      likeness,
      faqCount: rivals.length,
    },
  }));
}

/** FAQs whose keywords are the same, whatever their order and spelling. */
export function* findDuplicateKeywords(
  entries: readonly Entry[],
  { duplicate_keywords: found }: AllFound,
): Generator<undefined, void, undefined> {
  const { groups } = yield* groupBy(entries, ({ keywords }) =>
    keywords
      .map(({ key }) => key)
      .toSorted()
      .join(','),
  );
  for (const group of groups) {
    yield;
    const [first] = group;
    if (!first) continue;
    const keywords = first.keywords.slice(0, MOST_QUOTED).map(({ written }) => shorten(written));
    note(found, 'duplicate_keywords', () => ({
      faqIds: idsOf(group),
      advice:
        `${namesOf(group)} have the same keywords (${quoteSome(keywords, first.keywords.length)}), which cannot tell ` +
        'them apart. Give each of them words that only its own customers use.',
      evidence: { keywords, faqCount: group.length },
    }));
  }
}

const idsOf = (group: readonly Entry[]) => group.slice(0, MOST_IDS).map(({ faq }) => faq.id);
const questionsOf = (group: readonly Entry[]) => group.slice(0, MOST_QUOTED).map(({ faq }) => shorten(faq.question));

/** Questions that are written the same are told once, with their number. */
function namesOf(group: readonly Entry[]): string {
  const [first] = group;
  const isOne = group.every(({ faq }) => faq.question === first?.faq.question);
  return first && isOne
    ? `${group.length} FAQs with the question ${quote(first.faq.question)}`
    : quoteSome(
        group.slice(0, 3).map(({ faq }) => faq.question),
        group.length,
      );
}
