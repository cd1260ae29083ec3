import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { issueManagerToken } from '../../../src/auth/manager-token.ts';
import { memoryOfCaller, memoryOfTenant } from '../../../src/http/api/request-memory.ts';
import { Conversation } from '../../../src/entities/conversation.ts';
import { Message } from '../../../src/entities/message.ts';
import { Faq } from '../../../src/entities/faq.ts';
import { withTenant } from '../../../src/tenancy/with-tenant.ts';
import { asOwner } from '../../support/database.ts';
import { hold } from '../../support/hold.ts';
import { call, hire, hireSystemAdmin, type Person } from '../../support/people.ts';
import { walkedTenant, type Walked } from '../../support/walk.ts';
import { until, useWorld } from '../../support/world.ts';

const world = useWorld({ workers: false });
let tenant: Walked;
let owner: Person;
let admin: Person;
let n = 0;

beforeAll(async () => {
  tenant = await walkedTenant(world, 'repeating');
  owner = await hire(world, tenant.tenantId, 'owner');
  admin = await hireSystemAdmin(world, tenant.tenantId);
});

const ask = <Row extends object>(sql: string, values: unknown[] = []) =>
  asOwner(world.database, async (client) => (await client.query<Row>(sql, values)).rows);
const nextKey = () => `key-${(n += 1)}`;
const post = (path: string, key: string, body?: unknown, token: string | null = owner.token) =>
  call(world, token, 'POST', path, {
    ...(body !== undefined && { body }),
    headers: { 'idempotency-key': key },
  });
const isReplayed = ({ headers }: { headers: Headers }) => headers.get('idempotency-replayed') === 'true';
const conversation = () => tenant.ids['conversations'] ?? '';
const messages = () =>
  withTenant(world.deps.orm, tenant.tenantId, (em) => em.count(Message, { conversationId: conversation() }));

describe('what a process did before it died', () => {
  const kept = async (key: string, table: string, id: unknown) => {
    const rows = await ask(
      `select k.status, k.xmin = t.xmin as "isOne" from idempotency_keys k, ${table} t where k.key = $1 and t.id = $2`,
      [key, id],
    );
    expect(rows, table).toEqual([{ status: expect.any(Number), isOne: true }]);
  };

  it('is remembered with what it did, in one transaction: what was sent to a contact is not sent again', async () => {
    const Written = z.object({ messageId: z.string() });
    const { channels: channelId, contacts: contactId } = tenant.ids;
    for (const [path, body] of [
      ['/conversations', { channelId, contactId, text: 'First.' }],
      [`/conversations/${conversation()}/replies`, { text: 'A reply.' }],
      [`/conversations/${conversation()}/notes`, { text: 'A note.' }],
    ] as const) {
      const key = nextKey();
      await kept(key, 'messages', Written.parse((await post(path, key, body)).body).messageId);
    }
  });

  it('is remembered with what it made', async () => {
    const Made = z.union([z.object({ id: z.string() }), z.object({ apiKey: z.object({ id: z.string() }) })]);
    for (const [path, table, body] of [
      ['/faqs', 'faqs', { question: 'When?', answer: 'Now.' }],
      ['/api-keys', 'api_keys', { name: 'k', scopes: ['faqs:read'] }],
      ['/faqs/tests', 'faq_tests', { message: 'Where?', expectation: 'not_answered' }],
      [
        '/notification-targets',
        'notification_targets',
        { kind: 'email', name: 'Mail', config: { to: ['a@example.com'] } },
      ],
    ] as const) {
      const key = nextKey();
      const reply = await post(path, key, body);
      expect(reply, path).toMatchObject({ status: 201 });
      const made = Made.parse(reply.body);
      await kept(key, table, 'apiKey' in made ? made.apiKey.id : made.id);
    }
  });

  it('is undone when it comes back after its request was begun anew', async () => {
    const key = nextKey();
    const before = await messages();
    const reply = () => post(`/conversations/${conversation()}/replies`, key, { text: 'Once.' });
    const held = await hold(
      world.database.ownerUrl,
      `select from conversations where id = '${conversation()}' for update`,
    );
    const slow = reply();
    await held.isWaitedFor();
    expect(await reply()).toMatchObject({ status: 409, body: { detail: expect.stringContaining('being worked on') } });
    await ask(`update idempotency_keys set locked_at = now() - interval '61 s' where key = $1`, [key]);
    const anew = reply();
    await held.isWaitedFor(2);
    await held.release();
    expect([(await slow).status, (await anew).status]).toEqual([409, 201]);
    expect(await messages()).toBe(before + 1);
    expect(isReplayed(await reply())).toBe(true);
  });
});

describe('a request that is being worked on', () => {
  it('is nobody else’s as long as something is heard of it, whoever asked', async () => {
    const { orm } = world.deps;
    for (const [memory, table] of [
      [memoryOfTenant(orm, tenant.tenantId, owner.userId, 'slow'), 'idempotency_keys'],
      [memoryOfCaller(orm, `user/${admin.userId}`, 'slow'), 'repeatable_requests'],
    ] as const) {
      const hash = Buffer.from('hash');
      const answer = { status: 200, responseSealed: Buffer.from('a'), etag: null };
      const late = () => ask(`update ${table} set locked_at = now() - interval '61 s' where key = 'slow'`);
      expect(await memory.begin(hash, 60), table).toBe(1);
      await late();
      await memory.hold(1);
      expect(await memory.begin(hash, 60), table).toBeNull();
      await late();
      expect(await memory.begin(Buffer.from('other'), 60), table).toBeNull();
      expect(await memory.begin(hash, 60), table).toBe(2);
      // Whoever was first has no say any more.
      await memory.drop(1);
      expect(await memory.end(1, answer), table).toBe(false);
      expect(await memory.end(2, answer), table).toBe(true);
      expect(await memory.end(2, { ...answer, status: 500 }), table).toBe(false);
      await memory.drop(2);
      expect(await memory.find(), table).toMatchObject({ status: 200 });
    }
  });

  it('and fails is forgotten, and may be sent again, changed or not', async () => {
    const key = nextKey();
    const missing = `/faqs/unanswered/${tenant.tenantId}/dismiss`;
    expect((await post(missing, key)).status).toBe(404);
    expect((await post(missing, key)).status).toBe(404);
    expect((await post('/faqs/try', key, { text: 'x' })).status).toBe(200);
    const slug = { slug: 'repeating', name: 'Taken' };
    expect((await post('/tenants', key, slug, admin.token)).status).toBe(409);
    expect((await post('/tenants', key, { ...slug, slug: 'not-taken' }, admin.token)).status).toBe(201);
    expect(await post('/faqs/try', 'not a key', { text: 'x' })).toMatchObject({ status: 422 });
  });
});

describe('a request for no tenant', () => {
  it('is remembered for the person, whichever tenant is named beside it, and for nobody else', async () => {
    const key = nextKey();
    const body = { slug: `made-${n}`, name: 'Made', owner: { email: 'canary-owner@example.com' } };
    const first = await post('/tenants', key, body, admin.token);
    expect(first.status).toBe(201);
    const { tenantId } = await walkedTenant(world, 'elsewhere');
    const there = await issueManagerToken(world.deps.keys, { tenantId, userId: admin.userId }, 1);
    const again = await post('/tenants', key, body, there);
    expect([isReplayed(again), again.body]).toEqual([true, first.body]);
    const other = await hireSystemAdmin(world, tenant.tenantId);
    expect(await post('/tenants', key, body, other.token)).toMatchObject({ status: 409, body: { code: 'conflict' } });
    // The owner's link is shown to who asked, and lies nowhere as it is.
    const rows = await ask<{ row: string }>('select t::text as row from repeatable_requests t');
    const all = JSON.stringify(rows.map(({ row }) => Buffer.from(row).toString('latin1')));
    expect(all).not.toContain('canary-owner');
    expect(all).not.toContain(Buffer.from('canary-owner').toString('hex'));
  });

  it('is known by nothing that could be guessed: it may hold a password', async () => {
    const key = nextKey();
    await post('/faqs/try', key, { text: 'x' });
    const plain = createHash('sha256')
      .update(JSON.stringify(['post', '/api/v1/faqs/try', '', { text: 'x' }]))
      .digest('hex');
    const [row] = await ask(
      `select encode(request_hash, 'hex') as hash, attempt from idempotency_keys where key = $1`,
      [key],
    );
    expect(row).toEqual({ hash: expect.stringMatching(/^[0-9a-f]{64}$/), attempt: 1 });
    expect(row).not.toMatchObject({ hash: plain });
  });
});

describe('an upload', () => {
  const before = process.env['TMPDIR'];
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'frontdesk-repeat-'));
    process.env['TMPDIR'] = folder;
  });
  afterAll(async () => {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
    await rm(folder, { recursive: true });
  });

  async function send(file: string, key: string, query = '') {
    const form = new FormData();
    form.append('file', new File([file], 'faqs.csv'));
    const headers = { authorization: `Bearer ${owner.token}`, 'idempotency-key': key };
    const response = await fetch(`${world.url}/api/v1/faqs/import${query}`, { method: 'POST', headers, body: form });
    return { status: response.status, headers: response.headers, body: await response.json() };
  }
  const asked = (question: string) => withTenant(world.deps.orm, tenant.tenantId, (em) => em.count(Faq, { question }));

  it('is known by what is in the file: a form is another one each time that it is sent', async () => {
    const key = nextKey();
    const file = 'question,answer\nTwice?,Once\n';
    const [first, second] = [await send(file, key), await send(file, key)];
    expect([first.status, second.status, isReplayed(second)]).toEqual([200, 200, true]);
    expect(second.body).toEqual(first.body);
    for (const reply of [await send(`${file}More?,No\n`, key), await send(file, key, '?partial=true')]) {
      expect(reply).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
    }
    expect([await asked('Twice?'), await asked('More?')]).toEqual([1, 0]);
    // Without a key it is done as often as it is sent.
    expect(await readdir(folder)).toEqual([]);
  });

  it('is on the disk no longer than it is worked on, however that ends', async () => {
    expect((await send('question,answer\nx,\n', nextKey())).status).toBe(422);
    expect((await send('question,answer\nHow?,So\n', nextKey(), '?partial=true&mode=replace')).status).toBe(422);
    const headers = {
      authorization: `Bearer ${owner.token}`,
      'idempotency-key': nextKey(),
      'content-type': 'text/csv',
    };
    const tooLarge = { method: 'POST', headers: { ...headers, 'content-encoding': 'gzip' }, body: 'x' };
    expect((await fetch(`${world.url}/api/v1/faqs/import`, tooLarge)).status).toBe(415);
    await until(async () => expect(await readdir(folder)).toEqual([]));
  });
});

it('does nothing to what is no POST', async () => {
  const key = nextKey();
  const edit = (title: string) =>
    call(world, owner.token, 'PATCH', `/conversations/${conversation()}`, {
      body: { title },
      headers: { 'idempotency-key': key },
    });
  expect([(await edit('One')).status, (await edit('Two')).status]).toEqual([200, 200]);
  const found = await withTenant(world.deps.orm, tenant.tenantId, (em) =>
    em.findOneOrFail(Conversation, { id: conversation() }),
  );
  expect(found.title).toBe('Two');
});
