import type { MikroORM } from '@mikro-orm/postgresql';

/**
 * Every question that crosses tenants, and the only callers of the database functions that may answer it
 * (see the migration of system functions). Nothing else here, and nothing of the kind elsewhere.
 */

export interface FoundChannel {
  tenantId: string;
  channelId: string;
  tenantStatus: 'active' | 'suspended' | 'deleted';
  channelStatus: 'active' | 'disabled';
  configSealed: Uint8Array;
}

interface FoundChannelRow {
  tenant_id: string;
  channel_id: string;
  tenant_status: FoundChannel['tenantStatus'];
  channel_status: FoundChannel['channelStatus'];
  config_sealed: Uint8Array;
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
  const [row] = await orm.em.execute<{ id: string }[]>('select system_user_for(?, ?, ?) as id', [
    user.id,
    user.email,
    user.name,
  ]);
  if (!row) throw new Error('the database did not answer with a user');
  return row.id;
}

export interface DueWork {
  job: string;
  tenantId: string;
  subject: string;
}

/** Work that nobody picked up within `graceMs`, at most `most` of each kind, oldest first. */
export async function findDueWork(orm: MikroORM, graceMs: number, most: number): Promise<DueWork[]> {
  const rows = await orm.em.execute<{ job: string; tenant_id: string; subject: string }[]>(
    `select * from system_due(make_interval(secs => ?), ?)`,
    [graceMs / 1000, most],
  );
  return rows.map((row) => ({ job: row.job, tenantId: row.tenant_id, subject: row.subject }));
}

/** Drops raw payloads older than `days`; gives the number dropped. */
export async function forgetPayloads(orm: MikroORM, days: number, most: number): Promise<number> {
  const [row] = await orm.em.execute<{ forgotten: number }[]>(
    'select system_forget_payloads(make_interval(days => ?), ?) as forgotten',
    [days, most],
  );
  return row?.forgotten ?? 0;
}
