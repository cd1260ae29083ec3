import { Migrator } from '@mikro-orm/migrations';
import { defineConfig } from '@mikro-orm/postgresql';
import { migrations } from './migrations/index.ts';
import { entities } from './src/entities/index.ts';

/** For the MikroORM command line: `DATABASE_URL=… npx mikro-orm migration:list`. The service migrates by itself. */
export default defineConfig({
  entities,
  extensions: [Migrator],
  clientUrl: process.env['DATABASE_URL'] ?? 'postgres://localhost/frontdesk',
  migrations: { migrationsList: migrations, snapshot: false },
});
