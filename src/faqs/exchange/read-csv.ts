import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { sanitizeText } from '../../language/sanitize-text.ts';
import { asWritten, readKeywordCell, readWholeNumber, readYesOrNo } from './cells.ts';
import { columns, type Column } from './export-faqs.ts';
import { utf8Bytes } from './read-utf8.ts';
import { LONGEST_ROW, unreadable, type RawRow } from './unreadable.ts';

/** Bytes among which the first line must end. */
const LONGEST_HEADER = 64 * 1024;
const DELIMITERS = [',', ';', '\t'];

/**
 * The rows of a CSV file, numbered as a spreadsheet does: the first line, which names the columns, is row 1. Commas,
 * semicolons or tabs between cells are found out by that line. Throws 422 for a file that cannot be read.
 */
export async function* readCsv(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<RawRow> {
  const { line, all } = await firstLine(bytes);
  const delimiter = delimiterOf(line);
  const parser = parse({
    bom: true,
    delimiter,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    max_record_size: LONGEST_ROW,
  });
  // What goes wrong is told by the parser, which is what is read from.
  pipeline(Readable.from(utf8Bytes(all)), parser, () => undefined);
  let names: Column[] | undefined;
  let row = 0;
  try {
    for await (const record of parser) {
      row += 1;
      const cells: string[] = record;
      if (!names) names = readHeader(cells);
      else if (cells.some((cell) => cell.trim() !== '')) yield toRow(row, cells, names);
    }
  } catch (error) {
    throw error instanceof CsvError ? explain(error) : error;
  }
}

/** The first line, and all the bytes with it. */
async function firstLine(bytes: AsyncIterable<Uint8Array>) {
  const source = bytes[Symbol.asyncIterator]();
  const chunks: Uint8Array[] = [];
  let line = '';
  while (line.length < LONGEST_HEADER && !/[\r\n]/.test(line)) {
    const { done, value } = await source.next();
    if (done) break;
    chunks.push(value);
    line += Buffer.from(value).toString('latin1');
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    try {
      yield* chunks;
      yield* { [Symbol.asyncIterator]: () => source };
    } finally {
      await source.return?.();
    }
  }
  return { line: line.split(/[\r\n]/, 1)[0] ?? '', all: all() };
}

/** By which the line falls into the most columns that we know. */
function delimiterOf(line: string): string {
  const known = (delimiter: string) => line.split(delimiter).filter((name) => columnOf(name)).length;
  return DELIMITERS.toSorted((one, other) => known(other) - known(one))[0] ?? ',';
}

const byName = new Map<string, Column>(columns.map((column) => [column.toLowerCase(), column]));
/** `is_active` and `"Is Active"` are `isActive`. */
const columnOf = (name: string) => byName.get(name.replaceAll(/[^a-zA-Z]/g, '').toLowerCase());

function readHeader(cells: string[]): Column[] {
  const names = cells.map((cell) => {
    const column = columnOf(cell);
    if (column) return column;
    throw unreadable(
      `the first line has to name the columns, and '${cell.slice(0, 40)}' is none: use ${columns.join(', ')}`,
    );
  });
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice) throw unreadable(`the first line names the column ${twice} twice; take one of them out`);
  for (const needed of ['question', 'answer'] as const) {
    if (!names.includes(needed)) throw unreadable(`the first line does not name a column ${needed}; add it`);
  }
  return names;
}

function toRow(row: number, cells: string[], names: Column[]): RawRow {
  if (cells.slice(names.length).some((cell) => cell !== '')) {
    const wrong = `has ${cells.length} cells, and the first line names ${names.length} columns: put what has the delimiter in it in quotes`;
    return { row, wrong };
  }
  const given = Object.fromEntries(
    names.map((name, at) => [name, valueOf(name, asWritten(sanitizeText(cells[at] ?? '')))]),
  );
  return { row, given };
}

/** An empty cell is what a FAQ has of which nothing is said. */
function valueOf(column: Column, cell: string): unknown {
  if (column === 'keywords') return readKeywordCell(cell);
  if (column === 'question' || column === 'answer') return cell;
  const isEmpty = cell.trim() === '';
  if (column === 'id') return isEmpty ? undefined : cell.trim();
  if (column === 'language') return isEmpty ? null : cell.trim();
  if (column === 'priority') return isEmpty ? 1 : readWholeNumber(cell);
  return isEmpty || readYesOrNo(cell);
}

function explain(error: CsvError) {
  const line = typeof error['lines'] === 'number' ? error['lines'] : 'unknown';
  if (error.code === 'CSV_MAX_RECORD_SIZE') {
    return unreadable(
      `line ${line}: a row is longer than ${LONGEST_ROW} characters; is a closing quote missing before?`,
    );
  }
  return unreadable(
    `line ${line}: the quotes are not right. A cell with quotes in it stands in quotes, and each inner one is doubled`,
  );
}
