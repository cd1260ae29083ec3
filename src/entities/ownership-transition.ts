import { defineEntity, p } from '@mikro-orm/postgresql';
import { tenantFilter, tenantOwned } from './columns.ts';
import type { Handler } from './conversation.ts';

const schema = defineEntity({
  name: 'OwnershipTransition',
  tableName: 'ownership_transitions',
  properties: {
    ...tenantOwned,
    conversationId: p.uuid(),
    epoch: p.integer(),
    fromHandler: p.text().$type<Handler>(),
    toHandler: p.text().$type<Handler>(),
    actorKind: p.text().$type<'contact' | 'user' | 'agent' | 'system'>(),
    actorId: p.uuid().nullable(),
    /** The manager who has the conversation from here on. */
    assigneeUserId: p.uuid().nullable(),
    reason: p.text(),
  },
  filters: tenantFilter,
});

/** One change of a conversation's handler: who did it and why. */
export class OwnershipTransition extends schema.class {}
schema.setClass(OwnershipTransition);
