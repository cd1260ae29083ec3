import { z } from 'zod';

/** Pieces that many operations' schemas are made of. Text was cleaned when the body was read. */
export const text = (most: number) => z.string().trim().min(1).max(most);
export const id = z.uuid();
export const ById = z.strictObject({ id });
/** A point in time, as JSON has it. */
export const time = z.iso.datetime();
export const language = z
  .string()
  .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'must be a language code such as en or pt-BR')
  .max(35);
export const Done = z.strictObject({ ok: z.literal(true) });
export const done = { ok: true } as const;

export const timeOf = (date: Date | string) => new Date(date).toISOString();
export const timeOrNull = (date: Date | string | null | undefined) => (date ? timeOf(date) : null);

/** Asked for once with `?include=a,b`. */
export const include = <const Names extends readonly [string, ...string[]]>(names: Names) =>
  z
    .string()
    .meta({ examples: [names.join(',')] })
    .transform((list) => list.split(',').filter(Boolean))
    .pipe(z.array(z.enum(names)))
    .default([]);
