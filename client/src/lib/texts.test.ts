import { expect, test } from "vitest";
import { parsed, textOf } from "./texts";
import type { PhotoRecord } from "./records";

test("a record is written down as it came, to the letter", () => {
  const text = '{ "kind": "photo",  "seq": 1.0, "id": "a" }';
  expect(textOf(parsed<PhotoRecord>(text))).toBe(text);
});

test("a record that was made here, or made anew from another, is written from what it says", () => {
  const record = { ...parsed<PhotoRecord>('{"kind":"photo","seq":1,"id":"a"}'), rating: 4 } as PhotoRecord;
  expect(JSON.parse(textOf(record))).toEqual(record);
});

test("what is no JSON is refused", () => {
  expect(() => parsed("<html>")).toThrow(SyntaxError);
});
