import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { z } from 'zod';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { connect } from '../../src/database/connect.ts';
import { openDatabase } from '../../src/database/open.ts';
import { addChannel, createTenant } from '../../src/tenancy/provision.ts';
import { createKeyRing } from '../../src/tenancy/secrets.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

const key = (n: number) => Buffer.alloc(32, n).toString('base64');
const Line = z.looseObject({ msg: z.string() });

let database: TestDatabase;
let dataDir: string;
beforeAll(async () => {
  database = await createDatabase();
  dataDir = await mkdtemp(join(tmpdir(), 'frontdesk-check-key-'));
});
afterAll(async () => {
  await database.drop();
  await rm(dataDir, { recursive: true });
});

/** Opens as a process with this key would; gives what it warns of. Its login is ours, so no password is changed. */
async function open(FRONTDESK_KEY: string, more: Record<string, string> = { DATABASE_APP_URL: database.url }) {
  const lines: z.infer<typeof Line>[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(Line.parse(JSON.parse(line))) });
  const env = { DATABASE_URL: database.ownerUrl, DATA_DIR: dataDir, FRONTDESK_KEY, ...more };
  await (await openDatabase(readConfig(env), log)).stop();
  return lines;
}

async function seal(keys: string): Promise<void> {
  const orm = await connect({ url: database.url, pool: 1, log: () => undefined });
  try {
    const tenantId = await createTenant(orm, { slug: `t${Date.now()}`, name: 'T' });
    await addChannel(orm, createKeyRing(keys), tenantId, { kind: 'telegram', name: 'Bot', config: { botToken: '1' } });
  } finally {
    await orm.close();
  }
}

describe('the key at the start', () => {
  it('is warned of where it is not set and others share the database, which has no secrets yet', async () => {
    expect(await open('')).toMatchObject([{ msg: 'key.not_set', keyFile: join(dataDir, 'frontdesk.key') }]);
    expect(await open(key(1))).toEqual([]);
  });

  it('is refused when it opens nothing, before anything is changed', async () => {
    await seal(`first:${key(1)}`);
    expect(await open(`first:${key(1)}`)).toEqual([]);
    expect(await open(`second:${key(2)},first:${key(1)}`)).toEqual([]);
    await expect(open(`second:${key(2)}`)).rejects.toThrow(/another key than FRONTDESK_KEY/);
    await expect(open(`first:${key(2)}`)).rejects.toThrow(/another key than FRONTDESK_KEY/);
    await expect(open('')).rejects.toThrow(/another key than the one in .+frontdesk\.key.+ Set FRONTDESK_KEY/);
    // Without a login of the operator's own, the password of ours would have been set anew.
    await expect(open('', {})).rejects.toThrow(/another key/);
    await (await connect({ url: database.url, pool: 1, log: () => undefined })).close();
  });

  it('may lack an older one, which is named', async () => {
    await seal(`second:${key(2)}`);
    expect(await open(`first:${key(1)}`)).toMatchObject([{ msg: 'key.missing', keyIds: ['second'] }]);
  });
});
