import { expect, test } from "vitest";
import { Scrolling } from "./scrolling";

test("a short gallery is its own element", () => {
  const scrolling = new Scrolling(1000);
  scrolling.resize(800);
  expect(scrolling.element).toBe(800);
  expect(scrolling.reach(300)).toBe(300);
  expect(scrolling.settle(10)).toBeUndefined();
});

test("a gallery longer than a browser allows is reached in every part", () => {
  const scrolling = new Scrolling(1000);
  scrolling.resize(50_000_000);
  for (const position of [0, 400, 123_456, 25_000_000, 49_999_400]) {
    const top = scrolling.reach(position);
    expect(top).toBeGreaterThanOrEqual(0);
    expect(top).toBeLessThanOrEqual(1000);
    expect(scrolling.position(top)).toBe(position);
  }
});

test("near an end of the element the element moves and the picture stays", () => {
  const scrolling = new Scrolling(1000);
  scrolling.resize(10_000);
  scrolling.reach(5000);
  const before = scrolling.position(900);
  const top = scrolling.settle(900);
  expect(top).toBeDefined();
  expect(scrolling.position(top as number)).toBe(before);
});

test("at the gallery's own ends nothing moves", () => {
  const scrolling = new Scrolling(1000);
  scrolling.resize(10_000);
  scrolling.reach(0);
  expect(scrolling.settle(0)).toBeUndefined();
  scrolling.reach(9_999);
  expect(scrolling.settle(999)).toBeUndefined();
});

test("a gallery that shrank leaves no element beyond its end", () => {
  const scrolling = new Scrolling(1000);
  scrolling.resize(10_000);
  scrolling.reach(9_500);
  scrolling.resize(1500);
  expect(scrolling.base).toBeLessThanOrEqual(500);
});
