// File names, folded, as a few long strings: finding a word in two megabytes of text takes a millisecond, and a table of all
// their words would be many times as large, since most are numbers that occur once.

import { Growing } from "../lib/growing";

/** Text of one string before the next one is begun. */
const ROOM = 1 << 20;

interface Block {
  first: number;
  text: string;
  /** Where each line ends. */
  ends: Growing<Uint32Array>;
}

export class Names {
  private readonly blocks: Block[] = [];

  /** `text` is a line for each photo from number `first` on, ending at `ends`. */
  append(text: string, ends: ArrayLike<number>, first: number): void {
    let block = this.blocks[this.blocks.length - 1];
    if (!block || block.text.length + text.length > ROOM) {
      block = { first, text: "", ends: new Growing(Uint32Array) };
      this.blocks.push(block);
    }
    const start = block.text.length;
    block.text += text;
    for (let at = 0; at < ends.length; at++) block.ends.push(start + ends[at]);
  }

  /** Visits each photo with `words` one after the other in its file's name; `open` lets the last be the beginning of one. */
  find(words: readonly string[], open: boolean, visit: (photo: number) => void): void {
    const sought = ` ${words.join(" ")}${open ? "" : " "}`;
    for (const { first, text, ends } of this.blocks) {
      let line = 0;
      for (let hit = text.indexOf(sought); hit >= 0; ) {
        line = lineAt(ends.all, line, ends.length, hit);
        visit(first + line);
        hit = text.indexOf(sought, ends.all[line]);
      }
    }
  }

  line(photo: number): string {
    let low = 0;
    let high = this.blocks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.blocks[middle].first <= photo) low = middle;
      else high = middle - 1;
    }
    const { first, text, ends } = this.blocks[low];
    return text.slice(photo > first ? ends.all[photo - first - 1] : 0, ends.all[photo - first]);
  }
}

/** The first line from `from` on that ends behind `at`; quick when it is near. */
function lineAt(ends: Uint32Array, from: number, lines: number, at: number): number {
  let low = from;
  let step = 1;
  while (low + step < lines && ends[low + step - 1] <= at) {
    low += step;
    step *= 2;
  }
  let high = Math.min(lines - 1, low + step);
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ends[middle] > at) high = middle;
    else low = middle + 1;
  }
  return low;
}
