import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { migrate } from '../../src/database/migrate.ts';
import { startEmbeddedPostgres } from '../../src/embedded/postgres.ts';
import { plantingSql } from './plant-canaries.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A superuser's URL; the database of each test file is made and dropped through it. */
    postgresUrl: string;
    /** Password of the service's restricted login. */
    appPassword: string;
  }
}

/** One real PostgreSQL for the whole run, with one migrated database that every test file copies. */
export default async function setUpPostgres(project: TestProject) {
  const dataDir = await mkdtemp(join(tmpdir(), 'frontdesk-test-'));
  // As root the server runs as another user, who must be able to enter.
  await chmod(dataDir, 0o755);
  const server = await startEmbeddedPostgres({
    dataDir,
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '1000' },
  });
  const appPassword = randomBytes(16).toString('hex');
  const admin = new pg.Client({ connectionString: server.superuserUrl('postgres') });
  await admin.connect();
  await admin.query('create database template_frontdesk');
  await admin.end();
  const template = server.superuserUrl('template_frontdesk');
  await migrate({ ownerUrl: template, appPassword, log: () => undefined });
  const owner = new pg.Client({ connectionString: template });
  await owner.connect();
  await owner.query(plantingSql());
  await owner.end();
  project.provide('postgresUrl', server.superuserUrl('postgres'));
  project.provide('appPassword', appPassword);
  return async () => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
}
