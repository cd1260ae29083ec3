import { LockMode, type EntityManager } from '@mikro-orm/postgresql';
import { Agent } from '../entities/agent.ts';
import { TenantSettings } from '../entities/tenant-settings.ts';
import { invalidFields } from '../errors.ts';
import { readThresholds, storedThresholds } from './settings.ts';

/** What is not given stays. A threshold that is null goes back to its default. */
export interface SettingsPatch {
  systemMessage?: string | undefined;
  handoverMode?: 'ask' | 'immediate' | undefined;
  handoverMessage?: string | null | undefined;
  language?: string | undefined;
  languages?: string[] | undefined;
  thresholds?: Record<string, unknown> | undefined;
  autoAssign?: boolean | undefined;
  defaultCapacity?: number | undefined;
  agentId?: string | null | undefined;
}

/** The tenant's settings, locked until the transaction ends. */
export async function lockSettings(em: EntityManager, tenantId: string): Promise<TenantSettings> {
  const lockMode = LockMode.PESSIMISTIC_WRITE;
  return em.findOneOrFail(TenantSettings, { tenantId }, { lockMode });
}

/**
 * Changes settings that the caller has locked, and counts their version up where anything is another than before. Gives the
 * names of what is, a threshold as `thresholds.faq_confidence`. Throws 422 for an agent that the tenant does not have.
 */
export async function changeSettings(em: EntityManager, row: TenantSettings, patch: SettingsPatch): Promise<string[]> {
  const { thresholds: given, ...plain } = patch;
  const changed = Object.entries(plain)
    .filter(([name, value]) => value !== undefined && !isSame(value, Reflect.get(row, name) ?? null))
    .map(([name]) => name);
  if (changed.includes('agentId') && patch.agentId) await requireAgent(em, row.tenantId, patch.agentId);
  const thresholds = mergeThresholds(row.thresholds, given ?? {});
  const names = Object.keys({ ...row.thresholds, ...thresholds });
  const moved = names.filter((name) => !isSame(row.thresholds[name], thresholds[name]));
  if (changed.length + moved.length === 0) return [];
  // A key that a newer version has stored stays as it is.
  readThresholds(mergeThresholds(storedThresholds(row.thresholds), given ?? {}));
  Object.assign(row, Object.fromEntries(changed.map((name) => [name, Reflect.get(plain, name)])), { thresholds });
  row.settingsVersion += 1;
  await em.flush();
  return [...changed, ...moved.map((name) => `thresholds.${name}`)];
}

/** Thresholds as they are stored: only what was set. */
export function mergeThresholds(before: Record<string, unknown>, given: Record<string, unknown>) {
  const merged = Object.entries({ ...before, ...given });
  return Object.fromEntries(merged.filter(([, value]) => value !== null && value !== undefined));
}

async function requireAgent(em: EntityManager, tenantId: string, id: string): Promise<void> {
  if ((await em.count(Agent, { tenantId, id, isActive: true })) > 0) return;
  throw invalidFields([{ path: 'body.agentId', message: 'there is no such agent, or it was deleted' }]);
}

const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
