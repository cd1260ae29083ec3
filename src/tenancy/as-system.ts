import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import type { MemberRole } from '../entities/membership.ts';
import { runBound } from './bound.ts';

/**
 * Every question that crosses tenants, and the callers of the database functions that may answer it
 * (see the migration of system functions). Nothing else here; of the kind, only `list-tenants.ts`, `free-claims.ts` and
 * `repeatable-requests.ts` elsewhere.
 */

export interface FoundChannel {
  tenantId: string;
  channelId: string;
  tenantStatus: 'active' | 'suspended' | 'deleted';
  channelStatus: 'active' | 'disabled';
  configSealed: Uint8Array;
  /** Before the last rotation of its secrets, and believed until then. */
  previousConfigSealed: Uint8Array | null;
  previousUntil: Date | null;
}

interface FoundChannelRow {
  tenant_id: string;
  channel_id: string;
  tenant_status: FoundChannel['tenantStatus'];
  channel_status: FoundChannel['channelStatus'];
  config_sealed: Uint8Array;
  previous_config_sealed: Uint8Array | null;
  previous_until: Date | null;
}

export async function findChannelRow(
  orm: MikroORM,
  kind: string,
  purpose: 'key' | 'account',
  address: string,
): Promise<FoundChannel | null> {
  const [row] = await orm.em.execute<FoundChannelRow[]>('select * from system_find_channel(?, ?, ?)', [
    kind,
    purpose,
    address,
  ]);
  if (!row) return null;
  return {
    tenantId: row.tenant_id,
    channelId: row.channel_id,
    tenantStatus: row.tenant_status,
    channelStatus: row.channel_status,
    configSealed: row.config_sealed,
    previousConfigSealed: row.previous_config_sealed,
    previousUntil: row.previous_until && new Date(row.previous_until),
  };
}

export async function findTenantBySlug(
  orm: MikroORM,
  slug: string,
): Promise<{ id: string; slug: string; name: string; status: string } | null> {
  if (!SLUG.test(slug)) return null;
  const [row] = await orm.em.execute<{ id: string; name: string; status: string }[]>(
    'select * from system_find_tenant(?)',
    [slug],
  );
  return row ? { ...row, slug } : null;
}

/** What the database takes for one; anything else is nobody's, and never reaches it. */
export const SLUG = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/** Id of the person with this address, made if there is none. */
export async function userIdFor(orm: MikroORM, user: { id: string; email: string; name: string }): Promise<string> {
  const look = async () => {
    const values = [user.id, user.email, user.name];
    const [row] = await orm.em.execute<{ id: string | null }[]>('select system_user_for(?, ?, ?) as id', values);
    return row?.id;
  };
  // Whoever makes the same user at this moment is seen by neither half of the first look.
  const id = (await look()) ?? (await look());
  if (!id) throw new Error('the database did not answer with a user');
  return id;
}

export interface DueWork {
  job: string;
  tenantId: string;
  subject: string;
}

/** Work that nobody picked up within `graceMs`, at most `most` of each kind, oldest first, and none for the jobs `without`. */
export async function findDueWork(
  orm: MikroORM,
  graceMs: number,
  most: number,
  without: readonly string[] = [],
): Promise<DueWork[]> {
  const rows = await orm.em.execute<{ job: string; tenant_id: string; subject: string }[]>(
    `select * from system_due(make_interval(secs => ?), ?, ?::text[])`,
    [graceMs / 1000, most, `{${without.join()}}`],
  );
  return rows.map((row) => ({ job: row.job, tenantId: row.tenant_id, subject: row.subject }));
}

/** Tenants whose queue nobody has looked at, although there was reason to, for `graceMs`. */
export async function findDueQueues(orm: MikroORM, graceMs: number, most: number): Promise<string[]> {
  const rows = await orm.em.execute<{ tenant_id: string }[]>(
    'select * from system_due_queues(make_interval(secs => ?), ?)',
    [graceMs / 1000, most],
  );
  return rows.map((row) => row.tenant_id);
}

/** Drops raw payloads older than `days`; gives the number dropped. */
export async function forgetPayloads(orm: MikroORM, days: number, most: number): Promise<number> {
  const [row] = await orm.em.execute<{ forgotten: number }[]>(
    'select system_forget_payloads(make_interval(days => ?), ?) as forgotten',
    [days, most],
  );
  return row?.forgotten ?? 0;
}

export interface FoundKey {
  tenantId: string;
  tenantStatus: 'active' | 'suspended' | 'deleted';
  secretHash: Uint8Array;
  scopes: string[];
  allowedIps: string[];
  expiresAt: Date | null;
  revokedAt: Date | null;
}

/** The API key with this id, whosesoever it is. */
export async function findKey(orm: MikroORM, id: string): Promise<FoundKey | null> {
  const [row] = await orm.em.execute<
    {
      tenant_id: string;
      tenant_status: FoundKey['tenantStatus'];
      secret_hash: Uint8Array;
      scopes: string[];
      allowed_ips: string[];
      expires_at: Date | null;
      revoked_at: Date | null;
    }[]
  >('select * from system_find_key(?)', [id]);
  if (!row) return null;
  return {
    tenantId: row.tenant_id,
    tenantStatus: row.tenant_status,
    secretHash: row.secret_hash,
    scopes: row.scopes,
    allowedIps: row.allowed_ips,
    expiresAt: row.expires_at && new Date(row.expires_at),
    revokedAt: row.revoked_at && new Date(row.revoked_at),
  };
}

export interface FoundMember {
  /** Null when there is no such tenant, or none was asked for. */
  tenantStatus: 'active' | 'suspended' | 'deleted' | null;
  role: MemberRole | null;
  memberStatus: 'invited' | 'active' | 'disabled' | null;
  isSystemAdmin: boolean;
  isDisabled: boolean;
}

/** What a person is, and what in a tenant; null when there is no such person. */
export async function findMember(orm: MikroORM, userId: string, tenantId: string | null): Promise<FoundMember | null> {
  const [row] = await orm.em.execute<
    {
      tenant_status: FoundMember['tenantStatus'];
      role: MemberRole | null;
      member_status: FoundMember['memberStatus'];
      is_system_admin: boolean;
      disabled_at: Date | null;
    }[]
  >('select * from system_find_member(?, ?)', [userId, tenantId]);
  if (!row) return null;
  return {
    tenantStatus: row.tenant_status,
    role: row.role,
    memberStatus: row.member_status,
    isSystemAdmin: row.is_system_admin,
    isDisabled: row.disabled_at !== null,
  };
}

export interface TenantOfPerson {
  id: string;
  slug: string;
  name: string;
  role: MemberRole;
}

export const tenantsOf = (orm: MikroORM, userId: string): Promise<TenantOfPerson[]> =>
  orm.em.execute<TenantOfPerson[]>('select * from system_tenants_of(?)', [userId]);

/** Whether a person has worked in another tenant than this, or runs the service. */
export async function worksElsewhere(orm: MikroORM, userId: string, tenantId: string): Promise<boolean> {
  const [row] = await orm.em.execute<{ works: boolean }[]>('select system_works_elsewhere(?, ?) as works', [
    userId,
    tenantId,
  ]);
  return row?.works !== false;
}

/** The tenant whose people use this host. */
export async function findTenantByDomain(
  orm: MikroORM,
  host: string,
): Promise<{ id: string; slug: string; status: string } | null> {
  const [row] = await orm.em.execute<{ id: string; slug: string; status: string }[]>(
    'select * from system_find_tenant_by_domain(?)',
    [host],
  );
  return row ?? null;
}

/** Active channels of these kinds that nobody has asked after for `ageSeconds`, the longest unasked first. */
export async function findChannelsToCheck(
  orm: MikroORM,
  kinds: readonly string[],
  ageSeconds: number,
  most: number,
): Promise<{ tenantId: string; channelId: string }[]> {
  const rows = await orm.em.execute<{ tenant_id: string; channel_id: string }[]>(
    'select * from system_channels_to_check(?::text[], make_interval(secs => ?), ?)',
    [`{${kinds.join(',')}}`, ageSeconds, most],
  );
  return rows.map((row) => ({ tenantId: row.tenant_id, channelId: row.channel_id }));
}

/**
 * Conversations in which a message has all words of the first value, of at most as many messages as the second one says,
 * in no order. It looks at the tenant of the transaction and no other. The index of words can be read in no other way.
 */
export const SAYING = 'select conversation_id from system_search_messages(?, ?)';

/** Ids of what `SAYING` gives, once for each message. */
export async function searchMessages(em: EntityManager, wanted: string, most: number): Promise<string[]> {
  const rows = await runBound(em, [SAYING, [wanted, most]]);
  return rows.map(({ conversation_id: id }) => String(id));
}
