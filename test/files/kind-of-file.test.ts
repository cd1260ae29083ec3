import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kindOfFile } from '../../src/files/kind-of-file.ts';
import { noise, pdf, png } from '../support/some-files.ts';

const mp4 = Buffer.from('00000018667479706d703432000000006d70343269736f6d', 'hex');
const mp3 = Buffer.concat([Buffer.from('fffb9064', 'hex'), Buffer.alloc(1_000)]);

describe('what a file is', () => {
  it.each([
    ['a picture', png(), 'image', 'image/png'],
    ['a picture with a page behind it', png('<html><script>alert(1)</script>'), 'image', 'image/png'],
    ['a film', mp4, 'video', 'video/mp4'],
    ['a sound', mp3, 'audio', 'audio/mpeg'],
    ['a document', pdf(), 'file', 'application/pdf'],
    ['words', Buffer.from('Öffnungszeiten: 9–18 Uhr 🕘'), 'file', 'text/plain'],
    ['a page', Buffer.from('<!doctype html><script>alert(1)</script>'), 'file', 'text/plain'],
    ['a drawing', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'), 'file', 'text/plain'],
    ['a drawing that says so', Buffer.from('<?xml version="1.0"?><svg onload="alert(1)"/>'), 'file', 'text/plain'],
    ['one byte', Buffer.from('x'), 'file', 'text/plain'],
    ['a NUL', Buffer.from('words\0'), 'file', 'application/octet-stream'],
    ['broken UTF-8', Buffer.from([0x61, 0xc3, 0x28]), 'file', 'application/octet-stream'],
    ['noise', noise(1_000), 'file', 'application/octet-stream'],
  ])('is told of %s by its content', async (_what, bytes, type, mimeType) => {
    expect(await kindOfFile(bytes)).toEqual({ type, mimeType });
  });

  it('is told of whatever begins like something and goes on otherwise, and is never a page or a drawing', async () => {
    const beginnings = [png(), pdf(), mp4, Buffer.from('PK\u0003\u0004'), Buffer.from('<?xml '), Buffer.from('RIFF')];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...beginnings),
        fc.uint8Array({ maxLength: 200 }),
        fc.nat(),
        async (a, b, cut) => {
          const { mimeType } = await kindOfFile(Buffer.concat([a.subarray(0, cut % (a.length + 1)), b]));
          expect(mimeType).toMatch(/^[a-z]+\/\S+/);
          expect(mimeType).not.toMatch(/html|svg/);
        },
      ),
      { numRuns: 300 },
    );
  });
});
