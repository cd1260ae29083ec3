import { createHash } from 'node:crypto';
import fc from 'fast-check';
import type { Described } from './api-document.ts';
import { asOwner } from './database.ts';
import { fillTenant, type Filled } from './fill-tenant.ts';
import { sealContext } from '../../src/tenancy/find-channel.ts';
import { madeUp } from './made-up.ts';
import { cutKey, hire } from './people.ts';
import { idInPath, idNamed } from './whose-id.ts';
import type { World } from './world.ts';

export interface Walked {
  slug: string;
  tenantId: string;
  ids: Filled;
}

/** A tenant with a row in every table, whose secrets can be opened. */
export async function walkedTenant(world: World, slug: string): Promise<Walked> {
  const { keys } = world.deps;
  const { platform } = world;
  return asOwner(world.database, async (owner) => {
    const { tenantId, ids } = await fillTenant(owner, slug);
    const seal = async (table: string, column: string, config: unknown) => {
      const id = ids[table] ?? '';
      const sealed = keys.seal(config, sealContext(tenantId, id));
      await owner.query(`update ${table} set ${column} = $1 where tenant_id = $2 and id = $3`, [sealed, tenantId, id]);
    };
    await seal('channels', 'config_sealed', { botToken: `1:${slug}`, secretToken: `canary-${slug}-secret-token` });
    await seal('agents', 'settings_sealed', {
      workflowUrl: `${platform.url}/webhook/${slug}`,
      secret: `whsec_${Buffer.alloc(32, 3).toString('base64')}`,
    });
    await seal('notification_targets', 'config_sealed', { to: [`canary-${slug}@example.com`] });
    // A walk is faster than anybody.
    await owner.query(
      `update tenants set limits = '{"requests_per_minute": 1000000}',
         features = '{custom_agents, agent_sharing, advanced_analytics, priority_support}' where id = $1`,
      [tenantId],
    );
    // Its customer's question stays unanswered, and a person is waited for.
    await owner.query('update faqs set is_active = false where tenant_id = $1', [tenantId]);
    await owner.query(`update handovers set queued_at = now() where tenant_id = $1`, [tenantId]);
    await owner.query(`update conversations set handler = 'queued', open_handover_id = $2 where tenant_id = $1`, [
      tenantId,
      ids['handovers'],
    ]);
    return { slug, tenantId, ids };
  });
}

export interface Caller {
  who: string;
  token: string;
}

/** Everybody who can act in this tenant. */
export async function everybodyOf(world: World, { tenantId }: Walked): Promise<Caller[]> {
  const people = await Promise.all(
    (['owner', 'admin', 'manager', 'viewer'] as const).map(async (who) => ({
      who,
      token: (await hire(world, tenantId, who)).token,
    })),
  );
  return [...people, { who: 'API key', token: (await cutKey(world, tenantId)).key }];
}

export interface Asked {
  path: string;
  body: unknown;
  /** Whether anything in it belongs to the tenant whose ids it is made of. */
  hasIds: boolean;
}

/**
 * A request that the operation's schemas allow, with this tenant's ids wherever one is wanted: in the path, in the
 * query, in the body. `seed` decides about everything else.
 */
export function requestFor(operation: Described, { tenantId, ids }: Walked, seed: number): Asked {
  let hasIds = false;
  const idFor = (name: string) => {
    hasIds = true;
    return idNamed(name, tenantId, ids);
  };
  const sample = (schema: Parameters<typeof madeUp>[0], name: string) =>
    fc.sample(madeUp(schema, idFor, name), { numRuns: 1, seed })[0];
  let path = operation.path;
  const query = new URLSearchParams();
  for (const { name, in: where, schema } of operation.parameters) {
    if (where === 'path') {
      hasIds = true;
      path = path.replace(`{${name}}`, idInPath(operation.path, name, tenantId, ids));
    }
    // Behind the last page there is nothing to see.
    const isOther = name === 'cursor' || (name === 'before' && query.has('after'));
    if (where === 'query' && !isOther) query.set(name, String(sample(schema, name)));
  }
  const isFile = operation.mediaType === 'application/octet-stream';
  const json = operation.mediaType === 'application/json' ? operation.body : null;
  const body = isFile ? Buffer.from('a file') : json ? sample(json, '') : undefined;
  return { path: query.size > 0 ? `${path}?${query.toString()}` : path, body, hasIds };
}

/** Every table that holds something of tenants, but for what only remembers requests. */
export const tenantTables = (world: World): Promise<string[]> =>
  asOwner(world.database, async (owner) => {
    const { rows } = await owner.query<{ name: string }>(
      `select table_name as name from information_schema.columns
       join information_schema.tables using (table_schema, table_name)
       where table_schema = 'public' and table_type = 'BASE TABLE' and column_name = 'tenant_id'
         and table_name <> 'idempotency_keys' order by 1`,
    );
    return ['tenants', ...rows.map(({ name }) => name)];
  });

/** All that the database holds of a tenant, as one word. */
export const stateOf = (world: World, tenantId: string, tables: readonly string[]): Promise<string> =>
  asOwner(world.database, async (owner) => {
    const all = createHash('sha256');
    for (const table of tables) {
      const column = table === 'tenants' ? 'id' : 'tenant_id';
      const { rows } = await owner.query<{ row: string }>(
        `select to_jsonb(t)::text as row from ${table} t where ${column} = $1 order by 1`,
        [tenantId],
      );
      all.update(`${table} ${rows.map(({ row }) => row).join('\n')}`);
    }
    return all.digest('hex');
  });
