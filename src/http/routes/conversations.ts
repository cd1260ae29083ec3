import { z } from 'zod';
import { audit } from '../../audit.ts';
import type { TenantActor } from '../../auth/actor.ts';
import { editConversation } from '../../conversations/edit-conversation.ts';
import { lockConversation } from '../../conversations/lock-conversation.ts';
import { findConversations, Place } from '../../conversations/find-conversations.ts';
import { labelsOf } from '../../conversations/labels.ts';
import type { Deps } from '../../deps.ts';
import { Conversation, handlers } from '../../entities/conversation.ts';
import { invalidFields, notFound } from '../../errors.ts';
import { withTenant } from '../../tenancy/with-tenant.ts';
import { ById, id, include, text } from '../api/fields.ts';
import { pageOf, paging, readCursor, writeCursor } from '../api/page.ts';
import { tenantOperation, type Operation } from '../api/operation.ts';
import { inFull, ShownInFull, shownParts } from './conversation-in-full.ts';
import {
  ListedConversation,
  presentConversation,
  presentConversations,
  shownConversation,
} from './shown-conversation.ts';

const tag = 'Conversations';

/** Conversations as managers find, read and describe them. */
export const conversationOperations = (deps: Pick<Deps, 'orm' | 'channelsOf'>): Operation[] => [
  list(deps),
  one(deps),
  edit(deps),
];

const list = ({ orm }: Pick<Deps, 'orm'>) =>
  tenantOperation({
    method: 'get',
    path: '/conversations',
    tag,
    summary: 'Conversations, the latest activity first',
    description:
      'Filters can be combined. A page may hold fewer than `limit`, or none, and still name a next one: a page that finds ' +
      'little ends early instead of taking long. The list is at its end when `next` is null.',
    permission: 'conversations:read',
    query: z.strictObject({
      ...paging,
      handler: z.enum(handlers).optional(),
      status: z.enum(['open', 'closed']).optional(),
      assignee: z
        .union([z.enum(['me', 'none']), id])
        .optional()
        .meta({ description: 'A person’s id, `me`, or `none`.' }),
      channelId: id.optional(),
      contactId: id.optional(),
      label: text(50).optional(),
      q: text(200).optional().meta({
        description:
          'Words that one message has, in any order and without regard to case and accents. The last one may be the beginning of a word.',
      }),
      include: include(['contact', 'lastMessage']),
    }),
    response: pageOf(ListedConversation),
    async handle({ tenantId, actor, query }) {
      const { limit, cursor, assignee, q, handler, status, channelId, contactId, label } = query;
      const wanted = { handler, status, channelId, contactId, label, words: q, assignee: personOf(assignee, actor) };
      const after = readCursor(cursor, Place);
      return withTenant(orm, tenantId, async (em) => {
        const { conversations, next } = await findConversations(em, tenantId, wanted, after, limit);
        const items = await presentConversations(em, tenantId, conversations, query.include);
        return { items, next: next && writeCursor(next) };
      });
    },
  });

const one = ({ orm, channelsOf }: Pick<Deps, 'orm' | 'channelsOf'>) =>
  tenantOperation({
    method: 'get',
    path: '/conversations/{id}',
    tag,
    summary: 'A conversation',
    description:
      'With `include`: who the contact is, the open handover, the latest 50 decisions, every change of hands, and the latest 20 notifications. ' +
      'To send its ETag with a change, read it without `include`.',
    permission: 'conversations:read',
    params: ById,
    query: z.strictObject({ include: include(shownParts) }),
    response: ShownInFull,
    hasETag: true,
    async handle({ tenantId, params, query }) {
      const channels = await channelsOf(tenantId);
      return withTenant(orm, tenantId, async (em) => {
        const found = await em.findOne(Conversation, { tenantId, id: params.id });
        if (!found) throw notFound('there is no such conversation');
        return inFull(em, found, query.include, (channelId) => channels.get(channelId)?.name);
      });
    },
  });

const edit = ({ orm }: Pick<Deps, 'orm'>) =>
  tenantOperation({
    method: 'patch',
    path: '/conversations/{id}',
    tag,
    summary: 'Name a conversation, or say how urgent it is',
    description: 'Higher priorities are taken from the queue first. They need the feature `priority_support`.',
    permission: 'conversations:write',
    params: ById,
    body: z.strictObject({
      title: text(200).nullable().optional(),
      priority: z.int().min(0).max(100).optional(),
    }),
    response: z.strictObject(shownConversation),
    hasETag: true,
    handle(input) {
      const { tenantId, params, body } = input;
      return withTenant(orm, tenantId, async (em) => {
        const conversation = await lockConversation(em, tenantId, params.id);
        const labels = (await labelsOf(em, tenantId, [params.id])).get(params.id) ?? [];
        input.expectUnchanged(presentConversation(conversation, labels));
        await editConversation(em, conversation, body);
        await em.flush();
        const changed = Object.keys(body);
        if (changed.length > 0) await audit(em, input, 'conversation.edit', params.id, { changed });
        return presentConversation(conversation, labels);
      });
    },
  });

function personOf(assignee: string | undefined, actor: TenantActor): string | null | undefined {
  if (assignee !== 'me') return assignee === 'none' ? null : assignee;
  if (actor.kind === 'user') return actor.userId;
  throw invalidFields([{ path: 'query.assignee', message: 'an API key is nobody; give the id of a person' }]);
}
