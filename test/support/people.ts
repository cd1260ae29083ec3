import { issueManagerToken } from '../../src/auth/manager-token.ts';
import { makeKey } from '../../src/auth/api-key.ts';
import { permissions, type Permission } from '../../src/auth/permissions.ts';
import { ApiKey } from '../../src/entities/api-key.ts';
import type { MemberRole } from '../../src/entities/membership.ts';
import { newId } from '../../src/id.ts';
import { addManager } from '../../src/tenancy/provision.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import { asOwner } from './database.ts';
import type { World } from './world.ts';

let count = 0;

export interface Person {
  userId: string;
  /** Acts as this person in the tenant. */
  token: string;
}

/** Somebody with this role in the tenant. */
export async function hire({ deps }: World, tenantId: string, role: MemberRole): Promise<Person> {
  count += 1;
  const email = `${role}${count}-${process.pid}@people.example`;
  const userId = await addManager(deps.orm, tenantId, { email, name: role, role });
  return { userId, token: await issueManagerToken(deps.keys, { tenantId, userId }, 1) };
}

/** A system admin who belongs to no tenant, acting in `tenantId`. */
export async function hireSystemAdmin(world: World, tenantId: string): Promise<Person> {
  const elsewhere = await hire(world, tenantId, 'viewer');
  await asOwner(world.database, async (owner) => {
    await owner.query('update users set is_system_admin = true where id = $1', [elsewhere.userId]);
    await owner.query('delete from memberships where user_id = $1', [elsewhere.userId]);
  });
  return elsewhere;
}

/** What of an API key nobody may know; it may have underscores in it. */
export const secretOf = (key: string): string => /^fd_[^_]+_(.+)$/.exec(key)?.[1] ?? '';

/** An API key of the tenant with these scopes, or all. */
export async function cutKey(
  { deps }: World,
  tenantId: string,
  wishes: { scopes?: Permission[]; allowedIps?: string[]; expiresAt?: Date } = {},
): Promise<{ id: string; key: string }> {
  const { id, key, secretHash } = makeKey(newId());
  await withTenant(deps.orm, tenantId, (em) =>
    em.insert(ApiKey, {
      tenantId,
      id,
      name: 'test',
      secretHash,
      scopes: wishes.scopes ?? [...permissions],
      allowedIps: wishes.allowedIps ?? [],
      expiresAt: wishes.expiresAt ?? null,
    }),
  );
  return { id, key };
}

export interface Reply {
  status: number;
  body: unknown;
  headers: Headers;
}

/** A request to the API as whoever has `token`; `body` is sent as JSON, and bytes as they are. */
export async function call(
  { url }: Pick<World, 'url'>,
  token: string | null,
  method: string,
  path: string,
  { body, headers = {} }: { body?: unknown; headers?: Record<string, string> } = {},
): Promise<Reply> {
  const isFile = body instanceof Uint8Array;
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': isFile ? 'application/octet-stream' : 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: isFile ? new Uint8Array(body) : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  const answer: unknown = isJson && text ? JSON.parse(text) : text;
  return { status: response.status, body: answer, headers: response.headers };
}
