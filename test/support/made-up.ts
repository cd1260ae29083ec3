import fc from 'fast-check';
import { z } from 'zod';
import type { Schema } from './api-document.ts';

/**
 * What a schema allows, for any schema that the API uses. `idFor` says which id belongs where one is wanted; the name is
 * the property's or parameter's.
 */
export function madeUp(schema: Schema, idFor: (name: string) => string, name = ''): fc.Arbitrary<unknown> {
  const [example] = schema.examples ?? [];
  if (example !== undefined) return fc.constant(example);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const [first, ...others] = schema.anyOf ?? schema.oneOf ?? [];
  if (first) return fc.oneof(...[first, ...others].map((one) => madeUp(one, idFor, name)));
  if (schema.allOf) {
    const Merged = z.record(z.string(), z.unknown());
    return fc
      .tuple(...schema.allOf.map((one) => madeUp(one, idFor, name)))
      .map((parts) => Object.assign({}, ...parts.map((part) => Merged.parse(part))));
  }
  const types = [schema.type ?? 'any'].flat();
  return fc.oneof(...types.map((type) => ofType(type, schema, idFor, name)));
}

function ofType(type: string, schema: Schema, idFor: (name: string) => string, name: string): fc.Arbitrary<unknown> {
  if (type === 'object') return object(schema, idFor, name);
  if (type === 'array') {
    const item = typeof schema.items === 'object' ? schema.items : {};
    const most = Math.min(schema.maxItems ?? 3, Math.max(3, schema.minItems ?? 0));
    return fc.array(madeUp(item, idFor, singular(name)), { minLength: schema.minItems ?? 0, maxLength: most });
  }
  if (type === 'string') return text(schema, idFor, name);
  if (type === 'integer')
    return fc.integer({ min: schema.minimum ?? 0, max: Math.min(schema.maximum ?? 1_000, 2 ** 31 - 1) });
  if (type === 'number') return fc.double({ min: schema.minimum ?? 0, max: schema.maximum ?? 1_000, noNaN: true });
  if (type === 'boolean') return fc.boolean();
  if (type === 'null') return fc.constant(null);
  return fc.jsonValue({ maxDepth: 2 });
}

function object(schema: Schema, idFor: (name: string) => string, name: string): fc.Arbitrary<unknown> {
  const fields = Object.entries(schema.properties ?? {}).map(
    ([key, value]) => [key, madeUp(value, idFor, key)] as const,
  );
  if (fields.length > 0) return fc.record(Object.fromEntries(fields), { requiredKeys: schema.required ?? [] });
  const value = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : {};
  return fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), madeUp(value, idFor, name), { maxKeys: 3 });
}

function text(schema: Schema, idFor: (name: string) => string, name: string): fc.Arbitrary<string> {
  if (schema.format === 'uuid') return fc.constant(idFor(name));
  if (schema.format === 'date-time') return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
  if (schema.format === 'date') return fc.constant('2026-12-24');
  if (schema.format === 'email') return fc.integer({ min: 1 }).map((n) => `someone${n}@example.com`);
  if (schema.format === 'uri') return fc.constant('https://example.com/hook');
  if (schema.pattern && schema.pattern.length < 200) return fc.stringMatching(new RegExp(schema.pattern, 'u'));
  const least = Math.max(schema.minLength ?? 0, 1);
  return fc
    .string({ minLength: least, maxLength: Math.min(schema.maxLength ?? 20, Math.max(least, 20)) })
    .map((made) => (made.trim() === '' ? 'x'.repeat(least) : made.padEnd(least, 'x')));
}

const singular = (name: string) => name.replace(/Ids$/, 'Id');

/** What no schema asked for. */
const strange: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, '', ' ', '\u0000', '\ud800', -1, 1e308, 2 ** 53, [], {}, [[]], { id: null }),
  fc.constantFrom(
    "'; drop table faqs; --",
    '%',
    '../../etc/passwd',
    '=1+1',
    '<script>',
    '__proto__',
    'a'.repeat(100_000),
  ),
  fc.jsonValue({ maxDepth: 3 }),
);

/** The same with one of its values, at whatever depth, exchanged for something strange, or something put beside it. */
export const spoilt = (value: unknown): fc.Arbitrary<unknown> =>
  fc.tuple(strange, fc.nat()).map(([instead, at]) => exchange(value, instead, at));

const Fields = z.record(z.string(), z.unknown());

function exchange(value: unknown, instead: unknown, at: number): unknown {
  if (Array.isArray(value) && value.length > 0 && at % 3 !== 0) {
    const place = at % value.length;
    return value.map((one: unknown, index) => (index === place ? exchange(one, instead, Math.floor(at / 3)) : one));
  }
  const fields = Fields.safeParse(value);
  if (!fields.success || Array.isArray(value) || at % 5 === 0) return instead;
  const keys = Object.keys(fields.data);
  if (keys.length === 0 || at % 7 === 0) return { ...fields.data, surprise: instead };
  const key = keys[at % keys.length] ?? '';
  return { ...fields.data, [key]: exchange(fields.data[key], instead, Math.floor(at / 5)) };
}
