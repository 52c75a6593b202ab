// In: the places of some photos of a group. Out: the one that stands beside the group's heading.

import { say } from "../../words/words";

export type Place = { city?: string; state?: string; country?: string } | undefined;

function most(counts: Map<string, number>): [name: string, count: number] | undefined {
  return [...counts].sort((a, b) => b[1] - a[1])[0];
}

/** The city most of the photos share, else their country, else the first city and how many more; nothing when most photos tell no place. */
export function placesOf(places: Place[]): string {
  const known = places.filter((place) => place?.city || place?.country);
  if (known.length * 2 < places.length || known.length === 0) return "";
  const cities = new Map<string, number>();
  const countries = new Map<string, number>();
  for (const place of known) {
    const city = [place?.city ?? place?.state, place?.country].filter(Boolean).join(", ");
    cities.set(city, (cities.get(city) ?? 0) + 1);
    if (place?.country) countries.set(place.country, (countries.get(place.country) ?? 0) + 1);
  }
  const city = most(cities);
  if (city && city[1] * 2 > known.length) return city[0];
  const country = most(countries);
  if (country && country[1] === known.length) return country[0];
  return city ? `${city[0]} ${say("andMore", { n: cities.size - 1 })}` : "";
}
