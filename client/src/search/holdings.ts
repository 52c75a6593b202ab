// Packs in; typed columns by photo, rows for the page and the live postings out: all of the library that stays in memory.
//
// Two numberings. A *row* is a photo for as long as the page lives. A *version* is one record of it: a change appends a version
// and lets the one before die, so nothing that was appended is ever moved or searched for in order to change it.

import { dateOf, DAY_S, dayOfSeconds } from "../lib/dates";
import { Growing } from "../lib/growing";
import { ID_BYTES, Ids } from "../lib/ids";
import type { ChangedRows, NewRows } from "../lib/columns";
import type { Pack } from "../lib/pack";
import { Bits } from "./bits";
import { Index, type Words } from "./index";

/** Where a pack's versions lie in the stored copy: `at` records into the pack called `key`; without a key they are only in memory. */
export interface Shelf {
  first: number;
  count: number;
  key: number | null;
  at: number;
}

const GONE = 0xff;
/** Year of a photo that tells no date. */
export const NO_YEAR = -0x8000;

export class Holdings {
  readonly ids = new Ids();
  readonly index = new Index();
  /** Versions that count. */
  readonly live = new Bits(0);
  /** By version. */
  readonly rowOf = new Growing(Uint32Array);
  readonly taken = new Growing(Float64Array);
  readonly year = new Growing(Int16Array);
  readonly added = new Growing(Float64Array);
  readonly bytes = new Growing(Float64Array);
  readonly width = new Growing(Uint32Array);
  readonly height = new Growing(Uint32Array);
  readonly rating = new Growing(Uint8Array);
  readonly flags = new Growing(Uint8Array);
  readonly iso = new Growing(Float64Array);
  readonly aperture = new Growing(Float64Array);
  readonly exposure = new Growing(Float64Array);
  readonly focal = new Growing(Float64Array);
  /** By row: the live version plus one, 0 when the photo left. */
  readonly versionOf = new Growing(Uint32Array);
  /** By row: the sequence number last seen, of a record or of its leaving. */
  private readonly seqOf = new Growing(Float64Array);
  private readonly hashes = new Growing(Uint8Array);
  private readonly hashEnds = new Growing(Uint32Array);
  private readonly shelves: Shelf[] = [];
  /** Versions whose records were laid elsewhere since. */
  private readonly moved = new Map<number, { key: number; at: number }>();
  private sentRows = 0;
  private readonly unsent = new Set<number>();
  private readonly listeners: ((row: number) => void)[] = [];
  /** Photos in the library. */
  photos = 0;
  /** Grows with every change of what can be found. */
  generation = 0;

  get versions(): number {
    return this.rowOf.length;
  }

  get rows(): number {
    return this.ids.rows;
  }

  /** Takes the table of what words mean. */
  learn(words: Words): void {
    this.generation++;
    this.index.learn(words);
  }

  /** Called with each row whose record came, changed or left. */
  onChange(listener: (row: number) => void): void {
    this.listeners.push(listener);
  }

  /** Sequence number last seen for that id, 0 for a photo never seen. */
  seq(ids: Uint8Array, at: number): number {
    const row = this.ids.find(ids, at);
    return row === undefined ? 0 : this.seqOf.all[row];
  }

  seqOfRow(row: number): number {
    return this.seqOf.all[row];
  }

  /** Takes a pack in. Records no newer than what is here arrive dead, unless `again` says to take equals too (an edit not yet confirmed). */
  append(pack: Pack, shelf: { key: number | null; at: number } = { key: null, at: 0 }, again = false): Shelf {
    this.generation++;
    const first = this.versions;
    const last = first + pack.count;
    this.live.reach(last);
    this.taken.append(pack.taken);
    for (const seconds of pack.taken) this.year.push(Number.isNaN(seconds) ? NO_YEAR : yearOf(Math.floor(seconds / DAY_S)));
    this.added.append(pack.added);
    this.bytes.append(pack.bytes);
    this.width.append(pack.width);
    this.height.append(pack.height);
    this.rating.append(pack.rating);
    this.flags.append(pack.flags);
    this.iso.append(pack.iso);
    this.aperture.append(pack.aperture);
    this.exposure.append(pack.exposure);
    this.focal.append(pack.focal);
    for (let at = 0; at < pack.count; at++) {
      let row = this.ids.find(pack.ids, at * ID_BYTES);
      if (row === undefined) {
        row = this.ids.add(pack.ids, at * ID_BYTES);
        this.versionOf.push(0);
        this.seqOf.push(0);
        for (let byte = at ? pack.hashEnds[at - 1] : 0; byte < pack.hashEnds[at]; byte++) this.hashes.push(pack.hashes[byte]);
        this.hashEnds.push(this.hashes.length);
      }
      this.rowOf.push(row);
      const seen = this.seqOf.all[row];
      if (pack.seqs[at] < seen || (pack.seqs[at] === seen && !again)) continue;
      this.bury(row);
      this.photos++;
      this.seqOf.all[row] = pack.seqs[at];
      this.versionOf.all[row] = first + at + 1;
      this.live.add(first + at);
      this.touch(row);
    }
    for (let at = 0; at < pack.goneSeqs.length; at++) {
      const row = this.ids.find(pack.goneIds, at * ID_BYTES);
      if (row === undefined || pack.goneSeqs[at] < this.seqOf.all[row]) continue;
      this.seqOf.all[row] = pack.goneSeqs[at];
      this.drop(row);
    }
    this.index.append(pack, first);
    const placed: Shelf = { first, count: pack.count, key: shelf.key, at: shelf.at };
    this.shelves.push(placed);
    return placed;
  }

  /** Sequence numbers start over: whatever comes next counts as newer. */
  forgetSeqs(): void {
    this.seqOf.all.fill(0);
  }

  /** The photo left. */
  drop(row: number): void {
    this.generation++;
    if (this.bury(row)) this.touch(row);
  }

  /** Where the record of a row lies; null for a photo that left, and no key while it is only in memory. */
  place(row: number): { key: number | null; at: number } | null {
    const version = this.versionOf.all[row] - 1;
    if (row >= this.rows || version < 0) return null;
    const moved = this.moved.get(version);
    if (moved) return moved;
    let low = 0;
    let high = this.shelves.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.shelves[middle].first <= version) low = middle;
      else high = middle - 1;
    }
    const shelf = this.shelves[low];
    return { key: shelf.key, at: shelf.at + version - shelf.first };
  }

  /** The version whose record was written there, if it is one of those that were loaded. */
  private versionAt(key: number, at: number): number | null {
    const shelf = this.shelves.find((one) => one.key === key && at >= one.at && at < one.at + one.count);
    return shelf ? shelf.first + at - shelf.at : null;
  }

  move(from: { key: number; at: number }, to: { key: number; at: number }): void {
    const version = this.versionAt(from.key, from.at);
    if (version !== null) this.moved.set(version, to);
  }

  isLive(key: number, at: number): boolean {
    const version = this.versionAt(key, at);
    return version === null || this.live.has(version);
  }

  /** For each stored pack: its records, and those of them that count. */
  sizes(): { key: number; count: number; live: number }[] {
    const sizes = new Map<number, { key: number; count: number; live: number }>();
    for (const { key, first, count } of this.shelves) {
      if (key === null || key < 0) continue;
      const size = sizes.get(key) ?? { key, count: 0, live: 0 };
      sizes.set(key, size);
      size.count += count;
      for (let version = first; version < first + count; version++) if (this.live.has(version)) size.live++;
    }
    return [...sizes.values()];
  }

  /** Rows the page has not heard of yet, and rows whose cells it holds are out of date. */
  unsentRows(): { added: NewRows | null; changed: ChangedRows | null } {
    const from = this.sentRows;
    const to = this.rows;
    this.sentRows = to;
    const changed = Uint32Array.from(this.unsent);
    this.unsent.clear();
    const start = from ? this.hashEnds.all[from - 1] : 0;
    return {
      added:
        to > from
          ? {
              from,
              ids: this.ids.slice(from, to),
              ...this.cells(to - from, (at) => from + at),
              hashes: this.hashes.all.slice(start, this.hashes.length),
              hashEnds: this.hashEnds.all.slice(from, to).map((end) => end - start),
            }
          : null,
      changed: changed.length ? { rows: changed, ...this.cells(changed.length, (at) => changed[at]) } : null,
    };
  }

  private cells(count: number, rowAt: (at: number) => number): { ratio: Float32Array<ArrayBuffer>; day: Int32Array<ArrayBuffer>; flags: Uint8Array<ArrayBuffer> } {
    const ratio = new Float32Array(count).fill(1);
    const day = new Int32Array(count);
    const flags = new Uint8Array(count).fill(GONE);
    for (let at = 0; at < count; at++) {
      const version = this.versionOf.all[rowAt(at)] - 1;
      if (version < 0) continue;
      ratio[at] = this.width.all[version] / this.height.all[version];
      day[at] = dayOfSeconds(this.taken.all[version]);
      flags[at] = this.flags.all[version];
    }
    return { ratio, day, flags };
  }

  private bury(row: number): boolean {
    const version = this.versionOf.all[row] - 1;
    if (version < 0) return false;
    this.live.drop(version);
    this.versionOf.all[row] = 0;
    this.photos--;
    return true;
  }

  private touch(row: number): void {
    if (row < this.sentRows) this.unsent.add(row);
    for (const listener of this.listeners) listener(row);
  }
}

const years = new Map<number, number>();

/** The days of a library are few beside its photos, so the year of each is worked out once. */
function yearOf(day: number): number {
  let year = years.get(day);
  if (year === undefined) years.set(day, (year = dateOf(day).year));
  return year;
}
