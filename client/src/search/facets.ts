// A set of photos in, words that would narrow it out, each with the photos it would leave.

import { dateOf, DAY_S } from "../lib/dates";
import type { Facet } from "../lib/library";
import { CERTAINTY } from "../lib/pack";
import type { Bits } from "./bits";
import { KIND, type Kind } from "./evidence";
import { fold } from "./folding";
import type { Holdings } from "./holdings";
import type { Plan } from "./plan";

/** Kinds that are offered, and the most of each; years beside them. */
const OFFERED: readonly { kind: Facet["kind"]; of: readonly Kind[]; most: number }[] = [
  { kind: "thing", of: [KIND.class, KIND.object, KIND.term], most: 10 },
  { kind: "place", of: [KIND.city, KIND.country], most: 6 },
  { kind: "tag", of: [KIND.tag], most: 4 },
  { kind: "camera", of: [KIND.camera], most: 3 },
];
const YEARS = 4;

export function facetsOf(holdings: Holdings, set: Bits, size: number, clauses: readonly Plan[]): Facet[] {
  if (!size) return [];
  const said = new Set<string>();
  collect(clauses, said);
  const seen = new Uint32Array(holdings.versions);
  const kindOf = new Map<Kind, number>();
  OFFERED.forEach(({ of }, at) => of.forEach((kind) => kindOf.set(kind, at)));
  const counts: Map<string, { word: string; count: number }>[] = OFFERED.map(() => new Map());
  let turn = 0;
  for (const { kind, text, postings } of holdings.index.entries) {
    const at = kindOf.get(kind);
    if (at === undefined) continue;
    turn++;
    let count = 0;
    const { all, length } = postings;
    for (let posting = 0; posting < length; posting++) {
      const version = (all[posting] / CERTAINTY) | 0;
      // Several pieces of evidence are still one photo.
      if (set.has(version) && seen[version] !== turn) {
        seen[version] = turn;
        count++;
      }
    }
    if (!count) continue;
    const word = fold(text);
    const held = counts[at].get(word);
    // A label of two models counts as the one that finds more: the sum would count photos twice.
    if (!held) counts[at].set(word, { word: text, count });
    else if (count > held.count) held.count = count;
  }
  const facets: Facet[] = [];
  OFFERED.forEach(({ kind, most }, at) => {
    const narrowing = [...counts[at].entries()].filter(([word, { count }]) => count < size && !said.has(word)).map(([, facet]) => facet);
    narrowing.sort((a, b) => b.count - a.count || (a.word < b.word ? -1 : 1));
    for (const { word, count } of narrowing.slice(0, most)) facets.push({ word, kind, count });
  });
  const years = new Map<number, number>();
  const taken = holdings.taken.all;
  set.each((version) => {
    if (Number.isNaN(taken[version])) return;
    const year = yearOf(taken[version]);
    years.set(year, (years.get(year) ?? 0) + 1);
  });
  const narrowing = [...years.entries()].filter(([year, count]) => count < size && !said.has(String(year)));
  narrowing.sort(([a, m], [b, n]) => n - m || b - a);
  for (const [year, count] of narrowing.slice(0, YEARS)) facets.push({ word: String(year), kind: "time", count });
  return facets;
}

const cached = new Map<number, number>();

/** The year of a time; days are few, so each is worked out once. */
function yearOf(seconds: number): number {
  const day = Math.floor(seconds / DAY_S);
  let year = cached.get(day);
  if (year === undefined) cached.set(day, (year = dateOf(day).year));
  return year;
}

function collect(plans: readonly Plan[], said: Set<string>): void {
  for (const plan of plans) {
    if (plan.type === "all" || plan.type === "any") collect(plan.of, said);
    else if (plan.type === "word") said.add(plan.words.join(" "));
    else if (plan.type === "measure") said.add(fold(plan.label));
  }
}
