import type { EntityManager } from '@mikro-orm/postgresql';
import { User } from '../entities/user.ts';

/** A person who may answer for the tenant, and how much that person does just now. */
export interface Answerer {
  userId: string;
  name: string;
  role: 'owner' | 'admin' | 'manager';
  isOnline: boolean;
  seenAt: Date | null;
  /** Open ones that this person has. */
  conversations: number;
  capacity: number;
  /** Null: the tenant's default. */
  ownCapacity: number | null;
  givenAt: Date | null;
  /** The name as it is sorted. */
  sortName: string;
}

interface Row {
  user_id: string;
  name: string;
  role: Answerer['role'];
  is_online: boolean;
  seen_at: string | null;
  conversations: number;
  capacity: number;
  own_capacity: number | null;
  given_at: string | null;
  sort_name: string;
}

const ANSWERERS = `
  select m.user_id, u.name, lower(u.name) as sort_name, m.role, m.is_online, m.seen_at, m.given_at, m.capacity as own_capacity,
    coalesce(m.capacity, s.default_capacity) as capacity,
    (select count(*)::int from conversations c
     where c.tenant_id = m.tenant_id and c.assignee_user_id = m.user_id and c.handler = 'human') as conversations
  from memberships m
  join users u on u.id = m.user_id
  join tenant_settings s on s.tenant_id = m.tenant_id
  where m.tenant_id = ? and m.status = 'active' and m.role <> 'viewer'`;

/** Those who may answer, by name, from behind `after` on. */
export async function answerersOf(
  em: EntityManager,
  tenantId: string,
  { after = null, most }: { after?: readonly [name: string, userId: string] | null; most: number },
): Promise<Answerer[]> {
  const behind = after ? 'and (lower(u.name), m.user_id) > (?, ?::uuid)' : '';
  const rows = await em.execute<Row[]>(`${ANSWERERS} ${behind} order by lower(u.name), m.user_id limit ?`, [
    tenantId,
    ...(after ?? []),
    most,
  ]);
  return rows.map(answererOfRow);
}

/** Whoever is online and has room for one more. */
export async function whoHasRoom(em: EntityManager, tenantId: string): Promise<Answerer[]> {
  const rows = await em.execute<Row[]>(
    `select * from (${ANSWERERS} and m.is_online) a where conversations < capacity limit 1000`,
    [tenantId],
  );
  return rows.map(answererOfRow);
}

/** Null where that person may not answer for the tenant. */
export async function answererOf(em: EntityManager, tenantId: string, userId: string): Promise<Answerer | null> {
  const [row] = await em.execute<Row[]>(`${ANSWERERS} and m.user_id = ?`, [tenantId, userId]);
  return row ? answererOfRow(row) : null;
}

/** How colleagues know this person. */
export async function nameOf(em: EntityManager, userId: string): Promise<string> {
  const user = await em.findOne(User, { id: userId });
  return user?.name ?? 'a manager';
}

const answererOfRow = (row: Row): Answerer => ({
  userId: row.user_id,
  name: row.name,
  role: row.role,
  isOnline: row.is_online,
  seenAt: dateOrNull(row.seen_at),
  conversations: row.conversations,
  capacity: row.capacity,
  ownCapacity: row.own_capacity,
  givenAt: dateOrNull(row.given_at),
  sortName: row.sort_name,
});

const dateOrNull = (time: string | null) => (time === null ? null : new Date(time));
