import { randomFillSync } from 'node:crypto';

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
  const time = now.toString(16).padStart(12, '0');
  const tail = random.toString('hex', offset, end);
  offset = end;
  return `${time.slice(0, 8)}-${time.slice(8)}-${tail.slice(0, 4)}-${tail.slice(4, 8)}-${tail.slice(8)}`;
}

/** The smallest id that can be made at `date`: what was made since then has a larger one. */
export function firstIdAt(date: Date): string {
  const time = Math.max(date.getTime(), 0).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`;
}
