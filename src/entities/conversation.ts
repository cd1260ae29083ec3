import { defineEntity, p } from '@mikro-orm/postgresql';
import { tenantFilter, tenantOwned, updatedAt } from './columns.ts';

export const handlers = ['bot', 'awaiting_consent', 'queued', 'human', 'closed'] as const;

/** Who answers: automation, nobody yet (asked or queued), a manager, or no one any more. */
export type Handler = (typeof handlers)[number];

/** FAQs that the contact was offered to choose from; lapses with the next turn. */
export interface FaqOffer {
  /** Of the message that offers them. */
  seq: number;
  /** In the order of their numbers; `title` is what a button says. */
  choices: { faqId: string; question: string; title: string }[];
}

const schema = defineEntity({
  name: 'Conversation',
  tableName: 'conversations',
  properties: {
    ...tenantOwned,
    ...updatedAt,
    channelId: p.uuid(),
    contactId: p.uuid(),
    thread: p.text(),
    title: p.text().nullable(),
    /** `group` where several people may read what is written. */
    conversationType: p.text().$type<'chat' | 'group'>().default('chat'),
    handler: p.text().$type<Handler>().default('bot'),
    /** Grows with every change of handler; a reply computed under an older one is discarded. */
    epoch: p.integer().default(0),
    assigneeUserId: p.uuid().nullable(),
    assignedAt: p.datetime().nullable(),
    /** Higher ones are taken from the queue first. */
    priority: p.integer().default(0),
    language: p.text().nullable(),
    /** Sequence of the newest message; taken under this row's lock. */
    lastSeq: p.integer().default(0),
    /** Everything up to here is answered, or was left to a human. */
    answeredSeq: p.integer().default(0),
    /** Automation may not look at messages up to here: they belong to an earlier handover. */
    contextCutSeq: p.integer().default(0),
    contextCutAt: p.datetime().nullable(),
    turnStartedAt: p.datetime().nullable(),
    turnDueAt: p.datetime().nullable(),
    /** How often the open turn could not be decided, because something in it is at fault. */
    turnAttempts: p.integer().default(0),
    /** Automatic replies since a human last spoke here, or since a long silence. */
    botReplyCount: p.integer().default(0),
    /** Automatic replies in the hour that began then. */
    replyHourAt: p.datetime().nullable(),
    repliesInHour: p.integer().default(0),
    /** Turns in a row that automation could not answer. */
    missedCount: p.integer().default(0),
    consentAskedAt: p.datetime().nullable(),
    consentAskedCount: p.integer().default(0),
    /** After a "no" the contact is not asked again before this many answered turns. */
    consentQuietTurns: p.integer().default(0),
    /** Of the last turn's folded words, to notice a question asked again. */
    lastTurnDigest: p.text().nullable(),
    faqOffer: p.json<FaqOffer>().nullable(),
    activeRunId: p.uuid().nullable(),
    /** It waits for a manager, and nothing was said of that to the contact, whose message came late. */
    isUntold: p.boolean().default(false),
    /** From the offer or the request until a manager has given it back or closed it. */
    openHandoverId: p.uuid().nullable(),
    /** Managers are told then that the contact waits, unless one has written before. */
    remindAt: p.datetime().nullable(),
    /** The chat from which managers answer: it gets each message of the contact at once. */
    relayTargetId: p.uuid().nullable(),
    /** False once the contact blocked us. */
    isSubscribed: p.boolean().default(true),
    lastInboundAt: p.datetime().nullable(),
    lastActivityAt: p.datetime().defaultRaw('now()'),
    firstResponseAt: p.datetime().nullable(),
    closedAt: p.datetime().nullable(),
  },
  filters: tenantFilter,
});

/** One contact talking with one tenant over one channel, until it is closed. */
export class Conversation extends schema.class {}
schema.setClass(Conversation);
