import type { Pool } from 'pg';
import { newId } from '../id.ts';
import { inTransaction } from './log-in-pool.ts';

/** What is known of how a person logs in. Asked on the connections of `createLogInPool`. */
export interface Account {
  userId: string;
  email: string;
  name: string;
  isSystemAdmin: boolean;
  isDisabled: boolean;
  /** Hashed; null where there is none. */
  password: string | null;
  /** Whether that person can log in, by password or at the provider. */
  canLogIn: boolean;
}

interface AccountRow {
  id: string;
  email: string;
  name: string;
  is_system_admin: boolean;
  disabled: boolean;
  password: string | null;
  can_log_in: boolean;
}

export async function findAccount(pool: Pool, userId: string): Promise<Account | null> {
  const { rows } = await pool.query<AccountRow>(
    `select u.id, u.email, u.name, u.is_system_admin, u.disabled_at is not null as disabled,
       (select a.password from auth_accounts a where a.user_id = u.id and a.provider_id = 'credential') as password,
       exists (select from auth_accounts a where a.user_id = u.id) as can_log_in
     from users u where u.id = $1`,
    [userId],
  );
  const [row] = rows;
  if (!row) return null;
  return {
    userId: row.id,
    email: row.email,
    name: row.name,
    isSystemAdmin: row.is_system_admin,
    isDisabled: row.disabled,
    password: row.password,
    canLogIn: row.can_log_in,
  };
}

interface Enrolment {
  userId: string;
  name: string | null;
  /** As the login library keeps it. */
  hash: string;
  /** The link came by mail, so the address is that person's. An account whose address is not may end: Migration 15. */
  isAddressProven: boolean;
}

const INSERT = `insert into auth_accounts (id, user_id, account_id, provider_id, password)
  values ($1, $2::uuid, $2::uuid::text, 'credential', $3)`;
const DESCRIBE = `update users set name = coalesce($2, name), email_verified = email_verified or $3, updated_at = now()
  where id = $1`;

/** Gives a person the first password. False when that person can log in already: then nothing was changed. */
export function enrol(pool: Pool, { userId, name, hash, isAddressProven }: Enrolment): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    await client.query('select from users where id = $1 for no key update', [userId]);
    const { rowCount: before } = await client.query('select from auth_accounts where user_id = $1', [userId]);
    if (before) return false;
    await client.query(INSERT, [newId(), userId, hash]);
    await client.query(DESCRIBE, [userId, name, isAddressProven]);
    return true;
  });
}

/**
 * Takes a person's password, or that there is none, for another, where whoever runs the service vouches for the person.
 * Every session ends. False when it is not `before` any more.
 */
export function replacePassword(
  pool: Pool,
  { userId, name, hash, before }: Pick<Enrolment, 'userId' | 'name' | 'hash'> & { before: string | null },
): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    await client.query('select from users where id = $1 for no key update', [userId]);
    const own = `user_id = $1 and provider_id = 'credential'`;
    const { rows } = await client.query<{ password: string }>(`select password from auth_accounts where ${own}`, [
      userId,
    ]);
    if ((rows[0]?.password ?? null) !== before) return false;
    await client.query(`delete from auth_accounts where ${own}`, [userId]);
    await client.query('delete from auth_sessions where user_id = $1', [userId]);
    await client.query(INSERT, [newId(), userId, hash]);
    await client.query(DESCRIBE, [userId, name, true]);
    return true;
  });
}

/** The system admin that waits for an address and a password; null as soon as anybody has a password. */
export async function findFirstAdmin(pool: Pool): Promise<string | null> {
  const { rows } = await pool.query<{ id: string }>(FIRST_ADMIN);
  return rows[0]?.id ?? null;
}

/** False when somebody was first. Fails with a unique violation when the address is somebody's already. */
export function enrolFirstAdmin(
  pool: Pool,
  { userId, email, name, hash }: { userId: string; email: string; name: string; hash: string },
): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    await client.query('select from users where id = $1 for update', [userId]);
    const { rows } = await client.query<{ id: string }>(FIRST_ADMIN);
    if (rows[0]?.id !== userId) return false;
    await client.query(INSERT, [newId(), userId, hash]);
    await client.query(
      'update users set email = $2, name = $3, email_verified = true, updated_at = now() where id = $1',
      [userId, email.toLowerCase(), name],
    );
    return true;
  });
}

const FIRST_ADMIN = `select id from users where is_system_admin and email like 'first-admin-%@setup.invalid'
  and not exists (select from auth_accounts where password is not null)`;
