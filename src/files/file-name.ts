const MOST = 200;
const LONGEST_EXTENSION = 20;

// What ends a line, turns the direction of what follows, or is not seen at all.
const NOT_IN_A_NAME = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\uFFFD]+/gu;

/**
 * A name under which a file can be shown and saved anywhere: no folders, nothing invisible, at most 200 characters with
 * the extension kept, never empty.
 */
export function fileNameOf(given: string | null | undefined): string {
  const base = (given ?? '').toWellFormed().split(/[/\\]/).at(-1) ?? '';
  const name = base.replace(NOT_IN_A_NAME, '').trim();
  return shorten(/^\.*$/.test(name) ? 'file' : name);
}

/** `.jpeg` of `image/jpeg`; nothing where the type is no ending that people know. */
export const endingOf = (mimeType: string) => (/\/[a-z\d]{2,5}$/.exec(mimeType)?.[0] ?? '').replace('/', '.');

function shorten(name: string): string {
  const characters = Array.from(name);
  if (characters.length <= MOST) return name;
  const dot = characters.lastIndexOf('.');
  const extension = dot > 0 && characters.length - dot <= LONGEST_EXTENSION ? characters.slice(dot) : [];
  const stem = characters
    .slice(0, MOST - extension.length)
    .join('')
    .trimEnd();
  return stem + extension.join('');
}
