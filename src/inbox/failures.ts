import type { EntityManager } from '@mikro-orm/postgresql';
import { z } from 'zod';
import { runBound } from '../tenancy/bound.ts';

const MOST = 100;
const time = z.coerce.date().transform((date) => date.toISOString());

const Inbound = z.object({
  id: z.string(),
  channelId: z.string(),
  externalId: z.string(),
  error: z.string().nullable(),
  attempts: z.number(),
  createdAt: time,
});
const Outbound = z.object({
  id: z.string(),
  conversationId: z.string(),
  errorCode: z.string().nullable(),
  error: z.string().nullable(),
  attempts: z.number(),
  isUncertain: z.boolean(),
  createdAt: time,
});
const Notified = z.object({
  id: z.string(),
  conversationId: z.string(),
  kind: z.string(),
  name: z.string(),
  error: z.string().nullable(),
  attempts: z.number(),
  createdAt: time,
});

export interface Failures {
  inbound: z.infer<typeof Inbound>[];
  outbound: z.infer<typeof Outbound>[];
  notifications: z.infer<typeof Notified>[];
}

/** What ended as failed and waits for somebody to do it again: the newest 100 of each box. */
export async function failuresOf(em: EntityManager, tenantId: string): Promise<Failures> {
  const rows = (sql: string) => runBound(em, [sql, [tenantId, MOST]]);
  return {
    inbound: z.array(Inbound).parse(await rows(FAILED.inbound)),
    outbound: z.array(Outbound).parse(await rows(FAILED.outbound)),
    notifications: z.array(Notified).parse(await rows(FAILED.notifications)),
  };
}

export const FAILED = {
  inbound: `
    select id, channel_id as "channelId", external_id as "externalId", error, attempts, created_at as "createdAt"
    from inbound_events where tenant_id = ? and status = 'failed' order by created_at desc limit ?`,
  outbound: `
    select id, conversation_id as "conversationId", error_code as "errorCode", error, attempts,
      is_uncertain as "isUncertain", created_at as "createdAt"
    from outbound_messages where tenant_id = ? and status = 'failed' order by created_at desc limit ?`,
  notifications: `
    select n.id, n.conversation_id as "conversationId", t.kind, t.name, n.error, n.attempts, n.created_at as "createdAt"
    from notifications n join notification_targets t on t.tenant_id = n.tenant_id and t.id = n.target_id
    where n.tenant_id = ? and n.status = 'failed' order by n.created_at desc limit ?`,
};
