import { parseKeywords } from '../language/keywords.ts';
import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { Channel } from '../entities/channel.ts';
import { Faq } from '../entities/faq.ts';
import { Membership } from '../entities/membership.ts';
import { Tenant } from '../entities/tenant.ts';
import { TenantSettings } from '../entities/tenant-settings.ts';
import { newId } from '../id.ts';
import { userIdFor } from './as-system.ts';
import { insertAgent, insertTarget, setAgentInUse, type NewAgent, type NewTarget } from './add-connected.ts';
import { addKey, claimAccounts, newKey } from './channel-addresses.ts';
import { sealContext } from './find-channel.ts';
import { assertRoom } from './limits.ts';
import type { KeyRing } from './secrets.ts';
import { readThresholds } from './settings.ts';
import { withTenant } from './with-tenant.ts';

export interface NewTenant {
  slug: string;
  name: string;
  systemMessage?: string;
  handoverMode?: 'ask' | 'immediate';
  handoverMessage?: string;
  language?: string;
  thresholds?: Record<string, unknown>;
  faqs?: NewFaq[];
}

export interface NewFaq {
  question: string;
  answer: string;
  /** Comma separated, as people write them, or a list. */
  keywords?: string | string[];
  priority?: number;
  isActive?: boolean;
  language?: string;
}

/** A tenant with its settings and FAQs, in one transaction. Gives its id. */
export async function createTenant(orm: MikroORM, given: NewTenant): Promise<string> {
  const tenantId = newId();
  readThresholds(given.thresholds ?? {});
  await withTenant(orm, tenantId, async (em) => {
    await em.insert(Tenant, { id: tenantId, slug: given.slug, name: given.name });
    await em.insert(TenantSettings, {
      tenantId,
      systemMessage: given.systemMessage ?? '',
      handoverMode: given.handoverMode ?? 'ask',
      handoverMessage: given.handoverMessage ?? null,
      language: given.language ?? 'en',
      thresholds: given.thresholds ?? {},
    });
    if (given.faqs?.length)
      await em.insertMany(
        Faq,
        given.faqs.map((faq) => faqRow(tenantId, faq)),
      );
  });
  return tenantId;
}

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
export async function addChannel(
  orm: MikroORM,
  keys: KeyRing,
  tenantId: string,
  { kind, name, config, accounts = [], key = newKey(), status = 'active' }: NewChannel,
  also?: (em: EntityManager, channelId: string) => Promise<void>,
): Promise<{ channelId: string; key: string }> {
  const channelId = newId();
  const configSealed = keys.seal(config, sealContext(tenantId, channelId));
  await withTenant(orm, tenantId, async (em) => {
    await assertRoom(em, tenantId, 'max_channels');
    await em.insert(Channel, { tenantId, id: channelId, kind, name, configSealed, status });
    await addKey(em, { tenantId, id: channelId, kind }, key);
    await claimAccounts(em, { tenantId, id: channelId, kind }, accounts);
    await also?.(em, channelId);
  });
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
