import { describe, expect, it } from 'vitest';
import { fileUrl, readFileToken } from '../../src/files/file-url.ts';
import { newId } from '../../src/id.ts';
import { createKeyRing } from '../../src/tenancy/secrets.ts';

const keys = createKeyRing(Buffer.alloc(32, 1).toString('base64'));
const now = new Date('2026-01-05T09:30:00Z');
const link = { tenantId: newId(), fileId: newId() };
const url = fileUrl({ keys, publicUrl: 'https://desk.example' }, link, now, 60);
const token = url.split('/').at(-1) ?? '';
const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);

describe('the link to a file', () => {
  it('names the file until it is over', () => {
    expect(url).toMatch(/^https:\/\/desk\.example\/api\/v1\/files\/[\w-]{80}$/);
    expect(readFileToken(keys, token, now)).toEqual(link);
    expect(readFileToken(keys, token, later(59))).toEqual(link);
    expect(readFileToken(keys, token, later(60))).toBeNull();
  });

  it('is worth nothing once a letter of it is another', () => {
    for (let at = 0; at < token.length; at++) {
      const other = token[at] === 'A' ? 'B' : 'A';
      expect(readFileToken(keys, token.slice(0, at) + other + token.slice(at + 1), now), String(at)).toBeNull();
    }
    for (const forged of ['', 'x', token.slice(1), `${token}A`, `${token.slice(0, -1)}=`, '.'.repeat(80)]) {
      expect(readFileToken(keys, forged, now), forged).toBeNull();
    }
  });

  it('is worth nothing to whoever has another key', () => {
    expect(readFileToken(createKeyRing(Buffer.alloc(32, 2).toString('base64')), token, now)).toBeNull();
  });
});
