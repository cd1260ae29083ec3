import type { EntityManager } from '@mikro-orm/postgresql';
import { z } from 'zod';
import { agentKind, agentKinds } from '../../agents/registry.ts';
import { isOwn, mayChange, visibleTo, type Viewer } from '../../agents/visible.ts';
import {
  agentInUse,
  changeAgent,
  createAgent,
  deleteAgent,
  findAgent,
  useAgent,
  viewerOf,
} from '../../connecting/manage-agents.ts';
import type { Deps } from '../../deps.ts';
import { Agent } from '../../entities/agent.ts';
import { formOf, showSettings } from '../../settings-form.ts';
import { sealContext } from '../../tenancy/find-channel.ts';
import { withTenant } from '../../tenancy/with-tenant.ts';
import { ById, Done, done, id, text, time, timeOf } from '../api/fields.ts';
import { pageOf, paging, readCursor, toPage } from '../api/page.ts';
import { tenantOperation, type Operation } from '../api/operation.ts';

const tag = 'Agents';
const form = z.record(z.string(), z.unknown());
const status = z.enum(['draft', 'active', 'paused']);

const fields = {
  agentType: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,49}$/, 'must be a word of a-z, 0-9 and _, such as customer_service')
    .meta({ description: 'What it is for.' }),
  systemPrompt: z.string().max(20_000).meta({ description: 'Empty: the tenant’s system message.' }),
  isPublic: z.boolean().meta({ description: 'Seen by everybody of the tenant. Needs the feature agent_sharing.' }),
  status,
  channelId: id.nullable().meta({ description: 'The channel through which late answers come back.' }),
};

const NewAgent = z.strictObject({
  kind: z
    .string()
    .max(50)
    .meta({ examples: ['n8n'] }),
  name: text(100),
  settings: form.meta({
    examples: [
      {
        workflowUrl: 'https://n8n.example.com/webhook/frontdesk-agent',
        secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      },
    ],
  }),
  ...z.object(fields).partial().shape,
});
const ChangedAgent = z.strictObject({
  name: text(100).optional(),
  settings: form.optional(),
  ...z.object(fields).partial().shape,
});

const ShownAgent = z
  .strictObject({
    id,
    kind: z.string(),
    name: z.string(),
    agentType: z.string(),
    systemPrompt: z.string(),
    isPublic: z.boolean(),
    status,
    ownerUserId: id.nullable(),
    isOwn: z.boolean(),
    isInUse: z.boolean().meta({ description: 'The tenant’s turns go to it.' }),
    channelId: id.nullable(),
    settings: form.nullable().meta({ description: 'Without secrets; null for whoever may not change the agent.' }),
    secretsSet: z.array(z.string()),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Agent' });

/** Automation that answers for a tenant: own agents, those of others that are shared, and which one is used. */
export function agentOperations({ orm, keys }: Pick<Deps, 'orm' | 'keys'>): Operation[] {
  const present = (agent: Agent, viewer: Viewer, inUse: string | null) => showAgent(keys, agent, viewer, inUse);
  const list = (path: string, summary: string, more: (viewer: Viewer) => Partial<Pick<Agent, 'isPublic'>>) =>
    tenantOperation({
      method: 'get',
      path,
      tag,
      summary,
      permission: 'agents:read',
      query: z.strictObject({ ...paging, owner: z.literal('me').optional() }),
      response: pageOf(ShownAgent),
      async handle({ tenantId, actor, query }) {
        const after = readCursor(query.cursor, z.tuple([id]));
        return withTenant(orm, tenantId, async (em) => {
          const viewer = await viewerOf(em, actor);
          const own = query.owner && { ownerUserId: { $in: viewer.userId === null ? [] : [viewer.userId] } };
          const where = {
            $and: [visibleTo(viewer), { ...more(viewer), ...own, ...(after && { id: { $lt: after[0] } }) }],
          };
          const agents = await em.find(Agent, where, { orderBy: { id: 'desc' }, limit: query.limit + 1 });
          const inUse = await agentInUse(em, tenantId);
          return toPage(
            agents,
            query.limit,
            (agent) => present(agent, viewer, inUse),
            (agent) => [agent.id],
          );
        });
      },
    });
  const shown = async (em: EntityManager, viewer: Viewer, agentId: string) =>
    present(await findAgent(em, viewer, agentId), viewer, await agentInUse(em, viewer.tenantId));

  return [
    tenantOperation({
      method: 'get',
      path: '/agent-kinds',
      tag,
      summary: 'What an agent can be, and what is asked for to make it one',
      permission: 'agents:read',
      response: z.strictObject({ items: z.array(z.strictObject({ kind: z.string(), settings: form })) }),
      handle: async () => ({ items: agentKinds.map(({ kind, settings }) => ({ kind, settings: formOf(settings) })) }),
    }),
    list('/agents', 'Agents that you see: your own, and those that are shared', () => ({})),
    list('/agents/public', 'Agents that are shared within the tenant', () => ({ isPublic: true })),
    tenantOperation({
      method: 'get',
      path: '/agents/{id}',
      tag,
      summary: 'One agent, without its secrets',
      permission: 'agents:read',
      params: ById,
      response: ShownAgent,
      hasETag: true,
      handle: ({ tenantId, actor, params }) =>
        withTenant(orm, tenantId, async (em) => shown(em, await viewerOf(em, actor), params.id)),
    }),
    tenantOperation({
      method: 'post',
      path: '/agents',
      tag,
      summary: 'Make an agent; it is yours',
      description: 'Needs the feature custom_agents. It answers nobody until it is used: POST /agents/{id}/use.',
      permission: 'agents:write',
      body: NewAgent,
      response: ShownAgent,
      status: 201,
      handle: ({ tenantId, actor, ip, requestId, body, keep }) =>
        withTenant(orm, tenantId, async (em) => {
          const made = await createAgent(em, keys, { actor, ip, requestId }, body);
          return keep(em, await shown(em, await viewerOf(em, actor), made));
        }),
    }),
    tenantOperation({
      method: 'patch',
      path: '/agents/{id}',
      tag,
      summary: 'Change an agent of yours',
      description: 'Of the settings, what is left out stays, secrets as well; null takes one away. Admins change any.',
      permission: 'agents:write',
      params: ById,
      body: ChangedAgent,
      response: ShownAgent,
      hasETag: true,
      handle: ({ tenantId, actor, ip, requestId, params, body, ...input }) =>
        withTenant(orm, tenantId, async (em) => {
          await changeAgent(em, keys, { actor, ip, requestId }, params.id, body, async (agent, viewer) =>
            input.expectUnchanged(present(agent, viewer, await agentInUse(em, tenantId))),
          );
          await em.flush();
          return shown(em, await viewerOf(em, actor), params.id);
        }),
    }),
    tenantOperation({
      method: 'delete',
      path: '/agents/{id}',
      tag,
      summary: 'Delete an agent of yours; what it said stays',
      permission: 'agents:write',
      params: ById,
      response: Done,
      hasETag: true,
      handle: ({ tenantId, actor, ip, requestId, params, ...input }) =>
        withTenant(orm, tenantId, async (em) => {
          await deleteAgent(em, { actor, ip, requestId }, params.id, async (agent, viewer) =>
            input.expectUnchanged(present(agent, viewer, await agentInUse(em, tenantId))),
          );
          return done;
        }),
    }),
    tenantOperation({
      method: 'post',
      path: '/agents/{id}/use',
      tag,
      summary: 'Let an agent answer what no FAQ does',
      permission: 'settings:write',
      params: ById,
      response: Done,
      handle: ({ tenantId, actor, ip, requestId, params }) =>
        withTenant(orm, tenantId, async (em) => {
          await useAgent(em, { actor, ip, requestId }, params.id);
          return done;
        }),
    }),
  ];
}

function showAgent(keys: Deps['keys'], agent: Agent, viewer: Viewer, inUse: string | null) {
  const { settings, secretsSet } = settingsOf(keys, agent);
  return {
    id: agent.id,
    kind: agent.kind,
    name: agent.name,
    agentType: agent.agentType,
    systemPrompt: agent.systemPrompt,
    isPublic: agent.isPublic,
    status: agent.status,
    ownerUserId: agent.ownerUserId ?? null,
    isOwn: isOwn(agent, viewer),
    isInUse: agent.id === inUse,
    channelId: agent.channelId ?? null,
    settings: mayChange(agent, viewer) ? settings : null,
    secretsSet,
    createdAt: timeOf(agent.createdAt),
    updatedAt: timeOf(agent.updatedAt),
  };
}

/** What cannot be opened any more has to be entered anew. */
function settingsOf(keys: Deps['keys'], { kind, settingsSealed, tenantId, id: agentId }: Agent) {
  try {
    return showSettings(agentKind(kind).settings, keys.open(settingsSealed, sealContext(tenantId, agentId)));
  } catch {
    return { settings: null, secretsSet: [] };
  }
}
