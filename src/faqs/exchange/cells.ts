import { keywordList, parseKeywords } from '../../language/keywords.ts';

/** What a spreadsheet may take for a formula, with the quotes before it by which that was prevented. */
const FORMULA = /^'*[=+\-@\t\r\n＝＋－＠]/;

/** A cell that no spreadsheet runs: one that might be a formula gets a quote in front. */
export const harmless = (cell: string): string => (FORMULA.test(cell) ? `'${cell}` : cell);

/** The cell before `harmless`. */
export const asWritten = (cell: string): string => (cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell);

/** Keywords in one cell, as people write them; as a JSON list where that could not be read back. */
export function keywordCell(keywords: readonly string[]): string {
  const cell = keywords.map((keyword) => (/[",;\r\n،、，；]/.test(keyword) ? `"${keyword}"` : keyword)).join(', ');
  return isSame(readKeywordCell(cell), keywords) ? cell : JSON.stringify(keywords);
}

/** The keywords of a cell. */
export function readKeywordCell(cell: string): string[] {
  return keywordList(listIn(cell) ?? parseKeywords(cell));
}

function listIn(cell: string): string[] | null {
  if (!cell.startsWith('[')) return null;
  try {
    const given: unknown = JSON.parse(cell);
    return Array.isArray(given) && given.every((one) => typeof one === 'string') ? given : null;
  } catch {
    return null;
  }
}

const isSame = (some: readonly string[], others: readonly string[]) =>
  some.length === others.length && some.every((one, at) => one === others[at]);

/** As spreadsheets write them, in some of their languages. */
const YES = new Set(['true', 'yes', '1', 'wahr', 'vrai', 'verdadero', 'vero', 'verdadeiro', 'истина']);
const NO = new Set(['false', 'no', '0', 'falsch', 'faux', 'falso', 'ложь']);

/** What stands in a cell for yes or no; the cell itself where it is neither. */
export function readYesOrNo(cell: string): boolean | string {
  const word = cell.trim().toLowerCase();
  return YES.has(word) || (NO.has(word) ? false : cell);
}

/** A whole number; the cell itself where it is none. */
export const readWholeNumber = (cell: string): number | string =>
  /^\s*[+-]?\d{1,9}\s*$/.test(cell) ? Number(cell) : cell;
