import { defineEntity, p } from '@mikro-orm/postgresql';
import { tenantFilter } from './columns.ts';

const schema = defineEntity({
  name: 'ConversationLabel',
  tableName: 'conversation_labels',
  properties: {
    tenantId: p.uuid().primary(),
    conversationId: p.uuid().primary(),
    label: p.text().primary(),
    createdAt: p.datetime().defaultRaw('now()'),
  },
  filters: tenantFilter,
});

/** A word by which managers find conversations of a kind. */
export class ConversationLabel extends schema.class {}
schema.setClass(ConversationLabel);
