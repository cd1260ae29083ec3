/** Holds the grants and policies of the running service; its login is a member. Owns nothing. */
export const RUNTIME_ROLE = 'frontdesk_runtime';
/** Owner of the few functions that look across tenants. Cannot log in. */
export const SYSTEM_ROLE = 'frontdesk_system';

const CURRENT_TENANT = `nullif(current_setting('app.tenant_id', true), '')::uuid`;

interface TenantTable {
  /** Column definitions besides tenant_id, id and created_at. */
  columns: string[];
  /** Column in this table -> the tenant table it points at; always together with tenant_id. */
  references?: Record<string, string>;
  /** Column lists; tenant_id is put in front. */
  uniques?: string[];
  /** Index bodies after "on table". */
  indexes?: string[];
  /** Replaces `tenant_id, id`. */
  primaryKey?: string;
  withoutId?: boolean;
}

/**
 * SQL for one tenant-owned table: composite keys that begin with the tenant, row level security forced,
 * and no rows at all without a tenant context. There is no other way to make such a table.
 */
export function tenantTable(name: string, table: TenantTable): string[] {
  // A reference to another tenant table already proves that the tenant exists; a second check would cost each insert.
  const hasParent = Object.keys(table.references ?? {}).length > 0;
  const columns = [
    `tenant_id uuid not null ${hasParent ? '' : 'references tenants (id)'}`,
    ...(table.withoutId ? [] : ['id uuid not null']),
    'created_at timestamptz not null default now()',
    ...table.columns,
    `primary key (${table.primaryKey ?? 'tenant_id, id'})`,
    ...(table.uniques ?? []).map((unique) => `unique (tenant_id, ${unique})`),
    ...Object.entries(table.references ?? {}).map(
      ([column, target]) => `foreign key (tenant_id, ${column}) references ${target} (tenant_id, id)`,
    ),
  ];
  return [
    `create table ${name} (\n  ${columns.join(',\n  ')}\n)`,
    ...(table.indexes ?? []).map((index) => `create index on ${name} ${index}`),
    ...isolate(name, 'tenant_id'),
  ];
}

/** Walls one tenant off from the next on `column`. */
export function isolate(name: string, column: string): string[] {
  const own = `${column} = ${CURRENT_TENANT}`;
  return [
    `alter table ${name} enable row level security`,
    `alter table ${name} force row level security`,
    `create policy tenant on ${name} to ${RUNTIME_ROLE} using (${own}) with check (${own})`,
    // The owner migrates data and validates foreign keys; the service never connects as the owner.
    `create policy maintenance on ${name} to current_user using (true) with check (true)`,
    `grant select, insert, update, delete on ${name} to ${RUNTIME_ROLE}`,
  ];
}

/** Lets the system role, and so the functions it owns, do exactly `command` on `name`. */
export function systemMay(command: 'select' | 'insert' | 'update', name: string): string[] {
  const condition = { select: 'using (true)', insert: 'with check (true)', update: 'using (true) with check (true)' };
  return [
    `create policy system_${command} on ${name} for ${command} to ${SYSTEM_ROLE} ${condition[command]}`,
    `grant ${command} on ${name} to ${SYSTEM_ROLE}`,
  ];
}

/** A function that may look across tenants, callable by the service. `definition` is what follows "create function". */
export function systemFunction(signature: string, definition: string): string[] {
  return [
    `create function ${signature} ${definition}`,
    `alter function ${signature.replace(/\s+/g, ' ')} owner to ${SYSTEM_ROLE}`,
    `revoke execute on function ${signature} from public`,
    `grant execute on function ${signature} to ${RUNTIME_ROLE}`,
  ];
}
