import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asks, splitQuestions } from '../../src/language/split-questions.ts';

const trimmed = (text: string) => splitQuestions(text).map((part) => part.trim());

const several: [name: string, ...parts: string[]][] = [
  ['English', 'When do you open?', 'And do you have vegan options?'],
  ['English in one breath', 'when do you open', 'and do you have vegan options'],
  ['English with a comma', 'when do you open,', 'do you have tea'],
  ['English with both', 'what does it cost,', 'and also where are you'],
  ['a full stop', 'I lost my card.', 'How do I block it?'],
  ['Spanish', 'Hola', '¿a qué hora abrís?', '¿Y tenéis opciones veganas?'],
  ['Spanish in one breath', 'a qué hora abrís', 'y también cuánto cuesta'],
  ['Portuguese', 'que horas abre', 'e tem opções veganas'],
  ['French', 'quand ouvrez-vous', 'et combien ça coûte'],
  ['German', 'Wann habt ihr offen', 'und habt ihr auch vegane Sachen'],
  ['Russian', 'Когда вы открываетесь', 'и есть ли у вас чай'],
  ['Turkish', 'Saat kaçta açıyorsunuz', 've nerede park edebilirim'],
  ['Arabic', 'متى تفتحون؟', 'وهل لديكم خيارات نباتية؟'],
  ['Arabic in one breath', 'متى تفتحون', 'وأين أنتم'],
  ['Hebrew', 'מתי אתם פותחים', 'והאם יש חניה'],
  ['Hindi', 'आप कब खुलते हैं।', 'और कितना खर्च है'],
  ['Japanese', '何時に開きますか？', 'ビーガンはありますか'],
  ['Japanese with a comma', '何時に開きますか、', 'ビーガンはありますか'],
  ['Chinese', '几点开门，', '有素食吗？', '多少钱'],
  ['Thai', 'เปิดกี่โมงครับ', 'มีอาหารเจไหม'],
  ['lines', 'opening hours', 'vegan options'],
];

const one = [
  'tea and coffee',
  'salt & pepper, milk and sugar',
  'bring mum and me',
  'We close at 9 p.m. on Sundays',
  'Is 3.50 enough?',
  'see https://shop.example/?q=1&when=2 please',
  'コーヒー、紅茶をください',
  'пирог и чай',
  'What?!?!',
  '???',
  '¿Y tenéis wifi?',
  'and when do you open',
];

describe('the questions of a message', () => {
  it.each(several)('%s', (name, ...parts) => {
    expect(trimmed(parts.join(name === 'lines' ? '\n' : ' '))).toEqual(parts);
  });

  it('need no space where the script has none', () => {
    expect(splitQuestions('何時に開きますか？ビーガンはありますか')).toHaveLength(2);
    expect(splitQuestions('几点开门呢，有素食吗？多少钱')).toEqual(['几点开门呢，', '有素食吗？', '多少钱']);
  });

  it.each(one)('stay one: %s', (text) => {
    expect(splitQuestions(text)).toEqual([text]);
  });

  it('are none where there is nothing', () => {
    expect(splitQuestions('')).toEqual([]);
    expect(splitQuestions(' \n ')).toEqual([' \n ']);
  });

  it.each([
    'Is it?',
    'and when do you open',
    'hi, when do you open',
    'a qué hora abrís',
    'во сколько вы открываетесь',
    'وهل لديكم شاي',
    'いつですか',
    '几点开门',
    'เปิดไหม',
  ])('are told from statements: %s', (text) => {
    expect(asks(text)).toBe(true);
  });

  it.each(['', 'I have a card', 'A friend told me', 'opening hours', 'My card is lost.', 'и чай', 'コーヒー'])(
    'are told from what only tells: %s',
    (text) => {
      expect(asks(text)).toBe(false);
    },
  );

  const piece = fc.oneof(
    fc.constantFrom('and', 'do', 'when', 'y', 'cuándo', 'und', 'wie', 'وهل', 'か', '吗', 'ไหม', '几点', 'a', '3'),
    fc.constantFrom('?', '!', '.', ',', '，', '。', '？', '¿', '¡', ')', '"', ';', '…', '、', '😀', '\ud800'),
    fc.constantFrom(' ', '  ', '\n', '\r\n', '\t', '\u2028', '\u00a0'),
    fc.string({ unit: 'grapheme' }),
  );
  const text = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''));

  it('lose nothing and add nothing', () => {
    fc.assert(
      fc.property(text, (given) => {
        const parts = splitQuestions(given);
        expect(parts.join('')).toBe(given);
        expect(parts.every((part) => part !== '')).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('have a word each, and are not split again', () => {
    fc.assert(
      fc.property(text, (given) => {
        const parts = splitQuestions(given);
        const words = parts.map((part) => /[\p{L}\p{M}\p{N}'’]/u.test(part));
        // Only what comes after the last one may be bare.
        expect(words.slice(0, -1).every(Boolean)).toBe(true);
        for (const part of parts) if (/[?!]\s*$/.test(part)) expect(splitQuestions(part)).toEqual([part]);
      }),
    );
  });

  it('take time in proportion to the text, whatever it is made of', () => {
    const heaps = ['?', 'か、', '. ', ' ', 'and ', 'and do ', 'ไหม', '¿', "'", 'a', '\u0301', '))', '\n', 'a, do '];
    for (const heap of heaps) {
      const workOf = (length: number) => {
        const before = process.cpuUsage();
        const whole = heap.repeat(length / heap.length);
        splitQuestions(whole);
        asks(whole);
        const { user, system } = process.cpuUsage(before);
        return user + system;
      };
      workOf(10_000);
      // A square would take minutes at this length.
      expect(workOf(400_000), heap).toBeLessThan(5_000_000);
    }
  });
});
