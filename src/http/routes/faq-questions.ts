import { z } from 'zod';
import { audit } from '../../audit.ts';
import { can } from '../../auth/actor.ts';
import type { Deps } from '../../deps.ts';
import { answer, keywords, question } from '../../faqs/fields.ts';
import { keywordsFromAnswers } from '../../faqs/improving/answered-by-managers.ts';
import type { Group } from '../../faqs/improving/group-alike.ts';
import { approveGroup, dismissGroup } from '../../faqs/improving/settle-group.ts';
import { findUnanswered } from '../../faqs/improving/unanswered.ts';
import type { Input } from '../api/operation.ts';
import type { TenantActor } from '../../auth/actor.ts';
import type { EntityManager } from '@mikro-orm/postgresql';
import { ById, Done, done, id, time, timeOf, timeOrNull } from '../api/fields.ts';
import { tenantOperation, type Operation } from '../api/operation.ts';

const days = z.coerce.number().int().min(1).max(365).default(30);
const Days = z.strictObject({ days });

const ShownGroup = z
  .strictObject({
    id: id.meta({ description: 'The message by which the group is named.' }),
    question: z.string(),
    keywords: z.array(z.string()),
    conversations: z.int(),
    turns: z.int(),
    firstAskedAt: time.nullable(),
    lastAskedAt: time.nullable(),
    examples: z
      .array(z.strictObject({ conversationId: id, text: z.string(), at: time }))
      .meta({ description: 'The newest; for those with the permission `conversations:read` only.' }),
  })
  .meta({ id: 'UnansweredQuestion' });

const tag = 'FAQs: unanswered questions';

/** What a tenant's FAQs failed to answer, and what managers make of it. */
export function faqQuestionOperations(deps: Deps): Operation[] {
  return [
    tenantOperation({
      method: 'get',
      path: '/faqs/unanswered',
      tag,
      summary: 'Groups of questions that no FAQ answered, those that most conversations asked first',
      permission: 'faqs:read',
      query: z.strictObject({ days, limit: z.coerce.number().int().min(1).max(100).default(20) }),
      response: z.strictObject({
        turns: z.int(),
        answeredNow: z.int().meta({ description: 'Turns that the FAQs of today would answer; they are in no group.' }),
        isCut: z.boolean(),
        totalGroups: z.int(),
        groups: z.array(ShownGroup),
      }),
      async handle({ tenantId, actor, query }) {
        const { groups, ...counts } = await findUnanswered(deps, tenantId, query.days);
        const mayRead = can(actor, 'conversations:read');
        const shown = groups.slice(0, query.limit).map((group) => presentGroup(group, mayRead));
        return { ...counts, totalGroups: groups.length, groups: shown };
      },
    }),
    tenantOperation({
      method: 'post',
      path: '/faqs/unanswered/{id}/faq',
      tag,
      summary: 'Make a FAQ of a group',
      description: 'Give the same `days` as for the list. `question` and `keywords` replace what was suggested.',
      permission: 'faqs:write',
      params: ById,
      query: Days,
      body: z.strictObject({ answer, question: question.optional(), keywords: keywords.optional() }),
      response: z.strictObject({ faqId: id }),
      status: 201,
      handle: async (input) => ({
        faqId: await approveGroup(deps, input.tenantId, which(input, 'faq.create'), input.body),
      }),
    }),
    tenantOperation({
      method: 'post',
      path: '/faqs/unanswered/{id}/dismiss',
      tag,
      summary: 'Suggest a group, and what is like it, no more',
      permission: 'faqs:write',
      params: ById,
      query: Days,
      response: Done,
      async handle(input) {
        await dismissGroup(deps, input.tenantId, which(input, 'faq.dismiss'));
        return done;
      },
    }),
    tenantOperation({
      method: 'get',
      path: '/faqs/{id}/keyword-suggestions',
      tag,
      summary: 'Keywords for a FAQ, from what managers answered',
      permission: 'faqs:read',
      params: ById,
      query: Days,
      response: z.strictObject({
        messages: z.int(),
        keywords: z.array(z.strictObject({ keyword: z.string(), messages: z.int(), otherFaqs: z.int() })),
      }),
      handle: ({ tenantId, params, query }) => keywordsFromAnswers(deps, tenantId, params.id, query.days),
    }),
  ];
}

type Deciding = Input<z.infer<typeof ById>, z.infer<typeof Days>, unknown> & { actor: TenantActor };

const which = ({ params, query, actor, ip, requestId }: Deciding, action: string) => ({
  messageId: params.id,
  days: query.days,
  userId: actor.kind === 'user' && actor.role !== 'system_admin' ? actor.userId : null,
  note: (em: EntityManager, faqId: string | null) =>
    audit(em, { actor, ip, requestId }, action, faqId ?? params.id, { questionOfMessage: params.id }),
});

/** Of each group some messages are shown, the newest; all would be thousands. */
const MOST_EXAMPLES = 5;

const presentGroup = (
  { messageId, question: suggested, keywords: words, conversations, members }: Group,
  mayRead: boolean,
) => ({
  id: messageId,
  question: suggested,
  keywords: words,
  conversations,
  turns: members.length,
  firstAskedAt: timeOrNull(members[0]?.at),
  lastAskedAt: timeOrNull(members.at(-1)?.at),
  examples: members
    .slice(mayRead ? -MOST_EXAMPLES : members.length)
    .toReversed()
    .map(({ conversationId, text: said, at }) => ({ conversationId, text: said, at: timeOf(at) })),
});
