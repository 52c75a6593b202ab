// A line of JSON in, the record out, with its text remembered beside it: to write a record down again as text takes as long as to
// read it, and every record that comes is also kept.

import type { PhotoRecord } from "./records";

const texts = new WeakMap<object, string>();

/** What `text` says. Throws SyntaxError for what is no JSON. */
export function parsed<Line extends object>(text: string): Line {
  const line = JSON.parse(text) as Line;
  texts.set(line, text);
  return line;
}

/** The record as one line of JSON; records never change, so it is the one that came. */
export function textOf(record: PhotoRecord): string {
  return texts.get(record) ?? JSON.stringify(record);
}
