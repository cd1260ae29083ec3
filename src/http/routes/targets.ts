import { z } from 'zod';
import {
  changeTarget,
  createTarget,
  deleteTarget,
  findTarget,
  replyChannelOf,
} from '../../connecting/manage-targets.ts';
import { testTarget } from '../../connecting/tell-target.ts';
import type { Deps } from '../../deps.ts';
import { NotificationTarget } from '../../entities/notification-target.ts';
import { notifierKind, notifierKinds } from '../../handover/notifiers/registry.ts';
import { formOf, showSettings } from '../../settings-form.ts';
import { sealContext } from '../../tenancy/find-channel.ts';
import { withTenant } from '../../tenancy/with-tenant.ts';
import { ById, Done, done, id, text, time, timeOf } from '../api/fields.ts';
import { pageOf, paging, readCursor, toPage } from '../api/page.ts';
import { tenantOperation, type Operation } from '../api/operation.ts';

const tag = 'Notification targets';
const form = z.record(z.string(), z.unknown());
const replyChannelId = id
  .nullable()
  .meta({ description: 'Telegram: the channel of the same bot, so that managers can answer in their chat.' });

const ShownTarget = z
  .strictObject({
    id,
    kind: z.string(),
    name: z.string(),
    isActive: z.boolean(),
    config: form.nullable().meta({ description: 'Without its secrets. Null where the key that sealed it is gone.' }),
    secretsSet: z.array(z.string()),
    replyChannelId: id.nullable(),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'NotificationTarget' });

const NewTarget = z.strictObject({
  kind: z
    .string()
    .max(50)
    .meta({ examples: ['email'] }),
  name: text(100),
  config: form.meta({ examples: [{ to: ['managers@example.com'] }] }),
  isActive: z.boolean().optional(),
  replyChannelId: replyChannelId.optional(),
});
const ChangedTarget = NewTarget.omit({ kind: true }).partial();

/** Where a tenant's managers are told that somebody needs them. */
export function targetOperations(deps: Deps): Operation[] {
  const { orm, keys } = deps;
  const present = (target: NotificationTarget) => showTarget(keys, target);
  const one = { tag, params: ById } as const;

  return [
    tenantOperation({
      method: 'get',
      path: '/notification-target-kinds',
      tag,
      summary: 'In which ways managers can be told, and what is asked for',
      permission: 'targets:read',
      response: z.strictObject({ items: z.array(z.strictObject({ kind: z.string(), config: form })) }),
      handle: async () => ({ items: notifierKinds.map(({ kind, config }) => ({ kind, config: formOf(config) })) }),
    }),
    tenantOperation({
      method: 'get',
      path: '/notification-targets',
      tag,
      summary: 'Where managers are told, the newest first',
      permission: 'targets:read',
      query: z.strictObject(paging),
      response: pageOf(ShownTarget),
      async handle({ tenantId, query: { limit, cursor } }) {
        const after = readCursor(cursor, z.tuple([id]));
        const targets = await withTenant(orm, tenantId, (em) =>
          em.find(
            NotificationTarget,
            { tenantId, deletedAt: null, ...(after && { id: { $lt: after[0] } }) },
            { orderBy: { id: 'desc' }, limit: limit + 1 },
          ),
        );
        return toPage(targets, limit, present, (target) => [target.id]);
      },
    }),
    tenantOperation({
      ...one,
      method: 'get',
      path: '/notification-targets/{id}',
      summary: 'One target, without its secrets',
      permission: 'targets:read',
      response: ShownTarget,
      hasETag: true,
      handle: ({ tenantId, params }) =>
        withTenant(orm, tenantId, async (em) => present(await findTarget(em, tenantId, params.id))),
    }),
    tenantOperation({
      method: 'post',
      path: '/notification-targets',
      tag,
      summary: 'Have managers told in one more place',
      permission: 'targets:write',
      body: NewTarget,
      response: ShownTarget,
      status: 201,
      handle: ({ tenantId, actor, ip, requestId, body, keep }) =>
        withTenant(orm, tenantId, async (em) => {
          const made = await createTarget(em, keys, { actor, ip, requestId }, body);
          return keep(em, present(await findTarget(em, tenantId, made)));
        }),
    }),
    tenantOperation({
      ...one,
      method: 'patch',
      path: '/notification-targets/{id}',
      summary: 'Change a target, or have nobody told there for a while',
      description: 'Of the config, what is left out stays, secrets as well; null takes a setting away.',
      permission: 'targets:write',
      body: ChangedTarget,
      response: ShownTarget,
      hasETag: true,
      handle: ({ tenantId, actor, ip, requestId, params, body, ...input }) =>
        withTenant(orm, tenantId, async (em) => {
          await changeTarget(em, keys, { actor, ip, requestId }, params.id, body, (target) =>
            input.expectUnchanged(present(target)),
          );
          await em.flush();
          return present(await findTarget(em, tenantId, params.id));
        }),
    }),
    tenantOperation({
      ...one,
      method: 'delete',
      path: '/notification-targets/{id}',
      summary: 'Have nobody told there any more; what was told stays',
      permission: 'targets:write',
      response: Done,
      hasETag: true,
      handle: ({ tenantId, actor, ip, requestId, params, now, ...input }) =>
        withTenant(orm, tenantId, async (em) => {
          await deleteTarget(em, keys, { actor, ip, requestId }, params.id, now, (target) =>
            input.expectUnchanged(present(target)),
          );
          return done;
        }),
    }),
    tenantOperation({
      ...one,
      method: 'post',
      path: '/notification-targets/{id}/test',
      summary: 'Send a notice that says it is a test',
      permission: 'targets:write',
      response: z.strictObject({
        ok: z.boolean(),
        problem: z.string().nullable().meta({ description: 'Why it could not be sent.' }),
      }),
      async handle({ tenantId, params, now }) {
        const problem = await testTarget(deps, tenantId, params.id, now);
        return { ok: problem === null, problem };
      },
    }),
  ];
}

function showTarget(keys: Deps['keys'], target: NotificationTarget) {
  return {
    id: target.id,
    kind: target.kind,
    name: target.name,
    isActive: target.isActive,
    ...configOf(keys, target),
    replyChannelId: replyChannelOf(target),
    createdAt: timeOf(target.createdAt),
    updatedAt: timeOf(target.updatedAt),
  };
}

/** What cannot be opened any more has to be entered anew. */
function configOf(keys: Deps['keys'], { kind, configSealed, tenantId, id: targetId }: NotificationTarget) {
  try {
    const opened = keys.open(configSealed, sealContext(tenantId, targetId));
    const { settings, secretsSet } = showSettings(notifierKind(kind).config, opened);
    return { config: settings, secretsSet };
  } catch {
    return { config: null, secretsSet: [] };
  }
}
