// In: the land and borders of the world-atlas package (Natural Earth, 1:110 million) and a place. Out: the SVG paths of what
// lies around it. Loaded with the first photo that tells a place, and never before.

import { feature, mesh } from "topojson-client";
import type { GeometryObject, Topology } from "topojson-specification";
import atlas from "world-atlas/countries-110m.json";

/** A window on the globe, in degrees and pixels: a degree of longitude is `perLon` px wide, one of latitude `perLat` px high. */
export interface Window {
  lat: number;
  lon: number;
  width: number;
  height: number;
  perLon: number;
  perLat: number;
}

type Ring = readonly (readonly number[])[];
/** A line and the box around it, in degrees. */
interface Line {
  points: Ring;
  west: number;
  east: number;
  south: number;
  north: number;
}

const topology = atlas as unknown as Topology;

/** On a globe, lines cross the date line as if it were none; on a chart, degrees have to run on beyond 180 there. */
function unrolled(points: Ring): Ring {
  let turn = 0;
  let before: number | undefined;
  const line = points.map(([lon = 0, lat = 0]) => {
    if (before !== undefined && Math.abs(lon - before) > 180) turn += lon < before ? 360 : -360;
    before = lon;
    return [lon + turn, lat];
  });
  const [first, last] = [line[0], line.at(-1)];
  // A ring that comes back a whole turn later goes around a pole, and is closed along it.
  if (turn === 0 || !first || !last || Math.abs((last[0] as number) - (first[0] as number)) < 180) return line;
  const pole = (first[1] as number) < 0 ? -90 : 90;
  return [...line, [last[0] as number, pole], [first[0] as number, pole]];
}

function bounded(ring: Ring): Line {
  const points = unrolled(ring);
  const line: Line = { points, west: Infinity, east: -Infinity, south: Infinity, north: -Infinity };
  for (const [lon = 0, lat = 0] of points) {
    line.west = Math.min(line.west, lon);
    line.east = Math.max(line.east, lon);
    line.south = Math.min(line.south, lat);
    line.north = Math.max(line.north, lat);
  }
  return line;
}

let world: { land: Line[]; borders: Line[] } | undefined;

function known(): { land: Line[]; borders: Line[] } {
  if (!world) {
    const { land, countries } = topology.objects as { land: GeometryObject; countries: GeometryObject };
    const shapes = feature(topology, land);
    const geometries = shapes.type === "FeatureCollection" ? shapes.features.map(({ geometry }) => geometry) : [shapes.geometry];
    const rings = geometries.flatMap((geometry): Ring[] => (geometry.type === "MultiPolygon" ? geometry.coordinates.flat() : geometry.type === "Polygon" ? geometry.coordinates : []));
    const between = mesh(topology, countries, (a, b) => a !== b);
    world = { land: rings.map(bounded), borders: between.coordinates.map(bounded) };
  }
  return world;
}

/** Plate carrée around the window's middle; what lies a turn of the globe away may reach into it too. */
function path(lines: readonly Line[], window: Window, close: boolean): string {
  const { lat, lon, width, height, perLon, perLat } = window;
  const [halfLon, halfLat] = [width / 2 / perLon, height / 2 / perLat];
  const parts: string[] = [];
  for (const turn of [-360, 0, 360]) {
    for (const line of lines) {
      if (line.east + turn < lon - halfLon || line.west + turn > lon + halfLon || line.north < lat - halfLat || line.south > lat + halfLat) continue;
      const points = line.points.map(([x = 0, y = 0]) => `${(width / 2 + (x + turn - lon) * perLon).toFixed(1)} ${(height / 2 - (y - lat) * perLat).toFixed(1)}`);
      parts.push(`M${points.join("L")}${close ? "Z" : ""}`);
    }
  }
  return parts.join("");
}

export function chart(window: Window): { land: string; borders: string } {
  const { land, borders } = known();
  return { land: path(land, window, true), borders: path(borders, window, false) };
}
