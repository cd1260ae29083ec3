import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const FORMAT = 1;

/** Seals secrets at rest and derives the few keys that the service itself needs. */
export interface KeyRing {
  /** `context` names the row the secret belongs to: sealed bytes moved to another row do not open. */
  seal(value: unknown, context: string): Buffer;
  /** Throws when the key is missing or the bytes were changed or moved. */
  open(sealed: Uint8Array, context: string): unknown;
  /** A key for one purpose, the same in every process that has this ring. */
  derive(purpose: string): Buffer;
}

/** Keys as `key` or `id:key, olderId:olderKey`, 32 bytes in base64 each. The first seals, all of them open. */
export function createKeyRing(text: string): KeyRing {
  const keys = new Map(text.split(',').map((entry) => parseKey(entry.trim())));
  const [currentId, current] = [...keys][0] ?? fail('FRONTDESK_KEY is empty');
  return {
    seal(value, context) {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', current, iv).setAAD(Buffer.from(context));
      const id = Buffer.from(currentId);
      const sealed = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]);
      return Buffer.concat([Buffer.of(FORMAT, id.length), id, iv, cipher.getAuthTag(), sealed]);
    },
    open(sealed, context) {
      const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
      if (bytes[0] !== FORMAT) throw new Error('sealed secret has an unknown format');
      const start = 2 + (bytes[1] ?? 0);
      const id = bytes.toString('utf8', 2, start);
      const key = keys.get(id) ?? fail(`FRONTDESK_KEY does not hold the key '${id}' that this secret was sealed with`);
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(start, start + 12), { authTagLength: 16 })
        .setAAD(Buffer.from(context))
        .setAuthTag(bytes.subarray(start + 12, start + 28));
      const opened = Buffer.concat([decipher.update(bytes.subarray(start + 28)), decipher.final()]).toString('utf8');
      return JSON.parse(opened) as unknown;
    },
    derive: (purpose) => createHmac('sha256', current).update(`frontdesk ${purpose}`).digest(),
  };
}

export const keyFileIn = (dataDir: string) => join(dataDir, 'frontdesk.key');

/** The key of this installation: made once, in the data folder, readable by its owner only. */
export async function keyFromDataDir(dataDir: string): Promise<string> {
  const path = keyFileIn(dataDir);
  await mkdir(dataDir, { recursive: true });
  try {
    await writeFile(path, `local:${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  // Of processes that start together the second may look while the first one writes: a whole key ends in a new line.
  for (let look = 1; ; look++) {
    const text = await readFile(path, 'utf8');
    if (text.endsWith('\n') || look === 50) return text.trim();
    await sleep(20);
  }
}

function parseKey(entry: string): [string, Buffer] {
  const colon = entry.indexOf(':');
  const id = colon < 0 ? 'default' : entry.slice(0, colon);
  const key = Buffer.from(entry.slice(colon + 1), 'base64');
  if (key.length !== 32)
    fail(`FRONTDESK_KEY '${id}' must be 32 bytes in base64; make one with: openssl rand -base64 32`);
  return [id, key];
}

function fail(message: string): never {
  throw new Error(message);
}
