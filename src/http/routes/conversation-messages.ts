import type { EntityManager } from '@mikro-orm/postgresql';
import { z } from 'zod';
import type { Deps } from '../../deps.ts';
import { Conversation } from '../../entities/conversation.ts';
import { Decision } from '../../entities/decision.ts';
import { Message } from '../../entities/message.ts';
import { notFound } from '../../errors.ts';
import { withTenant } from '../../tenancy/with-tenant.ts';
import { ById, id } from '../api/fields.ts';
import { pageOf, paging, readCursor, toPage } from '../api/page.ts';
import { tenantOperation, type Operation } from '../api/operation.ts';
import { presentDecision, ShownDecision } from './conversation-in-full.ts';
import { presentMessages, ShownMessage } from './shown-message.ts';

const tag = 'Conversations';
const seq = z.coerce.number().int().min(0).max(2_147_483_647).optional();

/** What was said in a conversation, and why it was answered as it was. */
export const messageOperations = (deps: Pick<Deps, 'orm'>): Operation[] => [messages(deps), decisions(deps)];

const messages = ({ orm }: Pick<Deps, 'orm'>) =>
  tenantOperation({
    method: 'get',
    path: '/conversations/{id}/messages',
    tag,
    summary: 'What was said, in its order',
    description:
      'The latest; those right `before` a message’s `seq`; or those right `after` it. `hasMore` tells whether there are ' +
      'more in that direction.',
    permission: 'conversations:read',
    params: ById,
    query: z
      .strictObject({ limit: paging.limit, after: seq, before: seq })
      .refine(({ after, before }) => after === undefined || before === undefined, {
        path: ['before'],
        message: 'give either after or before',
      }),
    response: z.strictObject({ items: z.array(ShownMessage), hasMore: z.boolean() }),
    handle: ({ tenantId, params, query: { limit, after, before } }) =>
      withTenant(orm, tenantId, async (em) => {
        await find(em, tenantId, params.id);
        const isForward = after !== undefined;
        const place = isForward ? { $gt: after } : { $lt: before ?? 2_147_483_647 };
        const rows = await em.find(
          Message,
          { tenantId, conversationId: params.id, seq: place },
          { orderBy: { seq: isForward ? 'asc' : 'desc' }, limit: limit + 1 },
        );
        const page = rows.slice(0, limit);
        const items = await presentMessages(em, tenantId, isForward ? page : page.toReversed());
        return { items, hasMore: rows.length > limit };
      }),
  });

const decisions = ({ orm }: Pick<Deps, 'orm'>) =>
  tenantOperation({
    method: 'get',
    path: '/conversations/{id}/decisions',
    tag,
    summary: 'Why each turn was answered as it was, the latest first',
    permission: 'conversations:read',
    params: ById,
    query: z.strictObject(paging),
    response: pageOf(ShownDecision),
    handle: ({ tenantId, params, query: { limit, cursor } }) =>
      withTenant(orm, tenantId, async (em) => {
        await find(em, tenantId, params.id);
        const after = readCursor(cursor, z.tuple([z.int(), id]));
        const [firstSeq = 0, lastId = ''] = after ?? [];
        const rows = await em.find(
          Decision,
          {
            tenantId,
            conversationId: params.id,
            ...(after && { $or: [{ firstSeq: { $lt: firstSeq } }, { firstSeq, id: { $lt: lastId } }] }),
          },
          { orderBy: { firstSeq: 'desc', id: 'desc' }, limit: limit + 1 },
        );
        return toPage(rows, limit, presentDecision, (one) => [one.firstSeq, one.id]);
      }),
  });

async function find(em: EntityManager, tenantId: string, conversationId: string): Promise<void> {
  if ((await em.count(Conversation, { tenantId, id: conversationId })) === 0) {
    throw notFound('there is no such conversation');
  }
}
