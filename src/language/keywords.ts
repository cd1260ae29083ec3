/**
 * The keywords of a list as a business writes it, in order, each trimmed and never empty. Commas, semicolons and line
 * ends separate; a keyword in quotes keeps those that are in it: `"salt, pepper", sugar` are two. A quote that has no
 * partner on its line, or stands within a keyword (`5" pipe`), is a letter. Any text is fine; linear time.
 */
export function parseKeywords(text: string): string[] {
  const found: string[] = [];
  for (let at = 0; at < text.length;) {
    const quoted = matchAt(QUOTED, text, at);
    const match = quoted ?? matchAt(PLAIN, text, at);
    if (!match) break;
    const keyword = (quoted ? quoted.slice(1).find((inner) => inner !== undefined) : match[1])?.trim();
    if (keyword) found.push(keyword);
    at += match[0].length;
  }
  return found;
}

/** The same for keywords that may be a list already. */
export function keywordList(keywords: string | readonly string[]): string[] {
  if (typeof keywords === 'string') return parseKeywords(keywords);
  return keywords.map((keyword) => keyword.trim()).filter((keyword) => keyword !== '');
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

const SEPARATOR = String.raw`,;\r\n،、，；`;
const SPACES = String.raw`[^\S${SEPARATOR}]*`;
/** No quote of the pair may be inside, so that a search for the partner ends at the next one: this keeps it linear. */
const PAIRS = [
  String.raw`"([^"\r\n]*)"`,
  String.raw`[“„]([^“”„\r\n]*)[“”]`,
  String.raw`«([^«»\r\n]*)»`,
  String.raw`「([^「」\r\n]*)」`,
];
const QUOTED = new RegExp(`${SPACES}(?:${PAIRS.join('|')})${SPACES}(?:[${SEPARATOR}]|$)`, 'y');
const PLAIN = new RegExp(`([^${SEPARATOR}]*)(?:[${SEPARATOR}]|$)`, 'y');
