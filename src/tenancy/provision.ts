import { parseKeywords } from '../language/keywords.ts';
import { UniqueConstraintViolationException, type EntityManager, type MikroORM } from '@mikro-orm/postgresql';
import { randomBytes } from 'node:crypto';
import { Agent } from '../entities/agent.ts';
import { Channel } from '../entities/channel.ts';
import { ChannelAddress } from '../entities/channel-address.ts';
import { Faq } from '../entities/faq.ts';
import { Membership } from '../entities/membership.ts';
import { NotificationTarget } from '../entities/notification-target.ts';
import { Tenant } from '../entities/tenant.ts';
import { TenantSettings } from '../entities/tenant-settings.ts';
import { conflict } from '../errors.ts';
import { newId } from '../id.ts';
import { userIdFor } from './as-system.ts';
import { sealContext } from './find-channel.ts';
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
 * Throws 409 when one of its accounts is connected already, and does not say where.
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
    await em.insert(Channel, { tenantId, id: channelId, kind, name, configSealed, status });
    await addKey(em, { tenantId, id: channelId, kind }, key);
    await claimAccounts(em, { tenantId, id: channelId, kind }, accounts);
    await also?.(em, channelId);
  });
  return { channelId, key };
}

type ChannelName = Pick<Channel, 'tenantId' | 'id' | 'kind'>;

/** Gives a channel an address of its own. */
export async function addKey(em: EntityManager, { tenantId, id, kind }: ChannelName, key = newKey()): Promise<string> {
  await em.insert(ChannelAddress, { tenantId, id: newId(), channelId: id, kind, purpose: 'key', address: key });
  return key;
}

/** These accounts, and no others, lead to the channel. Throws 409 when another channel has one, whoever's it is. */
export async function claimAccounts(em: EntityManager, channel: ChannelName, accounts: string[]): Promise<void> {
  const { tenantId, id: channelId, kind } = channel;
  await em.nativeDelete(ChannelAddress, { tenantId, channelId, purpose: 'account' });
  const rows = accounts.map((address) => ({
    tenantId,
    id: newId(),
    channelId,
    kind,
    purpose: 'account' as const,
    address,
  }));
  if (rows.length === 0) return;
  try {
    await em.insertMany(ChannelAddress, rows);
  } catch (error) {
    if (!(error instanceof UniqueConstraintViolationException)) throw error;
    throw conflict('this account is connected already; disconnect it where it is, then connect it here');
  }
}

/** Unguessable, and safe in a URL. */
const newKey = () => randomBytes(18).toString('base64url');

/** An agent, and the tenant's turns go to it from now on. */
export async function addAgent(
  orm: MikroORM,
  keys: KeyRing,
  tenantId: string,
  agent: { name: string; kind: string; settings: unknown; channelId: string | null },
): Promise<string> {
  const id = newId();
  const settingsSealed = keys.seal(agent.settings, sealContext(tenantId, id));
  await withTenant(orm, tenantId, async (em) => {
    const { name, kind, channelId } = agent;
    await em.insert(Agent, { tenantId, id, name, kind, channelId, settingsSealed });
    await em.nativeUpdate(TenantSettings, { tenantId }, { agentId: id });
  });
  return id;
}

export async function addTarget(
  orm: MikroORM,
  keys: KeyRing,
  tenantId: string,
  target: { kind: string; name: string; config: unknown; replyThread?: string },
): Promise<string> {
  const id = newId();
  const configSealed = keys.seal(target.config, sealContext(tenantId, id));
  await withTenant(orm, tenantId, async (em) => {
    const { kind, name, replyThread = null } = target;
    await em.insert(NotificationTarget, { tenantId, id, kind, name, replyThread, configSealed });
  });
  return id;
}

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
