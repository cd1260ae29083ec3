import type { Unit } from '../conversations/unit.ts';
import { say as phrase, sayWhen } from '../language/replies.ts';
import { isOpen, nextOpening } from './business-hours.ts';

/** Whether a person can be expected to answer, and if not, why and from when on one can; null: nobody knows. */
export type WhoIsThere = { isThere: true } | { isThere: false; from: Date | null; why: string };

/**
 * Nobody is there outside business hours. Within them somebody is, as far as we know, unless the tenant has its
 * managers say so (`auto_assign`) and none of them is online.
 */
export function whoIsThere({ settings, now, isStaffed }: Unit): WhoIsThere {
  const { businessHours: hours, autoAssign } = settings;
  if (hours && !isOpen(hours, now)) {
    return { isThere: false, from: nextOpening(hours, now), why: 'it is outside business hours' };
  }
  if (autoAssign && !isStaffed) return { isThere: false, from: null, why: 'no manager is online' };
  return { isThere: true };
}

/** That nobody is there, and when somebody will be, as far as that is known. */
export const sayAway = (unit: Unit, from: Date | null, language: string): string =>
  from ? sayWhen('handedOverLater', language, from, zoneOf(unit)) : phrase('nobodyAvailable', language);

/** Offers a person; one who is not there is not offered without saying so. */
export function sayOffer(unit: Unit, language: string): string {
  const there = whoIsThere(unit);
  if (there.isThere) return phrase('askHandover', language);
  return there.from
    ? sayWhen('askHandoverLater', language, there.from, zoneOf(unit))
    : phrase('askHandoverAway', language);
}

const zoneOf = ({ settings }: Unit) => settings.businessHours?.timezone ?? 'UTC';
