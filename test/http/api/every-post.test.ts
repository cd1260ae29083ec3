import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { invitationUrl } from '../../../src/auth/invite.ts';
import { describedOperations, type Described } from '../../support/api-document.ts';
import { asOwner } from '../../support/database.ts';
import { call, hire, hireSystemAdmin, type Person, type Reply } from '../../support/people.ts';
import { requestFor, walkedTenant, type Asked, type Walked } from '../../support/walk.ts';
import { useWorld } from '../../support/world.ts';

/**
 * Walks the API's own document, so that a new POST is tried from its first day: sent twice with one Idempotency-Key it has
 * its effect once, and is answered the same.
 */
const world = useWorld({ workers: false });
let operations: Described[];
let posts: Described[];
let admin: Person;

beforeAll(async () => {
  operations = await describedOperations(world);
  posts = operations.filter(({ method }) => method === 'POST');
  admin = await hireSystemAdmin(world, (await walkedTenant(world, 'of-the-admin')).tenantId);
});

/** What has to be so before an operation can do anything, or what it has to be asked; by the operation's path. */
const BEFORE: Record<string, (own: Walked) => Promise<Partial<Asked>>> = {
  '/channels/{id}/reconnect': async () => {
    await change(`delete from channel_addresses where purpose = 'account'`);
    return {};
  },
  '/invitations/{token}/accept': async ({ tenantId }) => {
    const { userId } = await hire(world, tenantId, 'viewer');
    await change(`update memberships set status = 'invited' where user_id = '${userId}'`);
    const link = await invitationUrl(world.deps, { userId, tenantId, by: 'member' });
    const token = link.split(/[#=]/).at(-1);
    return { path: `/invitations/${token}/accept`, body: { name: 'New', password: 'a long password' } };
  },
};

const change = (sql: string) => asOwner(world.database, (owner) => owner.query(sql));

const NOT_EFFECTS = ['idempotency_keys', 'repeatable_requests', 'rate_limits'];

/** All that the database holds and platforms were told, as one word. */
async function state(): Promise<string> {
  const all = createHash('sha256').update(String(world.platform.calls.length));
  await asOwner(world.database, async (owner) => {
    const { rows: tables } = await owner.query<{ name: string }>(
      `select table_name as name from information_schema.tables
       where table_schema = 'public' and table_type = 'BASE TABLE' and table_name <> all ($1) order by 1`,
      [NOT_EFFECTS],
    );
    for (const { name } of tables) {
      const { rows } = await owner.query<{ row: string }>(`select to_jsonb(t)::text as row from ${name} t order by 1`);
      all.update(`${name} ${rows.map(({ row }) => row).join('\n')}`);
    }
  });
  return all.digest('hex');
}

const FILES = ['question,answer\nWhen?,At ten\n', 'question,answer\nWhen?,At eleven\n'];

function send(
  operation: Described,
  token: string | null,
  asked: Asked,
  key: string,
  type = operation.mediaType,
): Promise<Reply> {
  const headers = { 'idempotency-key': key };
  const isUpload = operation.body && operation.mediaType !== 'application/json';
  if (!isUpload)
    return call(world, token, 'POST', asked.path, { ...(asked.body !== undefined && { body: asked.body }), headers });
  return upload(asked, token, headers, type);
}

async function upload(
  { path, body }: Asked,
  token: string | null,
  headers: Record<string, string>,
  type: string,
): Promise<Reply> {
  const form = new FormData();
  form.append('file', new File([String(body)], 'file.csv'));
  const isForm = type === 'multipart/form-data';
  const response = await fetch(`${world.url}/api/v1${path}`, {
    method: 'POST',
    headers: {
      ...headers,
      ...(token && { authorization: `Bearer ${token}` }),
      ...(!isForm && { 'content-type': type }),
    },
    body: isForm ? form : String(body),
  });
  return { status: response.status, body: await response.json(), headers: response.headers };
}

/** Asks until something is done: not everything that a schema allows goes together. */
async function reach(operation: Described, own: Walked, token: string | null, type: string, key: string) {
  const isUpload = operation.body && operation.mediaType !== 'application/json';
  const wanted = (await BEFORE[operation.path]?.(own)) ?? {};
  let reply: Reply | undefined;
  for (let seed = 1; seed <= 40; seed++) {
    const asked = { ...requestFor(operation, own, seed), ...(isUpload && { body: FILES[0] }), ...wanted };
    reply = await send(operation, token, asked, key, type);
    if (reply.status < 300) return { reply, asked };
  }
  throw new Error(`was never done; say in BEFORE what it needs: ${reply?.status} ${JSON.stringify(reply?.body)}`);
}

/** The same operation with something else said, or where nothing is said, another one of the same caller. */
async function sendOther(
  operation: Described,
  own: Walked,
  token: string | null,
  asked: Asked,
  type: string,
  key: string,
): Promise<Reply> {
  const other = (path: string, body: unknown) =>
    call(world, token, 'POST', path, { body, headers: { 'idempotency-key': key } });
  if (!operation.body) {
    return operation.access === 'platform'
      ? other('/tenants', { slug: `other-${own.slug}`, name: 'Other' })
      : other('/faqs/try', { text: 'May I?' });
  }
  if (operation.mediaType !== 'application/json')
    return send(operation, token, { ...asked, body: FILES[1] }, key, type);
  for (let seed = 100; ; seed++) {
    const { body } = requestFor(operation, own, seed);
    if (JSON.stringify(body) === JSON.stringify(asked.body)) continue;
    const reply = await send(operation, token, { ...asked, body }, key);
    if (seed === 140 || JSON.stringify(reply.body).includes('idempotency_key_reused')) return reply;
  }
}

describe('every POST', () => {
  it('names the Idempotency-Key in the document, and nothing else does', () => {
    const named = operations.filter(({ parameters }) => parameters.some(({ name }) => name === 'Idempotency-Key'));
    expect(named.map(({ id }) => id)).toEqual(posts.map(({ id }) => id));
    expect(new Set(posts.map(({ access }) => access))).toEqual(new Set(['tenant', 'platform', 'everyone']));
  });

  it('sent twice with one key has its effect once and is answered the same, and another one with the key is refused', async () => {
    const wrong: string[] = [];
    let count = 0;
    // An alias is the same operation.
    for (const operation of posts.filter(({ path }) => !path.startsWith('/chats'))) {
      for (const type of operation.mediaTypes.length > 1
        ? [operation.mediaType, 'multipart/form-data']
        : [operation.mediaType]) {
        count += 1;
        const own = await walkedTenant(world, `post-${count}`);
        const owner = await hire(world, own.tenantId, 'owner');
        const token = { tenant: owner.token, person: owner.token, platform: admin.token, everyone: null }[
          operation.access
        ];
        const check = async () => {
          const key = `${operation.id}-${count}`;
          const { reply, asked } = await reach(operation, own, token, type, key);
          const after = await state();
          expect(reply.headers.get('idempotency-replayed')).toBeNull();
          const again = await send(operation, token, asked, key, type);
          expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([reply.status, 'true']);
          expect(again.body).toEqual(reply.body);
          expect(again.headers.get('etag')).toBe(reply.headers.get('etag'));
          expect(await sendOther(operation, own, token, asked, type, key)).toMatchObject({
            status: 422,
            body: { code: 'idempotency_key_reused' },
          });
          expect(await state()).toBe(after);
        };
        await check().catch((error: unknown) => wrong.push(`${operation.id} ${type}: ${String(error)}`));
      }
    }
    expect(wrong).toEqual([]);
    expect(count).toBeGreaterThan(35);
  }, 240_000);
});
