import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { z } from 'zod';
import { conflict, unprocessable } from '../../errors.ts';
import type { Statement } from '../../tenancy/at-once.ts';
import { runBound } from '../../tenancy/bound.ts';
import { withTenant } from '../../tenancy/with-tenant.ts';
import { addFaqs, expectRoom } from '../edit-faqs.ts';
import { checkRows, type Checked, type FileFaq } from './check-rows.ts';
import type { Format } from './export-faqs.ts';
import { readCsv } from './read-csv.ts';
import { readJson } from './read-json.ts';
import { openSpool, type Spool } from './spool.ts';

export interface ImportWish {
  format: Format;
  /** `replace` removes every FAQ that is not in the file. */
  mode: 'append' | 'replace';
  /** Says what would be done, and does nothing. */
  dryRun: boolean;
  /** Takes the rows that are right although others are wrong. */
  partial: boolean;
}

export interface ImportReport extends Checked {
  removed: number;
  isWritten: boolean;
}

/**
 * Takes a file of FAQs in, of any size in bounded memory: it is read and checked as it comes, what is right is put aside on
 * disk, and then written in one transaction. While a row is wrong nothing is written, unless `partial`; see the
 * report. `note` is called in that transaction. Throws 422 for a file that cannot be read, 409 when a FAQ of it
 * was deleted meanwhile.
 */
export async function importFaqs(
  orm: MikroORM,
  tenantId: string,
  {
    bytes,
    note,
  }: { bytes: AsyncIterable<Uint8Array>; note?: (em: EntityManager, report: ImportReport) => Promise<void> },
  { format, mode, dryRun, partial }: ImportWish,
): Promise<ImportReport> {
  if (partial && mode === 'replace') {
    throw unprocessable(
      'partial: goes with mode=append only; mode=replace would remove the FAQs of rows that are wrong',
    );
  }
  const spool = await openSpool<FileFaq>();
  try {
    const rows = format === 'csv' ? readCsv(bytes) : readJson(bytes);
    const checked = await checkRows(orm, tenantId, rows, spool);
    if (mode === 'replace' && checked.rows === 0) {
      throw unprocessable(
        'the file has no rows, and mode=replace would remove all FAQs; delete them one by one instead',
      );
    }
    return await withTenant(orm, tenantId, async (em) => {
      const removed = mode === 'replace' ? (await countOf(em, tenantId)) - checked.updated : 0;
      const report = { ...checked, removed };
      if (checked.errors.total > 0 && !partial) return { ...report, isWritten: false };
      await expectRoom(em, tenantId, Math.max(0, checked.created - removed));
      if (dryRun) return { ...report, isWritten: false };
      await write(em, tenantId, spool, { ...report, mode });
      const written = { ...report, isWritten: true };
      await note?.(em, written);
      return written;
    });
  } finally {
    await spool.remove();
  }
}

/** More changes are told to the processes as one. */
const MOST_TOLD_ONE_BY_ONE = 500;

interface Plan extends Checked {
  removed: number;
  mode: ImportWish['mode'];
}

async function write(em: EntityManager, tenantId: string, spool: Spool<FileFaq>, plan: Plan): Promise<void> {
  if (plan.created + plan.updated + plan.removed > MOST_TOLD_ONE_BY_ONE) {
    await runBound(em, [`select set_config('app.bulk', 'on', true)`, []]);
  }
  // In the order in which hits are counted, so that neither waits for what the other holds.
  if (plan.updated + plan.removed > 0) {
    await runBound(em, [
      `with held as (select id from faqs where tenant_id = ? order by id for no key update) select count(*) from held`,
      [tenantId],
    ]);
  }
  for await (const batch of spool.batches()) {
    const known = batch.filter(({ id }) => id !== undefined);
    const fresh = batch.filter(({ id }) => id === undefined);
    await change(em, tenantId, known);
    await addFaqs(em, tenantId, 'import', fresh);
  }
  if (plan.mode === 'replace') await removeOthers(em, tenantId);
}

async function change(em: EntityManager, tenantId: string, faqs: readonly FileFaq[]): Promise<void> {
  for (const statement of changeStatements(tenantId, faqs)) {
    const [counted] = z.array(Counted).parse(await runBound(em, statement));
    if (counted && counted.missing > 0) {
      throw conflict('a FAQ of the file was deleted while it was being imported; nothing was changed, import it again');
    }
  }
}

/** One for each set of columns that rows name. */
function changeStatements(tenantId: string, faqs: readonly FileFaq[]): Statement[] {
  const groups = Map.groupBy(faqs, (faq) => Object.keys(faq).toSorted().join());
  return [...groups.values()].map((group) => {
    const named = Object.entries(COLUMNS).filter(([key]) => Object.hasOwn(group[0] ?? {}, key));
    const set = named.map(([key, column]) => `${column} = r."${key}"`).join(', ');
    return [
      `with changed as (
         update faqs f set ${set}, updated_at = now()
         from json_to_recordset(?::json) as r (id uuid, question text, answer text, keywords text[], language text,
           priority int, "isActive" bool)
         where f.tenant_id = ? and f.id = r.id returning 1
       ) select ?::int - count(*)::int as missing from changed`,
      [JSON.stringify(group), tenantId, group.length],
    ];
  });
}

const COLUMNS = {
  question: 'question',
  answer: 'answer',
  keywords: 'keywords',
  language: 'language',
  priority: 'priority',
  isActive: 'is_active',
};

const Counted = z.object({ missing: z.number() });
const Removed = z.object({ removed: z.number() });
const Present = z.object({ present: z.number() });

async function countOf(em: EntityManager, tenantId: string): Promise<number> {
  const rows = await runBound(em, ['select count(*)::int as present from faqs where tenant_id = ?', [tenantId]]);
  return z.array(Present).parse(rows)[0]?.present ?? 0;
}

/** Rows removed by one statement, which must not take longer than a statement may. */
const REMOVED_AT_ONCE = 5_000;

/** All that this transaction has not written. */
async function removeOthers(em: EntityManager, tenantId: string): Promise<void> {
  for (;;) {
    const rows = await runBound(em, [
      `with gone as (
         delete from faqs where tenant_id = ? and id in (
           select id from faqs where tenant_id = ? and xmin <> pg_current_xact_id()::xid limit ?
         ) returning 1
       ) select count(*)::int as removed from gone`,
      [tenantId, tenantId, REMOVED_AT_ONCE],
    ]);
    if (z.array(Removed).parse(rows)[0]?.removed !== REMOVED_AT_ONCE) return;
  }
}
