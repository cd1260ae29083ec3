import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../src/id.ts';
import { asOwner, createDatabase, type TestDatabase } from './support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

const FRONTDESK_KEY = Buffer.alloc(32, 7).toString('base64');
/** Every command is a process of its own. */
const LIMIT = { timeout: 240_000 };

/** What a command says on both streams, and its exit code. */
const streamsOf = (args: string[], more: Record<string, string> = {}) =>
  new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
    const env = { DATABASE_APP_URL: database.url, FRONTDESK_KEY, PUBLIC_URL: 'https://desk.example', ...more };
    const options = { cwd: join(import.meta.dirname, '..'), env };
    const child = execFile(process.execPath, ['src/cli.ts', ...args], options, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, out: stdout.trim(), err: stderr.trim() }),
    );
  });

/** What a command says, and its exit code. Only one that failed says it on stderr. */
async function frontdesk(...args: string[]): Promise<{ code: number | null; said: string }> {
  const { code, out, err } = await streamsOf(args);
  expect(code === 0 ? err : out).toBe('');
  return { code, said: code === 0 ? out : err };
}

const rows = (sql: string) =>
  asOwner(database, async (owner) => (await owner.query<Record<string, unknown>>(sql)).rows);

const whatsapp = ['phoneNumberId=106', 'accessToken=EAAG', 'appSecret=0123456789abcdef', 'verifyToken=12345678'];
const set = (pairs: string[]) => pairs.flatMap((pair) => ['--set', pair]);

describe('npm run frontdesk', () => {
  it('makes a tenant, connects its channels, lets a manager in and says where to go', LIMIT, async () => {
    expect(await frontdesk('tenant', 'my_shop', '--name', 'My Shop', '--handover', 'immediate')).toEqual({
      code: 0,
      said: 'made tenant my_shop',
    });
    const [channel, mail, desk] = await Promise.all([
      frontdesk('channel', 'my_shop', 'whatsapp', ...set(whatsapp)),
      frontdesk('notify', 'my_shop', 'email', '--set', 'to=mia@example.com'),
      frontdesk('desk', 'my_shop', '--email', 'mia@example.com', '--hours', '48'),
    ]);
    expect(channel).toEqual({
      code: 0,
      said: expect.stringMatching(/^channel \S+\nwebhook https:\/\/desk\.example\/webhooks\/whatsapp\/\S{24}$/),
    });
    expect(mail).toEqual({ code: 0, said: expect.stringMatching(/^target /) });
    expect(desk.said).toMatch(/^https:\/\/desk\.example\/desk\/my_shop\/login\?token=/);

    const [again, same] = await Promise.all([
      frontdesk('tenant', 'my_shop', '--name', 'Another'),
      frontdesk('channel', 'my_shop', 'whatsapp', ...set(whatsapp)),
    ]);
    expect(again).toEqual({ code: 1, said: expect.stringMatching(/^slug: another tenant has it/) });
    expect(same).toEqual({ code: 1, said: expect.stringMatching(/^this account is connected already; disconnect it/) });
  });

  it('makes a person of a tenant, and a system admin only as the owner of the tables', LIMIT, async () => {
    await frontdesk('tenant', 'my_team', '--name', 'My Team');
    const [person, refused] = await Promise.all([
      frontdesk('user', 'olga@example.com', '--tenant', 'my_team', '--role', 'owner'),
      frontdesk('user', 'root@example.com', '--system-admin'),
    ]);
    expect(person).toEqual({
      code: 0,
      said: expect.stringMatching(/^olga@example\.com can set a password .*:\nhttps:\/\/desk\.example\/join#\S+$/),
    });
    expect(refused).toEqual({ code: 1, said: expect.stringMatching(/^only the owner of the tables .*DATABASE_URL/) });
  });

  it('takes FAQs from a file and puts them into one', LIMIT, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'frontdesk-cli-'));
    const [list, wrong, all] = ['list.csv', 'wrong.csv', 'all.json'].map((name) => join(folder, name));
    if (!list || !wrong || !all) throw new Error('three files are needed');
    try {
      await writeFile(list, 'question;answer;keywords\nWhen?;At ten;"ten, clock"\n');
      await writeFile(wrong, 'question,answer\nWhen?,\nWhere?,There\n');
      await frontdesk('tenant', 'faq_shop', '--name', 'FAQ Shop');
      expect(await frontdesk('faq', 'import', 'faq_shop', list)).toEqual({
        code: 0,
        said: 'imported: 1 new, 0 changed, 0 removed, 0 mistakes in 1 rows',
      });
      const refused = await frontdesk('faq', 'import', 'faq_shop', wrong);
      expect(refused.code).toBe(1);
      expect(refused.said).toMatch(/nothing was written: 1 new.*1 mistakes in 2 rows/);
      expect(refused.said).toContain('row 2, answer: must not be empty');
      expect(await frontdesk('faq', 'export', 'faq_shop', all)).toEqual({ code: 0, said: `wrote ${all}` });
      const written: unknown = JSON.parse(await readFile(all, 'utf8'));
      expect(written).toMatchObject([{ question: 'When?', answer: 'At ten', keywords: ['ten', 'clock'] }]);
      // What is there is not written over.
      expect((await frontdesk('faq', 'export', 'faq_shop', all)).code).toBe(1);
      expect((await frontdesk('faq', 'import', 'nobody', list)).said).toMatch(/^there is no tenant 'nobody'/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('lists, suspends, deletes and restores tenants, and sets features and limits', LIMIT, async () => {
    for (const slug of ['cli_a', 'cli_b']) await frontdesk('tenant', 'create', slug, '--name', `Cli ${slug}`);
    const seen = async (...args: string[]) => (await frontdesk('tenant', 'list', '--name', 'cli', ...args)).said;
    expect(await seen()).toBe('cli_a\tactive\tCli cli_a\ncli_b\tactive\tCli cli_b');
    expect(await frontdesk('tenant', 'suspend', 'cli_a')).toEqual({ code: 0, said: 'cli_a is suspended' });
    expect(await frontdesk('tenant', 'delete', 'cli_b')).toEqual({ code: 0, said: 'cli_b is deleted' });
    expect(await frontdesk('tenant', 'activate', 'cli_b')).toEqual({
      code: 1,
      said: 'this tenant is deleted; restore it first',
    });
    expect(await seen()).toBe('cli_a\tsuspended\tCli cli_a');
    expect(await seen('--status', 'deleted')).toBe('cli_b\tdeleted\tCli cli_b');
    const [back, on, limits] = await Promise.all([
      frontdesk('tenant', 'restore', 'cli_b'),
      frontdesk('tenant', 'features', 'cli_a', '--on', 'custom_agents,priority_support', '--off', 'agent_sharing'),
      frontdesk('tenant', 'limits', 'cli_b', 'max_faqs=12', 'max_agents=default'),
    ]);
    expect([back.said, on.said]).toEqual(['cli_b is active', 'custom_agents\npriority_support']);
    expect(limits.said).toMatch(/^max_faqs=12$/m);
    expect(limits.said).toMatch(/^max_agents=100\tdefault$/m);
    const log = await rows(
      `select slug, action, actor_kind from audit_log join tenants t on t.id = tenant_id
       where slug like 'cli__' order by slug, audit_log.created_at, audit_log.id`,
    );
    const did = (slug: string, ...actions: string[]) =>
      actions.map((action) => ({ slug, action: `tenant.${action}`, actor_kind: 'system' }));
    expect(log.filter(({ slug }) => slug === 'cli_a')).toEqual(did('cli_a', 'create', 'suspend', 'change'));
    expect(log.filter(({ slug, action }) => slug === 'cli_b' && action !== 'tenant.change')).toEqual(
      did('cli_b', 'create', 'delete', 'restore'),
    );
  });

  it('makes, lists and revokes keys', LIMIT, async () => {
    await frontdesk('tenant', 'keyed', '--name', 'Keyed');
    const made = await frontdesk('key', 'keyed', 'create', '--name', 'CI', '--scopes', 'faqs:read,faqs:write');
    expect(made).toEqual({ code: 0, said: expect.stringMatching(/^fd_[0-9a-f]{32}_[\w-]{43}$/) });
    const listed = await frontdesk('key', 'keyed', 'list');
    const [id = ''] = listed.said.split('\t');
    expect(listed.said).toBe(`${id}\tactive\tCI\tfaqs:read,faqs:write`);
    expect(made.said).toContain(id.replaceAll('-', ''));
    expect(await frontdesk('key', 'keyed', 'revoke', id)).toEqual({ code: 0, said: 'revoked' });
    expect((await frontdesk('key', 'keyed', 'list')).said).toContain('\trevoked\t');
  });

  it('says what is wrong, and how it should be, on stderr', LIMIT, async () => {
    await frontdesk('tenant', 'there', '--name', 'There');
    const secret = `secret=whsec_${'A'.repeat(32)}`;
    const agent = ['agent', 'there', 'n8n', ...set(['workflowUrl=https://n8n.example/x', secret])];
    const wrong: [words: RegExp, ...args: string[]][] = [
      [/^'My Shop' cannot be a tenant: use a-z/, 'tenant', 'My Shop', '--name', 'x'],
      [/Allowed choices are ask, immediate/, 'tenant', 'a', '--name', 'x', '--handover', 'later'],
      [/^there is no tenant 'nobody'; make it with/, 'tenant', 'suspend', 'nobody'],
      [/It must be features with commas between them: custom_agents/, 'tenant', 'features', 'a', '--on', 'flying'],
      [/It must be one of max_faqs, .*, as in max_faqs=500/, 'tenant', 'limits', 'a', 'max_dogs=1'],
      [/Allowed choices are create, list, revoke/, 'key', 'a', 'cut'],
      [
        /It must be "all", or some of these with commas between them: tenant:read/,
        'key',
        'a',
        'create',
        '--scopes',
        'x',
      ],
      [/^there is no channel kind 'fax'; use one of: telegram, whatsapp/, 'channel', 'nobody', 'fax'],
      [/must be an e-mail address/, 'desk', 'a', '--email', 'mia'],
      [/must be hours: a number above 0/, 'desk', 'a', '--email', 'mia@example.com', '--hours', 'two'],
      [/Allowed choices are inbound, outbound, notification/, 'replay', 'a', 'sideways', newId()],
      [/must be an id as the list of failures shows it/, 'replay', 'a', 'inbound', '123'],
      [
        /^These settings are not right:\n {2}--set workflowUrl=….*\n {2}--set secret=… {2}is missing/,
        'agent',
        'a',
        'n8n',
      ],
      [/^--set takes key=value, not 'secret'/, 'agent', 'a', 'n8n', '--set', 'secret'],
      [/missing required argument 'tenant'\n\(--help behind the command shows how it is used\)/, 'channel'],
      [/unknown command 'tennant'/, 'tennant', 'a'],
      [/^there is no tenant 'nobody'; make it with/, 'user', 'mia@example.com', '--tenant', 'nobody'],
      [/^there is no such event; GET \/api\/v1\/failures shows the ids/, 'replay', 'there', 'inbound', newId()],
      [/^there is nothing with this id to do again; GET/, 'replay', 'there', 'outbound', newId()],
      [/^there is no such API key; frontdesk key there list shows the ids/, 'key', 'there', 'revoke', newId()],
      [/^there is no channel \S+; connect one with: frontdesk channel there <kind>/, ...agent, '--channel', newId()],
      [/must be an id as "frontdesk channel" prints it/, ...agent, '--channel', '5'],
      [/must be an id as "frontdesk channel" prints it/, 'notify', 'a', 'telegram', '--reply-channel', '5'],
      [/^\/none\/a\.csv: there is no such file or folder; check the name/, 'faq', 'import', 'there', '/none/a.csv'],
      [/: it is a folder; name a file/, 'faq', 'import', 'there', tmpdir()],
      [/: it is there already; name another file, or remove it/, 'faq', 'export', 'there', import.meta.filename],
    ];
    // A few at once: each is a process.
    const answers: { code: number | null; said: string }[] = [];
    for (let n = 0; n < wrong.length; n += 4) {
      answers.push(...(await Promise.all(wrong.slice(n, n + 4).map(([, ...args]) => frontdesk(...args)))));
    }
    expect(answers).toEqual(wrong.map(([words]) => ({ code: 1, said: expect.stringMatching(words) })));
  });

  it('says which setting is wrong where there is no database or no key, and makes no key', LIMIT, async () => {
    const DATA_DIR = await mkdtemp(join(tmpdir(), 'frontdesk-cli-'));
    try {
      const nobody = 'postgres://a:b@127.0.0.1:1/x';
      const [away, ownerAway, shut, keyless] = await Promise.all([
        streamsOf(['tenant', 'list'], { DATABASE_APP_URL: nobody }),
        streamsOf(['tenant', 'list'], { DATABASE_URL: nobody }),
        streamsOf(['tenant', 'list'], { DATABASE_APP_URL: database.url.replace(/:[^:@]+@/, ':wrong@') }),
        streamsOf(['tenant', 'list'], { FRONTDESK_KEY: '', DATA_DIR }),
      ]);
      const refused = (why: RegExp) => ({ code: 1, out: '', err: expect.stringMatching(why) });
      expect(away).toEqual(
        refused(/^the database cannot be opened: .*ECONNREFUSED.*; check DATABASE_URL and DATABASE_APP_URL/),
      );
      expect(ownerAway).toEqual(away);
      expect(shut).toEqual(
        refused(/^the database cannot be opened: password .*; check DATABASE_URL and DATABASE_APP_URL/),
      );
      expect(keyless).toEqual(refused(/^there is no key: set FRONTDESK_KEY as the service has it, or DATA_DIR/));
      expect(await readdir(DATA_DIR)).toEqual([]);
    } finally {
      await rm(DATA_DIR, { recursive: true });
    }
  });

  it('warns on stderr, in words, and leaves stdout to what was asked for', LIMIT, async () => {
    const DATA_DIR = await mkdtemp(join(tmpdir(), 'frontdesk-cli-'));
    try {
      await frontdesk('tenant', 'warned', '--name', 'Warned');
      await writeFile(join(DATA_DIR, 'frontdesk.key'), `local:${FRONTDESK_KEY}\n`);
      const { code, out, err } = await streamsOf(['tenant', 'list', '--name', 'warned'], {
        FRONTDESK_KEY: '',
        DATA_DIR,
      });
      expect({ code, out }).toEqual({ code: 0, out: 'warned\tactive\tWarned' });
      expect(err).toMatch(/^warning: key\.not_set: set FRONTDESK_KEY in every process \{"keyFile":/);
    } finally {
      await rm(DATA_DIR, { recursive: true });
    }
  });
});
