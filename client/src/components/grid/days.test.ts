import { expect, test } from "vitest";
import { NO_DAY } from "../../lib/library";
import { civil, keyed, noon } from "./days";

test("day numbers are the days of the calendar", () => {
  for (const day of [-40_000, -1, 0, 59, 11_016, 19_782, 20_253, 60_000]) {
    const date = new Date(day * 86_400_000);
    expect(civil(day)).toEqual([date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()]);
  }
});

test("a month and a year are one key for all their days", () => {
  const [month, year] = [keyed("month"), keyed("year")];
  expect(month(20_240)).toBe(month(20_253));
  expect(month(20_240)).not.toBe(month(20_280));
  expect(year(20_100)).toBe(year(20_253));
  expect(month(NO_DAY)).toBe(NO_DAY);
});

test("noon of a day is that day in every time zone near it", () => {
  expect(noon(20_253).toISOString()).toBe("2025-06-14T12:00:00.000Z");
});
