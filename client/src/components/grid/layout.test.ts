import { describe, expect, test } from "vitest";
import { atOrBefore, lay, neighbour, rowOf, rowsBetween, type Layout, type Measures } from "./layout";

const MEASURES: Measures = { width: 1200, target: 220, gap: 4, heading: 40, after: 8, beside: 20, headingWidth: 168 };

function seeded(seed: number): () => number {
  return () => (seed = (seed * 16807) % 2147483647) / 2147483647;
}

function some(count: number, seed = 5): number[] {
  const random = seeded(seed);
  return Array.from({ length: count }, () => [0.67, 0.75, 1, 1.33, 1.5, 1.78, 3.2][Math.floor(random() * 7)] as number);
}

const laid = (ratios: number[], group?: (i: number) => number, measures = MEASURES): Layout => lay({ count: ratios.length, ratio: (i) => ratios[i] as number, ...(group && { group }) }, measures);

const rowEnds = (layout: Layout): number[] => Array.from({ length: layout.rows }, (_, r) => (layout.rowFirst[r + 1] as number) - 1);

describe("rows", () => {
  test("every tile stands in exactly one row, in order", () => {
    const layout = laid(some(500));
    expect(layout.rowFirst[0]).toBe(0);
    expect(layout.rowFirst[layout.rows]).toBe(500);
    for (let r = 0; r < layout.rows; r++) expect(layout.rowFirst[r + 1]).toBeGreaterThan(layout.rowFirst[r] as number);
  });

  test("all rows but the last fill the width", () => {
    const layout = laid(some(500));
    for (const last of rowEnds(layout).slice(0, -1)) expect((layout.x[last] as number) + (layout.w[last] as number)).toBeCloseTo(1200, 1);
  });

  test("rows stay near the height asked for", () => {
    const layout = laid(some(2000).map((ratio) => Math.min(ratio, 1.78)));
    for (const height of layout.rowHeight) {
      expect(height).toBeGreaterThan(220 * 0.7);
      expect(height).toBeLessThan(220 * 1.45);
    }
  });

  test("tiles keep the shape of their picture", () => {
    const ratios = some(300);
    const layout = laid(ratios);
    for (let i = 0; i < 300; i++) expect((layout.w[i] as number) / (layout.rowHeight[rowOf(layout, i)] as number)).toBeCloseTo(ratios[i] as number, 3);
  });

  test("tiles and rows never overlap", () => {
    const layout = laid(some(400), (i) => Math.floor(i / 7));
    for (let r = 1; r < layout.rows; r++) expect(layout.rowTop[r]).toBeGreaterThanOrEqual((layout.rowTop[r - 1] as number) + (layout.rowHeight[r - 1] as number) + 4 - 1e-3);
    for (let i = 1; i < 400; i++) if (rowOf(layout, i) === rowOf(layout, i - 1)) expect(layout.x[i]).toBeGreaterThanOrEqual((layout.x[i - 1] as number) + (layout.w[i - 1] as number) + 3.9);
  });

  test("a panorama and a receipt are cut, a broken ratio counts as a square", () => {
    const layout = laid([30, 0.01, Number.NaN, 0]);
    expect(layout.rowHeight[0]).toBeGreaterThan(150);
    for (const width of layout.w) expect(width).toBeGreaterThan(60);
  });

  test("a library without photos has no rows and no height", () => {
    const layout = laid([]);
    expect([layout.rows, layout.groups, layout.height]).toEqual([0, 0, 0]);
    expect(rowsBetween(layout, 0, 900)).toEqual([0, 0]);
  });

  test("adding photos at the end leaves the rows before as they were", () => {
    const ratios = some(900);
    const before = laid(ratios.slice(0, 600), (i) => Math.floor(i / 50));
    const after = laid(ratios, (i) => Math.floor(i / 50));
    expect(after.rowTop.subarray(0, before.rows - 4)).toEqual(before.rowTop.subarray(0, before.rows - 4));
  });

  test("a phone's width takes the same photos", () => {
    const layout = laid(some(300), (i) => Math.floor(i / 9), { ...MEASURES, width: 384, target: 150, headingWidth: 120 });
    for (let i = 0; i < 300; i++) expect((layout.x[i] as number) + (layout.w[i] as number)).toBeLessThan(384.5);
  });
});

describe("groups", () => {
  test("each group has a heading above its first row", () => {
    const layout = laid(some(120), (i) => Math.floor(i / 40));
    expect(layout.groups).toBe(3);
    for (let g = 0; g < 3; g++) {
      const first = layout.groupFirst[g] as number;
      expect((layout.rowTop[rowOf(layout, first)] as number) - (layout.groupTop[g] as number)).toBe(40);
    }
  });

  test("small neighbouring groups share a row, each under its own heading", () => {
    const layout = laid([1.5, 1.5, 1.5, 1.5], (i) => i);
    expect(layout.groups).toBe(4);
    expect(layout.rows).toBeLessThan(4);
    expect(layout.groupTop[0]).toBe(layout.groupTop[1]);
    expect(layout.groupX[1]).toBeGreaterThan((layout.groupX[0] as number) + (layout.groupWidth[0] as number));
  });

  test("a group that needs more than one row shares none", () => {
    const layout = laid([...some(30), 1, 1], (i) => (i < 30 ? 0 : i));
    expect(layout.groupTop[1]).toBeGreaterThan(layout.rowTop[rowOf(layout, 29)] as number);
  });

  test("a list without groups has no headings", () => {
    const layout = laid(some(50));
    expect(layout.rowTop[0]).toBe(0);
  });

  test("a first group without heading gives its room back", () => {
    const layout = laid(some(50), (i) => (i < 30 ? 0 : 1), { ...MEASURES, firstHeading: 2 });
    expect(layout.rowTop[0]).toBe(2);
  });
});

describe("finding", () => {
  test("the last value not above is found", () => {
    expect([0, 5, 9, 10, 99].map((value) => atOrBefore([0, 5, 10], value))).toEqual([0, 1, 1, 2, 2]);
  });

  test("the rows in view are those that touch it", () => {
    const layout = laid(some(5000));
    const [first, end] = rowsBetween(layout, 10_000, 10_900);
    expect(layout.rowTop[first]).toBeLessThanOrEqual(10_000);
    expect(layout.rowTop[end - 1]).toBeLessThanOrEqual(10_900);
    expect(layout.rowTop[end]).toBeGreaterThan(10_900);
    expect(end - first).toBeLessThan(8);
  });

  test("arrow keys lead left, right, and to the nearest tile above and below", () => {
    const layout = laid(some(100));
    expect(neighbour(layout, 0, "left")).toBe(0);
    expect(neighbour(layout, 0, "right")).toBe(1);
    expect(neighbour(layout, 99, "right")).toBe(99);
    const below = neighbour(layout, 1, "down");
    expect(rowOf(layout, below)).toBe(rowOf(layout, 1) + 1);
    expect(rowOf(layout, neighbour(layout, below, "up"))).toBe(rowOf(layout, 1));
    expect(neighbour(layout, 50, "home")).toBe(0);
    expect(neighbour(layout, 50, "end")).toBe(99);
  });
});
