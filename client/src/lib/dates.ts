// Dates as numbers: days and seconds since 1970-01-01 in the local time of the photo. No time zone of this device takes part.

import { NO_DAY } from "./library";

export const DAY_S = 86_400;

/** Days from 1970-01-01 to a date of the Gregorian calendar. Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms". */
export function dayOf(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

export interface CivilDate {
  year: number;
  /** 1 to 12. */
  month: number;
  /** 1 to 31. */
  day: number;
}

/** The inverse of `dayOf`. */
export function dateOf(days: number): CivilDate {
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day: dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1 };
}

/** 0 is Monday, 6 is Sunday. */
export function weekdayOf(days: number): number {
  return (((days + 3) % 7) + 7) % 7;
}

const TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d(?:\.\d+)?)/;

/** Seconds since 1970-01-01T00:00 of the clock a record's time shows (its offset is left aside); NaN without one. */
export function secondsOf(time: string | undefined): number {
  const parts = time === undefined ? null : TIME.exec(time);
  if (!parts) return NaN;
  return dayOf(+parts[1], +parts[2], +parts[3]) * DAY_S + +parts[4] * 3600 + +parts[5] * 60 + +parts[6];
}

/** Day value of the columns for such seconds. */
export function dayOfSeconds(seconds: number): number {
  return Number.isNaN(seconds) ? NO_DAY : Math.floor(seconds / DAY_S);
}
