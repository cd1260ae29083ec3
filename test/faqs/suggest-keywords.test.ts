import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { suggestKeywords, type Keyed } from '../../src/faqs/improving/suggest-keywords.ts';
import { runOut } from '../support/run-out.ts';

const hours: Keyed = { question: 'What are your opening hours?', keywords: ['hours', 'opening'] };
const parking: Keyed = { question: 'Where can I park?', keywords: ['parking', 'sunday'] };
const suggest = (messages: string[], others: Keyed[] = [parking], faq = hours) =>
  runOut(suggestKeywords(faq, others, messages, 'en')).result;

describe('keywords for a FAQ', () => {
  it('are words of the messages that it lacks, in the form that is written most often', () => {
    expect(suggest(['when do you close', 'closed today?', 'do you close late', 'opening late?'])).toEqual([
      { keyword: 'close', messages: 3, otherFaqs: 0 },
      { keyword: 'late', messages: 2, otherFaqs: 0 },
    ]);
  });

  it('go by what tells it apart from the other FAQs first', () => {
    const messages = ['closed on sunday', 'sunday closed', 'sunday'];
    expect(suggest(messages).map(({ keyword, otherFaqs }) => [keyword, otherFaqs])).toEqual([
      ['closed', 0],
      ['sunday', 1],
    ]);
    expect(suggest(messages, []).map(({ keyword }) => keyword)).toEqual(['sunday', 'closed']);
  });

  it('may come from one message when there is no other, and from none there are none', () => {
    expect(suggest(['closing at noon?']).map(({ keyword }) => keyword)).toEqual(['closing', 'noon']);
    expect(suggest([])).toEqual([]);
  });

  it('are at most 10, never one that the FAQ has in any form, never a stop word or a number', () => {
    const word = fc.constantFrom(
      'open',
      'hours',
      'hour',
      'the',
      'you',
      '24',
      ...'abcdefghijklmno'.split('').map((a) => `word${a}`),
    );
    fc.assert(
      fc.property(
        fc.array(
          fc.array(word, { maxLength: 8 }).map((some) => some.join(' ')),
          { maxLength: 30 },
        ),
        (messages) => {
          const found = suggest(messages).map(({ keyword }) => keyword);
          expect(found.length).toBeLessThanOrEqual(10);
          expect(found.filter((one) => !one.startsWith('word'))).toEqual([]);
        },
      ),
    );
  });
});
