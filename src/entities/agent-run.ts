import { defineEntity, p } from '@mikro-orm/postgresql';
import { tenantFilter, tenantOwned, updatedAt } from './columns.ts';

export type AgentRunStatus = 'queued' | 'calling' | 'waiting' | 'answered' | 'failed' | 'expired' | 'discarded';

const schema = defineEntity({
  name: 'AgentRun',
  tableName: 'agent_runs',
  properties: {
    ...tenantOwned,
    ...updatedAt,
    conversationId: p.uuid(),
    agentId: p.uuid(),
    epoch: p.integer(),
    firstSeq: p.integer(),
    lastSeq: p.integer(),
    status: p.text().$type<AgentRunStatus>().default('queued'),
    deadlineAt: p.datetime(),
    /** Not to be begun before this: the agent was not there a moment ago. */
    dueAt: p.datetime().defaultRaw('now()'),
    startedAt: p.datetime().nullable(),
    endedAt: p.datetime().nullable(),
    answer: p.json<Record<string, unknown>>().nullable(),
    error: p.text().nullable(),
    attempts: p.integer().default(0),
    /** Answers that came after the end: recorded, never sent. */
    lateAnswers: p.json<unknown[]>(),
  },
  filters: tenantFilter,
});

/** One turn given to an agent. Its id is the correlation id; it ends once, whatever comes back later. */
export class AgentRun extends schema.class {}
schema.setClass(AgentRun);
