// The worker's messages in, the grid's columns out: what the page holds of every photo.

import { Growing } from "./growing";
import { Ids } from "./ids";
import type { Columns } from "./library";

/** Rows that are new, in row order from `from`; every buffer is moved, not copied. */
export interface NewRows {
  from: number;
  ids: Uint8Array<ArrayBuffer>;
  ratio: Float32Array<ArrayBuffer>;
  day: Int32Array<ArrayBuffer>;
  flags: Uint8Array<ArrayBuffer>;
  /** ThumbHashes one behind the other; `hashEnds[i]` is where the i-th ends. */
  hashes: Uint8Array<ArrayBuffer>;
  hashEnds: Uint32Array<ArrayBuffer>;
}

/** Rows that changed; id and ThumbHash belong to the content and never do. */
export interface ChangedRows {
  rows: Uint32Array<ArrayBuffer>;
  ratio: Float32Array<ArrayBuffer>;
  day: Int32Array<ArrayBuffer>;
  flags: Uint8Array<ArrayBuffer>;
}

export class GridColumns implements Columns {
  private readonly ids = new Ids();
  private readonly ratios = new Growing(Float32Array);
  private readonly days = new Growing(Int32Array);
  private readonly marks = new Growing(Uint8Array);
  private readonly hashes = new Growing(Uint8Array);
  private readonly hashEnds = new Growing(Uint32Array);

  get rows(): number {
    return this.ids.rows;
  }

  get ratio(): Float32Array {
    return this.ratios.all;
  }

  get day(): Int32Array {
    return this.days.all;
  }

  get flags(): Uint8Array {
    return this.marks.all;
  }

  id(row: number): string {
    return this.ids.text(row);
  }

  row(id: string): number | undefined {
    return this.ids.row(id);
  }

  thumbhash(row: number): Uint8Array {
    const ends = this.hashEnds.all;
    return this.hashes.all.subarray(row ? ends[row - 1] : 0, ends[row]);
  }

  append(added: NewRows): void {
    if (added.from !== this.rows) throw new RangeError(`rows from ${added.from} do not follow ${this.rows}`);
    const start = this.hashes.length;
    for (let index = 0; index < added.day.length; index++) {
      this.ids.add(added.ids, index * 16);
      this.hashEnds.push(start + added.hashEnds[index]);
    }
    this.ratios.append(added.ratio);
    this.days.append(added.day);
    this.marks.append(added.flags);
    this.hashes.append(added.hashes);
  }

  change(changed: ChangedRows): void {
    for (let index = 0; index < changed.rows.length; index++) {
      const row = changed.rows[index];
      this.ratios.all[row] = changed.ratio[index];
      this.days.all[row] = changed.day[index];
      this.marks.all[row] = changed.flags[index];
    }
  }
}
