import { describe, expect, test } from "vitest";
import { Holdings } from "../search/holdings";
import { packOf } from "../search/packing";
import { fromBase64, fromHex, toHex } from "./bytes";
import { GridColumns } from "./columns";
import { dateOf, dayOf, secondsOf, weekdayOf } from "./dates";
import { Ids } from "./ids";
import { NO_DAY } from "./library";
import type { PhotoRecord } from "./records";

function recordOf(number: number, more: Partial<PhotoRecord> = {}): PhotoRecord {
  const id = (number * 2_654_435_761).toString(16).padStart(32, "0");
  return { kind: "photo", seq: number + 1, id, path: `Root/${number}.jpg`, bytes: 1, width: 200, height: 100, type: "image/jpeg", added: "2026-01-01T00:00:00Z", phash: "0".repeat(16), thumbhash: btoa(String(number)), ...more };
}

describe("ids", () => {
  test("give back what was put in, through many growths", () => {
    const ids = new Ids();
    const bytes = new Uint8Array(16);
    const texts = Array.from({ length: 3_000 }, (_, number) => recordOf(number).id);
    for (const text of texts) {
      fromHex(text, bytes, 0);
      expect(ids.find(bytes, 0)).toBeUndefined();
      ids.add(bytes, 0);
    }
    texts.forEach((text, row) => {
      expect(ids.row(text)).toBe(row);
      expect(ids.text(row)).toBe(text);
    });
    expect(ids.row("f".repeat(32))).toBeUndefined();
    expect(ids.row("no id")).toBeUndefined();
    expect(ids.row("g".repeat(32))).toBeUndefined();
  });
});

describe("columns", () => {
  test("hold what the worker's messages say, batch after batch", () => {
    const holdings = new Holdings();
    const columns = new GridColumns();
    for (const size of [1, 30, 500]) {
      const from = holdings.rows;
      holdings.append(packOf(Array.from({ length: size }, (_, at) => recordOf(from + at, { taken: "2024-05-06T01:02:03Z" }))));
      columns.append(holdings.unsentRows().added!);
    }
    expect(columns.rows).toBe(531);
    for (const row of [0, 1, 30, 31, 530]) {
      expect(columns.id(row)).toBe(recordOf(row).id);
      expect(columns.row(recordOf(row).id)).toBe(row);
      expect(columns.ratio[row]).toBe(2);
      expect(columns.day[row]).toBe(dayOf(2024, 5, 6));
      expect(new TextDecoder().decode(columns.thumbhash(row))).toBe(String(row));
    }
  });

  test("follow a change and a leaving without moving a row", () => {
    const holdings = new Holdings();
    const columns = new GridColumns();
    holdings.append(packOf([recordOf(0), recordOf(1)]));
    columns.append(holdings.unsentRows().added!);
    expect(columns.day[0]).toBe(NO_DAY);
    holdings.append(packOf([recordOf(0, { seq: 9, favourite: true, width: 300 })], [{ kind: "gone", seq: 10, id: recordOf(1).id }]));
    const { added, changed } = holdings.unsentRows();
    expect(added).toBeNull();
    columns.change(changed!);
    expect(columns.ratio[0]).toBe(3);
    expect(columns.flags[0]).toBe(1);
    expect(columns.flags[1]).toBe(0xff);
  });

  test("refuse a batch that does not follow the last", () => {
    const holdings = new Holdings();
    holdings.append(packOf([recordOf(0)]));
    const { added } = holdings.unsentRows();
    const columns = new GridColumns();
    columns.append(added!);
    expect(() => columns.append(added!)).toThrow(RangeError);
  });

  test("an older record that comes late changes nothing", () => {
    const holdings = new Holdings();
    holdings.append(packOf([recordOf(0, { seq: 5, width: 300 })]));
    holdings.append(packOf([recordOf(0, { seq: 4, width: 100 })], [{ kind: "gone", seq: 3, id: recordOf(0).id }]));
    expect(holdings.photos).toBe(1);
    expect(holdings.unsentRows().added!.ratio[0]).toBe(3);
  });
});

describe("dates", () => {
  test("agree with the calendar over six centuries", () => {
    for (let day = -140_000; day < 80_000; day += 13) {
      const date = new Date(day * 86_400_000);
      expect(dateOf(day)).toEqual({ year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() });
      expect(dayOf(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate())).toBe(day);
      expect(weekdayOf(day)).toBe((date.getUTCDay() + 6) % 7);
    }
  });

  test("leave the offset aside", () => {
    expect(secondsOf("1970-01-02T00:00:01.5+13:00")).toBe(86_401.5);
    expect(secondsOf(undefined)).toBeNaN();
    expect(secondsOf("yesterday")).toBeNaN();
  });
});

test("base64 that is none is empty, and hexadecimal comes back", () => {
  expect(fromBase64("****").length).toBe(0);
  const bytes = new Uint8Array(3);
  expect(fromHex("00ff1a", bytes, 0)).toBe(true);
  expect(toHex(bytes, 0, 3)).toBe("00ff1a");
  expect(fromHex("0G", bytes, 0)).toBe(false);
  expect(fromHex("0", bytes, 0)).toBe(false);
});
