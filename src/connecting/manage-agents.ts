import { LockMode, type EntityManager } from '@mikro-orm/postgresql';
import { agentKinds } from '../agents/registry.ts';
import type { AgentKind } from '../agents/agent.ts';
import { isVisible, mayChange, type Viewer } from '../agents/visible.ts';
import { audit, type Deed } from '../audit.ts';
import { can, type TenantActor } from '../auth/actor.ts';
import { Agent } from '../entities/agent.ts';
import { Channel } from '../entities/channel.ts';
import { Tenant } from '../entities/tenant.ts';
import { TenantSettings } from '../entities/tenant-settings.ts';
import { conflict, forbidden, invalidFields, notFound } from '../errors.ts';
import { changeSettings, readSettings } from '../settings-form.ts';
import { openToChange } from './open-to-change.ts';
import { insertAgent, setAgentInUse } from '../tenancy/add-connected.ts';
import { hasFeature, requireFeature } from '../tenancy/features.ts';
import { sealContext } from '../tenancy/find-channel.ts';
import type { KeyRing } from '../tenancy/secrets.ts';

/** What somebody may set of an agent. Tenant and owner are not among it: they come from who makes it. */
export interface AgentWishes {
  name?: string | undefined;
  agentType?: string | undefined;
  systemPrompt?: string | undefined;
  isPublic?: boolean | undefined;
  status?: Agent['status'] | undefined;
  channelId?: string | null | undefined;
  settings?: Record<string, unknown> | undefined;
}

/** Whose eyes `actor` has for agents. A system admin sets tenants up, and so looks after them all. */
export async function viewerOf(em: EntityManager, actor: TenantActor): Promise<Viewer> {
  const { tenantId } = actor;
  const tenant = await em.findOneOrFail(Tenant, { id: tenantId });
  const answers = can(actor, 'agents:write');
  return {
    tenantId,
    userId: memberId(actor),
    isSharing: hasFeature(tenant, 'agent_sharing'),
    managesAll: actor.kind === 'key' ? answers : ['owner', 'admin', 'system_admin'].includes(actor.role ?? ''),
    answers,
  };
}

/** Makes an agent that belongs to whoever makes it. Gives its id. Throws 403 where a feature is off, 422, 409. */
export async function createAgent(
  em: EntityManager,
  keys: KeyRing,
  deed: Deed<TenantActor>,
  { kind: name, ...wishes }: AgentWishes & { kind: string; name: string; settings: Record<string, unknown> },
): Promise<string> {
  const { tenantId } = deed.actor;
  await requireFeature(em, tenantId, 'custom_agents');
  const kind = agentKinds.find((one) => one.kind === name);
  if (!kind) throw invalidFields([{ path: 'body.kind', message: 'there is no such kind; see GET /agent-kinds' }]);
  const settings = readSettings(kind.settings, wishes.settings, 'body.settings');
  await mayBe(em, tenantId, kind, wishes);
  const { channelId = null, ...fields } = wishes;
  const agent = { ...withoutUndefined(fields), name: wishes.name, kind: name, settings, channelId };
  const id = await insertAgent(em, keys, tenantId, { ...agent, ownerUserId: memberId(deed.actor) });
  await audit(em, deed, 'agent.create', id, { kind: name, name: wishes.name, isPublic: wishes.isPublic ?? false });
  return id;
}

/** Changes an agent; `look` sees the locked row first and may throw. Throws 403 for whoever may only see it. */
export async function changeAgent(
  em: EntityManager,
  keys: KeyRing,
  deed: Deed<TenantActor>,
  id: string,
  { settings, ...wishes }: AgentWishes,
  look: (agent: Agent, viewer: Viewer) => Promise<void>,
): Promise<void> {
  const { agent, kind, viewer } = await lockOwn(em, deed.actor, id);
  await look(agent, viewer);
  const { tenantId } = deed.actor;
  if (kind) await mayBe(em, tenantId, kind, wishes);
  if (settings && kind) {
    const context = sealContext(tenantId, id);
    const before = openToChange(keys, kind.settings, agent.settingsSealed, context);
    const after = readSettings(kind.settings, changeSettings(before, settings), 'body.settings');
    agent.settingsSealed = keys.seal(after, context);
  }
  Object.assign(agent, withoutUndefined(wishes));
  const fields = Object.keys(withoutUndefined({ ...wishes, settings }));
  await audit(em, deed, 'agent.update', id, { fields });
}

/** Nobody sees it any more and no turn goes to it; what it said stays, and says who it was. */
export async function deleteAgent(
  em: EntityManager,
  deed: Deed<TenantActor>,
  id: string,
  look: (agent: Agent, viewer: Viewer) => Promise<void>,
): Promise<void> {
  const { agent, viewer } = await lockOwn(em, deed.actor, id);
  await look(agent, viewer);
  agent.isActive = false;
  if ((await agentInUse(em, agent.tenantId)) === id) await setAgentInUse(em, agent.tenantId, null);
  await audit(em, deed, 'agent.delete', id);
}

/** The tenant's turns go to this agent from now on. Throws 409 for one that is no more than a draft, or paused. */
export async function useAgent(em: EntityManager, deed: Deed<TenantActor>, id: string): Promise<void> {
  const agent = await findAgent(em, await viewerOf(em, deed.actor), id, true);
  if (agent.status !== 'active') throw conflict(`this agent is ${agent.status}; set its status to active first`);
  await setAgentInUse(em, deed.actor.tenantId, id);
  await audit(em, deed, 'agent.use', id);
}

/** Throws 404 for what the viewer does not see, the same as for what does not exist. */
export async function findAgent(em: EntityManager, viewer: Viewer, id: string, lock = false): Promise<Agent> {
  const options = lock ? { lockMode: LockMode.PESSIMISTIC_WRITE } : {};
  const agent = await em.findOne(Agent, { tenantId: viewer.tenantId, id }, options);
  if (!agent || !isVisible(agent, viewer)) throw notFound('there is no such agent');
  return agent;
}

export const agentInUse = async (em: EntityManager, tenantId: string): Promise<string | null> =>
  (await em.findOne(TenantSettings, { tenantId }, { disableIdentityMap: true }))?.agentId ?? null;

async function lockOwn(em: EntityManager, actor: TenantActor, id: string) {
  const viewer = await viewerOf(em, actor);
  const agent = await findAgent(em, viewer, id, true);
  if (!mayChange(agent, viewer))
    throw forbidden('this agent is somebody else’s: only its owner or an admin changes it');
  return { agent, viewer, kind: agentKinds.find(({ kind }) => kind === agent.kind) };
}

/** What is shared is a matter of the plan; late answers come back through a channel of the agent's own kind. */
async function mayBe(em: EntityManager, tenantId: string, { kind }: AgentKind, wishes: AgentWishes): Promise<void> {
  if (wishes.isPublic) await requireFeature(em, tenantId, 'agent_sharing');
  if (!wishes.channelId) return;
  if ((await em.count(Channel, { tenantId, id: wishes.channelId, kind })) > 0) return;
  throw invalidFields([{ path: 'body.channelId', message: `must be a channel of yours of the kind ${kind}` }]);
}

/** A system admin is no member of the tenant, and a program nobody at all: what they make belongs to nobody. */
const memberId = (actor: TenantActor) => (actor.kind === 'user' && actor.role !== 'system_admin' ? actor.userId : null);

type Given<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

function withoutUndefined<T extends object>(wishes: T): Given<T> {
  const given: Given<T> = { ...wishes };
  for (const key of Object.keys(given) as (keyof T)[]) if (given[key] === undefined) delete given[key];
  return given;
}
