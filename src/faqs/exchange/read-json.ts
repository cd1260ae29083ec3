import { sanitizeText } from '../../language/sanitize-text.ts';
import { utf8Text } from './read-utf8.ts';
import { LONGEST_ROW, unreadable, type RawRow } from './unreadable.ts';

/**
 * The rows of a JSON file: a list of FAQs, numbered from 1, or a FAQ on each line, numbered as the lines are. Neither is
 * ever held as a whole. Throws 422 for a file that cannot be read.
 */
export async function* readJson(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<RawRow> {
  let split: Splitter | undefined;
  for await (const text of utf8Text(bytes)) {
    const begun = split ?? splitterFor(text);
    if (!begun) continue;
    split = begun;
    for (const { row, text: value } of split.feed(text)) yield toRow(row, value);
  }
  for (const { row, text: value } of split?.end() ?? []) yield toRow(row, value);
}

interface Piece {
  row: number;
  text: string;
}

interface Splitter {
  feed: (text: string) => Iterable<Piece>;
  end: () => Iterable<Piece>;
}

/** By the first letter of the file; null while there was none. */
function splitterFor(text: string): Splitter | null {
  const first = text.trimStart()[0];
  if (first === undefined) return null;
  if (first === '[') return splitList();
  if (first === '{') return splitLines();
  throw unreadable('the file is no JSON list of FAQs, and has no FAQ on each line; it should begin with [ or {');
}

function splitLines(): Splitter {
  let row = 0;
  let rest = '';
  return {
    *feed(text) {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        row += 1;
        if (line.trim() !== '') yield { row, text: line };
      }
      refuseLong(rest.length, row + 1);
    },
    *end() {
      if (rest.trim() !== '') yield { row: row + 1, text: rest };
    },
  };
}

/** Finds the commas between the values of the list; what is between them is for the parser to judge. */
function splitList(): Splitter {
  const value = { text: '', row: 0 };
  let depth = 0;
  let isInString = false;
  let isEscaped = false;
  let isOver = false;

  const take = (): Piece => {
    const piece = { row: (value.row += 1), text: value.text };
    value.text = '';
    return piece;
  };
  return {
    *feed(text) {
      let from = 0;
      const upTo = (at: number) => {
        value.text += text.slice(from, at);
        from = at + 1;
      };
      for (let at = 0; at < text.length; at++) {
        const code = text.charCodeAt(at);
        if (isOver) {
          if (!isSpace(code)) throw unreadable('there is more behind the end of the list; take it out');
        } else if (isInString) {
          if (isEscaped) isEscaped = false;
          else if (code === BACKSLASH) isEscaped = true;
          else if (code === QUOTE) isInString = false;
        } else if (code === QUOTE) isInString = true;
        else if (code === OPEN_LIST || code === OPEN_OBJECT) {
          if (depth === 0) from = at + 1;
          depth += 1;
        } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) {
          depth -= 1;
          if (depth > 0) continue;
          upTo(at);
          isOver = true;
          if (value.row > 0 || value.text.trim() !== '') yield take();
        } else if (code === COMMA && depth === 1) {
          upTo(at);
          yield take();
        }
      }
      if (!isOver) value.text += text.slice(from);
      refuseLong(value.text.length, value.row + 1);
    },
    end() {
      if (isOver) return [];
      throw unreadable(`the list does not end: it is cut off after row ${value.row}, or a quote is missing`);
    },
  };
}

const BACKSLASH = 0x5c;
const QUOTE = 0x22;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const COMMA = 0x2c;
const isSpace = (code: number) => code === 0x20 || (code >= 0x09 && code <= 0x0d);

function refuseLong(length: number, row: number): void {
  if (length > LONGEST_ROW) {
    throw unreadable(`row ${row} is longer than ${LONGEST_ROW} characters; is a quote or a bracket missing before?`);
  }
}

function toRow(row: number, text: string): RawRow {
  const value = parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { row, wrong: value === undefined ? 'is not valid JSON' : 'is no FAQ: it should be an object' };
  }
  return { row, given: MAY_BE_UNCLEAN.test(text) ? cleaned(value) : { ...value } };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** U+0000 and lone surrogates can only hide behind an escape. */
const MAY_BE_UNCLEAN = /\\u(?:0000|d[89a-f])/i;

const cleaned = (value: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, Array.isArray(inner) ? inner.map(cleanText) : cleanText(inner)]),
  );

const cleanText = (given: unknown): unknown => (typeof given === 'string' ? sanitizeText(given) : given);
