import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitText, type TextUnit } from '../../src/language/split-text.ts';

const size = (text: string, unit: TextUnit) => {
  if (unit === 'bytes') return Buffer.byteLength(text);
  return unit === 'utf16' ? text.length : Array.from(text).length;
};
const ink = (text: string) => text.replaceAll(/\s/g, '');

const pieces = fc.constantFrom(
  'a',
  'word',
  ' ',
  '\n',
  '\n\n',
  '. ',
  '。',
  '字',
  'é',
  'e\u0301',
  '👍🏽',
  '👨‍👩‍👧‍👦',
  '🇫🇷',
  'नि',
  '!',
  '\u200d',
);
const text = fc.oneof(
  fc.array(pieces, { maxLength: 200 }).map((list) => list.join('')),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.string({ unit: 'binary', maxLength: 300 }),
);
const unit = fc.constantFrom<TextUnit>('utf16', 'codepoints', 'bytes');

describe('splitText', () => {
  it('gives parts that fit, none empty, and loses nothing but white space', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 4, max: 120 }), unit, (whole, limit, counted) => {
        const parts = splitText(whole, limit, counted);
        for (const part of parts) {
          expect(part.trim()).not.toBe('');
          expect(size(part, counted)).toBeLessThanOrEqual(limit);
        }
        expect(ink(parts.join(''))).toBe(ink(whole));
      }),
    );
  });

  it('leaves a text that fits as it is, but for white space around it', () => {
    fc.assert(
      fc.property(text, unit, (whole, counted) => {
        const parts = splitText(whole, Math.max(4, size(whole, counted)), counted);
        expect(parts).toEqual(whole.trim() === '' ? [] : [whole.trim()]);
      }),
    );
  });

  it('never takes a grapheme apart that fits into a part', () => {
    const family = '👨‍👩‍👧‍👦';
    fc.assert(
      fc.property(fc.integer({ min: family.length, max: 60 }), fc.integer({ min: 0, max: 9 }), (limit, before) => {
        const parts = splitText('x'.repeat(before) + family.repeat(20) + '🇫🇷'.repeat(40), limit, 'utf16');
        for (const part of parts) expect(part.replaceAll(family, '').replaceAll('🇫🇷', '').replaceAll('x', '')).toBe('');
      }),
    );
  });

  it.each([
    ['a paragraph', 'First line here.\nsecond one\n\nThird. Fourth words', 40, 'First line here.\nsecond one'],
    ['a line', 'First line here. More\nsecond one. And so on and on', 40, 'First line here. More'],
    ['a sentence', 'It is open. We close at six. Come and see us', 32, 'It is open. We close at six.'],
    ['a Chinese sentence', '我们九点开门。下午六点关门。欢迎光临', 16, '我们九点开门。下午六点关门。'],
    ['a word', 'one two three four five six', 12, 'one two'],
    ['a grapheme', 'ab👍🏽cd', 5, 'ab'],
    ['a code point, where a grapheme is too long', `e${'\u0301'.repeat(20)}`, 6, `e${'\u0301'.repeat(5)}`],
  ])('cuts at the end of %s', (_border, whole, limit, first) => {
    expect(splitText(whole, limit, 'utf16')[0]).toBe(first);
  });

  it('cuts a space that comes just after the limit', () => {
    expect(splitText('four four', 4, 'utf16')).toEqual(['four', 'four']);
  });

  it('counts bytes and code points', () => {
    expect(splitText('éééé', 4, 'bytes')).toEqual(['éé', 'éé']);
    expect(splitText('👍👍👍', 2, 'codepoints')).toEqual(['👍👍', '👍']);
  });

  it.each([0, 1, Number.NaN, -5])('refuses a limit into which nothing fits: %s', (limit) => {
    expect(() => splitText('text', limit, 'bytes')).toThrow(RangeError);
  });

  it.each([
    ['one word', 'x'],
    ['one grapheme', '\u0301'],
    ['words', 'word '],
    ['short lines', 'a\n'],
    ['flags', '🇫🇷'],
    ['no white space, only full stops', '。'],
  ])('takes no longer for a part late in the text: %s', (_name, piece) => {
    const time = (length: number) => {
      const whole = piece.repeat(length / piece.length);
      const { user } = process.threadCpuUsage();
      splitText(whole, 2_000, 'utf16');
      return (process.threadCpuUsage().user - user) / 1_000;
    };
    time(10_000);
    expect(time(100_000)).toBeLessThan(1_000);
  });
});
