import { z } from 'zod';
import { audit } from '../../audit.ts';
import type { TenantActor } from '../../auth/actor.ts';
import type { Actor } from '../../conversations/ownership.ts';
import { withUnit } from '../../conversations/with-unit.ts';
import type { Deps } from '../../deps.ts';
import { Handover } from '../../entities/handover.ts';
import { conflict, forbidden, notFound } from '../../errors.ts';
import { assignConversation, takeConversation, takeNext } from '../../handover/manager-acts.ts';
import { handoverStatuses, listHandovers, placeOf, readHandover } from '../../handover/read-handovers.ts';
import { withTenant } from '../../tenancy/with-tenant.ts';
import { ById, Done, done, id } from '../api/fields.ts';
import { tenantOperation, type Operation } from '../api/operation.ts';
import { pageOf, paging, readCursor, toPage } from '../api/page.ts';
import { FullHandover, handoverInFull, presentHandovers, ShownHandover } from './shown-handover.ts';

const tag = 'Handovers';

/** The queue of those who wait for a person. */
export function handoverOperations(deps: Deps): Operation[] {
  const { orm } = deps;

  const shownById = (tenantId: string, handoverId: string) =>
    withTenant(orm, tenantId, async (em) => {
      const row = await readHandover(em, tenantId, handoverId);
      const [shown] = row ? await presentHandovers(em, tenantId, [row]) : [];
      if (!shown) throw notFound('there is no such handover');
      return shown;
    });

  return [
    tenantOperation({
      method: 'get',
      path: '/handovers',
      tag,
      summary: 'Who waits for a person: the highest priority first, then whoever has waited longest',
      description: 'With status=ended the newest come first.',
      permission: 'conversations:read',
      query: z.strictObject({ ...paging, status: z.enum(handoverStatuses).default('waiting') }),
      response: pageOf(ShownHandover),
      async handle({ tenantId, query: { limit, cursor, status } }) {
        const after = readCursor(cursor, z.tuple([z.int(), z.int(), id]));
        return withTenant(orm, tenantId, async (em) => {
          const rows = await listHandovers(em, tenantId, { status, after, most: limit + 1 });
          const { items, next } = toPage(rows, limit, (row) => row, placeOf);
          return { items: await presentHandovers(em, tenantId, items), next };
        });
      },
    }),
    tenantOperation({
      method: 'get',
      path: '/handovers/{id}',
      tag,
      summary: 'A handover: why, since when, its place in the queue, and what was said last',
      permission: 'conversations:read',
      params: ById,
      response: FullHandover,
      async handle({ tenantId, params }) {
        const channels = await deps.channelsOf(tenantId);
        return withTenant(orm, tenantId, async (em) => {
          const found = await handoverInFull(em, tenantId, params.id, (channelId) => channels.get(channelId)?.name);
          if (!found) throw notFound('there is no such handover');
          return found;
        });
      },
    }),
    tenantOperation({
      method: 'post',
      path: '/handovers/claim',
      tag,
      summary: 'Take whoever waits first; null when nobody does',
      description: 'Two people never get the same one. One that you gave back yourself is not given to you again.',
      permission: 'handovers:work',
      response: z.strictObject({ handover: ShownHandover.nullable() }),
      async handle({ tenantId, actor, ip, requestId }) {
        const person = personOf(actor);
        const taken = await withUnit(deps, tenantId, async (unit) => {
          const next = await takeNext(unit, person);
          if (next) await audit(unit.em, { actor, ip, requestId }, 'handover.claim', next);
          return next;
        });
        return { handover: taken ? await shownById(tenantId, taken) : null };
      },
    }),
    tenantOperation({
      method: 'post',
      path: '/handovers/{id}/claim',
      tag,
      summary: 'Take this one; refused with the name of whoever has it',
      permission: 'handovers:work',
      params: ById,
      response: z.strictObject({ handover: ShownHandover }),
      async handle({ tenantId, actor, params, ip, requestId }) {
        const person = personOf(actor);
        await withUnit(deps, tenantId, async (unit) => {
          const found = await unit.em.findOne(Handover, { tenantId, id: params.id }, { disableIdentityMap: true });
          if (!found) throw notFound('there is no such handover');
          if (found.outcome)
            throw conflict(`this handover has ended (${found.outcome}); take the conversation instead`);
          await takeConversation(unit, found.conversationId, person);
          await audit(unit.em, { actor, ip, requestId }, 'handover.claim', found.id);
        });
        return { handover: await shownById(tenantId, params.id) };
      },
    }),
    tenantOperation({
      method: 'post',
      path: '/conversations/{id}/assign',
      tag,
      summary: 'Give a conversation to a manager, or with null back to the queue, at its old place',
      permission: 'handovers:work',
      params: ById,
      body: z.strictObject({ userId: id.nullable() }),
      response: Done,
      async handle({ tenantId, actor, params, body: { userId }, ip, requestId }) {
        await withUnit(deps, tenantId, async (unit) => {
          const from = await assignConversation(unit, params.id, whoActs(actor), userId);
          const changes = { from, to: userId };
          await audit(unit.em, { actor, ip, requestId }, 'conversation.assign', params.id, changes);
        });
        return done;
      },
    }),
  ];
}

/** A program acts in the name of the house; which one it was, the audit log says. */
const whoActs = (actor: TenantActor): Actor =>
  actor.kind === 'user' ? { kind: 'user', id: actor.userId } : { kind: 'system', id: null };

function personOf(actor: TenantActor): Actor & { id: string } {
  if (actor.kind === 'user') return { kind: 'user', id: actor.userId };
  throw forbidden('an API key cannot have a conversation; give it to somebody with POST /conversations/{id}/assign');
}
