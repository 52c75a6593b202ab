// In: coordinates. Out: a small quiet chart of the coasts and borders around them. It comes from this server like all the rest.

import { useEffect, useState } from "preact/hooks";
import { coordinate } from "../../words/figures";
import { say } from "../../words/words";

const WIDTH = 332;
const HEIGHT = 122;
/** Degrees of latitude from the chart's foot to its top: enough for a coast or a border to tell where this is. */
const SPAN = 15;

/** A degree of longitude is narrower by the cosine of the latitude; near the poles the chart would not end. */
const narrowing = (lat: number): number => Math.max(0.2, Math.cos((lat * Math.PI) / 180));

export function Locator({ lat, lon }: { lat: number; lon: number }) {
  const [drawn, setDrawn] = useState<{ land: string; borders: string } | undefined>(undefined);
  useEffect(() => {
    let here = true;
    const perLat = HEIGHT / SPAN;
    // Without a connection, and without the kept shell, the marker stands on an empty chart.
    import("./chart").then(
      ({ chart }) => here && setDrawn(chart({ lat, lon, width: WIDTH, height: HEIGHT, perLat, perLon: perLat * narrowing(lat) })),
      () => undefined,
    );
    return () => {
      here = false;
    };
  }, [lat, lon]);
  return (
    <figure class="locator">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={say("onMap", { lat: coordinate(lat, "lat"), lon: coordinate(lon, "lon") })}>
        {drawn && (
          <>
            <path class="locator-land" d={drawn.land} />
            <path class="locator-borders" d={drawn.borders} />
          </>
        )}
        <circle class="locator-halo" cx={WIDTH / 2} cy={HEIGHT / 2} r={12} />
        <circle class="locator-dot" cx={WIDTH / 2} cy={HEIGHT / 2} r={5} />
      </svg>
      <figcaption>
        {coordinate(lat, "lat")}, {coordinate(lon, "lon")}
      </figcaption>
    </figure>
  );
}
