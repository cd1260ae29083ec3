import { LockMode, type EntityManager } from '@mikro-orm/postgresql';
import { z } from 'zod';
import { NotificationTarget } from '../entities/notification-target.ts';
import { threadSubject, parseThreadSubject } from '../queue/contracts.ts';
import { sealContext } from '../tenancy/find-channel.ts';
import type { KeyRing } from '../tenancy/secrets.ts';

/** What a target in a chat has among its settings. */
const InChat = z.looseObject({ chatId: z.string() });

/**
 * The managers' chat goes on under another id, as a Telegram group does that becomes a supergroup: from now on they are
 * told there, and what they write there is theirs, not a contact's.
 */
export async function moveTarget(
  em: EntityManager,
  keys: KeyRing,
  tenantId: string,
  targetId: string,
  chatId: string,
): Promise<void> {
  const target = await em.findOne(
    NotificationTarget,
    { tenantId, id: targetId, deletedAt: null },
    { lockMode: LockMode.PESSIMISTIC_WRITE },
  );
  if (!target) return;
  const context = sealContext(tenantId, targetId);
  const config = InChat.parse(keys.open(target.configSealed, context));
  if (config.chatId === chatId) return;
  target.configSealed = keys.seal({ ...config, chatId }, context);
  if (target.replyThread) target.replyThread = threadSubject(parseThreadSubject(target.replyThread).channelId, chatId);
  await em.flush();
}
