import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseKeywords } from '../../src/language/keywords.ts';

describe('keywords as a business writes them', () => {
  it.each<[string, string[]]>([
    ['', []],
    ['  ', []],
    [', ;,\n\n,', []],
    ['refund', ['refund']],
    ['refund, money back ,return', ['refund', 'money back', 'return']],
    ['one;two\nthree\r\nfour', ['one', 'two', 'three', 'four']],
    ['مواعيد، دوام', ['مواعيد', 'دوام']],
    ['营业时间，几点；开门、关门', ['营业时间', '几点', '开门', '关门']],
    ['"salt, pepper", sugar', ['salt, pepper', 'sugar']],
    ['sugar,"salt; pepper"', ['sugar', 'salt; pepper']],
    [' " salt, pepper " ; sugar', ['salt, pepper', 'sugar']],
    ['“salt, pepper”, sugar', ['salt, pepper', 'sugar']],
    ['„Salz, Pfeffer“, Zucker', ['Salz, Pfeffer', 'Zucker']],
    ['«соль, перец», сахар', ['соль, перец', 'сахар']],
    ['「塩、胡椒」、砂糖', ['塩、胡椒', '砂糖']],
    ['"vegan"', ['vegan']],
    ['"", sugar', ['sugar']],
    ['" ", sugar', ['sugar']],
  ])('%j', (text, keywords) => {
    expect(parseKeywords(text)).toEqual(keywords);
  });

  it.each<[string, string[]]>([
    ['"salt, pepper', ['"salt', 'pepper']],
    ['salt, pepper"', ['salt', 'pepper"']],
    ['5" pipe, 6" pipe', ['5" pipe', '6" pipe']],
    ['"salt, pepper" mill, sugar', ['"salt', 'pepper" mill', 'sugar']],
    ['"salt,\npepper"', ['"salt', 'pepper"']],
    ['“salt, pepper, sugar', ['“salt', 'pepper', 'sugar']],
    ['", "', [',']],
    ['"', ['"']],
  ])('takes quotes without a partner as letters: %j', (text, keywords) => {
    expect(parseKeywords(text)).toEqual(keywords);
  });

  it('reads back what was written in quotes, whatever it is', () => {
    const keyword = fc.stringMatching(/^[^"“”„«»「」\r\n]{1,20}$/).filter((text) => text.trim() !== '');
    fc.assert(
      fc.property(fc.array(keyword), (keywords) => {
        const written = keywords.map((text) => `"${text}"`).join(', ');
        expect(parseKeywords(written)).toEqual(keywords.map((text) => text.trim()));
      }),
    );
  });

  it('loses no letter and never gives an empty keyword, whatever the text', () => {
    const part = fc.constantFrom('a', 'ß', '"', '“', '”', '„', '«', '»', ',', '、', ';', '\n', '\r', ' ', '\0', '😀');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
        const text = parts.join('');
        const keywords = parseKeywords(text);
        expect(keywords.filter((keyword) => keyword.trim() !== keyword || keyword === '')).toEqual([]);
        const lettersOf = (some: string) => some.replace(/[^aß😀\0]/gu, '');
        expect(lettersOf(keywords.join(''))).toBe(lettersOf(text));
      }),
    );
  });

  it.each(['"a, ', '“a, ', '"', '", ', ' ', '«,', '" '])('takes linear time for %j, again and again', (piece) => {
    // Quadratic, these 100,000 characters and more would take far longer.
    const { user } = process.threadCpuUsage();
    parseKeywords(piece.repeat(100_000));
    expect((process.threadCpuUsage().user - user) / 1_000).toBeLessThan(3_000);
  });
});
