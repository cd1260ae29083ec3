import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupAlike, type Group, type Settled, type Unanswered } from '../../src/faqs/improving/group-alike.ts';
import { runOut } from '../support/run-out.ts';

const asked = (texts: readonly string[], language = 'en'): Unanswered[] =>
  texts.map((text, n) => ({
    messageIds: [`m${String(n).padStart(5, '0')}`],
    conversationId: `c${n}`,
    text,
    language,
    at: new Date(Date.UTC(2026, 0, 1) + n * 1_000),
  }));
const group = (messages: Unanswered[], settled: Settled[] = []) => runOut(groupAlike(messages, settled)).result;
const textsOf = (groups: Group[]) => groups.map(({ members }) => members.map(({ text }) => text));

const delivery = [
  'Do you deliver to Brooklyn?',
  'do you deliver',
  'Can you deliver to Queens please',
  'delivery to 11215?',
];
const gluten = ['is the bread gluten free', 'Gluten free bread??', 'any GLUTEN-FREE cakes'];
const wifi = ['what is the wifi password', 'WiFi password?'];

describe('messages that no FAQ answered', () => {
  it('are grouped by what they ask, the commonest first', () => {
    const groups = group(asked([...wifi, 'do you take dogs', ...gluten, ...delivery]));
    expect(textsOf(groups)).toEqual([delivery, gluten, wifi, ['do you take dogs']]);
    expect(groups.map(({ question }) => question)).toEqual([
      'do you deliver',
      'Gluten free bread??',
      'WiFi password?',
      'do you take dogs',
    ]);
    expect(groups.map(({ keywords: [best] }) => best)).toEqual(['deliver', 'free', 'password', 'dogs']);
  });

  it('suggest the words of the group, and none that a single message brought in', () => {
    const [first] = group(asked([...delivery, 'deliver to the Bronx?', 'do you deliver cakes', ...wifi]));
    expect(first?.keywords).toEqual(['deliver']);
  });

  it('count conversations, not how often somebody repeats himself', () => {
    const insistent = asked(Array<string>(9).fill('do you take dogs')).map((one) => ({ ...one, conversationId: 'c' }));
    const groups = group([...insistent, ...asked(wifi).map((one) => ({ ...one, messageIds: [`w${one.text}`] }))]);
    expect(groups.map(({ conversations, members }) => [conversations, members.length])).toEqual([
      [2, 2],
      [1, 9],
    ]);
  });

  it.each([
    ['en', ['hello', 'ok', 'no thanks', 'thank you', '???', '🙏', '', '   ', '12345']],
    ['ru', ['привет', 'спасибо', 'да', 'можно']],
  ])('are no question when they ask nothing: %s', (language, texts) => {
    expect(textsOf(group(asked([...texts, ...wifi], language)))).toEqual([wifi]);
  });

  it.each([
    ['ru', ['Есть ли доставка в центр?', 'а доставка есть', 'доставку сделаете завтра'], ['сколько стоит торт']],
    ['zh', ['你们送货吗', '可以送货到北京吗', '送货要多久'], ['蛋糕多少钱']],
    ['es', ['¿Hacéis envíos a Madrid?', 'envio a casa', 'ENVÍOS'], ['tienen aparcamiento']],
  ])('are read in their language: %s', (language, alike, other) => {
    expect(textsOf(group(asked([...alike, ...other], language)))).toEqual([alike, other]);
  });

  it('are given as a question of at most 300 characters, on one line', () => {
    const long = `deliver\n\n ${'😀word '.repeat(200)}`;
    const [only] = group(asked([long]));
    expect(only?.question.length).toBeLessThanOrEqual(300);
    expect(only?.question).toMatch(/^deliver 😀word .*…$/);
    expect(only?.question.isWellFormed()).toBe(true);
  });
});

describe('a dismissed question', () => {
  const dismissed = { text: 'do you deliver', language: 'en', count: 4 };

  it('stays away in other words, and takes nothing else with it', () => {
    const groups = group(asked(['could you deliver to Harlem', 'DELIVERY???', ...wifi]), [dismissed]);
    expect(textsOf(groups)).toEqual([wifi]);
  });

  it('stays away also when nobody else asks it any more', () => {
    expect(group(asked(['deliver to Bronx?']), [dismissed])).toEqual([]);
    expect(group(asked(['deliver to Bronx?']), [{ ...dismissed, count: 1 }])).toEqual([]);
  });
});

describe('grouping', () => {
  const vocabulary = ['deliver', 'bread', 'gluten', 'wifi', 'password', 'dogs', 'parking', 'refund', 'the', 'hello'];
  const texts = fc.array(
    fc.array(fc.constantFrom(...vocabulary), { minLength: 1, maxLength: 5 }).map((words) => words.join(' ')),
    { maxLength: 40 },
  );

  it('does not depend on the order of the messages', () => {
    fc.assert(
      fc.property(
        texts.chain((some) =>
          fc.tuple(fc.constant(some), fc.shuffledSubarray(asked(some), { minLength: some.length })),
        ),
        ([some, shuffled]) => {
          expect(group(shuffled)).toEqual(group(asked(some)));
        },
      ),
    );
  });

  it('puts each message that says something into exactly one group', () => {
    fc.assert(
      fc.property(texts, (some) => {
        const grouped = group(asked(some)).flatMap(({ members }) => members.flatMap(({ messageIds }) => messageIds));
        const telling = asked(some).filter(({ text }) =>
          text.split(' ').some((word) => word !== 'the' && word !== 'hello'),
        );
        expect(grouped.toSorted()).toEqual(telling.flatMap(({ messageIds }) => messageIds).toSorted());
      }),
    );
  });

  it('does not see case and punctuation', () => {
    fc.assert(
      fc.property(texts, (some) => {
        const shapeOf = (groups: Group[]) => groups.map(({ members }) => members.map(({ messageIds }) => messageIds));
        const loud = some.map((text) => `¡${text.toUpperCase().replaceAll(' ', ', ')}!`);
        expect(shapeOf(group(asked(loud)))).toEqual(shapeOf(group(asked(some))));
      }),
    );
  });

  it('does twice the work for twice the messages, also when all share a word', () => {
    const many = (count: number) =>
      asked(Array.from({ length: count }, (_, n) => `order w${n}x w${n % 977}y w${n % 1_013}z`));
    const [once, twice] = [runOut(groupAlike(many(2_000))).pauses, runOut(groupAlike(many(4_000))).pauses];
    expect(once).toBeGreaterThan(50);
    expect(twice / once).toBeLessThan(2.2);
  });
});
