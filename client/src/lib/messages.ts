// What the page and its worker say to each other.

import type { ChangedRows, NewRows } from "./columns";
import type { Library, Selection, Status } from "./library";

/** What the worker answers; the page's `Library` hands these through. */
export type Desk = Pick<Library, "show" | "record" | "records" | "reasons" | "complete" | "counts" | "groups" | "words" | "details" | "edit" | "purge"> & {
  /** The page came back to the front, or the network did: look for news now. */
  wake(): Promise<void>;
};

export interface Call {
  number: number;
  name: keyof Desk;
  args: unknown[];
}

export interface Failure {
  message: string;
  code: string;
}

export type News =
  | { kind: "answer"; number: number; value: unknown }
  | { kind: "failure"; number: number; failure: Failure }
  | { kind: "rows"; added: NewRows | null; changed: ChangedRows | null }
  | { kind: "status"; status: Status }
  | { kind: "selection"; selection: Selection }
  /** The server speaks a newer schema than this page was built for. */
  | { kind: "outdated" };
