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
    body: z.strictObject({ channelId: id, contactId: id, ...Words.shape, title: text(200).optional() }),
    response: z.strictObject({ conversationId: id, messageId: id, isNew: z.boolean() }),
    status: 201,
    statusOf: ({ isNew }) => (isNew ? undefined : 200),
    handle: ({ tenantId, actor, body, ip, requestId, keep }) =>
      withUnit(deps, tenantId, async (unit) => {
        const written = await writeFirst(unit, { ...body, title: body.title ?? null }, managerOf(actor));
        const { conversationId, messageId, isNew } = written;
        const changes = { messageId, ...(isNew && { channelId: body.channelId, contactId: body.contactId }) };
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
    permission: 'handovers:work',
    params: ById,
    body: Words,
    response: Written,
    status: 201,
    handle: ({ tenantId, actor, params, body, ip, requestId, keep }) =>
      withUnit(deps, tenantId, async (unit) => {
        const messageId = await replyAsManager(unit, params.id, managerOf(actor), body.text);
        await audit(unit.em, { actor, ip, requestId }, 'conversation.reply', params.id, { messageId });
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
