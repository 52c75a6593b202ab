// A query's text in, its grammar as a tree out: groups, "or", negation, fields, phrases and runs of words, each with its place in
// the text. What the words mean is not asked here (understand.ts), and no text is refused: what is unfinished counts as far as it goes.

import { fold } from "./folding";

export interface Span {
  from: number;
  to: number;
}

/** One word of a run, folded. */
export interface Word extends Span {
  text: string;
  /** It is the last: the reader may still be typing it. */
  open: boolean;
  /** "not", "without", "no" or "-" stands before it. */
  negated: boolean;
  /** "and" stands before it. */
  anew: boolean;
}

export interface Value extends Span {
  text: string;
  quoted: boolean;
}

export type Comparison = ":" | "=" | "<" | "<=" | ">" | ">=";

export type Tree = Span &
  (
    | { type: "any" | "all"; of: Tree[] }
    | { type: "not"; of: Tree }
    | { type: "words"; words: Word[] }
    | { type: "phrase"; text: string; open: boolean }
    | { type: "field"; key: string; comparison: Comparison; values: Value[]; open: boolean }
  );

/** Longer queries are cut here: nobody types them, and a saved one is never longer. */
export const LONGEST = 2_000;
/** Groups within groups; deeper ones are read as if their parentheses were not there. */
const DEEPEST = 20;

const SPACE = /\s+/uy;
const FIELD = /(\p{L}+)(<=|>=|[:=<>])/uy;
const VALUE = /[^\s()",|]+/uy;
const CHUNK = /[^\s()"|]+/uy;
const PIECE = /[\p{L}\p{M}\p{N}'’]+/gu;
/** A date or a range of dates stays one word: "2019-05", "2018..2020". */
const DATES = /^\d{4}(-\d{1,2}){0,2}(\.\.\d{4}(-\d{1,2}){0,2})?$/;
const NEGATIONS = new Set(["not", "without", "no"]);

export function parse(text: string): Tree {
  return new Parser(text.slice(0, LONGEST)).query(0);
}

class Parser {
  private at = 0;
  /** Where the last word ends. */
  private readonly end: number;

  constructor(private readonly text: string) {
    this.end = text.trimEnd().length;
  }

  query(depth: number): Tree {
    const from = this.at;
    const clauses: Tree[] = [];
    do {
      const clause = this.clause(depth);
      if (clause.type !== "all" || clause.of.length) clauses.push(clause);
    } while (this.or());
    return clauses.length === 1 ? clauses[0] : { type: clauses.length ? "any" : "all", of: clauses, from, to: this.at };
  }

  private clause(depth: number): Tree {
    const from = this.at;
    const items: Tree[] = [];
    let negated = false;
    let anew = false;
    const add = (item: Tree, start: number): void => {
      items.push(negated ? { type: "not", of: item, from: start, to: item.to } : item);
      negated = anew = false;
    };
    let start = -1;
    for (;;) {
      this.skip(SPACE);
      if (!negated) start = this.at;
      const sign = this.text[this.at];
      if (sign === undefined || sign === "|") break;
      if (sign === ")") {
        if (depth) break;
        this.at++;
      } else if (sign === "(") {
        this.at++;
        if (depth >= DEEPEST) continue;
        const group = this.query(depth + 1);
        if (this.text[this.at] === ")") this.at++;
        if (group.type !== "all" || group.of.length) add({ ...group, from: start, to: this.at }, start);
      } else if (sign === '"') add(this.phrase(), start);
      else if (sign === "-" && /\S/.test(this.text[this.at + 1] ?? " ")) {
        this.at++;
        negated = !negated;
      } else {
        const field = this.skip(FIELD);
        if (field) {
          add(this.field(field), start);
          continue;
        }
        const before = this.at;
        const chunk = this.skip(CHUNK)![0];
        const word = fold(chunk);
        if (word === "or" && this.at < this.text.length) {
          this.at = before;
          break;
        }
        if (word === "and") anew = true;
        else if (NEGATIONS.has(word)) negated = true;
        else {
          const words = this.pieces(chunk, before);
          if (!words.length) continue;
          words[0].negated = negated;
          words[0].anew = anew;
          if (negated) words[0].from = start;
          const run = items[items.length - 1];
          if (run?.type === "words") {
            run.words.push(...words);
            run.to = this.at;
          } else items.push({ type: "words", words, from: words[0].from, to: this.at });
          negated = anew = false;
        }
      }
    }
    return items.length === 1 ? items[0] : { type: "all", of: items, from, to: this.at };
  }

  private pieces(chunk: string, start: number): Word[] {
    const whole = DATES.test(chunk) ? [{ 0: chunk, index: 0 }] : [...chunk.matchAll(PIECE)];
    const words: Word[] = [];
    for (const { 0: piece, index } of whole) {
      const text = fold(piece);
      const from = start + index;
      const to = from + piece.length;
      // Folding may take a compatibility character apart ("½" becomes "1⁄2"), or leave nothing of it.
      for (const part of DATES.test(text) ? [text] : (text.match(/[\p{L}\p{N}]+/gu) ?? [])) {
        words.push({ text: part, from, to, open: to === this.end, negated: false, anew: false });
      }
    }
    return words;
  }

  private or(): boolean {
    if (this.text[this.at] === "|") {
      this.at++;
      return true;
    }
    CHUNK.lastIndex = this.at;
    const chunk = CHUNK.exec(this.text)?.[0];
    if (chunk === undefined || fold(chunk) !== "or") return false;
    this.at += chunk.length;
    return true;
  }

  private phrase(): Tree {
    const from = this.at++;
    const close = this.text.indexOf('"', this.at);
    const text = this.text.slice(this.at, close < 0 ? undefined : close);
    this.at = close < 0 ? this.text.length : close + 1;
    return { type: "phrase", text, open: close < 0, from, to: this.at };
  }

  private field(match: RegExpExecArray): Tree {
    const from = match.index;
    const values: Value[] = [];
    for (;;) {
      const start = this.at;
      if (this.text[this.at] === '"') {
        const { text, to } = this.phrase() as Tree & { text: string };
        values.push({ text, quoted: true, from: start, to });
      } else {
        const bare = this.skip(VALUE);
        if (bare) values.push({ text: bare[0], quoted: false, from: start, to: this.at });
      }
      if (this.text[this.at] !== ",") break;
      this.at++;
    }
    return { type: "field", key: fold(match[1]), comparison: match[2] as Comparison, values, open: this.at >= this.end, from, to: this.at };
  }

  private skip(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found) this.at = pattern.lastIndex;
    return found;
  }
}
