// In: what was typed, and completions or a chip of it. Out: those worth showing, and the text after one was taken or the other dropped.

import type { Chip, Completion } from "../lib/library";

/** The longest end of `text` that `completion` begins with, so that "new y" becomes "New York" and not "new New York". */
export function completed(text: string, completion: string): string {
  const low = text.toLowerCase();
  const goal = completion.toLowerCase();
  const words = [...low.matchAll(/\S+/g)].map((found) => found.index);
  for (const start of words) {
    if (goal.startsWith(low.slice(start)) || `"${goal}`.startsWith(low.slice(start))) return text.slice(0, start) + completion;
  }
  const last = words.at(-1);
  return last === undefined || /\s$/.test(text) ? text + completion : text.slice(0, last) + completion;
}

/** Completions shown at once. */
const MOST = 6;

/** What would change the text; a list that only repeats what was typed covers photos for nothing. */
export function helpful(text: string, found: Completion[]): Completion[] {
  const low = text.trim().toLowerCase();
  return found.filter((completion) => completed(text, completion.text).trim().toLowerCase() !== low).slice(0, MOST);
}

/** The query without one chip and without the "or" that hung on it. */
export function without(query: string, chip: Chip): string {
  const left = query.slice(0, chip.from).replace(/(^|\s)(or|\|)\s*$/i, "");
  const right = query.slice(chip.to);
  return `${left} ${right}`.replace(/\s+/g, " ").replace(/^\s*(or|\|)\s/i, "").trim();
}
