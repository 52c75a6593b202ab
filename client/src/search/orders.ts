// Rows of the whole library in each order a person may ask for. Kept sorted: what came or changed is sorted alone and merged in.

import type { Sort } from "../lib/library";
import type { Holdings } from "./holdings";

/** Sorts behind every real date: photos that tell none follow those that do, by when they were added. */
const BEYOND = 1e12;

type Key = (version: number) => number;

export type Kept = Exclude<Sort, "relevance" | "name">;

interface Order {
  rows: Uint32Array;
  /** Rows up to here have been looked at; of those, these have changed since. */
  upTo: number;
  changed: Set<number>;
}

export class Orders {
  private readonly kept = new Map<Kept, Order>();
  private names: Uint32Array | null = null;
  private readonly keys: Record<Kept, Key>;

  constructor(private readonly holdings: Holdings) {
    const { taken, added, bytes } = holdings;
    const dated = (version: number): boolean => !Number.isNaN(taken.all[version]);
    this.keys = {
      newest: (version) => (dated(version) ? -taken.all[version] : BEYOND - added.all[version]),
      oldest: (version) => (dated(version) ? taken.all[version] : BEYOND + added.all[version]),
      added: (version) => -added.all[version],
      size: (version) => -bytes.all[version],
    };
    holdings.onChange((row) => {
      this.names = null;
      for (const { changed, upTo } of this.kept.values()) if (row < upTo) changed.add(row);
    });
  }

  /** All rows of the library; `relevance` has no order of its own and means the newest first. */
  of(sort: Sort): Uint32Array {
    if (sort === "name") return (this.names ??= this.byName());
    return this.byNumber(sort === "relevance" ? "newest" : sort);
  }

  private byNumber(sort: Kept): Uint32Array {
    let order = this.kept.get(sort);
    if (!order) this.kept.set(sort, (order = { rows: new Uint32Array(0), upTo: 0, changed: new Set() }));
    const rows = this.holdings.rows;
    if (order.changed.size || order.upTo < rows) {
      order.rows = this.merged(order, this.keys[sort]);
      order.upTo = rows;
      order.changed.clear();
    }
    return order.rows;
  }

  private merged({ rows, upTo, changed }: Order, key: Key): Uint32Array {
    const { versionOf, ids } = this.holdings;
    const versions = versionOf.all;
    const before = (a: number, b: number): number => key(versions[a] - 1) - key(versions[b] - 1) || ids.compare(a, b);
    const fresh: number[] = [];
    let sorted = true;
    const add = (row: number): void => {
      if (!versions[row]) return;
      sorted &&= !fresh.length || before(fresh[fresh.length - 1], row) < 0;
      fresh.push(row);
    };
    for (const row of changed) add(row);
    for (let row = upTo; row < this.holdings.rows; row++) add(row);
    // Records come newest first, so most often there is nothing to sort.
    if (!sorted) fresh.sort(before);
    const result = new Uint32Array(rows.length + fresh.length);
    let size = 0;
    let next = 0;
    for (const row of rows) {
      if (changed.size && changed.has(row)) continue;
      while (next < fresh.length && before(fresh[next], row) < 0) result[size++] = fresh[next++];
      result[size++] = row;
    }
    while (next < fresh.length) result[size++] = fresh[next++];
    return result.slice(0, size);
  }

  private byName(): Uint32Array {
    const { versionOf, ids, index } = this.holdings;
    const rows: number[] = [];
    const keys: string[] = [];
    for (let row = 0; row < this.holdings.rows; row++) {
      const version = versionOf.all[row] - 1;
      if (version < 0) continue;
      rows.push(row);
      // Digits filled up with zeros sort "IMG 2" before "IMG 10" without a collator, which is a hundred times slower.
      keys[row] = index.names.line(version).replace(/\d+/g, (digits) => digits.padStart(12, "0"));
    }
    rows.sort((a, b) => (keys[a] < keys[b] ? -1 : keys[a] > keys[b] ? 1 : ids.compare(a, b)));
    return Uint32Array.from(rows);
  }
}
