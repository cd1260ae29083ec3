import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { fingerprint, Id, ignored, IsoTime, parseUnder, readOr, UnixSeconds } from '../../src/channels/shapes.ts';

describe('readOr', () => {
  it('turns a wrong shape into the place of the fault', () => {
    const fault = readOr(
      'messages',
      () =>
        z
          .object({ a: z.array(z.string()) })
          .parse({ a: ['x', 1] })
          .a.join(''),
      (place) => place,
    );
    expect(fault).toMatch(/^messages\.a\.1: /);
  });

  it('does not hide an error of our own', () => {
    expect(() => readOr('messages', failing, () => 'ignored')).toThrow('a bug');
  });
});

function failing(): string {
  throw new TypeError('a bug');
}

describe('an id', () => {
  it('is a string, whatever it was', () => {
    expect([0, -1001987654321, '9007199254740993', 'wamid.X'].map((id) => Id.parse(id))).toEqual([
      '0',
      '-1001987654321',
      '9007199254740993',
      'wamid.X',
    ]);
  });

  it('is never one that lost its digits, nor empty, nor longer than an index entry may be', () => {
    for (const id of [2 ** 53, 1.5, Number.NaN, '', 'x'.repeat(257), null, {}, true]) {
      expect(Id.safeParse(id).success, JSON.stringify(id)).toBe(false);
    }
  });
});

describe('a time', () => {
  it('is read from seconds, as number or digits, and from ISO 8601', () => {
    const time = new Date('2026-01-05T10:30:00Z');
    expect(UnixSeconds.parse(1767609000)).toEqual(time);
    expect(UnixSeconds.parse('1767609000')).toEqual(time);
    expect(IsoTime.parse('2026-01-05T12:30:00+02:00')).toEqual(time);
  });

  it('is always one that the database can hold', () => {
    for (const seconds of [-1, 1.5, 253_402_300_800, 8e15, '', '1e9', '-5', '9'.repeat(13)]) {
      expect(UnixSeconds.safeParse(seconds).success, String(seconds)).toBe(false);
    }
    for (const text of ['0000-01-01T00:00:00Z', '1969-12-31T23:59:59Z', '2026-02-30T00:00:00Z', '2026-01-05', 'now']) {
      expect(IsoTime.safeParse(text).success, text).toBe(false);
    }
  });
});

describe('ignored', () => {
  it('keeps a reason short without cutting a character in half', () => {
    const content = ignored(`x${'🎨'.repeat(150)}`);
    expect(content).toHaveProperty('reason', `x${'🎨'.repeat(99)}\uFFFD`);
  });
});

describe('parseUnder', () => {
  it('names a fault from the parent on', () => {
    const fault = readOr(
      'messages',
      () => parseUnder({ text: { body: 1 } }, 'text', z.object({ body: z.string() })).body,
      (place) => place,
    );
    expect(fault).toMatch(/^messages\.text\.body: /);
  });
});

describe('fingerprint', () => {
  it('is the same for the same JSON in any order, and stays so', () => {
    expect(fingerprint({ b: [1, { d: null, c: 'x' }], a: true })).toBe(
      fingerprint({ a: true, b: [1, { c: 'x', d: null }] }),
    );
    // Stored ids are made of it: a change here would deliver old events again.
    expect(fingerprint({ a: 1 })).toBe('015abd7f5cc57a2d');
  });

  it('tells values apart that look alike', () => {
    const values = [
      { a: 1 },
      { a: '1' },
      { a: [1] },
      { a: null },
      {},
      [],
      [[]],
      null,
      'a',
      '["a"]',
      ['a'],
      ['a', 'b'],
      ['a,b'],
    ];
    expect(new Set(values.map(fingerprint)).size).toBe(values.length);
  });
});
