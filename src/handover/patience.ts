import type { Handover } from '../entities/handover.ts';
import type { Settings } from '../tenancy/settings.ts';
import { isOpen, nextChange, nextOpening } from './business-hours.ts';

/** By which clock somebody waits: `queue_timeout` counts within business hours only. */
export interface Patience {
  /** From when on it counts: now, or the next opening. Null: not within a year. */
  patienceFrom: Date | null;
  /** When whoever waits has waited too long, or, where that is before, business hours end. Null: nothing to look for. */
  timeoutAt: Date | null;
  clockVersion: number;
}

type Clock = Pick<Settings, 'businessHours' | 'thresholds' | 'clockVersion'>;

/** Of whoever begins to wait. */
export function patience({ settings, now }: { settings: Clock; now: Date }): Patience {
  const { businessHours: hours, clockVersion } = settings;
  const from = hours ? nextOpening(hours, now) : now;
  return { patienceFrom: from, timeoutAt: from && endOf(settings, from, from), clockVersion };
}

/**
 * Of whoever waits already, by a clock that has changed. Where it opens now, patience begins now, for nobody was expected
 * before. Where it closes now, its hours end now. Where it stays open, what was waited counts. A time from which on
 * somebody would be there, as the contact was told, is looked at when it comes, if nobody will be.
 */
export function patienceAnew(
  { settings, now }: { settings: Clock; now: Date },
  was: Pick<Handover, 'patienceFrom' | 'timeoutAt' | 'toldUntil'>,
): Patience {
  const { businessHours: hours, clockVersion } = settings;
  const isOpenNow = !hours || isOpen(hours, now);
  if (!was.patienceFrom || was.patienceFrom > now) {
    const anew = patience({ settings, now });
    const isKept = !was.toldUntil || was.toldUntil <= now || isBefore(anew.patienceFrom, was.toldUntil);
    return isOpenNow || isKept ? anew : { ...anew, timeoutAt: was.toldUntil ?? null };
  }
  const { patienceFrom } = was;
  if (!isOpenNow) return { patienceFrom, timeoutAt: now, clockVersion };
  // Has waited that long already, and was told.
  if (!was.timeoutAt) return { patienceFrom, timeoutAt: null, clockVersion };
  const end = endOf(settings, patienceFrom, now);
  return { patienceFrom, timeoutAt: end < now ? now : end, clockVersion };
}

const isBefore = (opening: Date | null, told: Date) => opening !== null && opening <= told;

/** `openAt` is a moment of the business hours in which patience ends, or which end it. */
function endOf({ businessHours: hours, thresholds }: Clock, from: Date, openAt: Date): Date {
  const timeout = new Date(from.getTime() + thresholds.queue_timeout * 1000);
  const closing = hours && nextChange(hours, openAt);
  return closing && closing < timeout ? closing : timeout;
}
