import type { EntityManager } from '@mikro-orm/postgresql';
import { z } from 'zod';
import { handlers } from '../entities/conversation.ts';
import type { Before } from './apply-verdict.ts';

const Before = z.object({
  isRepeated: z.boolean(),
  isAgentBusy: z.boolean(),
  botReplyCount: z.int(),
  missedCount: z.int(),
  consentAskedCount: z.int(),
  consentQuietTurns: z.int(),
}) satisfies z.ZodType<Before>;

const Row = z.object({
  id: z.string(),
  conversation_id: z.string(),
  created_at: z.coerce.date(),
  path: z.string(),
  outcome: z.string(),
  faq_id: z.string().nullable(),
  confidence: z.number().nullable(),
  handler_before: z.enum(handlers),
  contact_language: z.string().nullable(),
  picked: z.boolean().nullable(),
  before: Before,
  text: z.string().nullable(),
});

/** A turn that was automation's to decide, with all that it takes to decide it again. */
export type DecidedTurn = ReturnType<typeof turnOf>;

/** The newest first, at most `most`. Those of versions that did not note all of it are left out. */
export async function readDecidedTurns(em: EntityManager, tenantId: string, most: number): Promise<DecidedTurn[]> {
  const rows = await em.execute<unknown[]>(
    `select d.id, d.conversation_id, d.created_at, d.path, d.outcome, d.faq_id, d.confidence, d.handler_before,
       c.language as contact_language, (d.evidence ->> 'isPicked')::boolean as picked, d.evidence -> 'before' as before,
       (select string_agg(m.content, E'\\n' order by m.seq) from messages m
        where m.tenant_id = d.tenant_id and m.conversation_id = d.conversation_id and m.seq between d.first_seq and d.last_seq
          and m.direction = 'in' and m.content <> '') as text
     from decisions d join conversations c on c.tenant_id = d.tenant_id and c.id = d.conversation_id
     where d.tenant_id = ? and d.path not in ('human', 'stale', 'failed')
       -- What an agent came back with is the end of a turn that was decided before.
       and (d.agent_run_id is null or d.outcome = 'ask_agent') and d.evidence -> 'before' is not null
     order by d.id desc limit ?`,
    [tenantId, most],
  );
  return rows.map((row) => turnOf(Row.parse(row)));
}

const turnOf = (row: z.infer<typeof Row>) => ({
  decisionId: row.id,
  conversationId: row.conversation_id,
  decidedAt: row.created_at,
  text: row.text ?? '',
  handler: row.handler_before,
  contactLanguage: row.contact_language,
  pickedFaqId: row.picked ? row.faq_id : null,
  before: row.before,
  recorded: { path: row.path, outcome: row.outcome, faqId: row.faq_id, confidence: row.confidence },
});
