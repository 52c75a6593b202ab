// The worker that holds the library: the stored copy, the stream from the server and the search meet here, and only here.

import type { Change, Completion, PhotoDetails, Reason, Selection, Sort, Status, WordFacts } from "./lib/library";
import type { Call, Desk, News } from "./lib/messages";
import type { Pack } from "./lib/pack";
import type { GoneRecord, PhotoRecord } from "./lib/records";
import { Finder } from "./search/finder";
import { Holdings, type Shelf } from "./search/holdings";
import { NO_WORDS, type Words } from "./search/index";
import { packOf } from "./search/packing";
import { Copy } from "./store/copy";
import { Api } from "./stream/api";
import { Refused, SignedOut, Unreachable } from "./stream/failures";
import type { Hello } from "./stream/pull";
import { type Keeper, Sync } from "./stream/sync";

/** Between two selections sent while records come. */
const REDRAW_MS = 250;
/** While a whole library pours in, a selection is sent whenever it has grown by this much: each one looks at all that is there. */
const GROWTH = 1.5;

/** A worker's own global, of which this file needs three things; naming them keeps it compiling under any set of TypeScript libraries. */
export interface Outside {
  postMessage(news: News, moved: Transferable[]): void;
  addEventListener(name: "message", listener: (event: MessageEvent<Call>) => void): void;
  addEventListener(name: "online", listener: () => void): void;
}

export class Librarian implements Desk, Keeper {
  private readonly holdings = new Holdings();
  private readonly finder = new Finder(this.holdings);
  private readonly sync: Sync;
  private readonly channel = new BroadcastChannel("vitrine");
  private state: Status = { phase: "starting", have: 0, total: null, progress: null, trouble: null };
  private query = "";
  private sort: Sort | undefined;
  private redraw: ReturnType<typeof setTimeout> | null = null;
  private drawn = 0;
  /** Photos that the last drawing showed. */
  private drawnPhotos = 0;
  /** Ends when everything taken so far is written. */
  private written: Promise<void> = Promise.resolve();
  /** Rows named by the full pass that is under way. */
  private named: Set<number> | null = null;
  /** Records whose writing is not done yet, by row; and edits that the server has not confirmed. */
  private readonly unwritten = new Map<number, PhotoRecord>();
  private readonly edited = new Map<string, Change>();
  private user: string | null = null;

  private constructor(
    private readonly outside: Outside,
    private readonly api: Api,
    private readonly copy: Copy,
  ) {
    this.sync = new Sync(this.api, this, {
      phase: (phase) => {
        this.say({ phase });
        // What a broken pass brought is shown as it is.
        if (phase === "offline" && this.holdings.photos !== this.drawnPhotos) this.draw();
      },
      total: (total) => this.say({ total }),
      progress: (progress) => this.say({ progress }),
      outdated: () => this.tell({ kind: "outdated" }),
      arrive: () => this.identify(),
      meanwhile: () => this.fetchWords(),
      online: () => this.greet(),
    });
    this.channel.addEventListener("message", (event: MessageEvent<string>) => {
      if (event.data === "purge") this.leave();
    });
    outside.addEventListener("online", () => this.sync.wake());
    outside.addEventListener("message", (event) => void this.answer(event.data));
  }

  static async start(outside: Outside, api = new Api()): Promise<Librarian> {
    // Calls that arrive while the copy opens must wait for it, so the listener is there first.
    const early: Call[] = [];
    const collect = (event: MessageEvent<Call>): void => void early.push(event.data);
    outside.addEventListener("message", collect);
    const librarian = new Librarian(outside, api, await Copy.open(packOf));
    (outside as unknown as EventTarget).removeEventListener("message", collect as EventListener);
    for (const call of early) void librarian.answer(call);
    await librarian.open();
    return librarian;
  }

  // --- the copy -----------------------------------------------------------------------------------------------------------

  private async open(): Promise<void> {
    const words = await this.copy.words();
    if (words) this.holdings.learn(words.table as Words);
    let first = true;
    for await (const { key, pack } of this.copy.packs()) {
      this.holdings.append(pack, { key, at: 0 });
      if (first) this.draw();
      first = false;
    }
    for (const { id, change } of await this.copy.edits()) await this.overlay(id, change);
    if (!first) {
      this.draw();
      this.say({ phase: "cached" });
    }
    await this.lead();
    void this.sync.run();
    if (!first) for (const { from, to } of await this.copy.tidy(this.holdings.sizes(), (key, at) => this.holdings.isLive(key, at))) this.holdings.move(from, to);
  }

  /** One tab writes the copy; the others read what they came for and keep to memory until it is their turn. */
  private async lead(): Promise<void> {
    const { locks } = (globalThis as { navigator?: { locks?: LockManager } }).navigator ?? {};
    // Only secure addresses have locks. Without them every tab writes, which costs space until the next start but breaks nothing.
    if (!locks) return;
    const forever = new Promise<void>(() => undefined);
    const first = await new Promise<boolean>((decided) => {
      void locks.request("vitrine-copy", { ifAvailable: true }, async (lock) => {
        decided(lock !== null);
        if (lock) await forever;
      });
    });
    if (first) return;
    this.copy.follow();
    void locks.request("vitrine-copy", async () => {
      if (!(await this.copy.lead())) this.holdings.forgetSeqs();
      await forever;
    });
  }

  seq(): number {
    return this.copy.meta?.seq ?? 0;
  }

  epoch(): string | null {
    return this.copy.meta?.epoch ?? null;
  }

  library(): string | null {
    return this.copy.meta?.library ?? null;
  }

  async startOver(hello: Hello): Promise<void> {
    await this.written;
    const another = this.copy.meta !== null && this.copy.meta.library !== hello.library;
    if (another) this.empty();
    if (this.copy.meta) this.holdings.forgetSeqs();
    // What is kept is emptied while the first photos are already shown; writing them waits for it.
    this.written = this.copy.startOver(hello, this.user);
    this.written.catch(() => undefined);
  }

  fullPass(): void {
    this.named = new Set();
  }

  async take(records: PhotoRecord[], gone: GoneRecord[], seq: number | null): Promise<void> {
    const { holdings } = this;
    const fresh = records.filter((record) => {
      const row = holdings.ids.row(record.id);
      if (row !== undefined) this.named?.add(row);
      return row === undefined || record.seq > holdings.seqOfRow(row);
    });
    if (fresh.length || gone.length) {
      const pack = packOf(fresh, gone);
      const shelf = holdings.append(pack);
      for (const record of fresh) {
        const row = holdings.ids.row(record.id)!;
        this.named?.add(row);
        this.unwritten.set(row, record);
      }
      this.drawSoon();
      // One pack is written while the next one is read; a third would have to wait in memory.
      const before = this.written;
      this.written = before.then(() => this.write(shelf, pack, fresh, gone, seq));
      this.written.catch(() => undefined);
      await before;
    } else if (seq !== null) {
      await this.written;
      await this.copy.advance(seq);
    }
    this.say({ have: holdings.photos });
  }

  private async write(shelf: Shelf, pack: Pack, records: PhotoRecord[], gone: GoneRecord[], seq: number | null): Promise<void> {
    const { key, at } = await this.copy.write(records, gone, seq, pack);
    shelf.key = key;
    shelf.at = at;
    for (const record of records) {
      const row = this.holdings.ids.row(record.id)!;
      if (this.unwritten.get(row) === record) this.unwritten.delete(row);
      const change = this.edited.get(record.id);
      if (change) this.lay(record, change);
    }
  }

  async finish(seq: number, full: boolean): Promise<void> {
    if (full && this.named) {
      const left: GoneRecord[] = [];
      for (let row = 0; row < this.holdings.rows; row++) {
        if (this.holdings.versionOf.all[row] && !this.named.has(row)) left.push({ kind: "gone", seq, id: this.holdings.ids.text(row) });
      }
      this.named = null;
      if (left.length) await this.take([], left, seq);
    }
    if (full) this.draw();
    else this.drawSoon();
    await this.written;
    await this.copy.advance(seq);
    this.say({ have: this.holdings.photos, total: this.holdings.photos });
  }

  // --- the server ---------------------------------------------------------------------------------------------------------

  private async identify(): Promise<void> {
    if (!this.copy.meta?.user) return;
    const name = await this.whoAmI();
    if (this.copy.meta.user === name) return;
    // Somebody else signed in on this device: nothing of the first person's copy may stay in sight.
    this.empty();
    await this.written;
    await this.copy.clear();
  }

  /** After each catching up: whose copy this is, and the edits that were made meanwhile. */
  private async greet(): Promise<void> {
    await this.copy.setUser(await this.whoAmI());
    await this.sendEdits();
  }

  private async whoAmI(): Promise<string> {
    return (this.user = (await this.api.json<{ user: { name: string } }>("/api/session")).user.name);
  }

  private async fetchWords(): Promise<void> {
    const held = await this.copy.words();
    try {
      const answer = await this.api.ask("/api/words", { headers: held ? { "If-None-Match": held.etag } : {} });
      if (answer.status === 304) return;
      const words = { ...NO_WORDS, ...((await answer.json()) as Words) };
      if (words.version === this.holdings.index.words.version) return;
      this.holdings.learn(words);
      await this.copy.keepWords(answer.headers.get("ETag") ?? "", words);
      this.drawSoon();
    } catch (failure) {
      // Without the table, photos are found by their labels alone; that must not keep them from being shown.
      if (!(failure instanceof Refused)) throw failure;
    }
  }

  // --- edits --------------------------------------------------------------------------------------------------------------

  /** Shows the change at once, then sends it; without a network it waits on this device. */
  async edit(id: string, change: Change): Promise<void> {
    const row = this.holdings.ids.row(id);
    if (row === undefined) throw new Refused(404, "unknown", "This photo is not in the library any more.");
    const before = await this.record(row);
    this.edited.set(id, { ...this.edited.get(id), ...change });
    this.lay(before, change);
    try {
      await this.send(id, change);
    } catch (failure) {
      if (failure instanceof Unreachable && (await this.copy.keepEdit({ id, change }))) return;
      this.edited.delete(id);
      this.lay(before, {});
      throw failure;
    }
  }

  private async send(id: string, change: Change): Promise<void> {
    const { record } = await this.api.json<{ record: PhotoRecord }>(`/api/photos/${id}`, {
      method: "PATCH",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(change),
    });
    this.edited.delete(id);
    await this.take([record], [], null);
    await this.written;
  }

  private async sendEdits(): Promise<void> {
    for (const { id, change } of await this.copy.edits()) {
      try {
        await this.send(id, change);
      } catch (failure) {
        // What the server will never take (the photo left) must not block the others for ever.
        if (!(failure instanceof Refused) || failure.status >= 500) throw failure;
        this.edited.delete(id);
      }
      await this.copy.dropEdit(id);
    }
  }

  private async overlay(id: string, change: Change): Promise<void> {
    const row = this.holdings.ids.row(id);
    if (row === undefined) return;
    this.edited.set(id, change);
    this.lay(await this.record(row), change);
  }

  /** Shows a record with a change laid over it; only the server's own record is ever written down. */
  private lay(record: PhotoRecord, change: Change): void {
    const row = this.holdings.ids.row(record.id);
    if (row === undefined || record.seq < this.holdings.seqOfRow(row)) return;
    const changed = changedBy(record, change);
    this.holdings.append(packOf([changed]), { key: null, at: 0 }, true);
    this.unwritten.set(row, changed);
    this.draw();
  }

  // --- questions ----------------------------------------------------------------------------------------------------------

  async show(query: string, sort?: Sort): Promise<Selection> {
    this.query = query;
    this.sort = sort;
    return this.select();
  }

  async record(row: number): Promise<PhotoRecord> {
    const record = await this.held(row);
    if (!record) throw new Refused(404, "unknown", "This photo is not in the library any more.");
    return record;
  }

  async records(rows: number[]): Promise<PhotoRecord[]> {
    return await Promise.all(rows.map((row) => this.record(row)));
  }

  async reasons(rows: number[]): Promise<Reason[][]> {
    return this.finder.reasons(await Promise.all(rows.map((row) => this.held(row))));
  }

  async complete(text: string, caret: number): Promise<Completion[]> {
    return this.finder.complete(text, caret);
  }

  async counts(): Promise<Record<string, number>> {
    return this.finder.counts();
  }

  async groups(kind: "things" | "places" | "folders" | "years"): Promise<{ name: string; query: string; count: number; cover: number }[]> {
    return this.finder.groups(kind);
  }

  async words(label: string): Promise<WordFacts | null> {
    const { classes, objects } = this.holdings.index.words;
    return classes[label] ?? objects[label] ?? null;
  }

  async details(id: string): Promise<PhotoDetails | null> {
    try {
      return await this.api.json<PhotoDetails>(`/api/photos/${id}`);
    } catch (failure) {
      if (failure instanceof Unreachable || failure instanceof SignedOut || (failure instanceof Refused && failure.status === 404)) return null;
      throw failure;
    }
  }

  async wake(): Promise<void> {
    this.sync.wake();
  }

  async purge(): Promise<void> {
    this.channel.postMessage("purge");
    this.leave();
    await this.written;
    await this.copy.clear();
  }

  /** Lets go of the network and of the other tabs; what was shown stays. */
  end(): void {
    this.sync.end();
    this.channel.close();
    this.copy.close();
  }

  // --- the page -----------------------------------------------------------------------------------------------------------

  /** Nothing is shown or fetched from here on. */
  private leave(): void {
    this.sync.end();
    this.empty();
    this.say({ phase: "signed-out", have: 0, total: null });
  }

  private empty(): void {
    for (let row = 0; row < this.holdings.rows; row++) this.holdings.drop(row);
    this.unwritten.clear();
    this.edited.clear();
    this.draw();
  }

  private async held(row: number): Promise<PhotoRecord | null> {
    const place = this.holdings.place(row);
    if (!place) return null;
    const id = this.holdings.ids.text(row);
    const unwritten = this.unwritten.get(row);
    if (unwritten) return unwritten;
    const stored = place.key === null ? null : await this.copy.record(place.key, place.at, id);
    return stored ?? (await this.copy.find(id)) ?? (await this.details(id))?.record ?? null;
  }

  private async answer({ number, name, args }: Call): Promise<void> {
    try {
      const value = await (this[name] as (...args: unknown[]) => Promise<unknown>)(...args);
      this.tell({ kind: "answer", number, value }, name === "show" ? buffersOf(value as Selection) : []);
    } catch (failure) {
      const { message } = failure as Error;
      this.tell({ kind: "failure", number, failure: { message, code: (failure as { code?: string }).code ?? "bug" } });
    }
  }

  private select(): Selection {
    this.sendRows();
    const selection = this.finder.find(this.query, this.sort);
    this.drawn = performance.now();
    this.drawnPhotos = this.holdings.photos;
    return selection;
  }

  private draw(): void {
    if (this.redraw !== null) clearTimeout(this.redraw);
    this.redraw = null;
    const selection = this.select();
    this.tell({ kind: "selection", selection }, buffersOf(selection));
    this.say({ have: this.holdings.photos });
  }

  private drawSoon(): void {
    if (this.redraw !== null || (this.named && this.holdings.photos < this.drawnPhotos * GROWTH)) return;
    // The very first photos are shown at once.
    this.redraw = setTimeout(() => this.draw(), this.drawnPhotos ? Math.max(0, REDRAW_MS - (performance.now() - this.drawn)) : 0);
  }

  private sendRows(): void {
    const { added, changed } = this.holdings.unsentRows();
    if (!added && !changed) return;
    this.tell({ kind: "rows", added, changed }, [...Object.values(added ?? {}), ...Object.values(changed ?? {})].filter((value) => ArrayBuffer.isView(value)).map((value) => value.buffer as ArrayBuffer));
  }

  private say(news: Partial<Status>): void {
    this.state = { ...this.state, ...news, trouble: this.copy.trouble };
    this.tell({ kind: "status", status: this.state });
  }

  private tell(news: News, moved: Transferable[] = []): void {
    this.outside.postMessage(news, moved);
  }
}

function buffersOf(selection: Selection): Transferable[] {
  return [selection.order.buffer as ArrayBuffer, ...(selection.almost ? [selection.almost.order.buffer as ArrayBuffer] : [])];
}

/** The record as it would be once the change was made. */
function changedBy(record: PhotoRecord, { rating, favourite, caption, tags }: Change): PhotoRecord {
  const changed = { ...record };
  if (rating !== undefined) {
    if (rating === null) delete changed.rating;
    else changed.rating = rating;
  }
  if (favourite !== undefined) {
    if (favourite) changed.favourite = true;
    else delete changed.favourite;
  }
  if (caption !== undefined) {
    if (caption === null || caption === "") delete changed.caption;
    else changed.caption = caption;
  }
  if (tags !== undefined) changed.tags = tags;
  return changed;
}

if ("WorkerGlobalScope" in globalThis) void Librarian.start(globalThis as unknown as Outside);
