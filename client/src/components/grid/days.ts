// In: days since 1970-01-01 in the photo's own time. Out: the key photos share a heading by, and the date behind a key.

import { NO_DAY } from "../../lib/library";

export type Grouping = "day" | "month" | "year" | "none";

/** Year, month 1..12 and day 1..31 of a day number, proleptic Gregorian (Hinnant, "chrono-compatible low-level date algorithms"). */
export function civil(day: number): [year: number, month: number, day: number] {
  const z = day + 719468;
  const era = Math.floor(z / 146097);
  const ofEra = z - era * 146097;
  const yearOfEra = Math.floor((ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36524) - Math.floor(ofEra / 146096)) / 365);
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * ofYear + 2) / 153);
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  return [yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, ofYear - Math.floor((153 * shifted + 2) / 5) + 1];
}

/** A function from day numbers to heading keys; remembers the last answer, since neighbours mostly share it. */
export function keyed(grouping: Grouping): (day: number) => number {
  if (grouping === "day") return (day) => day;
  if (grouping === "none") return () => 0;
  let seen = NO_DAY;
  let key = NO_DAY;
  return (day) => {
    if (day === seen) return key;
    seen = day;
    if (day === NO_DAY) key = NO_DAY;
    else {
      const [year, month] = civil(day);
      key = grouping === "month" ? year * 12 + month - 1 : year;
    }
    return key;
  };
}

/** Noon UTC of a day number, so that no time zone turns it into a neighbour. */
export const noon = (day: number): Date => new Date(day * 86_400_000 + 43_200_000);
