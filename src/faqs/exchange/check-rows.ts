import type { MikroORM } from '@mikro-orm/postgresql';
import { z } from 'zod';
import { uuidList } from '../../tenancy/at-once.ts';
import { runBound } from '../../tenancy/bound.ts';
import { withTenant } from '../../tenancy/with-tenant.ts';
import { answer, keywords, language, priority, question } from '../fields.ts';
import { addError, type RowErrors } from './row-errors.ts';
import type { Spool } from './spool.ts';
import { unreadable, type RawRow } from './unreadable.ts';

/** A FAQ of a file: with the id of one that is there, or a new one. What is not named stays, or gets its default. */
export const FileFaq = z.strictObject({
  id: z.uuid().optional(),
  question,
  answer,
  keywords: keywords.optional(),
  language: language.nullable().optional(),
  priority: priority.optional(),
  isActive: z.boolean().optional(),
});
export type FileFaq = z.infer<typeof FileFaq>;

export interface Checked {
  rows: number;
  /** Of the rows that are right: those that make a FAQ, and those that change one. */
  created: number;
  updated: number;
  errors: RowErrors;
}

const MOST_ROWS = 1_000_000;
/** Whichever is reached first ends a batch. */
const BATCH_ROWS = 1_000;
const BATCH_LENGTH = 400_000;

/**
 * Reads all rows, puts those that are right into the spool, and says what is wrong with the others. Changes nothing.
 * Throws 422 for a file that cannot be read.
 */
export async function checkRows(
  orm: MikroORM,
  tenantId: string,
  rows: AsyncIterable<RawRow>,
  spool: Spool<FileFaq>,
): Promise<Checked> {
  const checked: Checked = { rows: 0, created: 0, updated: 0, errors: { total: 0, shown: [] } };
  const changed = new Set<string>();
  let batch: { row: number; faq: FileFaq }[] = [];
  let length = 0;

  async function settle(): Promise<void> {
    const right = await withoutStrangers(orm, tenantId, batch, changed, checked.errors);
    const known = right.filter(({ id }) => id !== undefined).length;
    checked.updated += known;
    checked.created += right.length - known;
    if (right.length > 0) await spool.put(right);
    batch = [];
    length = 0;
  }

  for await (const raw of rows) {
    checked.rows += 1;
    if (checked.rows > MOST_ROWS) throw unreadable(`the file has more than ${MOST_ROWS} rows; cut it in several`);
    const faq = readRow(raw, checked.errors);
    if (!faq) continue;
    batch.push({ row: raw.row, faq });
    length += faq.question.length + faq.answer.length;
    if (batch.length >= BATCH_ROWS || length >= BATCH_LENGTH) await settle();
  }
  await settle();
  checked.errors.shown.sort((one, other) => one.row - other.row);
  return checked;
}

function readRow(raw: RawRow, errors: RowErrors): FileFaq | null {
  if ('wrong' in raw) {
    addError(errors, { row: raw.row, column: null, message: raw.wrong });
    return null;
  }
  const parsed = FileFaq.safeParse(raw.given);
  if (parsed.success) return parsed.data;
  for (const { path, message } of parsed.error.issues) {
    addError(errors, { row: raw.row, column: path.length > 0 ? path.join('.') : null, message });
  }
  return null;
}

/** Another tenant's FAQ is as good as none. */
async function withoutStrangers(
  orm: MikroORM,
  tenantId: string,
  batch: readonly { row: number; faq: FileFaq }[],
  changed: Set<string>,
  errors: RowErrors,
): Promise<FileFaq[]> {
  const ids = batch.flatMap(({ faq }) => faq.id ?? []);
  const own = ids.length === 0 ? new Set() : await ownOf(orm, tenantId, ids);
  const isRight = ({ row, faq: { id } }: { row: number; faq: FileFaq }): boolean => {
    if (id === undefined) return true;
    const wrong = (message: string) => addError(errors, { row, column: 'id', message });
    if (!own.has(id)) wrong('there is no FAQ with this id; leave the id out to make a new one');
    else if (changed.has(id)) wrong('an earlier row has the same id; take one of them out');
    else return Boolean(changed.add(id));
    return false;
  };
  return batch.filter(isRight).map(({ faq }) => faq);
}

const Id = z.object({ id: z.string() });

async function ownOf(orm: MikroORM, tenantId: string, ids: readonly string[]): Promise<Set<string>> {
  const rows = await withTenant(orm, tenantId, (em) =>
    runBound(em, ['select id from faqs where tenant_id = ? and id = any (?::uuid[])', [tenantId, uuidList(ids)]]),
  );
  return new Set(
    z
      .array(Id)
      .parse(rows)
      .map(({ id }) => id),
  );
}
