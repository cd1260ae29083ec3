import { LockMode, type EntityManager } from '@mikro-orm/postgresql';
import { z } from 'zod';
import { audit } from '../../audit.ts';
import type { TenantActor } from '../../auth/actor.ts';
import type { Deps } from '../../deps.ts';
import { Membership, memberRoles } from '../../entities/membership.ts';
import { forbidden, notFound } from '../../errors.ts';
import { answererOf, answerersOf, type Answerer } from '../../handover/answerers.ts';
import { beat, setPresence, type Presence } from '../../handover/presence.ts';
import { withTenant } from '../../tenancy/with-tenant.ts';
import { id, time, timeOrNull } from '../api/fields.ts';
import { tenantOperation, type Operation } from '../api/operation.ts';
import { pageOf, paging, readCursor, toPage } from '../api/page.ts';

const MyPresence = z.strictObject({
  isOnline: z.boolean(),
  seenAt: time.nullable(),
  /** Seconds within which the desk has to say again that it is open. */
  graceSeconds: z.int(),
});

const PersonThere = z
  .strictObject({
    userId: id,
    name: z.string(),
    role: z.enum(memberRoles),
    isOnline: z.boolean(),
    seenAt: time.nullable(),
    conversations: z.int(),
    capacity: z.int(),
    /** Null: the tenant's default. */
    ownCapacity: z.int().nullable(),
  })
  .meta({ id: 'Presence' });

const tag = 'Presence';

/** Who is there to answer, and how much each can take. */
export function presenceOperations({ orm, settingsOf }: Pick<Deps, 'orm' | 'settingsOf'>): Operation[] {
  async function sign(
    { tenantId, actor, now }: { tenantId: string; actor: TenantActor; now: Date },
    work: (em: Parameters<typeof beat>[0], sign: Parameters<typeof beat>[1]) => Promise<Presence>,
  ) {
    if (actor.kind !== 'user') throw forbidden('only a person can be there, not an API key');
    const { userId } = actor;
    const { presence_grace: graceSeconds } = (await settingsOf(tenantId)).thresholds;
    const { isOnline, seenAt } = await withTenant(orm, tenantId, (em) =>
      work(em, { tenantId, userId, now, graceSeconds }),
    );
    return { isOnline, seenAt: timeOrNull(seenAt), graceSeconds };
  }

  return [
    tenantOperation({
      method: 'put',
      path: '/me/presence',
      tag,
      summary: 'Say that I am there, or that I leave',
      description:
        'Whoever waits for somebody who leaves goes back to the queue after graceSeconds, unless that person is back.',
      permission: 'handovers:work',
      body: z.strictObject({ isOnline: z.boolean() }),
      response: MyPresence,
      handle: (input) => sign(input, (em, mine) => setPresence(em, mine, input.body.isOnline)),
    }),
    tenantOperation({
      method: 'post',
      path: '/me/presence/heartbeat',
      tag,
      summary: 'Say that my desk is still open',
      description: 'Send it several times in graceSeconds. It does not bring back who is offline by now.',
      permission: 'handovers:work',
      response: MyPresence,
      handle: (input) => sign(input, beat),
    }),
    tenantOperation({
      method: 'get',
      path: '/presence',
      tag,
      summary: 'Who may answer: who is there, how many conversations each has, and can have',
      permission: 'team:read',
      query: z.strictObject(paging),
      response: pageOf(PersonThere),
      async handle({ tenantId, query: { limit, cursor } }) {
        const after = readCursor(cursor, z.tuple([z.string().max(1_000), id]));
        const people = await withTenant(orm, tenantId, (em) => answerersOf(em, tenantId, { after, most: limit + 1 }));
        return toPage(people, limit, presentPerson, ({ sortName, userId }) => [sortName, userId]);
      },
    }),
    tenantOperation({
      method: 'get',
      path: '/team/{userId}/capacity',
      tag,
      summary: 'How many conversations somebody has and is given at the same time',
      description: 'The ETag is that of `ownCapacity`: who comes, goes and takes conversations does not change it.',
      permission: 'team:read',
      params: z.strictObject({ userId: id }),
      response: PersonThere,
      hasETag: true,
      stateOf: ownCapacityOf,
      handle: ({ tenantId, params: { userId } }) =>
        withTenant(orm, tenantId, async (em) => presentPerson(await findAnswerer(em, tenantId, userId))),
    }),
    tenantOperation({
      method: 'patch',
      path: '/team/{userId}/capacity',
      tag,
      summary: 'How many conversations somebody is given at the same time; null is what all have',
      permission: 'team:write',
      params: z.strictObject({ userId: id }),
      body: z.strictObject({ capacity: z.int().min(0).max(1_000).nullable() }),
      response: PersonThere,
      hasETag: true,
      stateOf: ownCapacityOf,
      handle: ({ tenantId, actor, params: { userId }, body: { capacity }, ip, requestId, expectUnchanged }) =>
        withTenant(orm, tenantId, async (em) => {
          await em.findOne(Membership, { tenantId, userId }, { lockMode: LockMode.PESSIMISTIC_WRITE });
          const before = await findAnswerer(em, tenantId, userId);
          expectUnchanged(ownCapacityOf(before));
          await em.nativeUpdate(Membership, { tenantId, userId }, { capacity });
          const changes = { from: before.ownCapacity, to: capacity };
          await audit(em, { actor, ip, requestId }, 'member.capacity', userId, changes);
          const now = await answererOf(em, tenantId, userId);
          return presentPerson(now ?? before);
        }),
    }),
  ];
}

const ownCapacityOf = ({ userId, ownCapacity }: { userId: string; ownCapacity: number | null }) => ({
  userId,
  ownCapacity,
});

async function findAnswerer(em: EntityManager, tenantId: string, userId: string): Promise<Answerer> {
  const found = await answererOf(em, tenantId, userId);
  if (!found) throw notFound('there is nobody with this id who may answer for this tenant');
  return found;
}

const presentPerson = (person: Answerer) => ({
  userId: person.userId,
  name: person.name,
  role: person.role,
  isOnline: person.isOnline,
  seenAt: timeOrNull(person.seenAt),
  conversations: person.conversations,
  capacity: person.capacity,
  ownCapacity: person.ownCapacity,
});
