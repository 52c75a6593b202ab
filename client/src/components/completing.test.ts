import { expect, test } from "vitest";
import { completed, helpful, without } from "./completing";
import { narrowed } from "./narrow";

test("a completion replaces the word that was begun", () => {
  expect(completed("happy wom", "woman")).toBe("happy woman");
  expect(completed("do", "dog")).toBe("dog");
});

test("a completion of several words replaces all that were typed of it", () => {
  expect(completed("in new y", "New York")).toBe("in New York");
});

test("a completion after a space is added", () => {
  expect(completed("happy ", "dog")).toBe("happy dog");
});

test("what would only repeat the text is not offered", () => {
  const found = ["dog", "Dogue", "dog sled"].map((text) => ({ text, kind: "thing" as const, count: 1 }));
  expect(helpful("dog", found).map(({ text }) => text)).toEqual(["Dogue", "dog sled"]);
  expect(helpful("happy Dog ", [{ text: "dog", kind: "thing", count: 1 }])).toHaveLength(1);
});

test("a chip leaves with the word that joined it", () => {
  const chip = (from: number, to: number) => ({ label: "", negated: false, from, to });
  expect(without("dog or bird lake", chip(7, 11))).toBe("dog lake");
  expect(without("dog or bird", chip(0, 3))).toBe("bird");
  expect(without("dog -people lake", chip(4, 11))).toBe("dog lake");
});

test("a word of several parts stays one when it narrows", () => {
  expect(narrowed("dog", "New York")).toBe('dog "New York"');
  expect(narrowed("", "lake")).toBe("lake");
});
