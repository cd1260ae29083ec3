import * as fc from 'fast-check';

export type Path = (string | number)[];

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** The places in a JSON value, itself left out, outer ones before inner ones. */
export function pathsOf(value: unknown, base: Path = []): Path[] {
  if (!isObject(value)) return [];
  const isList = Array.isArray(value);
  return Object.entries(value).flatMap(([key, inner]) => {
    const path = [...base, isList ? Number(key) : key];
    return [path, ...pathsOf(inner, path)];
  });
}

/** A copy in which the value at `path` is gone, or `instead` where that is given. */
export function without(body: unknown, path: Path, ...instead: unknown[]): unknown {
  const copy = structuredClone(body);
  const key = path.at(-1);
  const parent = path.slice(0, -1).reduce<unknown>((value, step) => (isObject(value) ? value[step] : undefined), copy);
  if (key === undefined || !isObject(parent)) return copy;
  if (instead.length > 0) parent[key] = instead[0];
  else if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else delete parent[key];
  return copy;
}

/** Copies of a body with one place deleted or replaced by anything; `places` narrows where. */
export function mutated(bodies: fc.Arbitrary<unknown>, places?: Path[]): fc.Arbitrary<unknown> {
  return bodies.chain((body) => {
    const paths = places ?? pathsOf(body);
    const instead = fc.oneof(fc.constant<unknown[]>([]), fc.tuple(anything), fc.tuple(anyJson));
    return fc.tuple(fc.constantFrom(...paths), instead).map(([path, value]) => without(body, path, ...value));
  });
}

/** Any JSON value, as it comes out of a parser: without the negative zero, which no store keeps. */
export const anyJson: fc.Arbitrary<unknown> = fc.json().map((text): unknown => JSON.parse(text));

// What tends to break readers: the empty, the huge, the negative, names that objects already have.
const anything: fc.Arbitrary<unknown> = fc.constantFrom<unknown>(
  null,
  true,
  '',
  '0',
  0,
  -1,
  1.5,
  2 ** 53,
  1e300,
  [],
  [null],
  {},
  'constructor',
  '__proto__',
  'x'.repeat(5000),
  `x${'🎨'.repeat(500)}`,
);
