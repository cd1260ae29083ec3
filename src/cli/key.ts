import { Argument, type Command } from 'commander';
import { z } from 'zod';
import { audit, byOperator } from '../audit.ts';
import { isAllowed } from '../auth/api-key.ts';
import { createApiKey, listApiKeys, revokeApiKey } from '../auth/manage-keys.ts';
import { permissions, type Permission } from '../auth/permissions.ts';
import type { Deps } from '../deps.ts';
import { AppError } from '../errors.ts';
import { withTenant } from '../tenancy/with-tenant.ts';
import { reader, run, tenantId } from './run.ts';

interface Options {
  name?: string;
  scopes?: Permission[];
  allow?: string[];
  expires?: Date;
}

const scopes = reader(
  z
    .string()
    .transform((given) => (given === 'all' ? [...permissions] : given.split(',')))
    .pipe(z.array(z.enum(permissions))),
  `"all", or some of these with commas between them: ${permissions.join(', ')}`,
);
const MOST = 1_000;

/** Adds what whoever runs the service does with a tenant's API keys. */
export function addKeyCommands(program: Command): void {
  program
    .command('key <tenant>')
    .description('make, list or revoke API keys')
    .addArgument(new Argument('<act>').choices(['create', 'list', 'revoke']))
    .argument('[id]', 'of the key to revoke', reader(z.uuid(), 'an id as the list shows it'))
    .option('--name <name>', 'what it is for')
    .option('--scopes <scopes>', 'what it may do', scopes)
    .option('--allow <networks...>', 'addresses or networks that it may be used from')
    .option('--expires <time>', 'e.g. 2027-01-31', reader(z.coerce.date(), 'a date'))
    .action((slug: string, act: 'create' | 'list' | 'revoke', id: string | undefined, options: Options) =>
      run(async (deps) => {
        const owner = await tenantId(deps, slug);
        if (act === 'create') return create(deps, owner, options);
        if (act === 'list') return list(deps, owner);
        return revoke(deps, owner, id, slug);
      }),
    );
}

async function create({ orm }: Deps, owner: string, options: Options): Promise<void> {
  const { name, scopes: wanted, allow = [], expires = null } = options;
  if (!name || !wanted) throw new Error('say what the key is for and what it may do: --name <name> --scopes <scopes>');
  const wishes = { name, scopes: wanted, allowedIps: allow.map(asNetwork), expiresAt: expires, createdBy: null };
  const { key } = await withTenant(orm, owner, async (em) => {
    const made = await createApiKey(em, owner, wishes);
    await audit(em, byOperator(owner), 'api_key.create', made.apiKey.id, { name, scopes: wanted });
    return made;
  });
  console.log(key);
}

async function list({ orm }: Deps, owner: string): Promise<void> {
  for (const key of await withTenant(orm, owner, (em) => listApiKeys(em, owner, MOST))) {
    const state = key.revokedAt ? 'revoked' : key.expiresAt && key.expiresAt <= new Date() ? 'over' : 'active';
    console.log(`${key.id}\t${state}\t${key.name}\t${key.scopes.join()}`);
  }
}

async function revoke({ orm }: Deps, owner: string, id: string | undefined, slug: string): Promise<void> {
  const known = `frontdesk key ${slug} list shows the ids`;
  if (!id) throw new Error(`say which key: frontdesk key ${slug} revoke <id>; ${known}`);
  const isNew = await withTenant(orm, owner, async (em) => {
    const hasChanged = await revokeApiKey(em, owner, id, new Date());
    if (hasChanged) await audit(em, byOperator(owner), 'api_key.revoke', id);
    return hasChanged;
  }).catch((error: unknown) => {
    throw error instanceof AppError ? new Error(`${error.message}; ${known}`, { cause: error }) : error;
  });
  console.log(isNew ? 'revoked' : 'it was revoked before');
}

function asNetwork(word: string): string {
  try {
    isAllowed([word], '203.0.113.1');
    return word;
  } catch {
    throw new Error(`'${word}' is neither an address nor a network, as in 203.0.113.7 or 10.0.0.0/8`);
  }
}
