import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createKeyRing, keyFromDataDir } from '../../src/tenancy/secrets.ts';

const key = (n: number) => Buffer.alloc(32, n).toString('base64');
const secret = { botToken: '123:canary-token' };

describe('a key ring', () => {
  it('opens what it sealed, for the same row only', () => {
    const ring = createKeyRing(key(1));
    const sealed = ring.seal(secret, 'tenant-a/channel-1');
    expect(ring.open(sealed, 'tenant-a/channel-1')).toEqual(secret);
    expect(() => ring.open(sealed, 'tenant-b/channel-1')).toThrow();
    expect(() => ring.open(sealed, 'tenant-a/channel-2')).toThrow();
    expect(() => createKeyRing(key(2)).open(sealed, 'tenant-a/channel-1')).toThrow();
  });

  it('shows nothing of the secret, and the same secret never twice alike', () => {
    const ring = createKeyRing(key(1));
    const [one, other] = [ring.seal(secret, 'x'), ring.seal(secret, 'x')];
    expect(one.toString('latin1')).not.toContain('canary');
    expect(one.equals(other)).toBe(false);
  });

  it('notices every changed byte', () => {
    const ring = createKeyRing(`id:${key(1)}`);
    const sealed = ring.seal(secret, 'x');
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => ring.open(changed, 'x'), `byte ${at}`).toThrow();
    }
    // Four of the tag's sixteen bytes could be guessed.
    expect(() => ring.open(sealed.subarray(0, 20), 'x')).toThrow(/tag length/);
  });

  it('opens with an older key while a newer one seals, and names the key that is missing', () => {
    const before = createKeyRing(key(1));
    const sealed = before.seal(secret, 'x');
    const rotated = createKeyRing(`2027:${key(2)}, default:${key(1)}`);
    expect(rotated.open(sealed, 'x')).toEqual(secret);
    const anew = rotated.seal(secret, 'x');
    expect(createKeyRing(`2027:${key(2)}`).open(anew, 'x')).toEqual(secret);
    expect(() => before.open(anew, 'x')).toThrow(/does not hold the key '2027'/);
    expect(() => createKeyRing(`2027:${key(2)}`).open(sealed, 'x')).toThrow(/does not hold the key 'default'/);
  });

  it.each(['', 'short', `a:${key(1)},b:short`])('refuses the key %j, and says how to make one', (text) => {
    expect(() => createKeyRing(text)).toThrow(/openssl rand -base64 32/);
  });
});

describe('the key of the data folder', () => {
  it('is made once, and readable by its owner only', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'frontdesk-key-'));
    try {
      // Several at once, several times: whoever comes second must find the whole key, or none.
      for (let round = 0; round < 50; round++) {
        const keys = await Promise.all(Array.from({ length: 8 }, () => keyFromDataDir(join(folder, String(round)))));
        expect(new Set(keys).size).toBe(1);
      }
      const made = await keyFromDataDir(join(folder, 'data'));
      expect(await readdir(join(folder, 'data'))).toEqual(['frontdesk.key']);
      const path = join(folder, 'data/frontdesk.key');
      expect((await readFile(path, 'utf8')).trim()).toBe(made);
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      expect(() => createKeyRing(made)).not.toThrow();
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
