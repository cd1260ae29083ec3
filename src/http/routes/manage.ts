import { Router } from '@koa/router';
import { koaBody } from 'koa-body';
import { z } from 'zod';
import type { Actor } from '../../conversations/ownership.ts';
import type { Unit } from '../../conversations/unit.ts';
import { withUnit } from '../../conversations/with-unit.ts';
import type { Deps } from '../../deps.ts';
import { Channel } from '../../entities/channel.ts';
import { Contact } from '../../entities/contact.ts';
import { Conversation, handlers } from '../../entities/conversation.ts';
import { Decision } from '../../entities/decision.ts';
import { Message } from '../../entities/message.ts';
import { Notification } from '../../entities/notification.ts';
import { OutboundMessage } from '../../entities/outbound-message.ts';
import { OwnershipTransition } from '../../entities/ownership-transition.ts';
import { notFound } from '../../errors.ts';
import { closeConversation, handBack, replyAsManager, takeConversation } from '../../handover/manager-acts.ts';
import { withTenant } from '../../tenancy/with-tenant.ts';
import { requireManager, type ManagerState } from '../authenticate.ts';
import { idOf } from '../id-of.ts';
import { sanitizeText } from '../parse-json.ts';

const Reply = z.strictObject({ text: z.string().trim().min(1).max(20_000).transform(sanitizeText) });
const Filter = z.object({
  handler: z.enum(handlers).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});
const After = z.object({ after: z.coerce.number().int().min(0).default(0) });

/** What a manager can do. Tenant and person come from the token, never from the request. */
export function manageRoutes(deps: Deps) {
  const router = new Router<ManagerState>({ prefix: '/api/v1' });
  router.use(requireManager(deps));
  router.use(koaBody({ jsonLimit: '64kb', multipart: false, urlencoded: false, text: false }));

  router.get('/conversations', async (ctx) => {
    const { handler, limit } = Filter.parse(ctx.query);
    const { tenantId } = ctx.state.manager;
    ctx.body = await withTenant(deps.orm, tenantId, async (em) => {
      const conversations = await em.find(
        Conversation,
        // It never is null; that it is asked for lets the index of the list be used.
        { tenantId, lastActivityAt: { $ne: null }, ...(handler ? { handler } : {}) },
        { orderBy: { lastActivityAt: 'desc' }, limit },
      );
      const contacts = await em.find(Contact, { tenantId, id: { $in: conversations.map((one) => one.contactId) } });
      const names = new Map(contacts.map((contact) => [contact.id, contact.displayName ?? null]));
      return { conversations: conversations.map((one) => presentConversation(one, names.get(one.contactId) ?? null)) };
    });
  });

  router.get('/conversations/:id', async (ctx) => {
    const id = idOf(ctx.params['id']);
    const { after } = After.parse(ctx.query);
    const { tenantId } = ctx.state.manager;
    ctx.body = await withTenant(deps.orm, tenantId, async (em) => {
      const conversation = await em.findOne(Conversation, { tenantId, id });
      if (!conversation) throw notFound('there is no such conversation');
      const contact = await em.findOne(Contact, { tenantId, id: conversation.contactId });
      const of = { tenantId, conversationId: id };
      const messages = await em.find(Message, { ...of, seq: { $gt: after } }, { orderBy: { seq: 'asc' }, limit: 200 });
      const failed = await em.find(OutboundMessage, {
        tenantId,
        status: 'failed',
        messageId: { $in: messages.map((one) => one.id) },
      });
      const reasons = new Map(failed.map(({ messageId, error }) => [messageId, error ?? null]));
      return {
        conversation: presentConversation(conversation, contact?.displayName ?? null),
        messages: messages.map((one) => presentMessage(one, reasons.get(one.id) ?? null)),
        decisions: await em.find(Decision, of, { orderBy: { createdAt: 'desc' }, limit: 50 }),
        transitions: await em.find(OwnershipTransition, of, { orderBy: { epoch: 'asc' } }),
        notifications: (await em.find(Notification, of, { orderBy: { createdAt: 'desc' }, limit: 20 })).map(
          ({ id: notificationId, status, attempts, error, sentAt }) => ({
            id: notificationId,
            status,
            attempts,
            error,
            sentAt,
          }),
        ),
      };
    });
  });

  const act = (path: string, work: (unit: Unit, id: string, actor: Actor, body: unknown) => Promise<unknown>) =>
    router.post(`/conversations/:id/${path}`, async (ctx) => {
      const id = idOf(ctx.params['id']);
      const { tenantId, userId } = ctx.state.manager;
      const result = await withUnit(deps, tenantId, (unit) =>
        work(unit, id, { kind: 'user', id: userId }, ctx.request.body),
      );
      ctx.body = result ?? { ok: true };
    });

  act('replies', async (unit, id, actor, body) => ({
    messageId: await replyAsManager(unit, id, actor, Reply.parse(body).text),
  }));
  act('take', takeConversation);
  act('hand-back', handBack);
  act('close', closeConversation);

  router.get('/failures', async (ctx) => {
    const { tenantId } = ctx.state.manager;
    ctx.body = await withTenant(deps.orm, tenantId, async (em) => ({
      inbound: await em.execute(
        `select id, channel_id, external_id, error, attempts, created_at from inbound_events
         where tenant_id = ? and status = 'failed' order by created_at desc limit 100`,
        [tenantId],
      ),
      outbound: await em.execute(
        `select id, conversation_id, error_code, error, attempts, is_uncertain, created_at from outbound_messages
         where tenant_id = ? and status = 'failed' order by created_at desc limit 100`,
        [tenantId],
      ),
      notifications: await em.execute(
        `select n.id, n.conversation_id, t.kind, t.name, n.error, n.attempts, n.created_at
         from notifications n join notification_targets t on t.tenant_id = n.tenant_id and t.id = n.target_id
         where n.tenant_id = ? and n.status = 'failed' order by n.created_at desc limit 100`,
        [tenantId],
      ),
      channels: (await em.find(Channel, { tenantId, health: 'broken' })).map(({ id, kind, name, healthReason }) => ({
        id,
        kind,
        name,
        healthReason,
      })),
    }));
  });

  for (const box of ['inbound', 'outbound', 'notification'] as const) {
    const path = box === 'notification' ? 'notifications' : box;
    router.post(`/failures/${path}/:id/replay`, async (ctx) => {
      ctx.body = { replayed: await deps.replay[box](ctx.state.manager.tenantId, idOf(ctx.params['id'])) };
    });
  }

  return router;
}

const presentConversation = (one: Conversation, contactName: string | null) => ({
  id: one.id,
  channelId: one.channelId,
  contactName,
  handler: one.handler,
  assigneeUserId: one.assigneeUserId,
  lastSeq: one.lastSeq,
  lastActivityAt: one.lastActivityAt,
  createdAt: one.createdAt,
});

const presentMessage = (message: Message, failedBecause: string | null) => ({
  id: message.id,
  seq: message.seq,
  from: message.senderKind,
  text: message.content,
  attachments: message.attachments,
  status: message.status,
  failedBecause,
  at: message.sentAt ?? message.createdAt,
  editedAt: message.editedAt,
  deletedAt: message.deletedAt,
});
