import { parseKeywords } from '../language/keywords.ts';
import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { Channel } from '../entities/channel.ts';
import { Faq } from '../entities/faq.ts';
import { Membership } from '../entities/membership.ts';
import { Tenant, type Feature } from '../entities/tenant.ts';
import { TenantSettings } from '../entities/tenant-settings.ts';
import { newId } from '../id.ts';
import { userIdFor } from './as-system.ts';
import { insertAgent, insertTarget, setAgentInUse, type NewAgent, type NewTarget } from './add-connected.ts';
import { addKey, claimAccounts, newKey } from './channel-addresses.ts';
import { sealContext } from './find-channel.ts';
import { assertRoom } from './limits.ts';
import type { KeyRing } from './secrets.ts';
import { readThresholds } from './settings.ts';
import { refusingTaken } from './tenants.ts';
import { withTenant } from './with-tenant.ts';

export interface NewTenant {
  slug: string;
  name: string;
  timezone?: string | undefined;
  domain?: string | null | undefined;
  externalRef?: string | null | undefined;
  features?: Feature[] | undefined;
  limits?: Record<string, number> | undefined;
  systemMessage?: string | undefined;
  handoverMode?: 'ask' | 'immediate' | undefined;
  handoverMessage?: string | null | undefined;
  language?: string | undefined;
  languages?: string[] | undefined;
  autoAssign?: boolean | undefined;
  defaultCapacity?: number | undefined;
  thresholds?: Record<string, unknown> | undefined;
  faqs?: NewFaq[] | undefined;
  /** Becomes a member; made where nobody has this address yet. */
  owner?: { email: string; name: string } | undefined;
}

export interface NewFaq {
  question: string;
  answer: string;
  /** Comma separated, as people write them, or a list. */
  keywords?: string | string[] | undefined;
  priority?: number | undefined;
  isActive?: boolean | undefined;
  language?: string | null | undefined;
}

/**
 * A tenant with its settings and FAQs, in one transaction, and `also` in the same. Its first owner is invited: see
 * `auth/invite`. Throws 409 where slug or domain are taken. Gives the ids of the tenant and of that owner.
 */
export async function provisionTenant(
  orm: MikroORM,
  given: NewTenant,
  also: (em: EntityManager, tenantId: string) => Promise<void> = () => Promise.resolve(),
): Promise<{ tenantId: string; ownerId: string | null }> {
  const tenantId = newId();
  readThresholds(given.thresholds ?? {});
  const ownerId = given.owner && (await userIdFor(orm, { id: newId(), ...given.owner }));
  const { faqs = [] } = given;
  await refusingTaken(() =>
    withTenant(orm, tenantId, async (em) => {
      await em.insert(Tenant, tenantRow(tenantId, given));
      await em.insert(TenantSettings, settingsRow(tenantId, given));
      await assertRoom(em, tenantId, 'max_faqs', faqs.length);
      if (faqs.length > 0) {
        await em.insertMany(
          Faq,
          faqs.map((faq) => faqRow(tenantId, faq)),
        );
      }
      if (ownerId) await em.insert(Membership, { tenantId, userId: ownerId, role: 'owner', status: 'invited' });
      await also(em, tenantId);
    }),
  );
  return { tenantId, ownerId: ownerId ?? null };
}

/** As `provisionTenant`; gives the tenant's id. */
export const createTenant = async (...given: Parameters<typeof provisionTenant>): Promise<string> =>
  (await provisionTenant(...given)).tenantId;

const tenantRow = (id: string, given: NewTenant) => ({
  id,
  slug: given.slug,
  name: given.name,
  timezone: given.timezone ?? 'UTC',
  domain: given.domain ?? null,
  externalRef: given.externalRef ?? null,
  features: given.features ?? [],
  limits: given.limits ?? {},
});

const settingsRow = (tenantId: string, given: NewTenant) => ({
  tenantId,
  systemMessage: given.systemMessage ?? '',
  handoverMode: given.handoverMode ?? ('ask' as const),
  handoverMessage: given.handoverMessage ?? null,
  language: given.language ?? 'en',
  languages: given.languages ?? [],
  autoAssign: given.autoAssign ?? false,
  defaultCapacity: given.defaultCapacity ?? 5,
  thresholds: given.thresholds ?? {},
});

const faqRow = (tenantId: string, { keywords = [], ...faq }: NewFaq) => ({
  tenantId,
  id: newId(),
  ...faq,
  keywords: typeof keywords === 'string' ? parseKeywords(keywords) : keywords,
});

interface NewChannel {
  kind: string;
  name: string;
  /** Already read by the channel's schema. */
  config: unknown;
  /** Ids under which a platform's shared URL finds the channel. */
  accounts?: string[];
  /** The opaque part of the channel's own URL; made up when absent. */
  key?: string;
  /** Default active. */
  status?: Channel['status'];
}

/**
 * A channel with its addresses; `also` is done in the same transaction. Gives its id and the key of its own URL.
 * Throws 409 when one of its accounts is connected already, and does not say where, or when the tenant has no room.
 */
export const addChannel = (
  orm: MikroORM,
  keys: KeyRing,
  tenantId: string,
  channel: NewChannel,
  also?: (em: EntityManager, channelId: string) => Promise<void>,
): Promise<{ channelId: string; key: string }> =>
  withTenant(orm, tenantId, async (em) => {
    const made = await insertChannel(em, keys, tenantId, channel);
    await also?.(em, made.channelId);
    return made;
  });

/** As `addChannel`, in the caller's transaction. */
export async function insertChannel(
  em: EntityManager,
  keys: KeyRing,
  tenantId: string,
  { kind, name, config, accounts = [], key = newKey(), status = 'active' }: NewChannel,
): Promise<{ channelId: string; key: string }> {
  const channelId = newId();
  const configSealed = keys.seal(config, sealContext(tenantId, channelId));
  await assertRoom(em, tenantId, 'max_channels');
  await em.insert(Channel, { tenantId, id: channelId, kind, name, configSealed, status });
  await addKey(em, { tenantId, id: channelId, kind }, key);
  await claimAccounts(em, { tenantId, id: channelId, kind }, accounts);
  return { channelId, key };
}

/** An agent, and the tenant's turns go to it from now on. */
export async function addAgent(orm: MikroORM, keys: KeyRing, tenantId: string, agent: NewAgent): Promise<string> {
  return withTenant(orm, tenantId, async (em) => {
    const id = await insertAgent(em, keys, tenantId, agent);
    await setAgentInUse(em, tenantId, id);
    return id;
  });
}

export const addTarget = (orm: MikroORM, keys: KeyRing, tenantId: string, target: NewTarget): Promise<string> =>
  withTenant(orm, tenantId, (em) => insertTarget(em, keys, tenantId, target));

/** A person who answers for the tenant. Gives the user's id. */
export async function addManager(
  orm: MikroORM,
  tenantId: string,
  { email, name, role = 'manager' }: { email: string; name: string; role?: 'owner' | 'admin' | 'manager' | 'viewer' },
): Promise<string> {
  const userId = await userIdFor(orm, { id: newId(), email, name });
  await withTenant(orm, tenantId, async (em) => {
    await em.upsert(Membership, { tenantId, userId, role, status: 'active' }, { onConflictAction: 'ignore' });
  });
  return userId;
}
