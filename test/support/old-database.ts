import { randomBytes } from 'node:crypto';
import { Migrator } from '@mikro-orm/migrations';
import { MikroORM } from '@mikro-orm/postgresql';
import type pg from 'pg';
import { inject } from 'vitest';
import { migrations } from '../../migrations/index.ts';
import { appUrl, migrate } from '../../src/database/migrate.ts';
import { newId } from '../../src/id.ts';
import { asOwner, type TestDatabase } from './database.ts';

export interface OldDatabase extends TestDatabase {
  /** Brings it up to date, as the next start does. */
  upgrade(): Promise<void>;
}

/** A database as the version left it whose newest migration was `newest`. */
export async function createOldDatabase(newest: string): Promise<OldDatabase> {
  const admin = { url: '', ownerUrl: inject('postgresUrl'), drop: async () => undefined };
  const name = `test_old_${randomBytes(6).toString('hex')}`;
  await asOwner(admin, (owner) => owner.query(`create database ${name}`));
  const url = new URL(admin.ownerUrl);
  url.pathname = `/${name}`;
  const ownerUrl = url.href;
  const appPassword = inject('appPassword');
  const orm = await MikroORM.init({
    clientUrl: ownerUrl,
    entities: [],
    discovery: { warnWhenNoEntities: false },
    extensions: [Migrator],
    migrations: { migrationsList: migrations, snapshot: false },
    logger: () => undefined,
    ensureDatabase: false,
  });
  try {
    await orm.migrator.up({ to: newest });
  } finally {
    await orm.close();
  }
  return {
    url: appUrl(ownerUrl, appPassword),
    ownerUrl,
    upgrade: () => migrate({ ownerUrl, appPassword, log: () => undefined }),
    drop: async () =>
      void (await asOwner(admin, (owner) => owner.query(`drop database if exists ${name} with (force)`))),
  };
}

/** Puts rows of one tenant into tables as they are, whatever their columns are by now. Gives a row's id. */
export const inserting =
  (owner: pg.Client, tenantId: string) =>
  async (table: string, { id = newId(), ...row }: Record<string, unknown>): Promise<string> => {
    const full: Record<string, unknown> = { tenant_id: tenantId, id, ...row };
    const places = Object.keys(full).map((_, n) => `$${n + 1}`);
    await owner.query(
      `insert into ${table} (${Object.keys(full).join()}) values (${places.join()})`,
      Object.values(full),
    );
    return String(id);
  };
