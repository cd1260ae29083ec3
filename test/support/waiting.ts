import { Contact } from '../../src/entities/contact.ts';
import { Conversation, type Handler } from '../../src/entities/conversation.ts';
import { Handover } from '../../src/entities/handover.ts';
import { Membership } from '../../src/entities/membership.ts';
import { Message } from '../../src/entities/message.ts';
import { OwnershipTransition } from '../../src/entities/ownership-transition.ts';
import { TenantSettings } from '../../src/entities/tenant-settings.ts';
import { newId } from '../../src/id.ts';
import { withTenant } from '../../src/tenancy/with-tenant.ts';
import type { Shop } from './tenants.ts';
import type { World } from './world.ts';

export interface Queued {
  conversationId: string;
  handoverId: string;
}

interface Wishes {
  priority?: number;
  /** Minutes that the contact has waited. */
  waits?: number;
  handler?: Extract<Handler, 'queued' | 'human'>;
  assignee?: string;
  isAnswered?: boolean;
  handover?: Partial<Handover>;
}

/** A contact who has written, and waits for a person or has one. */
export function queueUp({ deps }: World, shop: Shop, wishes: Wishes = {}): Promise<Queued> {
  const { tenantId, telegram } = shop;
  const { priority = 0, waits = 1, handler = 'queued', assignee = null } = wishes;
  const [contactId, conversationId, handoverId] = [newId(), newId(), newId()];
  const since = new Date(Date.now() - waits * 60_000);
  return withTenant(deps.orm, tenantId, async (em) => {
    await em.insert(Contact, { tenantId, id: contactId, displayName: `Contact ${waits}` });
    await em.insert(Conversation, {
      tenantId,
      id: conversationId,
      channelId: telegram.channelId,
      contactId,
      thread: conversationId,
      handler,
      priority,
      assigneeUserId: assignee,
      assignedAt: assignee ? since : null,
      openHandoverId: handoverId,
      lastSeq: wishes.isAnswered ? 2 : 1,
      lastInboundAt: since,
    });
    const message = {
      tenantId,
      conversationId,
      channelId: telegram.channelId,
      attachments: [],
      reactions: {},
      metadata: {},
    };
    await em.insert(Message, {
      ...message,
      id: newId(),
      seq: 1,
      senderKind: 'contact',
      contactId,
      direction: 'in',
      content: 'Is anybody there?',
      status: 'received',
    });
    if (wishes.isAnswered) {
      await em.insert(Message, {
        ...message,
        id: newId(),
        seq: 2,
        senderKind: 'user',
        userId: assignee,
        direction: 'out',
        content: 'Yes.',
        status: 'sent',
      });
    }
    await em.insert(Handover, {
      tenantId,
      id: handoverId,
      conversationId,
      reasonCategory: 'customer_request',
      reasonText: 'the contact asked for a human',
      mode: 'immediate',
      packet: {},
      queuedAt: since,
      acceptedAt: assignee ? since : null,
      acceptedBy: assignee,
      ...wishes.handover,
    });
    return { conversationId, handoverId };
  });
}

export const conversationById = ({ deps }: World, { tenantId }: Shop, id: string) =>
  withTenant(deps.orm, tenantId, (em) => em.findOneOrFail(Conversation, { tenantId, id }));

export const handoverById = ({ deps }: World, { tenantId }: Shop, id: string) =>
  withTenant(deps.orm, tenantId, (em) => em.findOneOrFail(Handover, { tenantId, id }));

/** How often each conversation changed hands. */
export const transitionsOf = ({ deps }: World, { tenantId }: Shop, conversationId: string) =>
  withTenant(deps.orm, tenantId, (em) =>
    em.find(OwnershipTransition, { tenantId, conversationId }, { orderBy: { epoch: 'asc' } }),
  );

/** Ids of open conversations by the manager who has them. */
export async function conversationsByManager({ deps }: World, { tenantId }: Shop): Promise<Map<string, string[]>> {
  const taken = await withTenant(deps.orm, tenantId, (em) => em.find(Conversation, { tenantId, handler: 'human' }));
  return new Map(
    [...Map.groupBy(taken, (one) => one.assigneeUserId ?? 'nobody')].map(([who, all]) => [
      who,
      all.map(({ id }) => id),
    ]),
  );
}

export const memberById = ({ deps }: World, { tenantId }: Shop, userId: string) =>
  withTenant(deps.orm, tenantId, (em) => em.findOneOrFail(Membership, { tenantId, userId }));

export const setMember = ({ deps }: World, { tenantId }: Shop, userId: string, set: Partial<Membership>) =>
  withTenant(deps.orm, tenantId, (em) => em.nativeUpdate(Membership, { tenantId, userId }, set));

export const setSettings = ({ deps }: World, { tenantId }: Shop, set: Partial<TenantSettings>) =>
  withTenant(deps.orm, tenantId, (em) => em.nativeUpdate(TenantSettings, { tenantId }, set));
