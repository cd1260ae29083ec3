import { system } from '../conversations/ownership.ts';
import type { Unit } from '../conversations/unit.ts';
import { whoHasRoom, type Answerer } from './answerers.ts';
import { giveTo } from './give-to.ts';
import { countWaiting, lockWaiting } from './queue.ts';
import { tellGiven } from './tell-managers.ts';

/** Given in one transaction; the rest is the next one's. */
const MOST = 50;
const LOOK_AGAIN_MS = 200;

/**
 * Gives those who wait, in their order, to the managers who are online and have room: each to whoever has the fewest
 * conversations, and among equals to whoever has been given none for longest. One transaction at a time looks at a
 * tenant's seats, so nobody is given more than fits. Does nothing unless the tenant wants it (`auto_assign`).
 */
export async function assignWaiting(unit: Unit): Promise<void> {
  const { em, settings, writes, now } = unit;
  const tenantId = settings.tenant.id;
  if (!settings.autoAssign || !settings.isActive) return;
  await em.execute(`select pg_advisory_xact_lock(hashtextextended('seats of ' || ?, 0))`, [tenantId]);
  const seats = await whoHasRoom(em, tenantId);
  const room = seats.reduce((sum, { capacity, conversations }) => sum + capacity - conversations, 0);
  if (room === 0) return;

  const most = Math.min(room, MOST);
  const [only, ...others] = seats;
  const waiting = await lockWaiting(unit, most, others.length === 0 ? (only?.userId ?? null) : null);
  for (const { conversation, reason, returnedBy } of waiting) {
    const seat = best(seats.filter((one) => one.conversations < one.capacity && one.userId !== returnedBy));
    if (!seat) continue;
    giveTo(unit, conversation, seat.userId, system, `given to ${seat.name}, who was there and had the most room`);
    tellGiven(unit, conversation, seat, reason);
    seat.conversations += 1;
    seat.givenAt = now;
  }
  // Somebody was at work on the others, or there are more of them.
  const isMore = waiting.length < most ? (await countWaiting(em, tenantId, most)) > waiting.length : room > MOST;
  if (isMore && waiting.length > 0) writes.wakes.push(['watch-queue', tenantId, tenantId, LOOK_AGAIN_MS]);
}

const best = (seats: Answerer[]): Answerer | undefined =>
  seats.toSorted(
    (one, other) =>
      one.conversations - other.conversations || (one.givenAt?.getTime() ?? 0) - (other.givenAt?.getTime() ?? 0),
  )[0];
