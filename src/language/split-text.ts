/** How a platform counts the length of a text. */
export type TextUnit = 'utf16' | 'codepoints' | 'bytes';

/**
 * A text in parts that a platform takes: each at most `limit` long, counted in `unit`, none empty. Cuts at the end of
 * a paragraph, else of a line, a sentence, a word, and only then between two graphemes; a grapheme that is longer
 * than the limit is cut between its code points. White space at a cut is dropped, nothing else is. Linear time.
 */
export function splitText(text: string, limit: number, unit: TextUnit): string[] {
  if (!(limit >= LONGEST_CODE_POINT[unit])) throw new RangeError(`no text fits into ${limit} ${unit}`);
  const parts: string[] = [];
  for (let start = nextInk(text, 0); start < text.length;) {
    const furthest = reach(text, start, limit, unit);
    const end = furthest === text.length ? furthest : bestCut(text, start, furthest);
    parts.push(text.slice(start, end).trimEnd());
    start = nextInk(text, end);
  }
  return parts;
}

/** The index after the last code point that still fits. */
function reach(text: string, start: number, limit: number, unit: TextUnit): number {
  if (text.length - start <= limit / MOST_PER_CODE_UNIT[unit]) return text.length;
  let used = 0;
  let at = start;
  while (at < text.length) {
    const codePoint = text.codePointAt(at) ?? 0;
    used += sizeOf(codePoint, unit);
    if (used > limit) break;
    at += codePoint > 0xffff ? 2 : 1;
  }
  return at;
}

function sizeOf(codePoint: number, unit: TextUnit): number {
  if (unit === 'codepoints') return 1;
  if (unit === 'utf16') return codePoint > 0xffff ? 2 : 1;
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  return codePoint > 0xffff ? 4 : 3;
}

/**
 * Where to cut between `start` and `furthest`. A cut in the first third would leave a stub, so a paragraph or line
 * that ends there gives way to a later sentence or word.
 */
function bestCut(text: string, start: number, furthest: number): number {
  // One more, so that a part may end exactly where a space follows.
  const window = text.slice(start, furthest + 1);
  const least = Math.floor(window.length / 3);
  for (const end of [window.lastIndexOf('\n\n'), window.lastIndexOf('\n'), sentenceEnd(window)]) {
    if (end > least) return start + end;
  }
  const word = lastSpace(window);
  return word > 0 ? start + word : graphemeCut(text, start, furthest);
}

/** The space after the last sentence of the window, or the place after a full stop that needs none; -1 for none. */
function sentenceEnd(window: string): number {
  for (let at = window.length - 1; at > 0; at--) {
    if (SPACE.test(window.charAt(at)) && SENTENCE_END.test(window.charAt(at - 1))) return at;
    if (FULL_WIDTH_END.test(window.charAt(at - 1)) && !CLOSING.test(window.charAt(at))) return at;
  }
  return -1;
}

function lastSpace(window: string): number {
  for (let at = window.length - 1; at > 0; at--) if (SPACE.test(window.charAt(at))) return at;
  return -1;
}

/** The last border between two graphemes up to `furthest`; `furthest` itself inside a grapheme that fills everything. */
function graphemeCut(text: string, start: number, furthest: number): number {
  // One code point beyond tells whether there is a border at `furthest`.
  const around = graphemes.segment(text.slice(start, furthest + 2)).containing(furthest - start);
  const cut = start + (around?.index ?? 0);
  return cut > start ? cut : furthest;
}

function nextInk(text: string, from: number): number {
  let at = from;
  while (at < text.length && SPACE.test(text.charAt(at))) at++;
  return at;
}

const SPACE = /\s/;
const SENTENCE_END = /[.!?…。！？؟।]/;
const FULL_WIDTH_END = /[。！？]/;
const CLOSING = /[。！？」』）”’]/;
const LONGEST_CODE_POINT = { utf16: 2, codepoints: 1, bytes: 4 };
const MOST_PER_CODE_UNIT = { utf16: 1, codepoints: 1, bytes: 3 };
const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });
