import { describe, expect, it } from 'vitest';
import { patience, patienceAnew } from '../../src/handover/patience.ts';
import { BusinessHours } from '../../src/tenancy/business-hours.ts';
import { readThresholds } from '../../src/tenancy/settings.ts';

// A Monday.
const at = (time: string) => new Date(`2026-11-30T${time}:00Z`);
const open = (from: string, to: string) =>
  BusinessHours.parse({
    timezone: 'UTC',
    week: Object.fromEntries(['mon', 'tue'].map((day) => [day, [{ from, to }]])),
  });
const clock = (businessHours: BusinessHours | null, minutes = 30) => ({
  businessHours,
  thresholds: readThresholds({ queue_timeout: minutes * 60 }),
  clockVersion: 7,
});
const never = BusinessHours.parse({ timezone: 'UTC', week: {} });
const tomorrow = (time: string) => new Date(at(time).getTime() + 86_400_000);

describe('patience', () => {
  it.each([
    ['always open', null, '10:00', at('10:00'), at('10:30')],
    ['open', open('09:00', '18:00'), '10:00', at('10:00'), at('10:30')],
    ['open, and closing before', open('09:00', '10:20'), '10:00', at('10:00'), at('10:20')],
    ['closed', open('12:00', '18:00'), '10:00', at('12:00'), at('12:30')],
    ['never open', never, '10:00', null, null],
  ])('begins and ends where it is %s', (_name, hours, now, patienceFrom, timeoutAt) => {
    expect(patience({ settings: clock(hours), now: at(now) })).toEqual({ patienceFrom, timeoutAt, clockVersion: 7 });
  });
});

describe('patience by a clock that has changed at 10:00', () => {
  const since = (time: string, until: string | null) => ({
    patienceFrom: at(time),
    timeoutAt: until === null ? null : at(until),
    toldUntil: null,
  });
  const later = (told: Date | null) => ({ patienceFrom: at('12:00'), timeoutAt: at('12:30'), toldUntil: told });

  it.each([
    [
      'begins now, where it was closed and is open',
      open('09:00', '18:00'),
      later(at('12:00')),
      at('10:00'),
      at('10:30'),
    ],
    [
      'begins now, where it would never have been open',
      null,
      { ...later(null), patienceFrom: null },
      at('10:00'),
      at('10:30'),
    ],
    [
      'ends now, where it was open and is closed',
      open('12:00', '18:00'),
      since('09:45', '10:15'),
      at('09:45'),
      at('10:00'),
    ],
    [
      'ends now, where it is closed, for those too who were told that nobody is free',
      never,
      since('09:00', null),
      at('09:00'),
      at('10:00'),
    ],
    [
      'counts what was waited, where it closes later',
      open('09:00', '18:00'),
      since('09:45', '10:05'),
      at('09:45'),
      at('10:15'),
    ],
    [
      'ends earlier, where it closes earlier',
      open('09:00', '10:10'),
      since('09:45', '10:15'),
      at('09:45'),
      at('10:10'),
    ],
    [
      'is over for whoever was told that nobody is free, where it stays open',
      null,
      since('09:00', null),
      at('09:00'),
      null,
    ],
    ['begins later, where it opens later', open('14:00', '18:00'), later(null), at('14:00'), at('14:30')],
    [
      'begins earlier, where it opens earlier than was told',
      open('11:00', '18:00'),
      later(at('12:00')),
      at('11:00'),
      at('11:30'),
    ],
    [
      'ends at the time that was told, where nobody will be there then',
      open('14:00', '18:00'),
      later(at('12:00')),
      at('14:00'),
      at('12:00'),
    ],
    ['ends at the time that was told, where nobody will be there ever', never, later(at('12:00')), null, at('12:00')],
  ])('%s', (_name, hours, was, patienceFrom, timeoutAt) => {
    const anew = patienceAnew({ settings: clock(hours), now: at('10:00') }, was);
    expect(anew).toEqual({ patienceFrom, timeoutAt, clockVersion: 7 });
    // However often it is looked at.
    expect(patienceAnew({ settings: clock(hours), now: at('10:00') }, { ...was, ...anew })).toEqual(anew);
  });

  it('is counted by the queue_timeout that is set now, and over at once where it was longer', () => {
    const was = since('09:45', '10:15');
    const by = (minutes: number) => patienceAnew({ settings: clock(null, minutes), now: at('10:00') }, was).timeoutAt;
    expect([by(60), by(20), by(5)]).toEqual([at('10:45'), at('10:05'), at('10:00')]);
  });

  it('goes by the clock on the wall of the time zone that is set now', () => {
    const inTokyo = { ...open('09:00', '18:00'), timezone: 'Asia/Tokyo' };
    const anew = patienceAnew({ settings: clock(inTokyo), now: at('10:00') }, later(null));
    expect(anew).toMatchObject({ patienceFrom: tomorrow('00:00'), timeoutAt: tomorrow('00:30') });
  });
});
