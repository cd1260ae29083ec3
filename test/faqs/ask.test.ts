import { describe, expect, it } from 'vitest';
import { ask } from '../../src/faqs/ask.ts';
import { createMatcher } from '../../src/faqs/match.ts';
import { READ_LENGTH } from '../../src/language/words.ts';

const texts = [
  ['hours', 'What are your opening hours?', 'hours, opening, time'],
  ['vegan', 'Do you have vegan options?', 'vegan, plant-based'],
  ['card', 'How do I block my card?', 'card, block, lost'],
] as const;

/** The real matcher, which notes what it is asked. */
function build() {
  const faqs = texts.map(([id, question, keywords]) => ({
    id,
    question,
    keywords,
    answer: `Answer of ${id}`,
    language: null,
    priority: 1,
    isActive: true,
  }));
  const real = createMatcher({ language: 'en', faqs });
  const asked: string[] = [];
  return {
    asked,
    matcher: {
      match(text: string) {
        asked.push(text);
        return real.match(text);
      },
      find: (faqId: string) => faqs.find(({ id }) => id === faqId) ?? null,
    },
  };
}

const partsOf = (text: string, pickOf: Parameters<typeof ask>[2] = null) => {
  const { matcher, asked } = build();
  const { match, parts } = ask(matcher, text, pickOf);
  return { match: match?.faqId ?? null, parts: parts.map(({ faqId }) => faqId), asked };
};

describe('what a text asks for', () => {
  it('is looked for once where it is one question', () => {
    expect(partsOf('What are your opening hours?')).toEqual({
      match: 'hours',
      parts: [],
      asked: ['What are your opening hours?'],
    });
  });

  it('is looked for in each of its questions, in their order', () => {
    expect(partsOf('do you have vegan options and when do you open').parts).toEqual(['vegan', 'hours']);
    expect(partsOf('vegan options\nopening hours').parts).toEqual(['vegan', 'hours']);
  });

  it('is not looked for in what is told beside a question', () => {
    const { asked } = partsOf('I lost my card at the opening. Hi there, how do I block my card?');
    expect(asked).toHaveLength(1);
    // Another line may be another matter.
    expect(partsOf('vegan options please\nI lost it. How do I block my card?').parts).toEqual(['vegan', 'card']);
  });

  it('is nothing where nothing is said', () => {
    expect(partsOf('')).toEqual({ match: null, parts: [], asked: [] });
    expect(partsOf('???\n\n')).toMatchObject({ match: null, parts: [] });
  });

  it('is looked for so many times at most, however long it is', () => {
    for (const text of ['When do you open? '.repeat(50_000), 'vegan\n'.repeat(50_000), '?\n'.repeat(50_000)]) {
      const { asked } = partsOf(text);
      expect(asked.length).toBeLessThanOrEqual(1 + 16);
      const chosen = partsOf(`yes\n${text}`, (line) => (line === 'yes' ? ['card'] : []));
      expect(chosen.asked.length).toBeLessThanOrEqual(16);
      expect(Math.max(...asked.slice(1).map(({ length }) => length))).toBeLessThanOrEqual(READ_LENGTH);
    }
  });

  it('is what the contact chooses, and what stands beside it', () => {
    const pickOf = (line: string) =>
      line === '2' ? ['card'] : line === '3' ? ['gone'] : line === 'both' ? ['card', 'gone', 'vegan'] : [];
    const { matcher } = build();
    expect(ask(matcher, '2', pickOf)).toMatchObject({
      match: { faqId: 'card', confidence: 1 },
      parts: [{ faqId: 'card' }],
      runnerUp: null,
      isPicked: true,
      evidence: null,
    });
    expect(partsOf('vegan options\n2\nopening hours', pickOf)).toMatchObject({
      match: 'card',
      parts: ['vegan', 'card', 'hours'],
    });
    expect(partsOf('both', pickOf)).toMatchObject({ match: 'card', parts: ['card', 'vegan'] });
    // A FAQ that is not there any more cannot be chosen.
    expect(ask(matcher, '3', pickOf).isPicked).toBe(false);
  });
});
