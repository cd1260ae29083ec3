import { hash, randomFillSync } from 'node:crypto';

const random = Buffer.allocUnsafe(4096);
let offset = random.length;

/**
 * A UUID of version 7: sorts by creation time to the millisecond, so that index pages fill from one end.
 * Never the order of messages: within a millisecond, and between machines, it is random.
 */
export function newId(now = Date.now()): string {
  if (offset + 10 > random.length) {
    randomFillSync(random);
    offset = 0;
  }
  const end = offset + 10;
  random[offset] = ((random[offset] ?? 0) & 0x0f) | 0x70;
  random[offset + 2] = ((random[offset + 2] ?? 0) & 0x3f) | 0x80;
  const tail = random.toString('hex', offset, end);
  offset = end;
  return spell(now, tail);
}

/** The same id for the same `seed` and time, so that what comes twice is found by its key: no secret. */
export function idFrom(seed: string, at: Date): string {
  const bytes = hash('sha256', seed, 'buffer');
  bytes[0] = ((bytes[0] ?? 0) & 0x0f) | 0x70;
  bytes[2] = ((bytes[2] ?? 0) & 0x3f) | 0x80;
  return spell(at.getTime(), bytes.toString('hex', 0, 10));
}

/** The smallest id that can be made at `date`: what was made since then has a larger one. */
export function firstIdAt(date: Date): string {
  return spell(Math.max(date.getTime(), 0), '70008000000000000000');
}

/** The id of a time in milliseconds and the ten bytes behind it. */
function spell(milliseconds: number, tail: string): string {
  const time = milliseconds.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-${tail.slice(0, 4)}-${tail.slice(4, 8)}-${tail.slice(8)}`;
}
