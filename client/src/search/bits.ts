// A set of photos as one bit each. Sets that meet in an operation are equally long.

export class Bits {
  words: Uint32Array;

  constructor(public size: number) {
    this.words = new Uint32Array((size + 31) >>> 5);
  }

  has(at: number): boolean {
    return (this.words[at >>> 5] & (1 << (at & 31))) !== 0;
  }

  add(at: number): void {
    this.words[at >>> 5] |= 1 << (at & 31);
  }

  drop(at: number): void {
    this.words[at >>> 5] &= ~(1 << (at & 31));
  }

  /** Room for `size`; new bits are off. */
  reach(size: number): void {
    if (size <= this.size) return;
    const words = (size + 31) >>> 5;
    if (words > this.words.length) {
      const wider = new Uint32Array(Math.max(words, this.words.length * 2));
      wider.set(this.words);
      this.words = wider;
    }
    this.size = size;
  }

  copy(): Bits {
    const twin = new Bits(0);
    twin.size = this.size;
    twin.words = this.words.slice(0, (this.size + 31) >>> 5);
    return twin;
  }

  and(other: Bits): this {
    for (let at = 0; at < this.words.length; at++) this.words[at] &= other.words[at];
    return this;
  }

  or(other: Bits): this {
    for (let at = 0; at < this.words.length; at++) this.words[at] |= other.words[at];
    return this;
  }

  without(other: Bits): this {
    for (let at = 0; at < this.words.length; at++) this.words[at] &= ~other.words[at];
    return this;
  }

  count(): number {
    let total = 0;
    for (let at = 0; at < this.words.length; at++) {
      let bits = this.words[at];
      bits -= (bits >>> 1) & 0x55555555;
      bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
      total += (((bits + (bits >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
    }
    return total;
  }

  each(visit: (at: number) => void): void {
    for (let word = 0; word < this.words.length; word++) {
      let bits = this.words[word];
      while (bits) {
        const low = bits & -bits;
        visit(word * 32 + 31 - Math.clz32(low));
        bits ^= low;
      }
    }
  }
}
