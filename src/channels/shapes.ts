import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { InboundContent } from './adapter.ts';

// Longer than any platform's id, and short enough for the unique index it becomes part of.
const MAX_ID = 256;

// Both look at the type once: a union of schemas makes an issue, and throws it away, for each kind that a value is not,
// several times in each webhook.

/**
 * An identifier, always a string from here on. Platforms write small ones as numbers; those beyond 2^53 have been
 * turned into strings before they come here, so a number that is not a safe integer is an error.
 */
export const Id = z.unknown().transform((value, context): string => {
  if (typeof value === 'string' && value.length > 0 && value.length <= MAX_ID) return value;
  if (Number.isSafeInteger(value)) return String(value);
  return refuse(context, `must be an id: an integer, or 1 to ${MAX_ID} characters`);
});

/** Unix seconds, as a number (Telegram) or as digits in a string (Meta), up to the year 9999. */
export const UnixSeconds = z.unknown().transform((value, context): Date => {
  const seconds = typeof value === 'string' && /^\d{1,12}$/.test(value) ? Number(value) : value;
  const isTime = typeof seconds === 'number' && Number.isInteger(seconds) && seconds >= 0 && seconds <= LAST_SECOND;
  return isTime ? new Date(seconds * 1000) : refuse(context, 'must be Unix seconds, up to the year 9999');
});

const LAST_SECOND = 253_402_300_799;

function refuse({ issues }: z.RefinementCtx, message: string): never {
  issues.push({ code: 'custom', message, input: undefined });
  return z.NEVER;
}

/** ISO 8601 with `Z` or an offset, from 1970 on: years before the first have no place in the database. */
export const IsoTime = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text))
  .pipe(z.date().min(new Date(0)));

/** A thread for what belongs to no chat; nothing is ever sent to it. */
export const NO_THREAD = 'none';

/** `reason` is for the person who wonders where an event went; it may end in a path, never in content. */
export const ignored = (reason: string): InboundContent => ({ type: 'ignored', reason: shortened(reason, 200) });

/** `reason` is the place of the fault, and never content: it is shown beside what failed. */
export const unreadable = (reason: string): InboundContent => ({ type: 'unreadable', reason: shortened(reason, 200) });

/** At most `length` UTF-16 units. A character cut in half would be refused by the database. */
export const shortened = (text: string, length: number) => text.slice(0, length).toWellFormed();

/**
 * Reads one element of a batch. What does not have the documented shape goes to `otherwise` with the place of the
 * fault below `path`, so that it cannot take its neighbours with it. Other errors are ours and pass through.
 */
export function readOr<T>(path: string, read: () => T, otherwise: (fault: string) => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const { path: inside = [], message = 'unreadable' } = error.issues[0] ?? {};
    return otherwise(`${[path, ...inside].join('.')}: ${message}`);
  }
}

/** Parses what stands under `key`, and names a fault by its path from `parent` on. Throws ZodError. */
export function parseUnder<T>(parent: Record<string, unknown>, key: string, schema: z.ZodType<T>): T {
  const { data, error } = schema.safeParse(parent[key]);
  if (!error) return data;
  throw new z.ZodError(error.issues.map((issue) => ({ ...issue, path: [key, ...issue.path] })));
}

/**
 * 16 hex digits that are the same for the same JSON, whatever the order of its keys: an id for what came without
 * one. Not a secret, and not proof against someone who looks for collisions.
 */
export const fingerprint = (value: unknown) =>
  createHash('sha256').update(canonicalJson(value, MAX_DEPTH)).digest('hex').slice(0, 16);

// Nobody documents deeper payloads. Without a floor, ten thousand brackets would overflow the stack.
const MAX_DEPTH = 64;

function canonicalJson(value: unknown, depth: number): string {
  if (depth === 0 || typeof value !== 'object' || value === null) return JSON.stringify(depth === 0 ? null : value);
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item, depth - 1)).join(',')}]`;
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, field]) => `${JSON.stringify(name)}:${canonicalJson(field, depth - 1)}`);
  return `{${fields.join(',')}}`;
}
