import { Migrator } from '@mikro-orm/migrations';
import { defineConfig } from '@mikro-orm/postgresql';
import { migrations } from './migrations/index.ts';
import { entities } from './src/entities/index.ts';

/** The tables and how they are made. The service migrates by it at each start (`src/database/migrate.ts`), and tools find it by its name. */
export default defineConfig({
  entities,
  extensions: [Migrator],
  clientUrl: process.env['DATABASE_URL'] ?? 'postgres://localhost/frontdesk',
  migrations: { migrationsList: migrations, snapshot: false },
});
