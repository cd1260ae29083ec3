import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isOpen, nextChange, nextOpening } from '../../src/handover/business-hours.ts';
import { BusinessHours, days, minutesOf, type Day, type Period } from '../../src/tenancy/business-hours.ts';

const MINUTE = 60_000;
const hours = (week: Partial<Record<Day, string[]>>, more: Record<string, unknown> = {}) =>
  BusinessHours.parse({
    timezone: 'Europe/Berlin',
    week: Object.fromEntries(Object.entries(week).map(([day, spans]) => [day, spans.map(periodOf)])),
    ...more,
  });
const periodOf = (span: string): Period => {
  const [from = '', to = ''] = span.split('-');
  return { from, to };
};
const at = (time: string) => new Date(time);
const office = hours({ mon: ['09:00-13:00', '14:00-18:00'], fri: ['20:00-02:00'] });

describe('business hours', () => {
  it.each([
    ['2026-11-30T07:59:59.999Z', false, '2026-11-30T08:00:00.000Z'],
    ['2026-11-30T08:00:00Z', true, '2026-11-30T12:00:00.000Z'],
    ['2026-11-30T12:00:00Z', false, '2026-11-30T13:00:00.000Z'],
    ['2026-11-30T17:00:00Z', false, '2026-12-04T19:00:00.000Z'],
    // Friday's evening ends on Saturday.
    ['2026-12-05T00:30:00Z', true, '2026-12-05T01:00:00.000Z'],
    ['2026-12-05T01:00:00Z', false, '2026-12-07T08:00:00.000Z'],
  ])('at %s: open %s, until %s', (time, open, change) => {
    expect(isOpen(office, at(time))).toBe(open);
    expect(nextChange(office, at(time))?.toISOString()).toBe(change);
  });

  it('have holidays, closed or with hours of their own; what began the evening before goes on into one', () => {
    const withHolidays = hours(
      { thu: ['09:00-17:00'], fri: ['09:00-17:00'] },
      {
        holidays: [
          { date: '2026-12-24', name: 'Christmas Eve', periods: [periodOf('22:00-01:00')] },
          { date: '2026-12-25', name: 'Christmas' },
        ],
      },
    );
    expect(isOpen(withHolidays, at('2026-12-24T09:00:00Z'))).toBe(false);
    expect(isOpen(withHolidays, at('2026-12-24T23:30:00Z'))).toBe(true);
    expect(isOpen(withHolidays, at('2026-12-25T09:00:00Z'))).toBe(false);
    expect(nextOpening(withHolidays, at('2026-12-25T09:00:00Z'))?.toISOString()).toBe('2026-12-31T08:00:00.000Z');
  });

  it('that are never open, or always, do not change', () => {
    const never = hours({});
    const always = hours(Object.fromEntries(days.map((day) => [day, ['00:00-24:00']])));
    expect([isOpen(never, at('2026-12-01T12:00:00Z')), nextChange(never, at('2026-12-01T12:00:00Z'))]).toEqual([
      false,
      null,
    ]);
    expect([isOpen(always, at('2026-12-01T12:00:00Z')), nextChange(always, at('2026-12-01T12:00:00Z'))]).toEqual([
      true,
      null,
    ]);
  });

  it('go by the clock on the wall when it is put forward and back', () => {
    const night = hours({ sun: ['01:00-02:30', '08:00-12:00'] });
    // Spring: 02:00 is followed by 03:00.
    expect(nextChange(night, at('2026-03-29T00:30:00Z'))?.toISOString()).toBe('2026-03-29T01:00:00.000Z');
    expect(nextChange(night, at('2026-03-29T01:00:00Z'))?.toISOString()).toBe('2026-03-29T06:00:00.000Z');
    // Autumn: the hour from 02:00 on comes twice, and so do its first thirty minutes.
    const changes = [];
    for (let time = nextChange(night, at('2026-10-24T20:00:00Z')); time && changes.length < 5;) {
      changes.push(time.toISOString().slice(5, 16));
      time = nextChange(night, time);
    }
    expect(changes).toEqual(['10-24T23:00', '10-25T00:30', '10-25T01:00', '10-25T01:30', '10-25T07:00']);
  });
});

const zones = ['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'America/St_Johns'];
const moreZones = ['Africa/Casablanca', 'Pacific/Apia', 'Asia/Tehran', 'America/Santiago', 'Pacific/Chatham', 'UTC'];
const clock = (minutes: number) =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

/** Up to two periods a day, the second perhaps over midnight; the gaps keep them apart. */
const someDay = fc
  .tuple(fc.integer({ min: 180, max: 600 }), fc.integer({ min: 1, max: 300 }), fc.constantFrom(0, 1, 2, 3))
  .map(([from, length, kind]) => {
    const early = { from: clock(from), to: clock(from + length) };
    const late = { from: clock(1_000), to: kind === 2 ? clock(1_300) : clock(length % 180) };
    if (kind === 0) return [];
    return kind === 1 ? [early] : [early, late];
  });
const someHours = fc
  .record({
    timezone: fc.constantFrom(...zones, ...moreZones),
    week: fc.record(Object.fromEntries(days.map((day) => [day, someDay]))),
    holidays: fc.array(
      fc.record({ date: fc.constantFrom('2026-03-29', '2026-10-25', '2026-11-01', '2026-04-05'), periods: someDay }),
      { maxLength: 1 },
    ),
  })
  .map((given) => BusinessHours.parse(given));
/** Around the days on which clocks are changed somewhere. */
const someTime = fc
  .tuple(
    fc.constantFrom(
      '2026-02-15',
      '2026-03-08',
      '2026-03-29',
      '2026-04-05',
      '2026-09-06',
      '2026-10-04',
      '2026-10-25',
      '2026-11-01',
    ),
    fc.integer({ min: -2 * 24 * 60, max: 2 * 24 * 60 }),
  )
  .map(([date, minutes]) => new Date(Date.parse(`${date}T00:00:00Z`) + minutes * MINUTE));

describe('for any hours in any zone', () => {
  it('it is open exactly when a clock there shows a time within a period', () => {
    fc.assert(
      fc.property(someHours, someTime, (given, time) => {
        const [date, shown] = wallClock(given.timezone, time);
        const dateBefore = new Date(Date.parse(date) - 86_400_000).toISOString().slice(0, 10);
        const on = (day: string) => given.holidays.find((one) => one.date === day)?.periods ?? given.week[nameOf(day)];
        const minute = minutesOf(shown);
        const today = on(date).some(
          (one) => minutesOf(one.from) <= minute && (one.to < one.from || minute < minutesOf(one.to)),
        );
        const spilled = on(dateBefore).some((one) => one.to < one.from && minute < minutesOf(one.to));
        expect(isOpen(given, time)).toBe(today || spilled);
      }),
      { numRuns: 500 },
    );
  });

  it('nothing changes before the next change, and it does then', () => {
    fc.assert(
      fc.property(someHours, someTime, (given, time) => {
        const open = isOpen(given, time);
        const change = nextChange(given, time);
        const end = Math.min(change?.getTime() ?? Infinity, time.getTime() + 3 * 86_400_000);
        for (let minute = time.getTime(); minute < end; minute += MINUTE) {
          expect(isOpen(given, new Date(minute)), new Date(minute).toISOString()).toBe(open);
        }
        if (!change) return;
        expect(isOpen(given, change)).toBe(!open);
        expect(isOpen(given, new Date(change.getTime() - 1))).toBe(open);
      }),
      { numRuns: 40 },
    );
  });
});

const nameOf = (date: string): Day => days[(new Date(date).getUTCDay() + 6) % 7] ?? 'mon';

function wallClock(timeZone: string, time: Date): [date: string, time: string] {
  const date = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(time);
  const shown = new Intl.DateTimeFormat('sv-SE', { timeZone, timeStyle: 'short' }).format(time);
  return [date, shown];
}

describe('what is not business hours', () => {
  const wrong = (given: Record<string, unknown>) => {
    const parsed = BusinessHours.safeParse({ timezone: 'UTC', week: {}, ...given });
    return parsed.error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];
  };
  it.each([
    [{ timezone: 'Mars/Olympus' }, 'timezone: must be a time zone'],
    [{ timezone: '+02:00' }, 'timezone: must be a time zone'],
    [{ week: { mon: [{ from: '9:00', to: '17:00' }] } }, 'week.mon.0.from: must be a time of day'],
    [{ week: { mon: [{ from: '09:00', to: '24:30' }] } }, 'week.mon.0.to: must be a time of day'],
    [{ week: { mon: [{ from: '09:00', to: '09:00' }] } }, 'week.mon.0.to: is the same as from'],
    [{ week: { monday: [] } }, 'week: Unrecognized key: "monday"'],
    [{ week: { mon: ['09:00-12:00', '11:59-13:00'].map(periodOf) } }, 'week.mon.1: overlaps with 09:00–12:00'],
    [
      { week: { sun: [periodOf('22:00-02:00')], mon: [periodOf('01:00-03:00')] } },
      'week.mon.0: overlaps with 22:00–02:00 of sun',
    ],
    [{ holidays: [{ date: '2026-02-30' }] }, 'holidays.0.date: '],
    [{ holidays: [{ date: '2026-12-25' }, { date: '2026-12-25' }] }, 'holidays.1.date: 2026-12-25 is there twice'],
    [
      { holidays: [{ date: '2026-12-25', periods: ['08:00-10:00', '09:00-11:00'].map(periodOf) }] },
      'holidays.0.periods.1: overlaps',
    ],
    [{ colour: 'red' }, ': Unrecognized key: "colour"'],
  ])('%j is refused: %s', (given, message) => {
    expect(wrong(given)).toEqual([expect.stringContaining(message)]);
  });

  it('lets periods touch, and one end at midnight', () => {
    expect(
      wrong({ week: { mon: ['09:00-12:00', '12:00-24:00'].map(periodOf), tue: [periodOf('00:00-01:00')] } }),
    ).toEqual([]);
  });
});
