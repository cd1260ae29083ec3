import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';

const root = join(import.meta.dirname, '../..');

export interface Import {
  from: string;
  /** A file of ours, from the root of the repository, or the name of a package. */
  to: string;
  isType: boolean;
  /** What is written before `from`: the names. */
  names: string;
}

export const filesLike = (pattern: string): string[] =>
  globSync(pattern, { cwd: root }).map((file) => file.replaceAll('\\', '/'));

/** The code of the service. */
export const files = filesLike('{src,jobs,migrations}/**/*.ts');

export const read = (file: string): string => readFileSync(join(root, file), 'utf8');

const STATIC = /^(?:import|export) (type )?([^;]*?)\bfrom '([^']+)'/gms;
const BARE = /^import ()()'([^']+)'/gm;
const AT_RUN_TIME = /\bimport\(()()['"`]([^'"`)]+)/g;

export function importsOf(file: string): Import[] {
  const code = read(file);
  const found = [STATIC, BARE, AT_RUN_TIME].flatMap((pattern) => [...code.matchAll(pattern)]);
  return found.map(([, type, names = '', target = '']) => ({
    from: file,
    to: target.startsWith('.')
      ? relative(root, normalize(join(root, dirname(file), target))).replaceAll('\\', '/')
      : target,
    isType: Boolean(type),
    names: names.trim(),
  }));
}
