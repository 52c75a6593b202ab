import { expect, test } from "vitest";
import { chart, type Window } from "./chart";

const around = (lat: number, lon: number): Window => ({ lat, lon, width: 300, height: 100, perLat: 100 / 15, perLon: (100 / 15) * Math.cos((lat * Math.PI) / 180) });

/** Whether the window's middle lies inside the land: even-odd over all its edges. */
function onLand(d: string): boolean {
  let inside = false;
  for (const ring of d.split("M").slice(1)) {
    const points = ring.replace("Z", "").split("L").map((point) => point.split(" ").map(Number) as [number, number]);
    points.forEach(([x, y], at) => {
      const [px, py] = points[(at + points.length - 1) % points.length] as [number, number];
      if (y > 50 !== py > 50 && 150 < ((px - x) * (50 - y)) / (py - y) + x) inside = !inside;
    });
  }
  return inside;
}

test("a city stands on land and the open ocean is none", () => {
  expect(onLand(chart(around(48.2, 16.4)).land)).toBe(true);
  expect(onLand(chart(around(35, -40)).land)).toBe(false);
});

test("where nothing is near, nothing is drawn", () => {
  expect(chart({ lat: -48, lon: 90, width: 300, height: 100, perLat: 20, perLon: 13 })).toEqual({ land: "", borders: "" });
  expect(chart(around(48.2, 16.4)).borders).not.toBe("");
});

test("the land does not end at the date line", () => {
  for (const lon of [175, 179.9, -179.9, -176]) expect(onLand(chart(around(66.8, lon)).land)).toBe(true);
});

test("a ring around the pole is closed along it", () => {
  for (const lon of [-179, -90, 0, 90, 179]) expect(onLand(chart(around(-85, lon)).land)).toBe(true);
  expect(onLand(chart(around(-55, 0)).land)).toBe(false);
});
