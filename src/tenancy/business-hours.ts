import { z } from 'zod';
import { unprocessable } from '../errors.ts';

export const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Day = (typeof days)[number];

const DAY_MINUTES = 24 * 60;
const clock = (pattern: RegExp, example: string) =>
  z.string().regex(pattern, `must be a time of day from 00:00 on, as in ${example}`);

const Period = z
  .strictObject({
    from: clock(/^([01]\d|2[0-3]):[0-5]\d$/, '09:00'),
    /** Earlier than `from`: the period ends on the day after. */
    to: clock(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, '17:30 or 24:00'),
  })
  .refine(({ from, to }) => from !== to, {
    path: ['to'],
    error: 'is the same as from; for a whole day use 00:00 to 24:00',
  });

export type Period = z.infer<typeof Period>;

const Periods = z
  .array(Period)
  .max(24)
  .superRefine((periods, context) => {
    const spans = periods.map(spanOf);
    for (const [index, span] of spans.entries()) {
      const other = spans.findIndex((one, at) => at < index && overlap(one, span));
      if (other >= 0) context.addIssue({ code: 'custom', path: [index], message: overlaps(periods[other]) });
    }
  });

const Week = z
  .strictObject({
    mon: Periods.default([]),
    tue: Periods.default([]),
    wed: Periods.default([]),
    thu: Periods.default([]),
    fri: Periods.default([]),
    sat: Periods.default([]),
    sun: Periods.default([]),
  })
  .superRefine((week, context) => {
    for (const [index, day] of days.entries()) {
      const before = days[(index + 6) % 7] ?? 'sun';
      const late = week[before].find(({ from, to }) => to < from);
      const at = week[day].findIndex((period) => late && minutesOf(period.from) < minutesOf(late.to));
      if (at >= 0) context.addIssue({ code: 'custom', path: [day, at], message: `${overlaps(late)} of ${before}` });
    }
  });

const Holiday = z.strictObject({
  date: z.iso.date(),
  name: z.string().trim().min(1).max(100).optional(),
  /** Open then all the same; none: closed. */
  periods: Periods.default([]),
});

/** When a tenant's people are there, by the clock on their wall. */
export const BusinessHours = z.strictObject({
  timezone: z
    .string()
    .max(64)
    .refine(isZone, 'must be a time zone of the IANA database, as in Europe/Berlin; an offset knows no summer time'),
  week: Week,
  /** Instead of the hours of their weekday. */
  holidays: z
    .array(Holiday)
    .max(500)
    .default([])
    .superRefine((holidays, context) => {
      const seen = new Set<string>();
      for (const [index, { date }] of holidays.entries()) {
        if (seen.has(date))
          context.addIssue({ code: 'custom', path: [index, 'date'], message: `${date} is there twice` });
        seen.add(date);
      }
    }),
});

export type BusinessHours = z.infer<typeof BusinessHours>;

/** Business hours as they were stored; null stays null. What is wrong is named. */
export function readBusinessHours(given: unknown): BusinessHours | null {
  if (given === null) return null;
  const parsed = BusinessHours.safeParse(given);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map(({ path, message }) => `${path.map(String).join('.')}: ${message}`);
  throw unprocessable(`business_hours are not valid. ${wrong.join('; ')}`);
}

/** Minutes since midnight. */
export const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

/** In minutes of the day on which it begins; beyond 1,440 it is the day after. */
function spanOf({ from, to }: Period): [number, number] {
  return [minutesOf(from), minutesOf(to) + (to < from ? DAY_MINUTES : 0)];
}

const overlap = ([from, to]: [number, number], [otherFrom, otherTo]: [number, number]) =>
  from < otherTo && otherFrom < to;

const overlaps = (period: Period | undefined) => `overlaps with ${period?.from}–${period?.to}`;

function isZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
