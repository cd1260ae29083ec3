import { z } from 'zod';
import { audit } from '../../audit.ts';
import type { TenantActor } from '../../auth/actor.ts';
import { addNote } from '../../conversations/add-note.ts';
import type { Actor } from '../../conversations/ownership.ts';
import type { Unit } from '../../conversations/unit.ts';
import { withUnit } from '../../conversations/with-unit.ts';
import type { Deps } from '../../deps.ts';
import { closeConversation, handBack, replyAsManager, takeConversation } from '../../handover/manager-acts.ts';
import { writeFirst } from '../../handover/write-first.ts';
import { ById, Done, done, id, text } from '../api/fields.ts';
import { tenantOperation, type Operation } from '../api/operation.ts';

const tag = 'Conversations';
const Words = z.strictObject({ text: text(20_000) });
const sayable = {
  text: text(20_000).optional(),
  attachmentIds: z
    .array(id)
    .min(1)
    .max(10)
    .refine((ids) => new Set(ids).size === ids.length, 'names a file twice')
    .optional()
    .meta({ description: 'Of files from POST /attachments. The contact gets them behind the text, in this order.' }),
};
type Sayable = { text?: string | undefined; attachmentIds?: string[] | undefined };
const saysSomething = (given: Sayable) => given.text !== undefined || given.attachmentIds !== undefined;
const nothingSaid = { path: ['text'], message: 'write a text, or name files in attachmentIds' };
const Reply = z.strictObject(sayable).refine(saysSomething, nothingSaid);
const FirstWords = z
  .strictObject({ channelId: id, contactId: id, ...sayable, title: text(200).optional() })
  .refine(saysSomething, nothingSaid);
const Written = z.strictObject({ messageId: id });

/** What managers do in a conversation. */
export const replyOperations = (deps: Deps): Operation[] => [
  begin(deps),
  reply(deps),
  note(deps),
  act(deps, 'take', 'Take a conversation', takeConversation),
  act(deps, 'hand-back', 'Give a conversation back to automation, which starts afresh', handBack),
  act(deps, 'close', 'Close a conversation; the contact’s next message opens a new one', closeConversation),
];

const begin = (deps: Deps) =>
  tenantOperation({
    method: 'post',
    path: '/conversations',
    tag,
    summary: 'Write to a contact first',
    description:
      'In the contact’s own thread on that channel, never in a group. Where a conversation is open there, this is a reply ' +
      'in it (200, `isNew: false`), and `title` names it if it has no name; otherwise one is opened (201). Either way it is ' +
      'the writer’s from then on. 422: the contact is not on the channel. 409 says in `code` what is in the way: ' +
      '`channel_disabled`, `contact_blocked`, `window_closed` (the platform takes free text for some hours after the ' +
      'contact’s last message only), or `limit_reached`: `max_conversations_per_user`, then `max_conversations_per_tenant` ' +
      'hold back what is opened here, and closing a conversation makes room.',
    permission: 'handovers:work',
    body: FirstWords,
    response: z.strictObject({ conversationId: id, messageId: id, isNew: z.boolean() }),
    status: 201,
    statusOf: ({ isNew }) => (isNew ? undefined : 200),
    handle: ({ tenantId, actor, body, ip, requestId, keep }) =>
      withUnit(deps, tenantId, async (unit) => {
        const { text: words = '', title = null, channelId, contactId, attachmentIds } = body;
        const given = { channelId, contactId, text: words, attachmentIds, title };
        const written = await writeFirst(unit, given, managerOf(actor));
        const { conversationId, messageId, isNew } = written;
        const changes = { messageId, attachmentIds, ...(isNew && { channelId, contactId }) };
        const action = isNew ? 'conversation.open' : 'conversation.reply';
        await audit(unit.em, { actor, ip, requestId }, action, conversationId, changes);
        return keep(unit.em, written);
      }),
  });

const reply = (deps: Deps) =>
  tenantOperation({
    method: 'post',
    path: '/conversations/{id}/replies',
    tag,
    summary: 'Answer the contact, and take the conversation over',
    description:
      'In words, with files, or both. A file is sent with one message; while that was not written it stays free.',
    permission: 'handovers:work',
    params: ById,
    body: Reply,
    response: Written,
    status: 201,
    handle: ({ tenantId, actor, params, body, ip, requestId, keep }) =>
      withUnit(deps, tenantId, async (unit) => {
        const { text: words = '', attachmentIds = [] } = body;
        const messageId = await replyAsManager(unit, params.id, managerOf(actor), { text: words, attachmentIds });
        const files = attachmentIds.length > 0 ? { attachmentIds } : {};
        await audit(unit.em, { actor, ip, requestId }, 'conversation.reply', params.id, { messageId, ...files });
        return keep(unit.em, { messageId });
      }),
  });

const note = (deps: Deps) =>
  tenantOperation({
    method: 'post',
    path: '/conversations/{id}/notes',
    tag,
    summary: 'Write a note for other managers',
    description: 'It is never sent, never shown to the contact, and never given to an agent.',
    permission: 'conversations:write',
    params: ById,
    body: Words,
    response: Written,
    status: 201,
    handle: ({ tenantId, actor, params, body, ip, requestId, keep }) =>
      withUnit(deps, tenantId, async (unit) => {
        const messageId = await addNote(unit, params.id, managerOf(actor).id, body.text);
        await audit(unit.em, { actor, ip, requestId }, 'conversation.note', params.id, { messageId });
        return keep(unit.em, { messageId });
      }),
  });

function act(
  deps: Deps,
  name: 'take' | 'hand-back' | 'close',
  summary: string,
  work: (unit: Unit, conversationId: string, actor: Actor) => Promise<void>,
): Operation {
  return tenantOperation({
    method: 'post',
    path: `/conversations/{id}/${name}`,
    tag,
    summary,
    permission: 'handovers:work',
    params: ById,
    response: Done,
    handle: ({ tenantId, actor, params, ip, requestId, keep }) =>
      withUnit(deps, tenantId, async (unit) => {
        await work(unit, params.id, managerOf(actor));
        await audit(unit.em, { actor, ip, requestId }, `conversation.${name.replace('-', '_')}`, params.id);
        return keep(unit.em, done);
      }),
  });
}

/** A key acts for managers, and is none of them. */
const managerOf = (actor: TenantActor): Actor => ({ kind: 'user', id: actor.kind === 'user' ? actor.userId : null });
