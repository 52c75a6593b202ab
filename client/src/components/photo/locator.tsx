// In: coordinates. Out: a small chart of the degrees around them. No coast is drawn, since no map comes with the page.

import { coordinate } from "../../words/figures";
import { say } from "../../words/words";

const WIDTH = 332;
const HEIGHT = 104;
/** Degrees of latitude from the chart's foot to its top. */
const SPAN = 6.5;

/** Meridians stand this far apart at least, so that their names do not touch, px. */
const APART = 62;
const STEPS = [1, 2, 5, 10, 15, 30];
/** A name needs this much room to the chart's edge, px. */
const EDGE = 40;

/** Whole degrees inside a range, thinned to every `step`. */
export function degrees(from: number, to: number, step: number): number[] {
  const found: number[] = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) found.push(at);
  return found;
}

export function Locator({ lat, lon }: { lat: number; lon: number }) {
  // A degree of longitude is narrower by the cosine of the latitude; near the poles the chart would not end.
  const narrow = Math.max(0.2, Math.cos((lat * Math.PI) / 180));
  const perLat = HEIGHT / SPAN;
  const perLon = perLat * narrow;
  const halfLon = WIDTH / 2 / perLon;
  const lonStep = STEPS.find((step) => step * perLon >= APART) ?? 30;
  const x = (degree: number): number => WIDTH / 2 + (degree - lon) * perLon;
  const y = (degree: number): number => HEIGHT / 2 - (degree - lat) * perLat;
  const side = (degree: number, axis: "lat" | "lon"): string => coordinate(axis === "lon" ? ((degree + 540) % 360) - 180 : degree, axis);
  return (
    <figure class="locator">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={say("onMap", { lat: coordinate(lat, "lat"), lon: coordinate(lon, "lon") })}>
        {degrees(lon - halfLon, lon + halfLon, lonStep).map((degree) => (
          <g key={`x${degree}`}>
            <line x1={x(degree)} x2={x(degree)} y1={0} y2={HEIGHT} />
            {x(degree) > EDGE && x(degree) < WIDTH - EDGE && (
              <text x={x(degree) + 4} y={HEIGHT - 6}>
                {side(degree, "lon")}
              </text>
            )}
          </g>
        ))}
        {degrees(Math.max(-90, lat - SPAN / 2), Math.min(90, lat + SPAN / 2), 2).map((degree) => (
          <g key={`y${degree}`}>
            <line x1={0} x2={WIDTH} y1={y(degree)} y2={y(degree)} />
            {y(degree) > 14 && (
              <text x={6} y={y(degree) - 4}>
                {side(degree, "lat")}
              </text>
            )}
          </g>
        ))}
        <circle class="locator-halo" cx={WIDTH / 2} cy={HEIGHT / 2} r={12} />
        <circle class="locator-dot" cx={WIDTH / 2} cy={HEIGHT / 2} r={5} />
      </svg>
      <figcaption>
        {coordinate(lat, "lat")}, {coordinate(lon, "lon")}
      </figcaption>
    </figure>
  );
}
