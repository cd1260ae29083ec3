import { z } from 'zod';
import { invalidFields } from './errors.ts';

type Fields = Record<string, unknown>;

/**
 * The form in which a kind asks for its settings, as JSON Schema (2020-12). Secrets carry `secret` and `writeOnly`:
 * they are taken and never given.
 */
export function formOf(schema: z.ZodType): Fields {
  return z.toJSONSchema(strict(schema), {
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      if (jsonSchema['secret'] === true) jsonSchema.writeOnly = true;
    },
  });
}

/** Names of the secrets in a kind's settings; `header.value` for one inside an object. */
export const secretsOf = (schema: z.ZodType): string[] => secretsIn(formOf(schema), []);

/** Settings without their secrets, and the names of those that are set. */
export function showSettings(schema: z.ZodType, settings: unknown): { settings: Fields; secretsSet: string[] } {
  const shown: unknown = structuredClone(settings);
  const secretsSet = secretsOf(schema).filter((path) => takeOut(shown, path.split('.')) !== undefined);
  return { settings: isFields(shown) ? shown : {}, secretsSet };
}

/** `before` with `change` merged in (RFC 7396): what is left out stays, null takes a setting away. */
export function changeSettings(before: unknown, change: Fields): Fields {
  const after: Fields = isFields(before) ? { ...before } : {};
  for (const [name, value] of Object.entries(change)) {
    if (value === null) delete after[name];
    else after[name] = isFields(value) ? changeSettings(after[name], value) : value;
  }
  return after;
}

/** Reads settings as somebody gave them. Throws 422 that names each wrong or unknown field below `where`. */
export function readSettings<Settings>(schema: z.ZodType<Settings>, given: unknown, where: string): Settings {
  const checked = strict(schema).safeParse(given);
  if (!checked.success) {
    throw invalidFields(
      checked.error.issues.map(({ path, message }) => ({
        path: [where, ...path].map(String).join('.'),
        message: message.endsWith('received undefined') ? 'is missing' : message,
      })),
    );
  }
  return schema.parse(given);
}

/** Whoever gives an unknown field has misspelt one. What is stored is read without this, as versions differ. */
const strict = (schema: z.ZodType): z.ZodType => (schema instanceof z.ZodObject ? schema.strict() : schema);

function secretsIn(form: Fields, path: string[]): string[] {
  const { properties } = form;
  if (!isFields(properties)) return [];
  return Object.entries(properties).flatMap(([name, field]) => {
    if (!isFields(field)) return [];
    const here = [...path, name];
    return field['secret'] === true ? [here.join('.')] : secretsIn(field, here);
  });
}

function takeOut(from: unknown, [name = '', ...rest]: string[]): unknown {
  if (!isFields(from)) return undefined;
  if (rest.length > 0) return takeOut(from[name], rest);
  const value = from[name];
  delete from[name];
  return value;
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
