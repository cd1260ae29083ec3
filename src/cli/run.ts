import { InvalidArgumentError } from 'commander';
import { ZodError, type z } from 'zod';
import { readConfig } from '../config.ts';
import { openDatabase, type OpenedDatabase } from '../database/open.ts';
import { createDeps, type Deps } from '../deps.ts';
import { messageOf } from '../errors.ts';
import { createLogger } from '../logger.ts';
import { findTenantBySlug } from '../tenancy/as-system.ts';

/**
 * The same wiring as the service has; on the embedded database it joins a running one. What is thrown is said, and the
 * exit code is 1.
 */
export async function run(work: (deps: Deps, database: OpenedDatabase) => Promise<void>): Promise<void> {
  const undo: (() => Promise<void>)[] = [];
  try {
    const config = readConfig(process.env);
    const log = createLogger('warn');
    const database = await openDatabase(config, log);
    undo.push(() => database.stop());
    const publicUrl = config.publicUrl ?? `http://localhost:${config.port}`;
    const deps = await createDeps({ config, log, keys: database.keys, databaseUrl: database.databaseUrl, publicUrl });
    undo.push(() => deps.close());
    await work(deps, database);
  } catch (error) {
    console.error(
      error instanceof ZodError ? `These settings are not right:\n${settingErrors(error)}` : messageOf(error),
    );
    process.exitCode = 1;
  } finally {
    for (const step of undo.toReversed()) await step();
  }
}

/** Also of a deleted tenant. Throws where there is none. */
export async function tenantId({ orm }: Pick<Deps, 'orm'>, slug: string): Promise<string> {
  const tenant = await findTenantBySlug(orm, slug);
  if (!tenant) throw new Error(`there is no tenant '${slug}'; make it with: frontdesk tenant ${slug} --name …`);
  return tenant.id;
}

/** Reads a word of the command line, or says what it should be. */
export function reader<T>(schema: z.ZodType<T>, wanted: string): (word: string) => T {
  return (word) => {
    const { success, data } = schema.safeParse(word);
    if (!success) throw new InvalidArgumentError(`It must be ${wanted}.`);
    return data;
  };
}

function settingErrors(error: ZodError): string {
  const words = ({ message }: { message: string }) => (message.endsWith('received undefined') ? 'is missing' : message);
  return error.issues.map((issue) => `  --set ${issue.path.join('.')}=…  ${words(issue)}`).join('\n');
}
