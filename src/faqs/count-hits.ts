import type { Statement } from '../tenancy/at-once.ts';

/**
 * Counts the answers that FAQs gave: `faqIds` has an id for each answer. One statement however many there are, none
 * when there are none. For the transaction of one tenant, as the policy of the table says whose FAQs they are; one
 * that is gone meanwhile is not counted.
 */
export function hitStatements(faqIds: readonly string[]): Statement[] {
  if (faqIds.length === 0) return [];
  const hits = [...Map.groupBy(faqIds, (id) => id)].map(([id, same]) => ({ id, hits: same.length }));
  return [[COUNT, [JSON.stringify(hits)]]];
}

/** Locked in the order of their ids: two transactions that count the same FAQs cannot wait for each other. */
const COUNT = `update faqs f set hit_count = f.hit_count + locked.hits, last_hit_at = greatest(f.last_hit_at, now())
  from (
    select l.tenant_id, l.id, h.hits from faqs l
    join json_to_recordset(?::json) as h (id uuid, hits int) on h.id = l.id
    where l.tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid
    order by l.id for no key update of l
  ) locked where f.tenant_id = locked.tenant_id and f.id = locked.id`;
