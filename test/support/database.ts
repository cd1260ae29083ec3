import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { appUrl } from '../../src/database/migrate.ts';
import { openEars, type Ears } from './ears.ts';

export interface TestDatabase {
  /** As the service connects: the restricted role. */
  url: string;
  /** As the owner: what no test of isolation may use. */
  ownerUrl: string;
  /** What the services over it say; see `findLeaks`. Not there where the database is gone before they are. */
  ears?: Ears;
  drop(): Promise<void>;
}

/** A migrated database of one's own, copied in some 30 ms. */
export async function createDatabase(): Promise<TestDatabase> {
  const adminUrl = inject('postgresUrl');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await asAdmin(adminUrl, `create database ${name} template template_frontdesk strategy file_copy`);
  const ownerUrl = new URL(adminUrl);
  ownerUrl.pathname = `/${name}`;
  return {
    url: appUrl(ownerUrl.href, inject('appPassword')),
    ownerUrl: ownerUrl.href,
    ears: openEars(),
    drop: async () => void (await asAdmin(adminUrl, `drop database ${name} with (force)`)),
  };
}

const asAdmin = (url: string, sql: string) => connected(url, (client) => client.query(sql));

/** What only whoever runs the service may do, by the owner of the tables. */
export const asOwner = <T>({ ownerUrl }: TestDatabase, work: (owner: pg.Client) => Promise<T>): Promise<T> =>
  connected(ownerUrl, work);

async function connected<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
