import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { appUrl } from '../../src/database/migrate.ts';

export interface TestDatabase {
  /** As the service connects: the restricted role. */
  url: string;
  /** As the owner: what no test of isolation may use. */
  ownerUrl: string;
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
    drop: () => asAdmin(adminUrl, `drop database ${name} with (force)`),
  };
}

async function asAdmin(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
