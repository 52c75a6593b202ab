// Photo ids, 16 bytes each, by row; and the row of an id, without a string or an object a photo.

import { fromHex, toHex } from "./bytes";
import { Growing } from "./growing";

export const ID_BYTES = 16;

/** An open-addressing table over the ids' own bytes: they come from a hash, so their first four are as good as one. */
export class Ids {
  private readonly bytes = new Growing(Uint8Array, ID_BYTES * 16);
  private slots = new Uint32Array(32);
  private readonly sought = new Uint8Array(ID_BYTES);
  private count = 0;

  get rows(): number {
    return this.count;
  }

  text(row: number): string {
    return toHex(this.bytes.all, row * ID_BYTES, ID_BYTES);
  }

  row(id: string): number | undefined {
    if (id.length !== ID_BYTES * 2 || !fromHex(id, this.sought, 0)) return undefined;
    return this.find(this.sought, 0);
  }

  /** The row of the id that lies in `ids` at byte `at`. */
  find(ids: Uint8Array, at: number): number | undefined {
    const held = this.slots[this.slot(ids, at)];
    return held ? held - 1 : undefined;
  }

  /** Gives that id the next row; it must not have one. */
  add(ids: Uint8Array, at: number): number {
    if ((this.count + 1) * 2 > this.slots.length) this.widen();
    const row = this.count++;
    this.bytes.reach(this.count * ID_BYTES);
    const bytes = this.bytes.all;
    for (let index = 0; index < ID_BYTES; index++) bytes[row * ID_BYTES + index] = ids[at + index];
    this.slots[this.slot(ids, at)] = row + 1;
    return row;
  }

  /** Negative when the id of row `a` comes before that of `b`. */
  compare(a: number, b: number): number {
    const bytes = this.bytes.all;
    for (let index = 0; index < ID_BYTES; index++) {
      const difference = bytes[a * ID_BYTES + index] - bytes[b * ID_BYTES + index];
      if (difference) return difference;
    }
    return 0;
  }

  /** The bytes of the ids of rows `from` up to `to`, copied. */
  slice(from: number, to: number): Uint8Array<ArrayBuffer> {
    return this.bytes.all.slice(from * ID_BYTES, to * ID_BYTES);
  }

  private slot(ids: Uint8Array, at: number): number {
    const mask = this.slots.length - 1;
    const held = this.bytes.all;
    let slot = (ids[at] | (ids[at + 1] << 8) | (ids[at + 2] << 16) | (ids[at + 3] << 24)) & mask;
    for (;;) {
      const taken = this.slots[slot];
      if (!taken) return slot;
      const start = (taken - 1) * ID_BYTES;
      let index = 0;
      while (index < ID_BYTES && held[start + index] === ids[at + index]) index++;
      if (index === ID_BYTES) return slot;
      slot = (slot + 1) & mask;
    }
  }

  private widen(): void {
    this.slots = new Uint32Array(this.slots.length * 2);
    for (let row = 0; row < this.count; row++) this.slots[this.slot(this.bytes.all, row * ID_BYTES)] = row + 1;
  }
}
