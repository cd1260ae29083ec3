import type { Match } from '../match.ts';
import { keywordList } from '../../language/keywords.ts';
import type { Entry } from './entry.ts';
import { MOST_IDS, MOST_QUOTED, note, quote, quoteSome, shorten, type AllFound, type EvidenceOf } from './finding.ts';

/**
 * FAQs that their own question does not find, and none of their keywords either, as `match` says. A text that several
 * FAQs have is matched once. FAQs that nothing beats, because they have no words at all, are not meant here.
 */
export function* findNeverWins(
  entries: readonly Entry[],
  match: (text: string) => Match,
  { never_wins: found }: AllFound,
): Generator<undefined, void, undefined> {
  const byId = new Map(entries.map((entry) => [entry.faq.id, entry]));
  const winners = new Map<string, string | null>();
  function winnerOf(text: string): string | null {
    const known = winners.get(text);
    if (known !== undefined) return known;
    const { faqId } = match(text);
    winners.set(text, faqId);
    return faqId;
  }

  for (const { faq } of entries) {
    yield;
    const question = winnerOf(faq.question);
    if (question === faq.id) continue;
    const keywords = keywordList(faq.keywords);
    const beaten: Beaten[] = [];
    for (const written of keywords) {
      yield;
      const beatenBy = winnerOf(written);
      if (beatenBy === faq.id) break;
      beaten.push({ keyword: written, beatenBy });
    }
    const winnerIds = [...new Set([question, ...beaten.map(({ beatenBy }) => beatenBy)])].filter((id) => id !== null);
    if (beaten.length < keywords.length || winnerIds.length === 0) continue;
    note(found, 'never_wins', () => ({
      faqIds: [faq.id, ...winnerIds].slice(0, MOST_IDS),
      advice:
        `${quote(faq.question)} is never the answer: its own question ` +
        `${keywords.length > 0 ? 'and all of its keywords find' : 'finds'} ` +
        `${quoteSome(
          winnerIds.slice(0, 3).map((id) => byId.get(id)?.faq.question ?? id),
          winnerIds.length,
        )} instead. ` +
        'Give it a keyword that no other FAQ has, or join the two.',
      evidence: {
        question: { text: shorten(faq.question), beatenBy: question },
        keywords: beaten.slice(0, MOST_QUOTED).map((one) => ({ ...one, keyword: shorten(one.keyword) })),
        keywordCount: beaten.length,
      },
    }));
  }
}

type Beaten = EvidenceOf['never_wins']['keywords'][number];
