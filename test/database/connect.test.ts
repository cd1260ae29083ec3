import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../src/database/connect.ts';
import { asOwner, createDatabase, type TestDatabase } from '../support/database.ts';

/** The service does not start as anybody whom row level security would not hold back, or who could become that. */
let database: TestDatabase;
const made: string[] = [];
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(async () => {
  await asOwner(database, async (owner) => {
    for (const role of made) await owner.query(`drop owned by ${role}; drop role ${role}`);
  });
  await database.drop();
});

/** A login of the operator's own, which is and may what `as` says. */
async function login(as: string): Promise<string> {
  const role = `login_${randomBytes(6).toString('hex')}`;
  await asOwner(database, (owner) => owner.query(`create role ${role} login password 'secret' ${as}`));
  made.push(role);
  return role;
}

const connectAs = (role: string) => {
  const url = new URL(database.ownerUrl);
  [url.username, url.password] = [role, 'secret'];
  return connect({ url: url.href, pool: 1, log: () => undefined });
};

describe('the service', () => {
  it.each([
    ['a superuser', 'superuser'],
    ['one that steps around row level security', 'bypassrls in role frontdesk_runtime'],
    ['the role that looks across tenants', 'in role frontdesk_runtime, frontdesk_system'],
  ])('refuses to work as %s, and says what to do', async (_name, as) => {
    const role = await login(as);
    await expect(connectAs(role)).rejects.toThrow(/row level security.*DATABASE_APP_URL/s);
  });

  it('refuses to work as the owner of the tables, or as who could become that', async () => {
    const owning = await login('');
    await asOwner(database, (owner) => owner.query(`alter table conversations owner to ${owning}`));
    await expect(connectAs(owning)).rejects.toThrow(/row level security/);
    const becoming = await login(`in role frontdesk_runtime, ${owning}`);
    await expect(connectAs(becoming)).rejects.toThrow(new RegExp(owning));
    const later = await login(`noinherit in role frontdesk_runtime, ${becoming}`);
    await expect(connectAs(later)).rejects.toThrow(/row level security/);
    await asOwner(database, (owner) => owner.query('alter table conversations owner to current_user'));
  });

  it('works as a plain login that is a member of frontdesk_runtime', async () => {
    const orm = await connectAs(await login('in role frontdesk_runtime'));
    expect(await orm.em.fork().execute('select * from conversations')).toEqual([]);
    await orm.close();
  });
});
