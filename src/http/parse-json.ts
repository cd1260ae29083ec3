import { AppError, badRequest } from '../errors.ts';
import { sanitizeText } from '../language/sanitize-text.ts';

export { sanitizeText } from '../language/sanitize-text.ts';

const MAX_DEPTH = 32;
const MAX_VALUES = 100_000;

/** A stranger's JSON, as it was read and as it came. */
export interface ReadJson {
  /** What `parseJson` gives. */
  value: unknown;
  /** The bytes, where JSON.parse alone makes the same of them; null where it would not. */
  text: Buffer | null;
}

/**
 * A stranger's JSON, made safe to keep, log, merge and queue:
 *
 * - at most 32 levels deep and 100,000 values and keys, or `mostValues`, checked before anything is built
 * - integers that a number cannot hold exactly come back as strings with all their digits
 * - no `__proto__` keys; U+0000 and lone surrogates are U+FFFD in strings and keys
 * - of duplicate keys the last one wins
 *
 * Throws AppError 400 for everything else, also for numbers too large to be one (`1e999`). Its message never
 * quotes the input.
 */
export const parseJson = (raw: Buffer, mostValues = MAX_VALUES): unknown => readJson(raw, mostValues).value;

/** The same, for whoever stores it: what need not be written anew is not. */
export function readJson(raw: Buffer, mostValues: number): ReadJson {
  const text = decode(raw);
  const { mayHoldLargeNumber } = survey(text, mostValues);
  const value = parse(text, mayHoldLargeNumber);
  if (needsCleaning.test(text)) return { value: cleaned(value), text: null };
  return { value, text: mayHoldLargeNumber || raw[0] === BYTE_ORDER_MARK ? null : raw };
}

/** The first of its bytes: only JSON.parse minds it. */
const BYTE_ORDER_MARK = 0xef;

const utf8 = new TextDecoder('utf-8', { fatal: true });

function decode(raw: Buffer) {
  try {
    return utf8.decode(raw);
  } catch {
    throw badRequest('the body is not valid UTF-8');
  }
}

/**
 * One pass over the characters outside of strings; whether the text is JSON at all is not its business. Tells whether
 * a number may be there that JavaScript cannot hold.
 */
function survey(text: string, mostValues: number): { mayHoldLargeNumber: boolean } {
  let depth = 0;
  let values = 1;
  let digits = 0;
  let mayHoldLargeNumber = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= ZERO && code <= NINE) {
      if (++digits === 16) mayHoldLargeNumber = true;
      continue;
    }
    if (digits > 0 && (code === SMALL_E || code === LARGE_E)) mayHoldLargeNumber = true;
    digits = 0;
    if (code === QUOTE) {
      at = endOfString(text, at);
    } else if (code === COMMA || code === COLON) {
      values++;
    } else if (code === OPEN_ARRAY || code === OPEN_OBJECT) {
      values++;
      if (++depth > MAX_DEPTH) throw badRequest(`the JSON is nested deeper than ${MAX_DEPTH} levels`);
    } else if (code === CLOSE_ARRAY || code === CLOSE_OBJECT) {
      depth--;
    }
    if (values > mostValues) throw badRequest(`the JSON holds more than ${mostValues} values and keys`);
  }
  return { mayHoldLargeNumber };
}

/** Where the string that begins at `start` ends; the end of the text if it does not. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end > 0; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text.charCodeAt(end - 1 - escapes) === BACKSLASH) escapes++;
    if (escapes % 2 === 0) return end;
  }
  return text.length;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const OPEN_OBJECT = 0x7b;
const CLOSE_ARRAY = 0x5d;
const CLOSE_OBJECT = 0x7d;
const ZERO = 0x30;
const NINE = 0x39;
const SMALL_E = 0x65;
const LARGE_E = 0x45;

/** A reviver makes parsing several times slower, so it runs only where such a number may be. */
function parse(text: string, mayHoldLargeNumber: boolean): unknown {
  try {
    return mayHoldLargeNumber ? JSON.parse(text, exactNumber) : JSON.parse(text);
  } catch (error) {
    if (error instanceof AppError) throw error;
    const position = error instanceof SyntaxError && /at position (\d+)/.exec(error.message)?.[1];
    throw badRequest(position ? `the body is not valid JSON, see position ${position}` : 'the body is not valid JSON');
  }
}

function exactNumber(_key: string, value: unknown, context?: { source?: string }) {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  if (context?.source && /^-?\d+$/.test(context.source)) return context.source;
  if (!Number.isFinite(value)) throw badRequest('the JSON holds a number that is too large');
  return value;
}

// U+0000, surrogates and the letters of __proto__ can only hide behind an escape.
const needsCleaning = /__proto__|\\u(?:0000|d[89a-f]|005f|006f|007[024])/i;

/** Recursion is safe here: the depth is known to be small. */
function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return sanitizeText(value);
  if (Array.isArray(value)) return value.map(cleaned);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => key !== '__proto__');
  return Object.fromEntries(entries.map(([key, inner]) => [sanitizeText(key), cleaned(inner)]));
}
