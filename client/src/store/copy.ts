// This device's copy of the library: packs and their records in, the same out at the next start.
//
// Everything that belongs together is written in one transaction, so a tab killed at any moment leaves a copy that is merely older.
// Where nothing can be kept (a private window, a full disk, another tab that writes) the same calls keep to memory.

import type { IDBPTransaction, StoreNames } from "idb";
import type { Pack } from "../lib/pack";
import { type GoneRecord, type PhotoRecord, SCHEMA } from "../lib/records";
import { ID_BYTES } from "../lib/ids";
import { fromHex } from "../lib/bytes";
import { parsed, textOf } from "../lib/texts";
import { type Database, FORMAT, type Meta, openDatabase, type Shape, type WaitingEdit } from "./database";

/** A pack smaller than this is written again together with what comes next, so that a thousand small changes leave few packs. */
const SMALL = 500;
/** Live records that `tidy` puts in one pack. */
const FULL = 2_000;
/** Records whose lines lie together: a page of search results is taken from all over the library, and whole packs for each would be megabytes. */
const PART = 50;
/** Parts that stay at hand. */
const CACHED = 100;

export interface Stored {
  key: number;
  pack: Pack;
}

interface Written {
  records: PhotoRecord[];
  gone: GoneRecord[];
  seq: number | null;
}

export interface Place {
  key: number;
  at: number;
}

/** A record that `tidy` laid elsewhere. */
export interface Move {
  from: Place;
  to: Place;
}

type Change<Names extends StoreNames<Shape>[]> = IDBPTransaction<Shape, Names, "readwrite">;

export type Packing = (records: readonly PhotoRecord[], gone: readonly GoneRecord[]) => Pack;

export class Copy {
  meta: Meta | null = null;
  /** Why nothing lasts, or null when it does. */
  trouble: "private" | "full" | "lost" | null = null;
  private tail: { key: number; records: PhotoRecord[]; gone: GoneRecord[] } | null = null;
  /** Lines of packs that are not on disk, under keys below zero. */
  private readonly memory = new Map<number, string[]>();
  private unwritten: Written[] = [];
  private writer = true;
  private readonly cache = new Map<string, Promise<string[]>>();

  private constructor(
    private database: Database | null,
    private readonly packing: Packing,
  ) {}

  static async open(packing: Packing): Promise<Copy> {
    const copy = new Copy(null, packing);
    try {
      copy.database = await openDatabase(() => copy.lose());
      const meta = await copy.database.get("meta", "copy");
      if (meta && meta.format === FORMAT && meta.schema === SCHEMA) copy.meta = meta;
      else if (meta) await copy.clear();
    } catch {
      // Browsers differ in what they throw when storage is forbidden; whatever it was, there is none.
      copy.trouble = "private";
      copy.database = null;
    }
    return copy;
  }

  /** Another tab writes; `lead` ends that. */
  follow(): void {
    this.writer = false;
  }

  /**
   * This tab writes from now on, what it could not write so far first. False when the tab before it kept another library, or none:
   * this copy has then begun anew, and is empty.
   */
  async lead(): Promise<boolean> {
    this.writer = true;
    if (!this.database || !this.meta) return true;
    const stored = await this.database.get("meta", "copy");
    const behind = this.unwritten;
    this.unwritten = [];
    if (!stored || stored.epoch !== this.meta.epoch || stored.library !== this.meta.library) {
      await this.startOver(this.meta, this.meta.user);
      return false;
    }
    for (const { records, gone, seq } of behind) if (seq === null || seq > stored.seq) await this.write(records, gone, seq);
    return true;
  }

  /** The packs in the order in which they were written. */
  async *packs(): AsyncGenerator<Stored> {
    if (!this.database || !this.meta) return;
    for (const key of await this.database.getAllKeys("packs")) {
      const pack = await this.database.get("packs", key);
      if (pack) yield { key, pack };
    }
  }

  /** Forgets all records and begins a copy of that library. */
  async startOver(of: { library: string; epoch: string }, user: string | null): Promise<void> {
    this.meta = { format: FORMAT, schema: SCHEMA, library: of.library, epoch: of.epoch, seq: 0, user };
    this.tail = null;
    this.unwritten = [];
    this.memory.clear();
    this.cache.clear();
    const meta = this.meta;
    await this.attempt(["meta", "packs", "lines", "edits"], async (change) => {
      await Promise.all([
        change.objectStore("packs").clear(),
        change.objectStore("lines").clear(),
        change.objectStore("edits").clear(),
        change.objectStore("meta").put(meta, "copy"),
      ]);
      return true;
    });
  }

  /**
   * Keeps records and leavings, and with them `seq`, all or nothing; null leaves the number as it is.
   * `packed`, if it is there already, is the pack of just these. Returns where the first record lies, the others follow it.
   * One write at a time: the next may lie in the same pack.
   */
  async write(records: PhotoRecord[], gone: GoneRecord[], seq: number | null, packed?: Pack): Promise<Place> {
    const meta = this.meta;
    if (!meta) throw new Error("A copy is begun before it is written.");
    const tail = this.tail && this.tail.records.length + records.length <= SMALL ? this.tail : null;
    const together = { records: tail ? [...tail.records, ...records] : records, gone: tail ? [...tail.gone, ...gone] : gone };
    const lines = together.records.map(textOf);
    let key = tail?.key ?? 0;
    if (seq !== null) meta.seq = Math.max(meta.seq, seq);
    const pack = packed && !tail ? packed : this.packing(together.records, together.gone);
    const done = await this.attempt(["meta", "packs", "lines"], async (change) => {
      const stored = await change.objectStore("meta").get("copy");
      if (!stored || stored.epoch !== meta.epoch || stored.library !== meta.library) {
        // Another tab has begun another copy: this one has nothing to add to it.
        this.writer = false;
        return false;
      }
      if (!key) key = 1 + ((await change.objectStore("packs").openKeyCursor(null, "prev"))?.key ?? 0);
      await change.objectStore("packs").put(pack, key);
      await keepLines(change.objectStore("lines"), key, lines);
      await change.objectStore("meta").put({ ...stored, seq: Math.max(stored.seq, seq ?? 0) }, "copy");
      return true;
    });
    if (done) {
      this.forget(key);
      this.tail = together.records.length < SMALL ? { key, ...together } : null;
      return { key, at: together.records.length - records.length };
    }
    this.tail = null;
    key = -1 - this.memory.size;
    this.memory.set(key, lines.slice(lines.length - records.length));
    if (!this.trouble) this.unwritten.push({ records, gone, seq });
    return { key, at: 0 };
  }

  /** Everything up to `seq` has been written. */
  async advance(seq: number): Promise<void> {
    const meta = this.meta;
    if (!meta) return;
    meta.seq = Math.max(meta.seq, seq);
    if (this.unwritten.length || this.trouble) return;
    await this.attempt(["meta"], async (change) => {
      const metas = change.objectStore("meta");
      const stored = await metas.get("copy");
      if (stored && stored.epoch === meta.epoch && stored.library === meta.library) await metas.put({ ...stored, seq: Math.max(stored.seq, seq) }, "copy");
      return true;
    });
  }

  async setUser(user: string): Promise<void> {
    const meta = this.meta;
    if (!meta || meta.user === user) return;
    meta.user = user;
    await this.attempt(["meta"], async (change) => {
      const metas = change.objectStore("meta");
      const stored = await metas.get("copy");
      if (stored) await metas.put({ ...stored, user }, "copy");
      return true;
    });
  }

  /** The record that lies there; null when another tab has moved it. */
  async record(key: number, at: number, id: string): Promise<PhotoRecord | null> {
    const line = (await this.part(key, at))[at % PART];
    const record = line ? (JSON.parse(line) as PhotoRecord) : null;
    return record?.id === id ? record : null;
  }

  /** Looks through all packs for the newest record of a photo: slow, for when `record` finds it moved. */
  async find(id: string): Promise<PhotoRecord | null> {
    const sought = new Uint8Array(ID_BYTES);
    fromHex(id, sought, 0);
    let newest: PhotoRecord | null = null;
    for await (const { key, pack } of this.packs()) {
      for (let at = 0; at < pack.count; at++) {
        if (sought.some((byte, index) => pack.ids[at * ID_BYTES + index] !== byte)) continue;
        this.forget(key);
        const record = await this.record(key, at, id);
        if (record && (!newest || record.seq > newest.seq)) newest = record;
      }
    }
    return newest;
  }

  /** Puts small and mostly outdated packs together, once there are a few; `live(key, at)` says which records still count. */
  async tidy(sizes: { key: number; count: number; live: number }[], live: (key: number, at: number) => boolean): Promise<Move[]> {
    const wasteful = sizes.filter(({ key, count, live: counted }) => key !== this.tail?.key && (counted < count / 2 || count < SMALL));
    if (wasteful.length < 8) return [];
    const moves: Move[] = [];
    let group: number[] = [];
    let size = 0;
    for (const { key, live: counted } of wasteful) {
      if (size + counted > FULL && group.length) {
        moves.push(...(await this.join(group, live)));
        group = [];
        size = 0;
      }
      group.push(key);
      size += counted;
    }
    if (group.length) moves.push(...(await this.join(group, live)));
    return moves;
  }

  async words(): Promise<{ etag: string; table: unknown } | null> {
    return (await this.database?.get("words", "words").catch(() => undefined)) ?? null;
  }

  async keepWords(etag: string, table: unknown): Promise<void> {
    await this.attempt(["words"], async (change) => {
      await change.objectStore("words").put({ etag, table }, "words");
      return true;
    });
  }

  async edits(): Promise<WaitingEdit[]> {
    return (await this.database?.getAll("edits").catch(() => undefined)) ?? [];
  }

  /** Keeps an edit for later; false where nothing lasts. A later edit of the same photo is laid over the one that waits. */
  async keepEdit(edit: WaitingEdit): Promise<boolean> {
    try {
      if (!this.database) return false;
      const change = this.database.transaction("edits", "readwrite");
      const waiting = await change.store.get(edit.id);
      await change.store.put({ id: edit.id, change: { ...waiting?.change, ...edit.change } });
      await change.done;
      return true;
    } catch {
      return false;
    }
  }

  async dropEdit(id: string): Promise<void> {
    await this.database?.delete("edits", id).catch(() => undefined);
  }

  /** Forgets everything. The database stays, empty: deleting it would wait for every other tab. */
  async clear(): Promise<void> {
    this.meta = null;
    this.tail = null;
    this.unwritten = [];
    this.memory.clear();
    this.cache.clear();
    if (!this.database) return;
    const names = ["meta", "packs", "lines", "words", "edits"] as const;
    const change = this.database.transaction(names, "readwrite");
    await Promise.all([...names.map((name) => change.objectStore(name).clear()), change.done]);
  }

  close(): void {
    this.database?.close();
    this.database = null;
  }

  /** The lines of the part in which the record lies. */
  private async part(key: number, at: number): Promise<string[]> {
    const part = Math.floor(at / PART);
    const held = this.memory.get(key);
    if (held) return held.slice(part * PART, (part + 1) * PART);
    const name = `${key}/${part}`;
    let lines = this.cache.get(name);
    if (!lines) {
      // Kept before it is there: many records of one part are often asked for at once.
      lines = this.read([key, part]);
      lines.catch(() => this.cache.delete(name));
      this.cache.set(name, lines);
      if (this.cache.size > CACHED) this.cache.delete(this.cache.keys().next().value!);
    }
    return await lines;
  }

  private async read(place: [number, number]): Promise<string[]> {
    const bytes = await this.database?.get("lines", place);
    return bytes ? textsIn(bytes) : [];
  }

  /** All lines of a pack. */
  private async lines(key: number): Promise<string[]> {
    return this.memory.get(key) ?? ((await this.database?.getAll("lines", partsOf(key))) ?? []).flatMap(textsIn);
  }

  /** A pack was written anew. */
  private forget(key: number): void {
    for (const name of this.cache.keys()) if (name.startsWith(`${key}/`)) this.cache.delete(name);
  }

  private async join(keys: number[], live: (key: number, at: number) => boolean): Promise<Move[]> {
    const moves: Move[] = [];
    const records: PhotoRecord[] = [];
    const gone: GoneRecord[] = [];
    for (const key of keys) {
      const lines = await this.lines(key);
      lines.forEach((line, at) => {
        if (!line || !live(key, at)) return;
        moves.push({ from: { key, at }, to: { key: keys[0], at: records.length } });
        records.push(parsed<PhotoRecord>(line));
      });
      const pack = await this.database?.get("packs", key);
      if (pack) gone.push(...goneOf(pack));
    }
    const pack = this.packing(records, gone);
    const done = await this.attempt(["packs", "lines"], async (change) => {
      const packs = change.objectStore("packs");
      const lines = change.objectStore("lines");
      await Promise.all([
        ...keys.flatMap((key) => [packs.delete(key), lines.delete(partsOf(key))]),
        packs.put(pack, keys[0]),
        keepLines(lines, keys[0], records.map(textOf)),
      ]);
      return true;
    });
    for (const key of keys) this.forget(key);
    return done ? moves : [];
  }

  /** Makes one change of the stored copy, all or nothing; false when it is not to be, or could not be, made. */
  private async attempt<Names extends StoreNames<Shape>[]>(names: Names, make: (change: Change<Names>) => Promise<boolean>): Promise<boolean> {
    if (!this.database || !this.writer || this.trouble) return false;
    try {
      const change = this.database.transaction(names, "readwrite");
      // Awaited below, or of no interest once the change was given up.
      change.done.catch(() => undefined);
      try {
        if (await make(change)) {
          await change.done;
          return true;
        }
        change.abort();
        return false;
      } catch (failure) {
        abandon(change);
        throw failure;
      }
    } catch (failure) {
      if (!(failure instanceof DOMException)) throw failure;
      // What is on disk stays good: it is merely not brought up to date any more.
      this.trouble = failure.name === "QuotaExceededError" ? "full" : "lost";
      return false;
    }
  }

  private lose(): void {
    this.database = null;
    this.trouble ??= "lost";
  }
}

/** The keys of all parts of a pack. */
function partsOf(key: number): IDBKeyRange {
  return IDBKeyRange.bound([key], [key, Infinity]);
}

/** Only ever lays lines over the same ones and behind them, or where there are none. */
async function keepLines(store: { put(value: Uint8Array, key: [number, number]): Promise<unknown> }, key: number, lines: readonly string[]): Promise<void> {
  const encoder = new TextEncoder();
  const puts: Promise<unknown>[] = [];
  for (let at = 0; at < lines.length; at += PART) puts.push(store.put(encoder.encode(lines.slice(at, at + PART).join("\n")), [key, at / PART]));
  await Promise.all(puts);
}

function textsIn(bytes: Uint8Array): string[] {
  return new TextDecoder().decode(bytes).split("\n");
}

function abandon(change: { abort(): void }): void {
  try {
    change.abort();
  } catch {
    // The failure itself has ended it.
  }
}

function goneOf(pack: Pack): GoneRecord[] {
  return Array.from(pack.goneSeqs, (seq, at) => ({
    kind: "gone",
    seq,
    id: Array.from(pack.goneIds.subarray(at * ID_BYTES, (at + 1) * ID_BYTES), (byte) => byte.toString(16).padStart(2, "0")).join(""),
  }));
}
