import pg from 'pg';
import { findAccount } from '../auth/accounts.ts';
import { invite, passwordUrl } from '../auth/invite.ts';
import type { Deps } from '../deps.ts';
import { Membership, type MemberRole } from '../entities/membership.ts';
import { newId } from '../id.ts';
import { userIdFor } from '../tenancy/as-system.ts';
import { withTenant } from '../tenancy/with-tenant.ts';
import { tenantId } from './run.ts';

export interface UserOptions {
  name?: string;
  systemAdmin?: boolean;
  tenant?: string;
  role: MemberRole;
  disable?: boolean;
  enable?: boolean;
  withoutTwoFactor?: boolean;
}

type Needs = Pick<Deps, 'orm' | 'keys' | 'publicUrl' | 'logInPool'>;

/**
 * What whoever runs Frontdesk does for a person. Gives what to say: a link to set a password, unless that person is shut
 * out. `ownerUrl` is the database as the owner of its tables; null where it is not known.
 */
export async function manageUser(deps: Needs, ownerUrl: string | null, email: string, options: UserOptions) {
  const tenant = options.tenant === undefined ? null : await tenantId(deps, options.tenant);
  const acts = ownersActs(options);
  if (acts.length > 0 && ownerUrl === null) {
    throw new Error('only the owner of the tables may do this: set DATABASE_URL as well, then try again');
  }
  const name = options.name ?? email.split('@')[0] ?? email;
  const userId = await userIdFor(deps.orm, { id: newId(), email, name });
  if (tenant && !(await belongsTo(deps.orm, tenant, userId))) {
    await invite(deps.orm, { tenantId: tenant, email, name, role: options.role, invitedBy: null });
  }
  if (ownerUrl !== null && acts.length > 0) await asOwner(ownerUrl, acts, userId);
  if (options.disable) return `${email} cannot log in any more`;
  const account = await findAccount(deps.logInPool, userId);
  const what = account?.password ? 'set another password' : 'set a password';
  const url = await passwordUrl(deps, deps.logInPool, { userId, tenantId: tenant });
  return `${email} can ${what} here, once and within 7 days:\n${url}`;
}

/** Whoever does so already keeps the role. */
const belongsTo = (orm: Deps['orm'], tenant: string, userId: string) =>
  withTenant(orm, tenant, (em) => em.count(Membership, { tenantId: tenant, userId, status: { $ne: 'invited' } }));

/**
 * Whoever becomes a system admin, and whose address nobody has proven, begins anew: an account may have been made in
 * that person's name.
 */
function ownersActs({ systemAdmin, disable, enable, withoutTwoFactor }: UserOptions): string[] {
  const unproven = 'user_id = $1 and exists (select from users where id = $1 and not email_verified)';
  return [
    ...(systemAdmin
      ? [
          'update users set is_system_admin = true where id = $1',
          ...['auth_accounts', 'auth_sessions'].map((table) => `delete from ${table} where ${unproven}`),
        ]
      : []),
    ...(disable ? ['update users set disabled_at = now() where id = $1'] : []),
    ...(enable ? ['update users set disabled_at = null where id = $1'] : []),
    ...(withoutTwoFactor
      ? ['delete from auth_two_factors where user_id = $1', 'update users set two_factor_enabled = false where id = $1']
      : []),
  ];
}

async function asOwner(ownerUrl: string, acts: string[], userId: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await client.query('begin');
    for (const act of acts) await client.query(act, [userId]);
    await client.query('commit');
  } finally {
    await client.end();
  }
}
