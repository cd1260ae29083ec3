import { existsSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import { ZodError, z } from 'zod';
import { readConfig, type Config } from '../config.ts';
import { openDatabase, type OpenedDatabase } from '../database/open.ts';
import { createDeps, type Deps } from '../deps.ts';
import { messageOf } from '../errors.ts';
import { createLogger } from '../logger.ts';
import { findTenantBySlug } from '../tenancy/as-system.ts';
import { keyFileIn } from '../tenancy/secrets.ts';

/**
 * The same wiring as the service has; on the embedded database it joins a running one. What is thrown is said on stderr,
 * as are warnings, and the exit code is 1: stdout has nothing but what was asked for.
 */
export async function run(work: (deps: Deps, database: OpenedDatabase) => Promise<void>): Promise<void> {
  const undo: (() => Promise<void>)[] = [];
  try {
    const config = readConfig(process.env);
    const log = createLogger('warn', { write: warn });
    expectKey(config);
    const database = await openDatabase(config, log).catch(reachable);
    undo.push(() => database.stop());
    const publicUrl = config.publicUrl ?? `http://localhost:${config.port}`;
    const wiring = { config, log, keys: database.keys, databaseUrl: database.databaseUrl, publicUrl };
    const deps = await createDeps(wiring).catch(reachable);
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

/** A key that was made here would open nothing of a service that runs elsewhere, and what it signs would be refused there. */
function expectKey({ key, databaseUrl, databaseAppUrl, dataDir }: Config): void {
  const keyFile = keyFileIn(dataDir);
  if (key || !(databaseUrl ?? databaseAppUrl) || existsSync(keyFile)) return;
  throw new Error(
    `there is no key: set FRONTDESK_KEY as the service has it, or DATA_DIR to its data folder (${keyFile} does not exist)`,
  );
}

/** The driver says what happened, and not to which setting. */
function reachable(error: unknown): never {
  if (!(error instanceof Error) || !('code' in error)) throw error;
  const what = error.message || String(error.code);
  const hint = 'check DATABASE_URL and DATABASE_APP_URL, and that PostgreSQL runs there';
  throw new Error(`the database cannot be opened: ${what}; ${hint}`, { cause: error });
}

const Line = z.looseObject({ msg: z.string(), hint: z.string().optional() });

const said = new Set<string>();

/** A line of the log, for people, and once. */
function warn(line: string): void {
  const { msg, hint, level: _level, time: _time, pid: _pid, ...facts } = Line.parse(JSON.parse(line));
  const known = Object.keys(facts).length > 0 ? ` ${JSON.stringify(facts)}` : '';
  const words = `warning: ${msg}${hint ? `: ${hint}` : ''}${known}`;
  if (!said.has(words)) console.error(words);
  said.add(words);
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
