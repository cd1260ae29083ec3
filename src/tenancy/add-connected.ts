import type { EntityManager } from '@mikro-orm/postgresql';
import { Agent } from '../entities/agent.ts';
import { NotificationTarget } from '../entities/notification-target.ts';
import { newId } from '../id.ts';
import { sealContext } from './find-channel.ts';
import { assertRoom } from './limits.ts';
import type { KeyRing } from './secrets.ts';

export interface NewAgent extends Partial<
  Pick<Agent, 'ownerUserId' | 'agentType' | 'systemPrompt' | 'isPublic' | 'status'>
> {
  name: string;
  kind: string;
  /** Already read by the kind's schema. */
  settings: unknown;
  channelId: string | null;
}

/** An agent, in the caller's transaction. Gives its id. Throws 409 when the tenant has no room. */
export async function insertAgent(
  em: EntityManager,
  keys: KeyRing,
  tenantId: string,
  { settings, ...agent }: NewAgent,
): Promise<string> {
  const id = newId();
  await assertRoom(em, tenantId, 'max_agents');
  await em.insert(Agent, { ...agent, tenantId, id, settingsSealed: keys.seal(settings, sealContext(tenantId, id)) });
  return id;
}

/** The tenant's turns go to this agent from now on; to none where it is null. */
export async function setAgentInUse(em: EntityManager, tenantId: string, agentId: string | null): Promise<void> {
  await em.execute(
    `update tenant_settings set agent_id = ?, settings_version = settings_version + 1, updated_at = now()
     where tenant_id = ? and agent_id is distinct from ?`,
    [agentId, tenantId, agentId],
  );
}

export interface NewTarget {
  kind: string;
  name: string;
  /** Already read by the kind's schema. */
  config: unknown;
  replyThread?: string | null | undefined;
}

/** A place where managers are told, in the caller's transaction. Gives its id. */
export async function insertTarget(
  em: EntityManager,
  keys: KeyRing,
  tenantId: string,
  { kind, name, config, replyThread = null }: NewTarget,
): Promise<string> {
  const id = newId();
  const configSealed = keys.seal(config, sealContext(tenantId, id));
  await em.insert(NotificationTarget, { tenantId, id, kind, name, replyThread, configSealed });
  return id;
}
