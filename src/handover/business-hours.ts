import { days, minutesOf, type BusinessHours, type Period } from '../tenancy/business-hours.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Further ahead nobody plans, and nothing is looked for. */
const HORIZON_DAYS = 366;

/**
 * Whether the clock on the tenant's wall shows a time within a period. So a period that begins in the hour which summer
 * time leaves out begins when that hour is over, and a time that comes twice counts both times.
 */
export function isOpen(hours: BusinessHours, at: Date): boolean {
  return isOpenByWall(hours, wallOf(hours.timezone, at.getTime()));
}

/** When it opens or closes next; null where it does not within a year. */
export function nextChange(hours: BusinessHours, at: Date): Date | null {
  if (!opensAtAll(hours)) return null;
  const isOpenNow = isOpen(hours, at);
  const start = at.getTime();
  for (let day = 0; day <= HORIZON_DAYS; day++) {
    for (const { from, to, offset } of steadyParts(hours.timezone, start + day * DAY_MS, start + (day + 1) * DAY_MS)) {
      const found = boundaries(hours, from, to, offset).find(
        (time) => time > start && isOpenByWall(hours, time + offset) !== isOpenNow,
      );
      if (found !== undefined) return new Date(found);
    }
  }
  return null;
}

/** When somebody is there again: now where it is open, null where that is not within a year. */
export const nextOpening = (hours: BusinessHours, at: Date): Date | null =>
  isOpen(hours, at) ? at : nextChange(hours, at);

/** Hours without any period are never open, and looking through a year would not change that. */
const opensAtAll = ({ week, holidays }: BusinessHours): boolean =>
  days.some((day) => week[day].length > 0) || holidays.some(({ periods }) => periods.length > 0);

/** `wall` is what the clock shows, as if it were UTC. */
function isOpenByWall(hours: BusinessHours, wall: number): boolean {
  const midnight = Math.floor(wall / DAY_MS) * DAY_MS;
  const minute = Math.floor((wall - midnight) / MINUTE_MS);
  return (
    periodsOn(hours, midnight).some(
      ({ from, to }) => minutesOf(from) <= minute && (to < from || minute < minutesOf(to)),
    ) || periodsOn(hours, midnight - DAY_MS).some(({ from, to }) => to < from && minute < minutesOf(to))
  );
}

/** A holiday's own, or its weekday's. What began the evening before goes on into a holiday. */
function periodsOn({ week, holidays }: BusinessHours, midnight: number): Period[] {
  const date = new Date(midnight);
  const name = date.toISOString().slice(0, 10);
  const holiday = holidays.find((one) => one.date === name);
  return holiday?.periods ?? week[days[(date.getUTCDay() + 6) % 7] ?? 'sun'];
}

/** Every moment from `from` on and before `to` at which it may open or close, in order. The offset stays the same. */
function boundaries(hours: BusinessHours, from: number, to: number, offset: number): number[] {
  const times = [from];
  const first = Math.floor((from + offset) / DAY_MS) * DAY_MS - DAY_MS;
  for (let midnight = first; midnight - offset < to; midnight += DAY_MS) {
    times.push(midnight - offset);
    for (const period of periodsOn(hours, midnight)) {
      const end = minutesOf(period.to) + (period.to < period.from ? 24 * 60 : 0);
      times.push(midnight + minutesOf(period.from) * MINUTE_MS - offset, midnight + end * MINUTE_MS - offset);
    }
  }
  return times.filter((time) => time >= from && time < to).toSorted((one, other) => one - other);
}

interface SteadyPart {
  from: number;
  to: number;
  /** Of the wall's clock, in milliseconds before UTC. */
  offset: number;
}

/** The span, cut where the clock is put forward or back. It is no longer than a day, so that is once at most. */
function steadyParts(timezone: string, from: number, to: number): SteadyPart[] {
  const offsetAt = (time: number) => wallOf(timezone, time) - time;
  const [before, after] = [offsetAt(from), offsetAt(to)];
  if (before === after) return [{ from, to, offset: before }];
  let [last, first] = [from, to];
  while (first - last > 1) {
    const middle = Math.floor((last + first) / 2);
    if (offsetAt(middle) === before) last = middle;
    else first = middle;
  }
  return [
    { from, to: first, offset: before },
    { from: first, to, offset: after },
  ];
}

const clocks = new Map<string, Intl.DateTimeFormat>();

function wallOf(timezone: string, time: number): number {
  const clock = clocks.get(timezone) ?? newClock(timezone);
  clocks.set(timezone, clock);
  const shown = new Map(clock.formatToParts(time).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes) => shown.get(type) ?? 0;
  const seconds = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return seconds + (((time % 1000) + 1000) % 1000);
}

const newClock = (timeZone: string) =>
  new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    calendar: 'gregory',
    numberingSystem: 'latn',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
