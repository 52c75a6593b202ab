// The shape of this device's copy in IndexedDB.

import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { Change } from "../lib/library";
import type { Pack } from "../lib/pack";

/** Raised when packs, lines or meta change their shape: an older copy is dropped and fetched anew. */
export const FORMAT = 2;

export const NAME = "vitrine";

export interface Meta {
  format: number;
  schema: number;
  library: string;
  epoch: string;
  /** Everything up to here is in the packs; 0 before the first full pass was completed. */
  seq: number;
  /** Whose copy this is, as far as known. */
  user: string | null;
}

/** An edit made offline, until the server has it. */
export interface WaitingEdit {
  id: string;
  change: Change;
}

export interface Shape extends DBSchema {
  meta: { key: string; value: Meta };
  packs: { key: number; value: Pack };
  /** By the pack's key and part: its records as lines of JSON, in UTF-8. */
  lines: { key: [number, number]; value: Uint8Array };
  words: { key: string; value: { etag: string; table: unknown } };
  edits: { key: string; value: WaitingEdit };
}

export type Database = IDBPDatabase<Shape>;

/** `closed` is called when another tab wants to upgrade or delete the database, or the browser threw it away. */
export async function openDatabase(closed: () => void): Promise<Database> {
  const database: Database = await openDB<Shape>(NAME, FORMAT, {
    upgrade(raw) {
      for (const name of raw.objectStoreNames) raw.deleteObjectStore(name);
      raw.createObjectStore("meta");
      raw.createObjectStore("packs");
      raw.createObjectStore("lines");
      raw.createObjectStore("words");
      raw.createObjectStore("edits", { keyPath: "id" });
    },
    blocking() {
      database.close();
      closed();
    },
    terminated: closed,
  });
  return database;
}
