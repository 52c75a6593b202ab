// What a query asks and the library in; the photos for which it holds, how well, and why out.

import { dateOf, DAY_S, weekdayOf } from "../lib/dates";
import { FLAG } from "../lib/library";
import type { Reason } from "../lib/library";
import { CERTAINTY } from "../lib/pack";
import type { PhotoRecord } from "../lib/records";
import { Bits } from "./bits";
import { type Evidence, evidenceOf, KIND, NAME_CERTAINTY, nameLine, nameOf } from "./evidence";
import { faceOf, fits, type Looks, patternOf } from "./faces";
import type { Holdings } from "./holdings";
import type { CountPlan, MarkPlan, Measure, MeasurePlan, PersonPlan, Plan, WordPlan } from "./plan";

const REMEMBERED = 32;
/** A photo of a crowd of dogs says so without a box for each. */
const MOST_BOXES = 12;

/** What a word finds: the entries, and how names are compared. */
export interface Found {
  entries: number[];
  open: boolean;
  bits: Bits;
  /** Versions with the word in their file's name. */
  named: number[];
  /** By version; worked out when it is asked for. */
  certainty: Uint8Array | null;
}

/** What words found, from one question to the next: while a person types, all words but the last stay the same. */
export class Memory {
  private readonly held = new Map<string, Found>();
  private generation = -1;

  found(plan: WordPlan, generation: number, look: () => Found): Found {
    if (generation !== this.generation) this.held.clear();
    this.generation = generation;
    const key = JSON.stringify([plan.stems, plan.words, plan.open, plan.kinds, plan.named, plan.whole]);
    let found = this.held.get(key);
    if (!found) {
      if (this.held.size >= REMEMBERED) this.held.delete(this.held.keys().next().value!);
      this.held.set(key, (found = look()));
    }
    return found;
  }
}

export class Evaluation {
  private readonly sets = new Map<Plan, Bits>();
  private people: Uint16Array | null = null;
  private faceCounts: Uint16Array | null = null;

  constructor(
    private readonly holdings: Holdings,
    private readonly memory = new Memory(),
  ) {}

  /** Versions for which the plan holds; all of them live. */
  set(plan: Plan): Bits {
    let set = this.sets.get(plan);
    if (!set) this.sets.set(plan, (set = this.evaluate(plan)));
    return set;
  }

  all(plans: readonly Plan[]): Bits {
    const { live } = this.holdings;
    const set = live.copy();
    for (const plan of plans) set.and(this.set(plan));
    return set;
  }

  /** Adds to `scores` what each of the photos `hits` (versions) earns by `plan`: the rarity of what was asked times the certainty of what was seen. */
  score(plan: Plan, hits: Uint32Array, scores: Float64Array): void {
    if (plan.type === "not") return;
    if (plan.type === "all") {
      for (const part of plan.of) this.score(part, hits, scores);
    } else if (plan.type === "any") {
      const best = new Float64Array(hits.length);
      const mine = new Float64Array(hits.length);
      for (const part of plan.of) {
        mine.fill(0);
        this.score(part, hits, mine);
        for (let at = 0; at < best.length; at++) if (mine[at] > best[at]) best[at] = mine[at];
      }
      for (let at = 0; at < best.length; at++) scores[at] += best[at];
    } else {
      const own = this.set(plan);
      const rarity = Math.log(1 + this.holdings.photos / Math.max(1, own.count()));
      const certainty = this.certainty(plan);
      for (let at = 0; at < hits.length; at++) if (own.has(hits[at])) scores[at] += (rarity * (certainty ? certainty[hits[at]] : 100)) / 100;
    }
  }

  private certainty(plan: Plan): Uint8Array | null {
    if (plan.type === "word") return this.wordCertainty(plan);
    if (plan.type === "count") return this.wordCertainty(plan.word);
    return plan.type === "person" ? this.personCertainty(plan) : null;
  }

  /** Why `record` holds for `plan`: one reason for each word that says something positive. */
  reasons(plan: Plan, record: PhotoRecord): Reason[] {
    const row = this.holdings.ids.row(record.id);
    const version = row === undefined ? -1 : this.holdings.versionOf.all[row] - 1;
    return version < 0 ? [] : this.reasonsOf(plan, record, version);
  }

  private reasonsOf(plan: Plan, record: PhotoRecord, version: number): Reason[] {
    if (plan.type === "not" || !this.set(plan).has(version)) return [];
    switch (plan.type) {
      case "all":
        return plan.of.flatMap((part) => this.reasonsOf(part, record, version));
      case "any":
        return surest(plan.of.flatMap((part) => this.reasonsOf(part, record, version)));
      case "word":
        return this.wordReasons(plan, record);
      case "count":
        return this.evidence(plan.word, record)
          .slice(0, MOST_BOXES)
          .map((one) => reasonOf(plan.label, one));
      case "person":
        return personReasons(plan, record);
      case "people": {
        const seen = peopleIn(record);
        return [{ word: plan.label, evidence: seen === 1 ? "1 person" : `${seen} people` }];
      }
      case "measure": {
        const evidence = measured(plan, record);
        return evidence === null ? [] : [{ word: plan.label, evidence }];
      }
      case "mark":
        return plan.mark === "undated" ? [] : [{ word: plan.label, evidence: plan.mark }];
    }
  }

  /** Entries that a word finds: exactly, or, when that finds nothing and it is the last one, those that it begins. */
  entries(plan: WordPlan): Found {
    return this.memory.found(plan, this.holdings.generation, () => {
      const found = this.look(plan, false);
      return plan.open && !found.bits.count() ? this.look(plan, true) : found;
    });
  }

  private evaluate(plan: Plan): Bits {
    const { holdings } = this;
    const size = holdings.versions;
    switch (plan.type) {
      case "all":
        return this.all(plan.of);
      case "any": {
        const set = new Bits(size);
        for (const part of plan.of) set.or(this.set(part));
        return set;
      }
      case "not":
        return holdings.live.copy().without(this.set(plan.of));
      case "word":
        return this.entries(plan).bits;
      case "count":
        return this.counted(plan);
      case "person": {
        const counts = this.facesThatFit(plan.looks);
        return this.where((version) => counts[version] >= plan.least && counts[version] <= plan.most);
      }
      case "people": {
        const people = this.peopleOf();
        return this.where((version) => people[version] >= plan.least && people[version] <= plan.most);
      }
      case "measure": {
        const value = this.valueOf(plan.measure);
        const { low, high } = plan;
        if (low > high && plan.measure === "hour") {
          return this.where((version) => value(version) >= low || value(version) <= high);
        }
        return this.where((version) => value(version) >= low && value(version) <= high);
      }
      case "mark":
        return this.where(this.markOf(plan));
    }
  }

  private where(holds: (version: number) => boolean): Bits {
    const { live } = this.holdings;
    const set = new Bits(this.holdings.versions);
    live.each((version) => {
      if (holds(version)) set.add(version);
    });
    return set;
  }

  private look(plan: WordPlan, open: boolean): Found {
    const { index, live, versions } = this.holdings;
    const { kinds, whole } = plan;
    const bits = new Bits(versions);
    let entries: number[];
    if (kinds?.[0] === KIND.nsfw) {
      const entry = index.number(KIND.nsfw, plan.words[0]);
      entries = entry === undefined ? [] : [entry];
    } else entries = open ? index.open(plan.words) : index.exact(plan.stems);
    if (kinds) entries = entries.filter((entry) => kinds.includes(index.entries[entry].kind));
    if (whole) entries = entries.filter((entry) => index.entries[entry].line === ` ${plan.stems.join(" ")} `);
    for (const entry of entries) {
      const { postings } = index.entries[entry];
      for (let at = 0; at < postings.length; at++) bits.add((postings.all[at] / CERTAINTY) | 0);
    }
    const named: number[] = [];
    if (plan.named) {
      const words = open ? [...plan.stems.slice(0, -1), plan.words[plan.words.length - 1]] : plan.stems;
      index.names.find(words, open, (version) => {
        bits.add(version);
        named.push(version);
      });
    }
    return { entries, open, bits: bits.and(live), named, certainty: null };
  }

  private wordCertainty(plan: WordPlan): Uint8Array {
    const { index, versions } = this.holdings;
    const found = this.entries(plan);
    if (found.certainty) return found.certainty;
    const { entries, named } = found;
    const best = (found.certainty = new Uint8Array(versions));
    for (const entry of entries) {
      const { postings } = index.entries[entry];
      for (let at = 0; at < postings.length; at++) {
        const posting = postings.all[at];
        const version = (posting / CERTAINTY) | 0;
        const certainty = posting % CERTAINTY;
        if (certainty > best[version]) best[version] = certainty;
      }
    }
    for (const version of named) if (best[version] < NAME_CERTAINTY) best[version] = NAME_CERTAINTY;
    return best;
  }

  private personCertainty(plan: PersonPlan): Uint8Array {
    const { index, versions } = this.holdings;
    const best = new Uint8Array(versions);
    const pattern = patternOf(plan.looks);
    for (let at = 0; at < index.faces.length; at++) {
      const face = index.faces.all[at];
      const version = index.faceVersions.all[at];
      if (fits(face, pattern) && face % CERTAINTY > best[version]) best[version] = face % CERTAINTY;
    }
    return best;
  }

  private facesThatFit(looks: Looks): Uint16Array {
    const { index, versions } = this.holdings;
    const counts = new Uint16Array(versions);
    const pattern = patternOf(looks);
    for (let at = 0; at < index.faces.length; at++) if (fits(index.faces.all[at], pattern)) counts[index.faceVersions.all[at]]++;
    return counts;
  }

  private allFaces(): Uint16Array {
    return (this.faceCounts ??= this.facesThatFit({}));
  }

  private peopleOf(): Uint16Array {
    if (this.people) return this.people;
    const { index, versions } = this.holdings;
    const persons = new Uint16Array(versions);
    const entry = index.number(KIND.object, "person");
    if (entry !== undefined) {
      const { postings } = index.entries[entry];
      for (let at = 0; at < postings.length; at++) persons[(postings.all[at] / CERTAINTY) | 0]++;
    }
    const faces = this.allFaces();
    for (let version = 0; version < versions; version++) if (faces[version] > persons[version]) persons[version] = faces[version];
    return (this.people = persons);
  }

  private counted({ word, least, most }: CountPlan): Bits {
    const { index, versions } = this.holdings;
    const counts = new Uint16Array(versions);
    for (const entry of this.entries(word).entries) {
      const { postings } = index.entries[entry];
      for (let at = 0; at < postings.length; at++) counts[(postings.all[at] / CERTAINTY) | 0]++;
    }
    return this.where((version) => counts[version] >= least && counts[version] <= most);
  }

  private valueOf(measure: Measure): (version: number) => number {
    const { holdings } = this;
    const taken = holdings.taken.all;
    const day = (version: number): number => Math.floor(taken[version] / DAY_S);
    switch (measure) {
      case "size": {
        const width = holdings.width.all;
        const height = holdings.height.all;
        return (version) => (width[version] * height[version]) / 1e6;
      }
      case "rating": {
        const rating = holdings.rating.all;
        return (version) => rating[version];
      }
      case "face": {
        const faces = this.allFaces();
        return (version) => faces[version];
      }
      case "date":
        return (version) => {
          const { month, day: ofMonth } = dateOf(day(version));
          return month * 100 + ofMonth;
        };
      case "month":
        return (version) => dateOf(day(version)).month;
      case "day":
        return (version) => dateOf(day(version)).day;
      case "weekday":
        return (version) => weekdayOf(day(version)) + 1;
      case "hour":
        return (version) => Math.floor((taken[version] - day(version) * DAY_S) / 3600);
      default: {
        const column = holdings[measure].all;
        return (version) => column[version];
      }
    }
  }

  private markOf({ mark }: MarkPlan): (version: number) => boolean {
    const { flags, width, height, taken } = this.holdings;
    switch (mark) {
      case "undated":
        return (version) => Number.isNaN(taken.all[version]);
      case "landscape":
        return (version) => width.all[version] > height.all[version];
      case "portrait":
        return (version) => width.all[version] < height.all[version];
      case "square":
        return (version) => width.all[version] === height.all[version];
      default: {
        const bit = FLAG[mark];
        return (version) => (flags.all[version] & bit) !== 0;
      }
    }
  }

  /** What of a record a word finds, the surest first. */
  private evidence(plan: WordPlan, record: PhotoRecord): Evidence[] {
    const { index } = this.holdings;
    const entries = new Set(this.entries(plan).entries);
    return evidenceOf(record)
      .filter(({ kind, text }) => {
        const entry = index.number(kind, text);
        return entry !== undefined && entries.has(entry);
      })
      .sort((a, b) => b.certainty - a.certainty);
  }

  private wordReasons(plan: WordPlan, record: PhotoRecord): Reason[] {
    const [best] = this.evidence(plan, record);
    if (best) return [reasonOf(plan.label, best)];
    if (!plan.named) return [];
    const { open } = this.entries(plan);
    const words = open ? [...plan.stems.slice(0, -1), plan.words[plan.words.length - 1]] : plan.stems;
    return nameLine(record.path).includes(` ${words.join(" ")}${open ? "" : " "}`) ? [{ word: plan.label, evidence: nameOf(record.path) }] : [];
  }
}

/** One reason a word: where any of several things would do, the one that is surest. */
function surest(reasons: Reason[]): Reason[] {
  const best = new Map<string, Reason>();
  for (const reason of reasons) {
    const held = best.get(reason.word);
    if (!held || (reason.score ?? 1) > (held.score ?? 1)) best.set(reason.word, reason);
  }
  return [...best.values()];
}

function reasonOf(word: string, { text, certainty, scored, box, kind }: Evidence): Reason {
  const reason: Reason = { word, evidence: kind === KIND.near ? `near ${text}` : text };
  if (scored) reason.score = certainty / 100;
  if (box) reason.box = box;
  return reason;
}

/** For each word about the person: the face that fits all of them best. */
function personReasons(plan: PersonPlan, record: PhotoRecord): Reason[] {
  const pattern = patternOf(plan.looks);
  const fitting = (record.faces ?? []).map((face, at) => ({ face, at })).filter(({ face }) => fits(faceOf(face), pattern));
  const [best] = fitting.sort((a, b) => b.face[8] - a.face[8]);
  if (!best) return [];
  const [, x, y, w, h, age, gender, emotion, score] = best.face;
  return plan.parts.map(({ label, looks }) => {
    const seen = [looks.gender && gender, looks.emotion && emotion, looks.age && `age ${age}`].filter(Boolean).join(", ");
    return { word: label, evidence: `face ${best.at + 1}, ${seen}`, score: Math.round(score * 100) / 100, box: [x, y, w, h] };
  });
}

function peopleIn(record: PhotoRecord): number {
  return Math.max(record.faces?.length ?? 0, record.objects?.filter(([label]) => label === "person").length ?? 0);
}

const MEGA = 1e6;

/** The number that was compared, as photographers write it. */
function measured({ measure }: MeasurePlan, record: PhotoRecord): string | null {
  const camera = record.camera;
  switch (measure) {
    case "taken":
    case "date":
    case "month":
    case "day":
    case "weekday":
      return record.taken?.slice(0, 10) ?? null;
    case "hour":
      return record.taken?.slice(11, 16) ?? null;
    case "size":
      return `${Math.round((record.width * record.height) / MEGA)} MP`;
    case "bytes":
      return `${Math.round(record.bytes / 1000)} kB`;
    case "width":
    case "height":
      return `${record.width} x ${record.height}`;
    case "rating":
      return `${record.rating ?? 0} of 5`;
    case "face":
      return record.faces?.length === 1 ? "1 face" : `${record.faces?.length ?? 0} faces`;
    case "iso":
      return camera?.iso === undefined ? null : `ISO ${camera.iso}`;
    case "aperture":
      return camera?.aperture === undefined ? null : `f/${camera.aperture}`;
    case "exposure":
      return camera?.exposure === undefined ? null : camera.exposure < 0.5 ? `1/${Math.round(1 / camera.exposure)} s` : `${camera.exposure} s`;
    case "focal":
      return camera?.focal === undefined ? null : `${camera.focal} mm`;
  }
}
