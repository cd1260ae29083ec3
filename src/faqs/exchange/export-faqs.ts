import type { MikroORM } from '@mikro-orm/postgresql';
import { stringify } from 'csv-stringify/sync';
import type { SpokenFaq } from '../by-language.ts';
import { readAllFaqs } from '../read-faqs.ts';
import { harmless, keywordCell } from './cells.ts';

export type Format = 'csv' | 'json';

/** The columns of an export, in their order; an import knows the same. */
export const columns = ['id', 'question', 'answer', 'keywords', 'language', 'priority', 'isActive'] as const;
export type Column = (typeof columns)[number];

interface Wish {
  format: Format;
  /** Without ids, what is exported can be imported into another tenant. */
  withIds: boolean;
}

/**
 * All FAQs of a tenant by ascending id, as text in pieces: CSV with a byte order mark, so that spreadsheets know it is
 * UTF-8, or a JSON list with a FAQ on each line. Read page by page: a FAQ that changes meanwhile is in it before or after.
 */
export async function* exportFaqs(orm: MikroORM, tenantId: string, { format, withIds }: Wish): AsyncGenerator<string> {
  const shown = columns.filter((column) => withIds || column !== 'id');
  const write = format === 'csv' ? csvOf : jsonOf;
  let isFirst = true;
  for await (const page of readAllFaqs(orm, tenantId)) {
    yield write(page, shown, isFirst);
    isFirst = false;
  }
  if (format === 'json') yield '\n]\n';
}

function csvOf(page: readonly SpokenFaq[], shown: readonly Column[], isFirst: boolean): string {
  const rows = page.map((faq) => shown.map((column) => harmless(cellOf(faq, column))));
  const options = { quoted: true, record_delimiter: 'windows' } as const;
  return isFirst ? `\ufeff${stringify([shown, ...rows], options)}` : stringify(rows, options);
}

function jsonOf(page: readonly SpokenFaq[], shown: readonly Column[], isFirst: boolean): string {
  const lines = page.map((faq) => JSON.stringify(Object.fromEntries(shown.map((column) => [column, faq[column]]))));
  return `${isFirst ? '[\n' : ''}${lines.length > 0 && !isFirst ? ',\n' : ''}${lines.join(',\n')}`;
}

function cellOf(faq: SpokenFaq, column: Column): string {
  const value = faq[column];
  if (Array.isArray(value)) return keywordCell(value);
  return value === null ? '' : String(value);
}
