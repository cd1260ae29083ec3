import type { Operation } from './operation.ts';

/** The same operations a second time, below `other` instead of `path`; the document says which they stand for. */
export const aliased = (operations: readonly Operation[], path: string, other: string): Operation[] =>
  operations
    .filter((one) => one.path === path || one.path.startsWith(`${path}/`))
    .map((one) => ({ ...one, path: other + one.path.slice(path.length), aliasOf: one.path }));
