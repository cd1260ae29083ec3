import { defineEntity, p } from '@mikro-orm/postgresql';
import { tenantFilter, tenantOwned } from './columns.ts';

/** What a message may carry besides text; the same shape that channels parse. */
export interface Attachment {
  type: string;
  /** Of a file that we keep ourselves: a row of `attachments`. */
  id?: string;
  providerId?: string;
  url?: string;
  mimeType?: string;
  fileName?: string;
  sizeBytes?: number;
  latitude?: number;
  longitude?: number;
  label?: string;
}

export type MessageStatus = 'received' | 'queued' | 'sent' | 'delivered' | 'read' | 'failed' | 'withheld';

const schema = defineEntity({
  name: 'Message',
  tableName: 'messages',
  properties: {
    ...tenantOwned,
    conversationId: p.uuid(),
    channelId: p.uuid(),
    /** Order within the conversation. */
    seq: p.integer(),
    senderKind: p.text().$type<'contact' | 'user' | 'agent' | 'system'>(),
    contactId: p.uuid().nullable(),
    userId: p.uuid().nullable(),
    agentId: p.uuid().nullable(),
    direction: p.text().$type<'in' | 'out' | 'internal'>(),
    content: p.text(),
    contentType: p.text().default('text'),
    attachments: p.json<Attachment[]>(),
    parentExternalId: p.text().nullable(),
    externalId: p.text().nullable(),
    status: p.text().$type<MessageStatus>(),
    isInternal: p.boolean().default(false),
    isError: p.boolean().default(false),
    requiresAction: p.boolean().default(false),
    language: p.text().nullable(),
    reactions: p.json<Record<string, string>>(),
    metadata: p.json<Record<string, unknown>>(),
    sentAt: p.datetime().nullable(),
    editedAt: p.datetime().nullable(),
    deletedAt: p.datetime().nullable(),
  },
  filters: tenantFilter,
});

/** Something said in a conversation, by the contact, a manager, an agent or the system. */
export class Message extends schema.class {}
schema.setClass(Message);
