import type { MikroORM } from '@mikro-orm/postgresql';
import { z } from 'zod';
import { Agent } from '../entities/agent.ts';
import { Tenant, type Feature } from '../entities/tenant.ts';
import { TenantSettings } from '../entities/tenant-settings.ts';
import { notFound, unprocessable } from '../errors.ts';
import { readBusinessHours, type BusinessHours } from './business-hours.ts';
import type { Changes } from './changes.ts';
import { readLimits, type Limits } from './limits.ts';
import { remember } from './remember.ts';
import { withTenant } from './with-tenant.ts';

const share = z.number().min(0).max(1);
const seconds = z.number().int().min(1);

/** How far automation goes for a tenant. Every key changes what happens; none is decoration. */
export const Thresholds = z.strictObject({
  /** A FAQ answers when its match is at least this sure. */
  faq_confidence: share.default(0.5),
  /** An agent's answer is sent when the agent is at least this sure; an answer without a confidence is sent. */
  agent_confidence: share.default(0.5),
  /** Seconds an agent has for its answer; then a human is asked for. */
  response_timeout: seconds.max(3600).default(30),
  /** Automatic replies in a row; then a human is asked for. */
  max_responses: z.number().int().min(1).max(1000).default(10),
  /** Seconds of silence after which replies, misses and a "no" are counted afresh: it is another talk then. */
  count_afresh_after: seconds.max(365 * 86_400).default(21_600),
  /** Signs that a human is needed add up to 0..1; from here on one is asked for. Lower hands over sooner. */
  escalation_threshold: share.default(0.8),
  /** Milliseconds without a new message after which a burst is answered as one. 0 answers each at once. */
  debounce_ms: z.number().int().min(0).max(60_000).default(800),
  /** A burst is answered after this many milliseconds even if it goes on. */
  debounce_max_ms: z.number().int().min(0).max(300_000).default(5_000),
  /** Seconds of silence after we offered a human; then `consent_silence` applies. */
  consent_timeout: seconds.max(7 * 86_400).default(900),
  consent_silence: z.enum(['continue', 'handover']).default('continue'),
  /** Answered turns after a "no" before a human is offered again. */
  consent_quiet_turns: z.number().int().min(0).max(100).default(3),
  /** Seconds in the queue without a manager; then `nobody_there` applies. */
  queue_timeout: seconds.max(7 * 86_400).default(600),
  nobody_there: z.enum(['apologize', 'return']).default('apologize'),
  /** Seconds that a contact's message may wait for the manager who has the conversation; then managers are told again. */
  notify_again_after: z
    .number()
    .int()
    .min(0)
    .max(7 * 86_400)
    .default(300),
  /** Seconds without a sign of a manager's desk, or after going offline; then who waits for that manager goes back. */
  presence_grace: seconds.max(86_400).default(120),
  /** Seconds after which a message that comes late (a platform's long outage) is handed over instead of answered. */
  answer_max_age: seconds.max(7 * 86_400).default(21_600),
  /** Whether the owner's message from the platform's own app takes the conversation over. */
  echo_takes_over: z.boolean().default(true),
});

export type Thresholds = z.infer<typeof Thresholds>;

export interface Settings {
  tenant: { id: string; slug: string; name: string };
  isActive: boolean;
  features: readonly Feature[];
  limits: Limits;
  systemMessage: string;
  handoverMode: 'ask' | 'immediate';
  handoverMessage: string | null;
  language: string;
  /** Besides `language`: what contacts are answered in too. */
  languages: readonly string[];
  thresholds: Thresholds;
  /** Null: always open. */
  businessHours: BusinessHours | null;
  autoAssign: boolean;
  /** Conversations at the same time, of a manager who has no capacity of his own. */
  defaultCapacity: number;
  /** Of the agent that answers; null also while it is paused, or a draft. */
  agentId: string | null;
  version: number;
  /** Of business hours and `queue_timeout`. */
  clockVersion: number;
}

/** Thresholds with their defaults. Unknown or wrong keys are refused by name. */
export function readThresholds(given: unknown): Thresholds {
  const parsed = Thresholds.safeParse(given);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map((issue) =>
    issue.code === 'unrecognized_keys'
      ? `unknown: ${issue.keys.join(', ')} (known: ${Object.keys(Thresholds.shape).join(', ')})`
      : `${issue.path.join('.')}: ${issue.message}`,
  );
  throw unprocessable(`thresholds are not valid. ${wrong.join('; ')}`);
}

/**
 * Thresholds as they stand in a row. What this version does not know, or would not take, has its default: a newer one may
 * have written it, and the tenant's customers must be answered meanwhile.
 */
export function storedThresholds(stored: Record<string, unknown>): Thresholds {
  const known = Object.entries(Thresholds.shape).filter(([name, field]) => field.safeParse(stored[name]).success);
  return Thresholds.parse(Object.fromEntries(known.map(([name]) => [name, stored[name]])));
}

export type SettingsOf = (tenantId: string) => Promise<Settings>;

/** The settings in force, remembered until they change. */
export function createSettings(orm: MikroORM, changes: Changes): SettingsOf {
  return remember<Settings>(changes, { most: 20_000, tenantOf: (tenantId) => tenantId, load: (id) => load(orm, id) });
}

async function load(orm: MikroORM, tenantId: string): Promise<Settings> {
  const [tenant, settings, agent] = await withTenant(orm, tenantId, async (em) => {
    const chosen = await em.findOne(TenantSettings, { tenantId });
    const id = chosen?.agentId;
    return [
      await em.findOne(Tenant, { id: tenantId }),
      chosen,
      id ? await em.findOne(Agent, { tenantId, id, isActive: true, status: 'active' }) : null,
    ];
  });
  if (!tenant) throw notFound('there is no such tenant');
  return {
    tenant: { id: tenant.id, slug: tenant.slug, name: tenant.name },
    isActive: tenant.status === 'active',
    features: tenant.features,
    limits: readLimits(tenant.limits),
    systemMessage: settings?.systemMessage ?? '',
    handoverMode: settings?.handoverMode ?? 'ask',
    handoverMessage: settings?.handoverMessage ?? null,
    language: settings?.language ?? 'en',
    languages: settings?.languages ?? [],
    thresholds: storedThresholds(settings?.thresholds ?? {}),
    businessHours: readBusinessHours(settings?.businessHours ?? null),
    autoAssign: settings?.autoAssign ?? false,
    defaultCapacity: settings?.defaultCapacity ?? 5,
    agentId: agent?.id ?? null,
    version: settings?.settingsVersion ?? 0,
    clockVersion: settings?.clockVersion ?? 0,
  };
}
