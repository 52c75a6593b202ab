// What a query asks, understood: conditions that the index can answer, joined by all, any and not.

import type { Sort } from "../lib/library";
import type { Kind } from "./evidence";
import type { Looks } from "./faces";
import type { Span } from "./parse";

/** Columns and calendar parts that are compared with numbers. */
export type Measure =
  | "size"
  | "bytes"
  | "width"
  | "height"
  | "iso"
  | "aperture"
  | "exposure"
  | "focal"
  | "rating"
  | "face"
  | "taken"
  /** Month times a hundred plus day. */
  | "date"
  | "month"
  | "day"
  | "weekday"
  | "hour";

export type Mark = "favourite" | "nsfw" | "video" | "undated" | "landscape" | "portrait" | "square";

/** A word or a name of several words, to be found in anything a photo says, or in some kinds of it. */
export interface WordPlan extends Span {
  type: "word";
  /** Singular, for finished words. */
  stems: string[];
  /** As written, for the last one unfinished. */
  words: string[];
  open: boolean;
  /** Null for all. */
  kinds: readonly Kind[] | null;
  /** Whether the file's name counts. */
  named: boolean;
  /** The whole text of what is found must be these words. */
  whole: boolean;
  label: string;
}

/** Faces that all fit the same looks. */
export interface PersonPlan extends Span {
  type: "person";
  looks: Looks;
  least: number;
  most: number;
  /** The words that were said of this person, in the order of the text, and what each of them asks. */
  parts: (Span & { label: string; looks: Looks })[];
}

/** How many people there are: faces, or persons seen as objects, whichever are more. */
export interface PeoplePlan extends Span {
  type: "people";
  least: number;
  most: number;
  label: string;
}

/** How many objects there are that a word finds. */
export interface CountPlan extends Span {
  type: "count";
  word: WordPlan;
  least: number;
  most: number;
  label: string;
}

/** `low` up to `high`, both included; where low is above high (an hour: 23 to 4), what lies outside is meant. */
export interface MeasurePlan extends Span {
  type: "measure";
  measure: Measure;
  low: number;
  high: number;
  label: string;
}

export interface MarkPlan extends Span {
  type: "mark";
  mark: Mark;
  label: string;
}

export type Plan =
  | (Span & { type: "all" | "any"; of: Plan[] })
  | (Span & { type: "not"; of: Plan })
  | WordPlan
  | PersonPlan
  | PeoplePlan
  | CountPlan
  | MeasurePlan
  | MarkPlan;

export interface Understood {
  /** All of these must hold; empty asks nothing. */
  clauses: Plan[];
  sort: Sort | null;
  limit: number | null;
  mistake: string | null;
}
