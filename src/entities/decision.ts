import { defineEntity, p } from '@mikro-orm/postgresql';
import { tenantFilter, tenantOwned } from './columns.ts';
import type { Handler } from './conversation.ts';

const schema = defineEntity({
  name: 'Decision',
  tableName: 'decisions',
  properties: {
    ...tenantOwned,
    conversationId: p.uuid(),
    epoch: p.integer(),
    firstSeq: p.integer(),
    lastSeq: p.integer(),
    path: p.text(),
    outcome: p.text(),
    reason: p.text(),
    language: p.text(),
    faqId: p.uuid().nullable(),
    confidence: p.double().nullable(),
    evidence: p.json<Record<string, unknown>>(),
    thresholds: p.json<Record<string, unknown>>(),
    settingsVersion: p.integer(),
    handlerBefore: p.text().$type<Handler>(),
    handlerAfter: p.text().$type<Handler>(),
    agentRunId: p.uuid().nullable(),
    replyMessageId: p.uuid().nullable(),
    withheldReason: p.text().nullable(),
    durationMs: p.double(),
  },
  filters: tenantFilter,
});

/** Why a turn was answered the way it was. */
export class Decision extends schema.class {}
schema.setClass(Decision);
