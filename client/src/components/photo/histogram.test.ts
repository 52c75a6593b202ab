import { expect, test } from "vitest";
import { curve, histogram, STEPS } from "./histogram";

const pixels = (...greys: number[]): Uint8ClampedArray => Uint8ClampedArray.from(greys.flatMap((grey) => [grey, grey, grey, 255]));

test("black counts in the first step and white in the last", () => {
  const counts = histogram(pixels(0, 255));
  expect(counts[0]).toBe(1);
  expect(counts[STEPS - 1]).toBe(1);
});

test("green weighs more than blue", () => {
  const green = histogram(Uint8ClampedArray.of(0, 255, 0, 255));
  const blue = histogram(Uint8ClampedArray.of(0, 0, 255, 255));
  expect(green.findIndex((count) => count > 0)).toBeGreaterThan(blue.findIndex((count) => count > 0));
});

test("one clipped step does not flatten the rest", () => {
  const counts = histogram(pixels(...Array<number>(100).fill(0), ...Array<number>(10).fill(128)));
  expect(counts[0]).toBe(1);
  expect(counts[32]).toBe(1);
});

test("the curve begins and ends on the ground", () => {
  const path = curve([0, 1, 0], 100, 50);
  expect(path.startsWith("M0 50L")).toBe(true);
  expect(path.endsWith("L100 50Z")).toBe(true);
});
