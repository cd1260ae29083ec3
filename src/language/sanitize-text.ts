/** Text as PostgreSQL can store it: U+0000 and lone surrogates become U+FFFD, nothing else changes. */
export function sanitizeText(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed();
}
