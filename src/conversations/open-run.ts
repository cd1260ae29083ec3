import type { MikroORM } from '@mikro-orm/postgresql';
import type { AgentAttachment, AgentTurn } from '../agents/agent.ts';
import { Agent } from '../entities/agent.ts';
import { AgentRun } from '../entities/agent-run.ts';
import { ChannelAddress } from '../entities/channel-address.ts';
import { Contact } from '../entities/contact.ts';
import { Conversation } from '../entities/conversation.ts';
import { Message } from '../entities/message.ts';
import { inBrackets } from '../language/in-brackets.ts';
import { spokenLanguage } from '../language/spoken.ts';
import { sealContext } from '../tenancy/find-channel.ts';
import type { KeyRing } from '../tenancy/secrets.ts';
import type { SettingsOf } from '../tenancy/settings.ts';
import { withTenant } from '../tenancy/with-tenant.ts';

interface RunDeps {
  orm: MikroORM;
  keys: KeyRing;
  settingsOf: SettingsOf;
  publicUrl: string;
}

/** A run that is not over, with everything its agent is to be told. */
export interface OpenRun {
  kind: string;
  settings: unknown;
  turn: AgentTurn;
  callbackUrl: string;
  /** The contact said nothing that could be given to an agent, or has taken it back. */
  isEmpty: boolean;
  /** True for the one caller that may call the agent: a call that may have happened is never repeated. */
  mayBegin: boolean;
  /** The agent refused before it began: the run may be begun again after a pause. */
  release(error: string, pauseMs: number): Promise<void>;
}

const HISTORY = 20;

/** Looks at a run and, where it has not begun, begins it. Null when it is over. */
export async function openRun(deps: RunDeps, tenantId: string, runId: string): Promise<OpenRun | null> {
  const settings = await deps.settingsOf(tenantId);
  return withTenant(deps.orm, tenantId, async (em) => {
    const run = await em.findOne(AgentRun, { tenantId, id: runId });
    if (!run || !['queued', 'calling', 'waiting'].includes(run.status)) return null;
    const now = new Date();
    const begun = await em.nativeUpdate(
      AgentRun,
      { tenantId, id: runId, status: 'queued', deadlineAt: { $gt: now }, dueAt: { $lte: now } },
      { status: 'calling', startedAt: now, attempts: run.attempts + 1 },
    );
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
      kind: agent.kind,
      settings: deps.keys.open(agent.settingsSealed, sealContext(tenantId, agent.id)),
      callbackUrl: address ? `${deps.publicUrl}/webhooks/${address.kind}/${address.address}` : '',
      isEmpty: said.length === 0,
      mayBegin: begun === 1,
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
          await later.nativeUpdate(
            AgentRun,
            { tenantId, id: runId, status: 'calling' },
            { status: 'queued', error, dueAt: new Date(Date.now() + pauseMs) },
          );
        }),
    };
  });
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
