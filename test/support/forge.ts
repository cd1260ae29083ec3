/**
 * A secret or a signature with one of its characters replaced by another, never by the same one: what a test of a
 * forged one needs, however the real one happens to read. `at` counts from the end where it is negative; the last
 * character of a base64 text is no good place, for some of its bits say nothing.
 */
export function forge(text: string, at = -4): string {
  const index = at < 0 ? text.length + at : at;
  if (!text[index]) throw new Error(`there is no character ${at} in a text of ${text.length}`);
  return `${text.slice(0, index)}${text[index] === 'x' ? 'y' : 'x'}${text.slice(index + 1)}`;
}
