// A query's text in, a selection out: the photos in order, what was understood, how to narrow it, and an honest nothing.

import { dateOf } from "../lib/dates";
import { type Chip, type Completion, FLAG, type Reason, type Selection, type Sort } from "../lib/library";
import { CERTAINTY } from "../lib/pack";
import type { PhotoRecord } from "../lib/records";
import { Bits } from "./bits";
import { complete } from "./complete";
import { Evaluation, Memory } from "./evaluate";
import { OFFERED } from "./everyday";
import { KIND, type Kind } from "./evidence";
import { facetsOf } from "./facets";
import { fold, singular } from "./folding";
import type { Holdings } from "./holdings";
import { nearest } from "./nearest";
import { Orders } from "./orders";
import type { Plan, Understood } from "./plan";
import { understand } from "./understand";

/** Where fewer photos were found, those that hold all but one word are looked for as well; and no more of those are given. */
const FEW = 200;
const NEAR_WORDS = 3;
/** Scores are compared by this much, so that the order does not hang on the last bit of a logarithm. */
const FINE = 1e4;

/** What makes the groups of each overview. */
const GROUPED: Record<"things" | "places" | "folders", readonly Kind[]> = { things: [KIND.class, KIND.object], places: [KIND.city], folders: [KIND.folder] };

export interface Group {
  name: string;
  query: string;
  count: number;
  cover: number;
}

export class Finder {
  private readonly orders: Orders;
  private readonly memory = new Memory();
  private readonly space = new Space();
  /** What `counts` last said, and of which generation. */
  private counted: { generation: number; counts: Record<string, number> } | null = null;
  private asked: { understood: Understood; evaluation: Evaluation } | null = null;

  constructor(
    private readonly holdings: Holdings,
    /** Day since 1970, by the reader's clock. */
    private readonly today: () => number = localDay,
  ) {
    this.orders = new Orders(holdings);
  }

  find(query: string, sort?: Sort): Selection {
    const began = performance.now();
    const understood = understand(query, this.holdings.index, this.today());
    const evaluation = new Evaluation(this.holdings, this.memory);
    this.asked = { understood, evaluation };
    const { clauses, mistake } = understood;
    const sorted = understood.sort ?? sort ?? (clauses.length ? "relevance" : "newest");
    const hits = mistake === null ? evaluation.all(clauses) : new Bits(this.holdings.versions);
    const order = this.ordered(hits, clauses, sorted, evaluation);
    const selection: Selection = {
      query,
      sort: sorted,
      order: understood.limit === null ? order : order.slice(0, understood.limit),
      chips: chipsOf(clauses),
      facets: facetsOf(this.holdings, hits, order.length, clauses),
      ms: 0,
    };
    if (mistake !== null) selection.mistake = mistake;
    else if (clauses.length) {
      if (!order.length) {
        const nothing = this.nothing(clauses, evaluation);
        if (nothing) selection.nothing = nothing;
      }
      if (order.length < FEW) {
        const almost = this.almost(clauses, evaluation, selection.nothing?.word);
        if (almost) selection.almost = almost;
      }
    }
    selection.ms = performance.now() - began;
    return selection;
  }

  /** For the query asked last. */
  reasons(records: (PhotoRecord | null)[]): Reason[][] {
    const asked = this.asked;
    if (!asked) return records.map(() => []);
    return records.map((record) => (record ? asked.understood.clauses.flatMap((clause) => asked.evaluation.reasons(clause, record)) : []));
  }

  complete(text: string, caret: number): Completion[] {
    return complete(this.holdings, text, caret, this.today());
  }

  counts(): Record<string, number> {
    const { holdings } = this;
    const { generation } = holdings;
    if (this.counted?.generation === generation) return this.counted.counts;
    let favourites = 0;
    holdings.live.each((version) => {
      if (holdings.flags.all[version] & FLAG.favourite) favourites++;
    });
    const counts: Record<string, number> = { photos: holdings.photos, favourites, years: this.years().length };
    for (const kind of ["things", "places", "folders"] as const) counts[kind] = this.namesOf(kind);
    this.counted = { generation, counts };
    return counts;
  }

  /** How many groups of a kind there are; `groups` itself looks at every posting. */
  private namesOf(kind: "things" | "places" | "folders"): number {
    const { index, live } = this.holdings;
    const names = new Set<string>();
    for (const { kind: mine, text, postings } of index.entries) {
      if (!GROUPED[kind].includes(mine)) continue;
      const name = kind === "folders" ? text : fold(text);
      if (!names.has(name) && postings.all.subarray(0, postings.length).some((posting) => live.has((posting / CERTAINTY) | 0))) names.add(name);
    }
    return names.size;
  }

  groups(kind: "things" | "places" | "folders" | "years"): Group[] {
    if (kind === "years") return this.years();
    const kinds = GROUPED[kind];
    const { index, live, rowOf, taken } = this.holdings;
    const found = new Map<string, { name: string; versions: Set<number>; cover: number; best: number; kind: Kind }>();
    for (const { kind: mine, text, postings } of index.entries) {
      if (!kinds.includes(mine)) continue;
      const key = kind === "folders" ? text : fold(text);
      const group = found.get(key) ?? { name: text, versions: new Set<number>(), cover: -1, best: -Infinity, kind: mine };
      for (let at = 0; at < postings.length; at++) {
        const version = (postings.all[at] / CERTAINTY) | 0;
        if (!live.has(version)) continue;
        group.versions.add(version);
        // The surest picture shows a thing best; of a place or folder the newest does.
        const worth = kind === "things" ? postings.all[at] % CERTAINTY : Number.isNaN(taken.all[version]) ? -1e12 : taken.all[version];
        if (worth > group.best) {
          group.best = worth;
          group.cover = rowOf.all[version];
        }
      }
      if (group.versions.size) found.set(key, group);
    }
    return [...found.values()]
      .map(({ name, versions, cover }) => ({ name, query: queryFor(kind, name), count: versions.size, cover }))
      .sort((a, b) => (kind === "folders" ? (a.name < b.name ? -1 : 1) : b.count - a.count || (a.name < b.name ? -1 : 1)));
  }

  private years(): Group[] {
    const { taken, rowOf } = this.holdings;
    const years = new Map<number, Group>();
    this.holdings.live.each((version) => {
      const seconds = taken.all[version];
      if (Number.isNaN(seconds)) return;
      const { year } = dateOf(Math.floor(seconds / 86_400));
      const group = years.get(year);
      if (group) group.count++;
      else years.set(year, { name: String(year), query: `year:${year}`, count: 1, cover: rowOf.all[version] });
    });
    return [...years.entries()].sort(([a], [b]) => b - a).map(([, group]) => group);
  }

  private ordered(hits: Bits, clauses: readonly Plan[], sort: Sort, evaluation: Evaluation): Uint32Array {
    const versions = this.holdings.versionOf.all;
    const whole = this.orders.of(sort);
    const rows = this.space.rows(whole.length);
    let size = 0;
    for (let at = 0; at < whole.length; at++) if (hits.has(versions[whole[at]] - 1)) rows[size++] = whole[at];
    if (sort !== "relevance" || !clauses.length) return rows.slice(0, size);
    const found = rows.subarray(0, size);
    const hitVersions = this.space.versions(size);
    for (let at = 0; at < size; at++) hitVersions[at] = versions[found[at]] - 1;
    const scores = new Float64Array(size);
    for (const clause of clauses) evaluation.score(clause, hitVersions, scores);
    return byScore(found, scores, this.space);
  }

  private nothing(clauses: readonly Plan[], evaluation: Evaluation): Selection["nothing"] {
    const empty = clauses.find((clause) => clause.type !== "not" && !evaluation.set(clause).count());
    if (!empty) return undefined;
    const word = labelOf(empty);
    if (empty.type !== "word") return { word, nearest: [] };
    return { word, nearest: this.nearWords(empty.words.join(" "), empty.open) };
  }

  /** Words of this library that are written much like one that found nothing, those that find most first among equals. */
  private nearWords(word: string, open: boolean): string[] {
    const { index } = this.holdings;
    const found = new Set<string>();
    if (open && word.length > 1) {
      for (const said of OFFERED) {
        if (found.size < NEAR_WORDS && said.startsWith(word) && new Evaluation(this.holdings).all(understand(said, index, this.today()).clauses).count()) found.add(said);
      }
    }
    const near = nearest(word, [...index.allWritten()].sort(), NEAR_WORDS * 4);
    for (const written of near) {
      if (found.size >= NEAR_WORDS) break;
      const evaluation = new Evaluation(this.holdings);
      const words = written.split(" ");
      const plan: Plan = { type: "word", stems: words.map(singular), words, open: false, kinds: null, named: false, whole: false, label: written, from: 0, to: 0 };
      if (evaluation.set(plan).count()) found.add(written);
    }
    return [...found];
  }

  /** Photos for which all clauses but one hold: the one that lets most come back, or the one that finds nothing at all. */
  private almost(clauses: readonly Plan[], evaluation: Evaluation, empty: string | undefined): Selection["almost"] {
    const positive = clauses.filter(({ type }) => type !== "not");
    if (clauses.length < 2 || !positive.length) return undefined;
    let best: { missing: Plan; set: Bits; count: number } | null = null;
    for (const missing of positive) {
      if (empty !== undefined && labelOf(missing) !== empty) continue;
      const set = evaluation.all(clauses.filter((clause) => clause !== missing)).without(evaluation.set(missing));
      const count = set.count();
      if (count && (!best || count > best.count)) best = { missing, set, count };
    }
    if (!best) return undefined;
    const others = clauses.filter((clause) => clause !== best.missing);
    return { missing: labelOf(best.missing), order: this.ordered(best.set, others, "relevance", evaluation).slice(0, FEW) };
  }
}

/**
 * The rows with the highest scores first; equal ones keep their order. A radix sort in steps of eleven bits: with a hundred
 * thousand hits a sort that compares takes longer than a keystroke may.
 */
function byScore(rows: Uint32Array, scores: Float64Array, space: Space): Uint32Array {
  const count = rows.length;
  const keys = space.keys(count);
  let most = 0;
  for (let at = 0; at < count; at++) {
    keys[at] = Math.floor(scores[at] * FINE + 0.5);
    if (keys[at] > most) most = keys[at];
  }
  let from = space.from(count);
  let to = space.to(count);
  for (let at = 0; at < count; at++) from[at] = at;
  for (let shift = 0; most >>> shift; shift += 11) {
    const ends = new Uint32Array(2048);
    for (let at = 0; at < count; at++) ends[2047 - ((keys[at] >>> shift) & 2047)]++;
    for (let bucket = 1; bucket < 2048; bucket++) ends[bucket] += ends[bucket - 1];
    for (let at = count - 1; at >= 0; at--) to[--ends[2047 - ((keys[from[at]] >>> shift) & 2047)]] = from[at];
    [from, to] = [to, from];
  }
  const sorted = new Uint32Array(count);
  for (let at = 0; at < count; at++) sorted[at] = rows[from[at]];
  return sorted;
}

/** Room for the numbers of one question, used again by the next: at each keystroke anew it would be megabytes to collect. */
class Space {
  private readonly held = new Map<string, Uint32Array>();
  readonly rows = (size: number): Uint32Array => this.of("rows", size);
  readonly versions = (size: number): Uint32Array => this.of("versions", size);
  readonly keys = (size: number): Uint32Array => this.of("keys", size);
  readonly from = (size: number): Uint32Array => this.of("from", size);
  readonly to = (size: number): Uint32Array => this.of("to", size);

  /** Whatever was in it is still there. */
  private of(name: string, size: number): Uint32Array {
    let room = this.held.get(name);
    if (!room || room.length < size) this.held.set(name, (room = new Uint32Array(Math.ceil(size * 1.5))));
    return room.subarray(0, size);
  }
}

export function labelOf(plan: Plan): string {
  switch (plan.type) {
    case "all":
      return [...new Set(plan.of.map(labelOf))].join(" ");
    case "any":
      return [...new Set(plan.of.map(labelOf))].join(" or ");
    case "not":
      return `not ${labelOf(plan.of)}`;
    case "person":
      return plan.parts.map(({ label }) => label).join(" ");
    default:
      return plan.label;
  }
}

/** One chip for each clause, and for each word about a person, since those may stand apart. */
export function chipsOf(clauses: readonly Plan[]): Chip[] {
  const chips = clauses.flatMap((clause): Chip[] =>
    clause.type === "person"
      ? clause.parts.map(({ label, from, to }) => ({ label, negated: false, from, to }))
      : [{ label: labelOf(clause), negated: clause.type === "not", from: clause.from, to: clause.to }],
  );
  return chips.sort((a, b) => a.from - b.from);
}

function queryFor(kind: "things" | "places" | "folders", name: string): string {
  const quoted = /^[\p{L}\p{N}]+$/u.test(name) ? name : `"${name.replaceAll('"', " ")}"`;
  return kind === "things" ? quoted : kind === "places" ? `city:${quoted}` : `folder=${quoted}`;
}

function localDay(): number {
  const now = new Date();
  return Math.floor(Date.UTC(now.getFullYear(), now.getMonth(), now.getDate()) / 86_400_000);
}
