import { defineEntity, p } from '@mikro-orm/postgresql';
import { tenantFilter, tenantOwned } from './columns.ts';

const schema = defineEntity({
  name: 'OutboundMessage',
  tableName: 'outbound_messages',
  properties: {
    ...tenantOwned,
    conversationId: p.uuid(),
    channelId: p.uuid(),
    messageId: p.uuid(),
    seq: p.integer(),
    part: p.integer().default(0),
    epoch: p.integer(),
    /** Automation's words are withheld when the epoch has moved on; a manager's never. */
    isAutomatic: p.boolean(),
    /** Empty where a file is sent. */
    text: p.text(),
    attachmentId: p.uuid().nullable(),
    quickReplies: p.array<string>(),
    /** Nobody writes it, and only the version before reads it: to be dropped once that is gone everywhere. */
    replyToExternalId: p.text().nullable(),
    status: p.text().$type<'queued' | 'sending' | 'sent' | 'failed' | 'discarded'>().default('queued'),
    attempts: p.integer().default(0),
    /** Queued: not before this. Sending: whoever sends has until then, afterwards another may. */
    dueAt: p.datetime().defaultRaw('now()'),
    /** Sending: the number of the claimant who sends (`tenancy/claimants.ts`). Null: only `dueAt` tells whether somebody does. */
    claimedBy: p.integer().nullable(),
    /** When it was written, or asked for again: it waits no longer than a day from then. */
    askedAt: p.datetime().defaultRaw('now()'),
    /** How often the platform asked to wait, without saying for how long. */
    waits: p.integer().default(0),
    /** It may have been shown twice: the platform's answer to an earlier try never came. */
    isUncertain: p.boolean().default(false),
    externalId: p.text().nullable(),
    errorCode: p.text().nullable(),
    error: p.text().nullable(),
    sentAt: p.datetime().nullable(),
  },
  filters: tenantFilter,
});

/** One send to a platform: the outbox. A long message has several parts. */
export class OutboundMessage extends schema.class {}
schema.setClass(OutboundMessage);

/** What the writer of a send says of it; the outbox adds the rest. */
export type NewOutbound = Pick<
  OutboundMessage,
  | 'tenantId'
  | 'id'
  | 'conversationId'
  | 'channelId'
  | 'messageId'
  | 'seq'
  | 'part'
  | 'epoch'
  | 'isAutomatic'
  | 'text'
  | 'quickReplies'
> & { attachmentId?: string };
