import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase, type TestDatabase } from './support/database.ts';

const root = join(import.meta.dirname, '..');

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

/** The lines of README's shell blocks that are for `npm run frontdesk`, with what they set before. */
function commands(): string[] {
  const blocks = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/```sh\n([^]*?)```/g)].map(
    ([, code = '']) => code,
  );
  const lines = blocks.flatMap((code) => code.replaceAll('\\\n', ' ').split('\n'));
  return lines.filter((line) => line.startsWith('npm run frontdesk --') || line.startsWith('SECRET='));
}

/** All in one shell, as they are typed, with something where the reader has something: but that nobody asks Telegram to post here. */
const typed = () =>
  new Promise<{ code: number | null; said: string }>((resolve) => {
    const script = commands().map((line) =>
      line
        .replace('npm run frontdesk --', `"${process.execPath}" src/cli.ts`)
        .replace('--register', '')
        .replaceAll('…', '0123456789abcdef'),
    );
    const env = {
      PATH: process.env['PATH'],
      DATABASE_APP_URL: database.url,
      FRONTDESK_KEY: Buffer.alloc(32, 7).toString('base64'),
      PUBLIC_URL: 'https://desk.example',
    };
    const child = execFile('sh', ['-ec', script.join('\n')], { cwd: root, env }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, said: stdout + stderr }),
    );
  });

describe('the README', () => {
  it('names commands that work one after the other, as they stand there', { timeout: 240_000 }, async () => {
    expect(commands().length).toBeGreaterThan(6);
    const { code, said } = await typed();
    expect({ code, said }).toEqual({ code: 0, said: expect.stringMatching(/\bfd_\w+/) });
    expect(said).toMatch(/webhook https:\/\/desk\.example\/webhooks\/telegram\//);
    expect(said).toMatch(/webhook https:\/\/desk\.example\/webhooks\/whatsapp\//);
  });
});
