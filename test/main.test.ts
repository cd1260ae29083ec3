import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'frontdesk-main-'));
});
afterAll(() => rm(dataDir, { recursive: true }));

/** What `npm start` says with these variables, and its exit code. */
const start = (env: Record<string, string>) =>
  new Promise<{ code: number | null; said: string }>((resolve) => {
    const options = { cwd: join(import.meta.dirname, '..'), env: { DATA_DIR: dataDir, ...env }, timeout: 25_000 };
    const child = execFile(process.execPath, ['src/main.ts'], options, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, said: stdout + stderr }),
    );
  });

describe('npm start', () => {
  it('refuses wrong settings with code 1 and a list of them', async () => {
    const { code, said } = await start({ PORT: 'abc', ROLE: 'both', FRONTDESK_KEY: 'short' });
    expect(code).toBe(1);
    expect(said).toMatch(/ {2}ROLE: .*\n {2}PORT: .*\n {2}FRONTDESK_KEY /);
  });

  it('names the setting of a database that it cannot reach', async () => {
    const { code, said } = await start({ PORT: '0', DATABASE_URL: 'postgres://owner@127.0.0.1:1/frontdesk' });
    expect([code, said]).toEqual([1, expect.stringMatching(/^DATABASE_URL: .*ECONNREFUSED/)]);
  });
});
