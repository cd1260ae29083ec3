import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { z } from 'zod';
import type { AgentAttachment, AgentTurn } from '../agents/agent.ts';
import { Agent } from '../entities/agent.ts';
import { AgentRun } from '../entities/agent-run.ts';
import { ChannelAddress } from '../entities/channel-address.ts';
import { Contact } from '../entities/contact.ts';
import { Conversation } from '../entities/conversation.ts';
import { Message } from '../entities/message.ts';
import { inBrackets } from '../language/in-brackets.ts';
import { spokenLanguage } from '../language/spoken.ts';
import { runBound } from '../tenancy/bound.ts';
import { sealContext } from '../tenancy/find-channel.ts';
import type { KeyRing } from '../tenancy/secrets.ts';
import type { SettingsOf } from '../tenancy/settings.ts';
import { withTenant } from '../tenancy/with-tenant.ts';
import { isOpen } from './due-runs.ts';

interface RunDeps {
  orm: MikroORM;
  keys: KeyRing;
  settingsOf: SettingsOf;
  publicUrl: string;
}

/** A run that this caller alone may begin: a call that may have happened is never repeated. */
export interface OpenRun {
  type: 'begun';
  kind: string;
  /** Throws where the settings cannot be opened. */
  openSettings(): unknown;
  turn: AgentTurn;
  callbackUrl: string;
  /** How often it was begun, this time included. */
  attempts: number;
  /** The contact said nothing that could be given to an agent, or has taken it back. */
  isEmpty: boolean;
  /** The agent refused before it began: the run may be begun again after a pause. */
  release(error: string, pauseMs: number): Promise<void>;
}

/** What is to be done with a run that is not over and that this caller has not begun. */
type NotBegun =
  | { type: 'expired' }
  /** Somebody else has begun it, and will look again. */
  | { type: 'taken' }
  /** It is not due yet. */
  | { type: 'early'; delayMs: number };

const HISTORY = 20;

/**
 * Looks at a run and, where it has not begun and is due, begins it. Null when it is over. That it is due is told by the
 * database's clock, which also sets it; the deadline is told by ours, as it is an instant that the agent is given.
 */
export async function openRun(deps: RunDeps, tenantId: string, runId: string): Promise<OpenRun | NotBegun | null> {
  const settings = await deps.settingsOf(tenantId);
  return withTenant(deps.orm, tenantId, async (em) => {
    const run = await em.findOne(AgentRun, { tenantId, id: runId });
    if (!run || !isOpen(run)) return null;
    if (run.deadlineAt.getTime() <= Date.now()) return { type: 'expired' };
    const [begun] = await runBound(em, [
      `update agent_runs set status = 'calling', started_at = now(), attempts = attempts + 1
       where tenant_id = ? and id = ? and status = 'queued' and due_at <= now() returning attempts`,
      [tenantId, runId],
    ]);
    if (!begun) return await notBegun(em, tenantId, runId);
    const agent = await em.findOneOrFail(Agent, { tenantId, id: run.agentId });
    const conversation = await em.findOneOrFail(Conversation, { tenantId, id: run.conversationId });
    const contact = await em.findOne(Contact, { tenantId, id: conversation.contactId });
    const address =
      agent.channelId && (await em.findOne(ChannelAddress, { tenantId, channelId: agent.channelId, purpose: 'key' }));
    const messages = await em.find(
      Message,
      {
        tenantId,
        conversationId: run.conversationId,
        seq: { $gt: conversation.contextCutSeq, $lte: run.lastSeq },
        isInternal: false,
        deletedAt: null,
      },
      { orderBy: { seq: 'desc' }, limit: HISTORY + (run.lastSeq - run.firstSeq + 1) },
    );
    const told = messages.toReversed().filter(({ content, attachments }) => content !== '' || attachments.length > 0);
    const said = told.filter((message) => message.seq >= run.firstSeq && message.direction === 'in');
    const text = said.flatMap((message) => message.content || []).join('\n');
    const contactLanguage = conversation.language ?? null;
    return {
      type: 'begun',
      kind: agent.kind,
      openSettings: () => deps.keys.open(agent.settingsSealed, sealContext(tenantId, agent.id)),
      callbackUrl: address ? `${deps.publicUrl}/webhooks/${address.kind}/${address.address}` : '',
      attempts: z.int().parse(begun['attempts']),
      isEmpty: said.length === 0,
      turn: {
        runId,
        tenant: { id: settings.tenant.id, slug: settings.tenant.slug },
        conversation: { id: conversation.id, channel: conversation.channelId },
        contact: { name: contact?.displayName ?? null, language: contactLanguage },
        systemMessage: agent.systemPrompt || settings.systemMessage,
        language: spokenLanguage(settings, contactLanguage, text),
        message: text,
        attachments: said.flatMap(attachmentsOf),
        history: told.filter((message) => message.seq < run.firstSeq).map(toHistory),
        deadline: run.deadlineAt,
      },
      release: (error, pauseMs) =>
        withTenant(deps.orm, tenantId, async (later) => {
          await runBound(later, [
            `update agent_runs set status = 'queued', error = ?, due_at = now() + make_interval(secs => ?)
             where tenant_id = ? and id = ? and status = 'calling'`,
            [error, pauseMs / 1000, tenantId, runId],
          ]);
        }),
    };
  });
}

async function notBegun(em: EntityManager, tenantId: string, runId: string): Promise<NotBegun> {
  const [queued] = await runBound(em, [
    `select extract(epoch from due_at - now())::float8 * 1000 as delay from agent_runs
     where tenant_id = ? and id = ? and status = 'queued'`,
    [tenantId, runId],
  ]);
  return queued ? { type: 'early', delayMs: Math.max(0, z.number().parse(queued['delay'])) } : { type: 'taken' };
}

const ROLES = { in: 'contact', out: 'agent', internal: 'manager' } as const;

const toHistory = (message: Message): AgentTurn['history'][number] => {
  const attachments = attachmentsOf(message);
  return {
    role: message.senderKind === 'user' ? 'manager' : ROLES[message.direction as 'in'],
    text: message.content || attachments.map(inBrackets).join('\n'),
    attachments,
    at: (message.sentAt ?? message.createdAt).toISOString(),
  };
};

/** Without what only the platform understands, or would let others fetch. */
const attachmentsOf = ({ content, attachments }: Message): AgentAttachment[] =>
  attachments.map(({ type, fileName, label, latitude, longitude }) => ({
    type,
    ...(fileName && { fileName }),
    ...(label && { label }),
    ...(content && { caption: content }),
    ...(latitude !== undefined && longitude !== undefined && { latitude, longitude }),
  }));
