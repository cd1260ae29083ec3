import type { TellingWords } from './telling-words.ts';

export interface RankedKeyword {
  /** Folded, in the form that was written most often. */
  keyword: string;
  stem: string;
  /** Messages that say it. */
  messages: number;
  /** Texts outside that say it too. */
  others: number;
}

interface Outside {
  /** How many of the texts outside have a stem. */
  othersOf: (stem: string) => number;
  /** Texts outside altogether. */
  total: number;
  /** A word that a smaller share of the messages says, or only one of several, belongs to them, not to the question. */
  leastShare: number;
}

/** Words that many of the messages say and few texts outside do, those that tell them apart best first. */
export function rankKeywords(
  messages: readonly TellingWords[],
  { othersOf, total, leastShare }: Outside,
): RankedKeyword[] {
  const least = Math.max(Math.min(2, messages.length), messages.length * leastShare);
  const forms = new Map<string, Map<string, number>>();
  for (const telling of messages) {
    for (const [stem, word] of telling) {
      const written = forms.get(stem) ?? new Map<string, number>();
      written.set(word, (written.get(word) ?? 0) + 1);
      forms.set(stem, written);
    }
  }
  return [...forms]
    .map(([stem, written]) => {
      const said = [...written.values()].reduce((sum, times) => sum + times, 0);
      const others = othersOf(stem);
      const rarity = Math.log(1 + (total + 1) / (others + 0.5));
      return { keyword: mostOften(written), stem, messages: said, others, score: said * rarity };
    })
    .filter(({ messages: said }) => said >= least)
    .toSorted((one, other) => other.score - one.score || (one.stem < other.stem ? -1 : 1))
    .map(({ score: _score, ...keyword }) => keyword);
}

function mostOften(written: ReadonlyMap<string, number>): string {
  const [best] = [...written].toSorted(([one, times], [other, otherTimes]) =>
    times === otherTimes ? (one < other ? -1 : 1) : otherTimes - times,
  );
  return best?.[0] ?? '';
}
