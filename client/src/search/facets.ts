// A set of photos in, words that would narrow it out, each with the photos it would leave.

import type { Facet } from "../lib/library";
import type { Bits } from "./bits";
import { KIND, type Kind } from "./evidence";
import { fold } from "./folding";
import { type Holdings, NO_YEAR } from "./holdings";
import type { Plan } from "./plan";

/** Kinds that are offered, and the most of each; years beside them. */
const OFFERED: readonly { kind: Facet["kind"]; of: readonly Kind[]; most: number }[] = [
  { kind: "thing", of: [KIND.class, KIND.object, KIND.term], most: 10 },
  { kind: "place", of: [KIND.city, KIND.country], most: 6 },
  { kind: "tag", of: [KIND.tag], most: 4 },
  { kind: "camera", of: [KIND.camera], most: 3 },
];
const YEARS = 4;
/** A record's time has four digits for it. */
const LAST_YEAR = 9_999;
const PLACE: ReadonlyMap<Kind, number> = new Map(OFFERED.flatMap(({ of }, at) => of.map((kind): [Kind, number] => [kind, at])));

export function facetsOf(holdings: Holdings, set: Bits, size: number, clauses: readonly Plan[]): Facet[] {
  if (!size) return [];
  const asked = new Set<string>();
  collect(clauses, asked);
  const { entries, said, saidEnds } = holdings.index;
  const totals = new Uint32Array(entries.length);
  const years = new Uint32Array(LAST_YEAR + 1);
  const entriesSaid = said.all;
  const ends = saidEnds.all;
  const yearOf = holdings.year.all;
  set.each((version) => {
    for (let at = version ? ends[version - 1] : 0; at < ends[version]; at++) totals[entriesSaid[at]]++;
    if (yearOf[version] !== NO_YEAR) years[yearOf[version]]++;
  });
  const counts: Map<string, { word: string; count: number }>[] = OFFERED.map(() => new Map());
  for (let entry = 0; entry < totals.length; entry++) {
    const count = totals[entry];
    // What holds for all of them narrows nothing.
    if (!count || count === size) continue;
    const { kind, text } = entries[entry];
    const of = counts[PLACE.get(kind)!];
    const word = fold(text);
    const held = of.get(word);
    // A label of two models counts as the one that finds more: the sum would count photos twice.
    if (!held) of.set(word, { word: text, count });
    else if (count > held.count) held.count = count;
  }
  const facets: Facet[] = [];
  OFFERED.forEach(({ kind, most }, at) => {
    const narrowing = [...counts[at].entries()].filter(([word]) => !asked.has(word)).map(([, facet]) => facet);
    narrowing.sort((a, b) => b.count - a.count || (a.word < b.word ? -1 : 1));
    for (const { word, count } of narrowing.slice(0, most)) facets.push({ word, kind, count });
  });
  const narrowing = [...years.entries()].filter(([year, count]) => count && count < size && !asked.has(String(year)));
  narrowing.sort(([a, m], [b, n]) => n - m || b - a);
  for (const [year, count] of narrowing.slice(0, YEARS)) facets.push({ word: String(year), kind: "time", count });
  return facets;
}

function collect(plans: readonly Plan[], asked: Set<string>): void {
  for (const plan of plans) {
    if (plan.type === "all" || plan.type === "any") collect(plan.of, asked);
    else if (plan.type === "word") asked.add(plan.words.join(" "));
    else if (plan.type === "measure") asked.add(fold(plan.label));
  }
}
