import { z } from 'zod';
import { audit } from '../../audit.ts';
import { lockConversation } from '../../conversations/lock-conversation.ts';
import { countLabels, labelsOf, setLabels } from '../../conversations/labels.ts';
import type { Deps } from '../../deps.ts';
import { Conversation } from '../../entities/conversation.ts';
import { notFound } from '../../errors.ts';
import { withTenant } from '../../tenancy/with-tenant.ts';
import { ById, text } from '../api/fields.ts';
import { tenantOperation, type Operation } from '../api/operation.ts';

const tag = 'Conversations';
const Labels = z.strictObject({ labels: z.array(z.string()) });
const NewLabels = z.strictObject({
  labels: z
    .array(text(50))
    .max(20)
    .transform((labels) => [...new Set(labels)].toSorted()),
});

/** Words by which managers find conversations of a kind. */
export const labelOperations = (deps: Pick<Deps, 'orm'>): Operation[] => [counted(deps), read(deps), put(deps)];

const counted = ({ orm }: Pick<Deps, 'orm'>) =>
  tenantOperation({
    method: 'get',
    path: '/labels',
    tag,
    summary: 'Labels in use, each with the number of its conversations',
    permission: 'conversations:read',
    response: z.strictObject({ items: z.array(z.strictObject({ label: z.string(), conversations: z.int() })) }),
    handle: ({ tenantId }) => withTenant(orm, tenantId, async (em) => ({ items: await countLabels(em, tenantId) })),
  });

const read = ({ orm }: Pick<Deps, 'orm'>) =>
  tenantOperation({
    method: 'get',
    path: '/conversations/{id}/labels',
    tag,
    summary: 'Labels of a conversation',
    permission: 'conversations:read',
    params: ById,
    response: Labels,
    hasETag: true,
    handle: ({ tenantId, params }) =>
      withTenant(orm, tenantId, async (em) => {
        const count = await em.count(Conversation, { tenantId, id: params.id });
        if (count === 0) throw notFound('there is no such conversation');
        return { labels: (await labelsOf(em, tenantId, [params.id])).get(params.id) ?? [] };
      }),
  });

const put = ({ orm }: Pick<Deps, 'orm'>) =>
  tenantOperation({
    method: 'put',
    path: '/conversations/{id}/labels',
    tag,
    summary: 'Give a conversation these labels, and no others',
    permission: 'conversations:write',
    params: ById,
    body: NewLabels,
    response: Labels,
    hasETag: true,
    handle(input) {
      const { tenantId, params, body } = input;
      return withTenant(orm, tenantId, async (em) => {
        await lockConversation(em, tenantId, params.id);
        const before = (await labelsOf(em, tenantId, [params.id])).get(params.id) ?? [];
        input.expectUnchanged({ labels: before });
        await setLabels(em, tenantId, params.id, body.labels);
        await audit(em, input, 'conversation.label', params.id, { before, after: body.labels });
        return { labels: body.labels };
      });
    },
  });
