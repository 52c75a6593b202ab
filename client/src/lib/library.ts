// The one face of the library that the screens see. Behind it: a worker with the stream, the stored copy and the search.

import type { PhotoRecord } from "./records";

/** Bits of `Columns.flags`. */
export const FLAG = { favourite: 1, animated: 2, video: 4, nsfw: 8, kept: 16, analysed: 32 } as const;

/** Day value of a photo that tells no date. */
export const NO_DAY = -0x80000000;

/**
 * What the grid needs of every photo, by row. A row is a photo's place in the copy: it never moves while the page lives;
 * a photo that left has `flags` 0xff and is in no selection. Grown by the worker's messages, read synchronously by the grid.
 */
export interface Columns {
  readonly rows: number;
  /** 32 hex digits. */
  id(row: number): string;
  row(id: string): number | undefined;
  /** Width divided by height, upright. */
  readonly ratio: Float32Array;
  /** Days since 1970-01-01 in the photo's local time; NO_DAY without a date. */
  readonly day: Int32Array;
  readonly flags: Uint8Array;
  /** ThumbHash bytes, or empty. */
  thumbhash(row: number): Uint8Array;
}

export interface Chip {
  /** What was understood, e.g. "dog or bird", "not people", "2019 – 2025". */
  label: string;
  negated: boolean;
  /** Start and end in the query text, so that a chip can be removed. */
  from: number;
  to: number;
}

/** Why a photo is here: `dress <- gown 0.71`. Boxes light up in the viewer. */
export interface Reason {
  word: string;
  evidence: string;
  score?: number;
  box?: [x: number, y: number, w: number, h: number];
}

export type Sort = "newest" | "oldest" | "added" | "name" | "size" | "relevance";

/** A word to narrow the selection by, with the count it would leave. */
export interface Facet {
  word: string;
  kind: "thing" | "place" | "person" | "time" | "camera" | "tag";
  count: number;
}

/** The photos to show, in order. */
export interface Selection {
  query: string;
  sort: Sort;
  /** Rows in display order. */
  order: Uint32Array;
  chips: Chip[];
  /** The query's first mistake as one sentence, e.g. an unknown key with the nearest one. */
  mistake?: string;
  /** The word that found nothing, with the nearest words of this library. */
  nothing?: { word: string; nearest: string[] };
  /** Rows that hold all but one word, labelled by the missing word. */
  almost?: { missing: string; order: Uint32Array };
  facets: Facet[];
  ms: number;
}

export interface StageProgress {
  done: number;
  total: number;
  /** Photos a second over the last minute. */
  rate: number;
  left_s: number | null;
}

export interface Progress {
  scanning: boolean;
  paused: boolean;
  read: StageProgress;
  analyze: StageProgress;
  problems: number;
}

export type Phase = "starting" | "cached" | "syncing" | "live" | "offline" | "signed-out";

export interface Status {
  phase: Phase;
  /** Records held here and, once known, on the server. */
  have: number;
  total: number | null;
  progress: Progress | null;
  /** Why this device keeps no copy of what comes, if it keeps none: a private window, a full disk, storage the browser took away. */
  trouble: "private" | "full" | "lost" | null;
}

export interface Completion {
  text: string;
  kind: Facet["kind"] | "key";
  count: number;
}

export interface Change {
  rating?: number | null;
  favourite?: boolean;
  caption?: string | null;
  tags?: string[];
}

export interface PhotoFile {
  path: string;
  bytes: number;
  modified: string;
}

/** `GET /api/photos/{id}`: what is too heavy for the record's line. */
export interface PhotoDetails {
  record: PhotoRecord;
  files: PhotoFile[];
  exif: Record<string, string>;
  altitude: number | null;
  results: Record<string, unknown>;
}

export interface WordFacts {
  synonyms: string[];
  ancestors: string[];
  about: string;
}

export interface Library {
  readonly columns: Columns;
  status(listener: (status: Status) => void): () => void;
  /** Called with the first selection at once and again whenever the library or the query changes it. */
  selection(listener: (selection: Selection) => void): () => void;
  show(query: string, sort?: Sort): Promise<Selection>;
  record(row: number): Promise<PhotoRecord>;
  records(rows: number[]): Promise<PhotoRecord[]>;
  /** Reasons for rows of the present selection; empty lists without a query. */
  reasons(rows: number[]): Promise<Reason[][]>;
  complete(text: string, caret: number): Promise<Completion[]>;
  /** Counts of the whole library for the rail: photos, favourites, places, things, ... */
  counts(): Promise<Record<string, number>>;
  /** Labels, places, folders, years with counts and a cover row, for the overview pages. */
  groups(kind: "things" | "places" | "folders" | "years"): Promise<{ name: string; query: string; count: number; cover: number }[]>;
  words(label: string): Promise<WordFacts | null>;
  details(id: string): Promise<PhotoDetails | null>;
  edit(id: string, change: Change): Promise<void>;
  /** Forget everything kept on this device. */
  purge(): Promise<void>;
}
