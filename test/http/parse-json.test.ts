import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/errors.ts';
import { parseJson, readJson, sanitizeText } from '../../src/http/parse-json.ts';

const parse = (text: string) => parseJson(Buffer.from(text));

describe('parseJson', () => {
  it('takes any JSON value, with or without a byte order mark', () => {
    expect(parse('{"a":[1,"ü",true,null]}')).toEqual({ a: [1, 'ü', true, null] });
    expect(parse('\uFEFF {"a":1} ')).toEqual({ a: 1 });
    expect(parse('"x"')).toBe('x');
  });

  it.each<[string, Buffer, string]>([
    ['nothing', Buffer.of(), 'not valid JSON'],
    ['words', Buffer.from('secret words'), 'not valid JSON'],
    ['an open object', Buffer.from('{"a":1'), 'not valid JSON'],
    ['an open string', Buffer.from('"secret'), 'not valid JSON'],
    ['a raw NUL', Buffer.from('"a\0"'), 'not valid JSON'],
    ['two values', Buffer.from('{}{}'), 'not valid JSON'],
    ['a stray continuation byte', Buffer.from([0x22, 0x80, 0x22]), 'not valid UTF-8'],
    ['an overlong slash', Buffer.from([0x22, 0xc0, 0xaf, 0x22]), 'not valid UTF-8'],
    ['a surrogate in UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), 'not valid UTF-8'],
    ['UTF-16', Buffer.from('\uFEFF{"a":1}', 'utf16le'), 'not valid UTF-8'],
    ['a number beyond all', Buffer.from('[1e999]'), 'too large'],
    ['a negative one', Buffer.from('[-1.5E+400]'), 'too large'],
    ['33 levels', Buffer.from(nested(33)), 'deeper than 32'],
    ['100,000 levels', Buffer.from(nested(100_000)), 'deeper than 32'],
    ['100,000 open levels', Buffer.from('{"a":'.repeat(100_000)), 'deeper than 32'],
    ['a million values', Buffer.from(`[${'1,'.repeat(999_999)}1]`), 'more than 100000 values'],
    ['50,001 pairs', Buffer.from(`{${'"a":1,'.repeat(50_000)}"a":1}`), 'more than 100000 values'],
  ])('refuses %s with 400 and without quoting it', (_case, raw, message) => {
    const error = thrown(() => parseJson(raw));

    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ status: 400, message: expect.stringContaining(message) });
    expect(String(error)).not.toContain('secret');
  });

  it('says where the JSON breaks', () => {
    expect(String(thrown(() => parse('{"a": 1, b}')))).toContain('position 9');
  });

  it('takes 32 levels and brackets in strings', () => {
    expect(() => parse(nested(32))).not.toThrow();
    expect(parse(`["${'['.repeat(50)}", "\\"{{{${'{'.repeat(50)}"]`)).toHaveLength(2);
  });

  it.each([
    ['9007199254740991', 9007199254740991],
    ['-9007199254740991', -9007199254740991],
    ['9007199254740992', '9007199254740992'],
    ['-9007199254740993', '-9007199254740993'],
    ['17841405309213115', '17841405309213115'],
    ['123456789012345678901234567890', '123456789012345678901234567890'],
    ['1234567890123456', 1234567890123456],
    ['0.1234567890123456789', 0.12345678901234568],
    ['1e20', 1e20],
    ['1e-999', 0],
    ['"12345678901234567890"', '12345678901234567890'],
    ['1'.repeat(400), '1'.repeat(400)],
  ])('reads the number %s', (text, expected) => {
    expect(parse(`{"id":${text}}`)).toEqual({ id: expected });
  });

  it.each([
    '{"__proto__":{"isAdmin":true},"a":1}',
    '{"\\u005f_proto__":{"isAdmin":true},"a":1}',
    '{"__pr\\u006Fto__":{"isAdmin":true},"a":1}',
    '{"a":1,"__proto__":null}',
  ])('drops the key in %s', (text) => {
    const value = parse(text);

    expect(Reflect.ownKeys(Object(value))).toEqual(['a']);
    expect(Object.assign({}, value)).not.toHaveProperty('isAdmin');
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  it('drops it from the depth as well', () => {
    expect(parse('[{"a":{"__proto__":{"x":1},"b":2}}]')).toEqual([{ a: { b: 2 } }]);
  });

  it('keeps other suspicious keys as plain data', () => {
    const value = Object(parse('{"constructor":{"prototype":{"x":1}},"toString":"y","hasOwnProperty":1}'));

    expect(Reflect.ownKeys(value)).toEqual(['constructor', 'toString', 'hasOwnProperty']);
    expect('x' in {}).toBe(false);
  });

  it('takes the last of duplicate keys', () => {
    expect(parse('{"a":1,"a":2}')).toEqual({ a: 2 });
  });

  it('cleans strings and keys of what PostgreSQL cannot store', () => {
    expect(parse('{"a\\u0000b":["x\\u0000","\\ud83d","\\uDE00y","\\ud83d\\ude00"]}')).toEqual({
      'a\uFFFDb': ['x\uFFFD', '\uFFFD', '\uFFFDy', '😀'],
    });
  });

  it('changes nothing of sane JSON', () => {
    fc.assert(
      fc.property(sane, (value) => {
        expect(parse(JSON.stringify(value))).toEqual(value);
      }),
    );
  });

  it('never throws anything but AppError, and what it returns is clean', () => {
    const raw = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
      fc.array(fc.constantFrom(...fragments), { maxLength: 20 }).map((parts) => Buffer.from(parts.join(''))),
      fc.json().map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(raw, (bytes) => {
        try {
          const text = JSON.stringify(parseJson(Buffer.from(bytes)));
          expect(text).not.toMatch(/\\u0000|\\ud[89a-f]|"__proto__":/);
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('readJson', () => {
  it.each<[string, string, boolean]>([
    ['as it came', ' {"a": [1, "\\u00fc"], "a": 2}\n', true],
    ['not with a byte order mark, which JSON.parse minds', '\uFEFF{"a":1}', false],
    ['not with U+0000 in it', String.raw`{"a":"\u0000"}`, false],
    ['not with half a character in it', String.raw`{"a":"\ud83d"}`, false],
    ['not with a key that changes what an object is', '{"__proto__":{}}', false],
    ['not with a number that would lose its end', '{"a":12345678901234567890}', false],
  ])('gives the text %s', (_case, text, isGiven) => {
    const raw = Buffer.from(text);
    expect(readJson(raw, 100)).toEqual({ value: parseJson(raw), text: isGiven ? raw : null });
  });

  it('gives a text only that JSON.parse reads as the same', () => {
    const part = fc.constantFrom(...fragments, '"a"', '"a":', '{', '}', '1', '\uFEFF', ' ');
    const raw = fc.oneof(
      fc.json().map((text) => Buffer.from(text)),
      fc.array(part, { maxLength: 12 }).map((parts) => Buffer.from(parts.join(''))),
      fc.array(part, { maxLength: 6 }).map((parts) => Buffer.from(`{"a":[${parts.join(',')}]}`)),
    );
    fc.assert(
      fc.property(raw, (bytes) => {
        try {
          const { value, text } = readJson(bytes, 1_000);
          if (text) expect(JSON.parse(text.toString())).toEqual(value);
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('sanitizeText', () => {
  it('replaces NUL and lone surrogates and leaves the rest', () => {
    expect(sanitizeText('a\0b\uD83Dc😀\u202E\n')).toBe('a\uFFFDb\uFFFDc😀\u202E\n');
  });
});

function nested(levels: number) {
  return '['.repeat(levels) + ']'.repeat(levels);
}

const fragments = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"a"',
  '"__proto__"',
  '"\\u0000"',
  '"\\ud800"',
  '1',
  '-1e999',
  '9'.repeat(20),
];

const sane = fc.object({
  maxDepth: 6,
  key: fc.string({ unit: 'grapheme' }).filter((key) => key !== '__proto__' && !key.includes('\0')),
  values: [
    fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0')),
    fc.boolean(),
    fc.constant(null),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }).map((number) => number + 0),
  ],
});

function thrown(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
