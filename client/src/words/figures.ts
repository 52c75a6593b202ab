// In: numbers as records hold them. Out: how photographers and the reader's language write them.

import { language, number, say } from "./words";

/** `1/1600 s`, `0.4 s`, `30 s`; seconds in. Times below a third of a second are fractions on a camera's dial. */
export function exposure(seconds: number): string {
  if (!(seconds > 0)) return "";
  if (seconds < 0.3) return `1/${Math.round(1 / seconds)} s`;
  return `${number(seconds, seconds < 10 ? 1 : 0)} s`;
}

/** `f/1.7`. */
export const aperture = (f: number): string => `f/${number(f, f < 10 ? 1 : 0)}`;

/** Focal length in whole millimetres, one decimal below ten. */
export const focal = (mm: number): string => `${number(mm, mm < 10 ? 1 : 0)} mm`;

/** Exposure value at ISO 100, one decimal: log2(N² / t) - log2(ISO / 100) (ISO 2720). */
export function exposureValue(f: number, seconds: number, iso: number): number {
  return Math.round((Math.log2((f * f) / seconds) - Math.log2(iso / 100)) * 10) / 10;
}

/** `4.1 MB`: decimal units, as file managers and disks count. */
export function bytes(count: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;
  let value = count;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit < 2 || value >= 100 ? 0 : 1;
  return new Intl.NumberFormat(language(), { style: "unit", unit: units[unit] as string, unitDisplay: unit === 0 ? "long" : "short", maximumFractionDigits: digits }).format(value);
}

/** `12.2 MP`; of stamps, where that would be nothing, `64 × 64`. */
export const megapixels = (width: number, height: number): string => {
  const million = (width * height) / 1e6;
  if (million < 0.05) return `${number(width)} × ${number(height)}`;
  return say("megapixels", { n: number(million, million < 10 ? 1 : 0) });
};

const dates = new Map<string, Intl.DateTimeFormat>();

function dated(style: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  // British order, "14 June 2025", reads alike on both sides of the ocean; the American one does not.
  const tag = language() === "en" ? "en-GB" : language();
  const key = `${tag} ${style}`;
  let format = dates.get(key);
  if (!format) dates.set(key, (format = new Intl.DateTimeFormat(tag, { timeZone: "UTC", ...options })));
  return format;
}

/** `Saturday, 14 June 2025`. The date stands as it is in UTC: pass local times as if they were UTC. */
export const longDay = (date: Date): string => {
  const weekday = dated("weekday", { weekday: "long" }).format(date);
  return `${weekday}, ${dated("day", { day: "numeric", month: "long", year: "numeric" }).format(date)}`;
};
/** `Sat, 14 Jun 2025`, where the long one has no room. */
export const shortDay = (date: Date): string => dated("short day", { weekday: "short", day: "numeric", month: "short", year: "numeric" }).format(date);
export const dayMonth = (date: Date): string => dated("day month", { day: "numeric", month: "long" }).format(date);
export const longMonth = (date: Date): string => dated("month", { month: "long", year: "numeric" }).format(date);
export const shortMonth = (date: Date): string => dated("short month", { month: "short" }).format(date);

/** A moment of the server, in the reader's own time zone. */
export const moment = (iso: string): string => {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? "" : new Intl.DateTimeFormat(language() === "en" ? "en-GB" : language(), { dateStyle: "medium", timeStyle: "short" }).format(date);
};

export interface Taken {
  day: string;
  time: string;
  /** `UTC−4`, or empty when the file does not tell. */
  zone: string;
}

/** A record's `taken`: local time, with the offset when known; shown as it was on the spot, whatever the reader's zone. */
export function taken(iso: string): Taken | undefined {
  const found = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d(?:\.\d+)?)?([+-]\d\d:\d\d|Z)?$/.exec(iso);
  if (!found) return undefined;
  const date = new Date(`${found[1]}T12:00:00Z`);
  return { day: longDay(date), time: found[2] as string, zone: zone(found[3]) };
}

function zone(offset: string | undefined): string {
  if (!offset) return "";
  if (offset === "Z" || offset === "+00:00" || offset === "-00:00") return "UTC";
  const sign = offset.startsWith("-") ? "−" : "+";
  const hours = Number(offset.slice(1, 3));
  const minutes = offset.slice(4, 6);
  return `UTC${sign}${hours}${minutes === "00" ? "" : `:${minutes}`}`;
}

/** `18 min`, rounded up: nobody is glad of a promise that was too short. */
export function span(seconds: number): string {
  if (seconds < 60) return say("seconds", { n: Math.max(1, Math.ceil(seconds)) });
  if (seconds < 5400) return say("minutes", { n: Math.ceil(seconds / 60) });
  return say("hours", { n: number(seconds / 3600, 1) });
}

/** `23.1353° N`. */
export function coordinate(value: number, axis: "lat" | "lon"): string {
  const letters = language() === "de" ? { lat: ["N", "S"], lon: ["O", "W"] } : { lat: ["N", "S"], lon: ["E", "W"] };
  return `${number(Math.abs(value), 4)}° ${letters[axis][value < 0 ? 1 : 0]}`;
}

/** A path as it may be shown: characters that turn the direction of writing could make "exe.jpg" read as "gpj.exe". */
export const legible = (path: string): string => path.replace(/[\u0000-\u001f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "\ufffd");

/** The last part of a path, as it may be shown. */
export const fileName = (path: string): string => legible(path.slice(path.lastIndexOf("/") + 1));
