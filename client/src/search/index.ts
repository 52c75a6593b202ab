// Packs in, postings out: for each thing, place, camera, folder, tag ... the photos that have it, and how surely.
//
// A posting list belongs to what a photo *says* (the label "gown"); what a word *means* (dress: gown, jean, ...) is kept beside it,
// by label. So a beagle costs one posting rather than one for each of its twelve ancestors, and new words touch no photo.

import { Growing } from "../lib/growing";
import type { WordFacts } from "../lib/library";
import { CERTAINTY, type Pack } from "../lib/pack";
import { KIND, type Kind } from "./evidence";
import { singular, wordsOf } from "./folding";
import { Names } from "./names";

/** `GET /api/words`: what follows from a label. */
export interface Words {
  version: string;
  classes: Record<string, WordFacts>;
  objects: Record<string, WordFacts>;
}

export const NO_WORDS: Words = { version: "", classes: {}, objects: {} };

export interface Entry {
  kind: Kind;
  text: string;
  /** Words of the text, singular, each between two spaces. */
  line: string;
  /** Version times `CERTAINTY` plus certainty, ascending by version; each piece of evidence has its own. */
  postings: Growing<Uint32Array>;
}

const THINGS: ReadonlySet<Kind> = new Set([KIND.class, KIND.object]);
/** Kinds whose text is one thing however many words it has: "hot dog", "New York". */
const BOUND: ReadonlySet<Kind> = new Set([KIND.class, KIND.object, KIND.term, KIND.city, KIND.state, KIND.country, KIND.continent, KIND.near]);
/** Kinds whose whole text is offered while it is typed; of the others only single words are. */
const OFFERED: ReadonlySet<Kind> = new Set([...BOUND, KIND.tag, KIND.camera]);

/** Kinds that a selection is narrowed by; for these alone it is known what each version says. */
export const NARROWING: ReadonlySet<Kind> = new Set([KIND.class, KIND.object, KIND.term, KIND.city, KIND.country, KIND.tag, KIND.camera]);

export class Index {
  readonly entries: Entry[] = [];
  /** The entries of `NARROWING` kinds that each version says, once each, one version behind the other; and where each ends. */
  readonly said = new Growing(Uint32Array);
  readonly saidEnds = new Growing(Uint32Array);
  readonly names = new Names();
  /** By face: its version, and what it is (faces.ts). */
  readonly faceVersions = new Growing(Uint32Array);
  readonly faces = new Growing(Uint32Array);
  words: Words = NO_WORDS;
  private readonly byValue = new Map<string, number>();
  /** From words, singular, to the entries they find. */
  private phrases = new Map<string, number[]>();
  /** Names that must not be taken apart, and from the first word of each to the number of words in the longest. */
  private bound = new Set<string>();
  private longest = new Map<string, number>();
  /** Words as people write them, sorted, for unfinished ones; and those that came since they were sorted. */
  private sorted: string[] = [];
  private fresh = new Set<string>();
  private readonly written = new Set<string>();

  append(pack: Pack, first: number): void {
    this.names.append(pack.names, pack.nameEnds, first);
    const numbers = new Uint32Array(pack.values.length);
    const counts = new Uint32Array(pack.count);
    for (let value = 0; value < pack.values.length; value++) {
      const number = (numbers[value] = this.entry(pack.values[value]));
      const { postings, kind } = this.entries[number];
      const narrowing = NARROWING.has(kind);
      let at = postings.length;
      const start = pack.starts[value];
      const end = pack.starts[value + 1];
      postings.reach(at + end - start);
      const { all } = postings;
      let before = -1;
      for (let posting = start; posting < end; posting++) {
        all[at++] = pack.postings[posting] + first * CERTAINTY;
        const photo = (pack.postings[posting] / CERTAINTY) | 0;
        if (narrowing && photo !== before) counts[photo]++;
        before = photo;
      }
    }
    this.turn(pack, numbers, counts);
    for (let face = 0; face < pack.faces.length; face += 2) {
      this.faceVersions.push(first + pack.faces[face]);
      this.faces.push(pack.faces[face + 1]);
    }
  }

  /** Takes the table of synonyms and ancestors; what each word finds is worked out anew, the postings stay. */
  learn(words: Words): void {
    this.words = words;
    this.phrases = new Map();
    this.bound = new Set();
    this.longest = new Map();
    this.entries.forEach((entry, number) => this.teach(entry, number));
    for (const table of [words.classes, words.objects]) {
      for (const [label, facts] of Object.entries(table)) for (const phrase of [label, ...facts.synonyms]) this.bind(wordsOf(phrase).map(singular));
    }
  }

  /** Entries that `stems`, one after the other, find. */
  exact(stems: readonly string[]): number[] {
    const found = this.phrases.get(stems.join(" ")) ?? [];
    if (stems.length === 1) return found;
    const sought = ` ${stems.join(" ")} `;
    const inside = (this.phrases.get(stems[0]) ?? []).filter((entry) => !THINGS.has(this.entries[entry].kind) && this.entries[entry].line.includes(sought));
    // "hot dog" is written "hotdog" by other models.
    const together = this.phrases.get(stems.join("")) ?? [];
    return [...new Set([...found, ...together, ...inside])];
  }

  /** Entries that `words` (as written, the last one unfinished) find. */
  open(words: readonly string[]): number[] {
    const found = new Set<number>();
    for (const phrase of this.beginning(words.join(" "))) for (const entry of this.phrases.get(stemmed(phrase)) ?? []) found.add(entry);
    if (words.length > 1) {
      const stems = words.slice(0, -1).map(singular);
      const sought = ` ${stems.join(" ")} ${words[words.length - 1]}`;
      for (const entry of this.phrases.get(stems[0]) ?? []) {
        if (!THINGS.has(this.entries[entry].kind) && this.entries[entry].line.includes(sought)) found.add(entry);
      }
    }
    return [...found];
  }

  /** Whether `stems` are the name of one thing, here or in the table of words. */
  binds(stems: readonly string[]): boolean {
    return this.bound.has(stems.join(" "));
  }

  /** How many words a name that begins with `stem` may have; 1 when there is none of several. */
  reach(stem: string): number {
    return this.longest.get(stem) ?? 1;
  }

  /** Names as people write them that begin with `text`. */
  beginning(text: string): string[] {
    this.sort();
    const found: string[] = [];
    let low = 0;
    let high = this.sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.sorted[middle] < text) low = middle + 1;
      else high = middle;
    }
    for (; low < this.sorted.length && this.sorted[low].startsWith(text); low++) found.push(this.sorted[low]);
    for (const phrase of this.fresh) if (phrase.startsWith(text)) found.push(phrase);
    return found;
  }

  /** Every name as people write it. */
  allWritten(): Iterable<string> {
    return this.written;
  }

  number(kind: Kind, text: string): number | undefined {
    return this.byValue.get(kind + text);
  }

  /** From what has which photos to what each photo has. */
  private turn(pack: Pack, numbers: Uint32Array, counts: Uint32Array): void {
    const places = counts;
    let end = this.said.length;
    this.saidEnds.reach(this.saidEnds.length + pack.count);
    const ends = this.saidEnds.all.subarray(this.saidEnds.length - pack.count, this.saidEnds.length);
    for (let photo = 0; photo < pack.count; photo++) {
      const start = end;
      ends[photo] = end += counts[photo];
      places[photo] = start;
    }
    this.said.reach(end);
    const { all } = this.said;
    for (let value = 0; value < numbers.length; value++) {
      if (!NARROWING.has(this.entries[numbers[value]].kind)) continue;
      let before = -1;
      for (let posting = pack.starts[value]; posting < pack.starts[value + 1]; posting++) {
        const photo = (pack.postings[posting] / CERTAINTY) | 0;
        if (photo !== before) all[places[photo]++] = numbers[value];
        before = photo;
      }
    }
  }

  private entry(value: string): number {
    const known = this.byValue.get(value);
    if (known !== undefined) return known;
    const number = this.entries.length;
    const text = value.slice(1);
    const entry: Entry = { kind: value[0] as Kind, text, line: ` ${wordsOf(text).map(singular).join(" ")} `, postings: new Growing(Uint32Array, 4) };
    this.entries.push(entry);
    this.byValue.set(value, number);
    this.teach(entry, number);
    return number;
  }

  private teach(entry: Entry, number: number): void {
    for (const words of this.saidOf(entry)) {
      const stems = words.map(singular);
      const phrase = stems.join(" ");
      let list = this.phrases.get(phrase);
      if (!list) this.phrases.set(phrase, (list = []));
      if (words.length > 1 && BOUND.has(entry.kind)) this.bind(stems);
      if (list[list.length - 1] !== number) list.push(number);
      const written = words.join(" ");
      if (!this.written.has(written)) {
        this.written.add(written);
        this.fresh.add(written);
      }
    }
  }

  /** What people may say and mean this entry, as words. */
  private saidOf({ kind, text }: Entry): string[][] {
    const words = wordsOf(text);
    if (!words.length || kind === KIND.nsfw) return [];
    if (THINGS.has(kind)) {
      const table = kind === KIND.class ? this.words.classes : this.words.objects;
      const facts = Object.hasOwn(table, text) ? table[text] : undefined;
      return [words, ...[...(facts?.synonyms ?? []), ...(facts?.ancestors ?? [])].map(wordsOf).filter((phrase) => phrase.length)];
    }
    const single = words.map((word) => [word]);
    return words.length > 1 && OFFERED.has(kind) ? [words, ...single] : single;
  }

  private bind(stems: string[]): void {
    if (stems.length < 2) return;
    this.bound.add(stems.join(" "));
    if (stems.length > this.reach(stems[0])) this.longest.set(stems[0], stems.length);
  }

  private sort(): void {
    if (this.fresh.size < 256) return;
    this.sorted = [...this.sorted, ...this.fresh].sort((a, b) => (a < b ? -1 : 1));
    this.fresh = new Set();
  }
}

function stemmed(phrase: string): string {
  return phrase.split(" ").map(singular).join(" ");
}
