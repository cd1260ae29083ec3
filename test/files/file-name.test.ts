import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileNameOf } from '../../src/files/file-name.ts';

describe('the name of a file', () => {
  it.each([
    ['menu.pdf', 'menu.pdf'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\mia\\menu.pdf', 'menu.pdf'],
    ['a/b\\c.txt', 'c.txt'],
    ['menu\r\nX-Evil: 1.pdf', 'menuX-Evil: 1.pdf'],
    ['exe.\u202Efdp.scr', 'exe.fdp.scr'],
    ['a\u0000b\u2028c.png', 'abc.png'],
    ['Speisekarte für 名前 🍰.pdf', 'Speisekarte für 名前 🍰.pdf'],
    ['  menu.pdf ', 'menu.pdf'],
    ['', 'file'],
    ['/', 'file'],
    ['folder/', 'file'],
    ['..', 'file'],
    ['\u202E\r\n', 'file'],
    [null, 'file'],
    ['x'.repeat(300) + '.pdf', 'x'.repeat(196) + '.pdf'],
    ['x'.repeat(300), 'x'.repeat(200)],
    ['a.' + 'x'.repeat(300), 'a.' + 'x'.repeat(198)],
    ['🍰'.repeat(300) + '.png', '🍰'.repeat(196) + '.png'],
  ])('%j is %j', (given, name) => {
    expect(fileNameOf(given)).toBe(name);
  });

  it('is harmless whatever it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (given) => {
        const name = fileNameOf(given);
        expect(name).not.toMatch(/[/\\\p{Cc}\u202A-\u202E\u2066-\u2069\ud800-\udfff]/u);
        expect(name).not.toMatch(/^\.*$/);
        expect(Array.from(name).length).toBeLessThanOrEqual(200);
        expect(fileNameOf(name)).toBe(name);
      }),
    );
  });
});
