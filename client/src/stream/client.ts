// The page's end of the library: columns that are read at once, and questions that the worker answers.

import { GridColumns } from "../lib/columns";
import type { Library, Selection, Sort, Status } from "../lib/library";
import type { Call, Desk, News } from "../lib/messages";

const STARTING: Status = { phase: "starting", have: 0, total: null, progress: null, trouble: null };
const RELOADED = "vitrine-reloaded";

/** What the worker could not do, with a sentence for the reader. */
export class LibraryError extends Error {
  constructor(
    message: string,
    readonly code: string,
  ) {
    super(message);
  }
}

/** The part of a `Worker` that is used here. */
export interface WorkerEnd {
  postMessage(call: Call): void;
  addEventListener(name: "message", listener: (event: MessageEvent<News>) => void): void;
}

export class WorkerLibrary implements Library {
  readonly columns = new GridColumns();
  private latest: Status = STARTING;
  private shown: Selection | null = null;
  private asked: { query: string; sort: Sort | undefined } = { query: "", sort: undefined };
  private readonly statusListeners = new Set<(status: Status) => void>();
  private readonly selectionListeners = new Set<(selection: Selection) => void>();
  private readonly waiting = new Map<number, { resolve(value: never): void; reject(failure: LibraryError): void }>();
  private calls = 0;

  constructor(
    private readonly worker: WorkerEnd,
    private readonly outdated: () => void = reloadOnce,
  ) {
    worker.addEventListener("message", (event) => this.hear(event.data));
  }

  status(listener: (status: Status) => void): () => void {
    this.statusListeners.add(listener);
    listener(this.latest);
    return () => this.statusListeners.delete(listener);
  }

  selection(listener: (selection: Selection) => void): () => void {
    this.selectionListeners.add(listener);
    if (this.shown) listener(this.shown);
    return () => this.selectionListeners.delete(listener);
  }

  async show(query: string, sort?: Sort): Promise<Selection> {
    const asked = (this.asked = { query, sort });
    const selection = await this.ask("show", query, sort);
    if (this.asked === asked) this.present(selection);
    return selection;
  }

  record: Library["record"] = (row) => this.ask("record", row);
  records: Library["records"] = (rows) => this.ask("records", rows);
  reasons: Library["reasons"] = (rows) => this.ask("reasons", rows);
  complete: Library["complete"] = (text, caret) => this.ask("complete", text, caret);
  counts: Library["counts"] = () => this.ask("counts");
  groups: Library["groups"] = (kind) => this.ask("groups", kind);
  words: Library["words"] = (label) => this.ask("words", label);
  details: Library["details"] = (id) => this.ask("details", id);
  edit: Library["edit"] = (id, change) => this.ask("edit", id, change);

  async purge(): Promise<void> {
    await this.ask("purge");
    if ("caches" in globalThis) {
      for (const name of await caches.keys()) if (name.startsWith("vitrine-media")) await caches.delete(name);
    }
  }

  wake(): void {
    void this.ask("wake");
  }

  private ask<Name extends keyof Desk>(name: Name, ...args: Parameters<Desk[Name]>): Promise<Awaited<ReturnType<Desk[Name]>>> {
    const number = ++this.calls;
    return new Promise((resolve, reject) => {
      this.waiting.set(number, { resolve, reject });
      this.worker.postMessage({ number, name, args });
    });
  }

  private hear(news: News): void {
    switch (news.kind) {
      case "answer":
        this.waiting.get(news.number)?.resolve(news.value as never);
        this.waiting.delete(news.number);
        break;
      case "failure":
        this.waiting.get(news.number)?.reject(new LibraryError(news.failure.message, news.failure.code));
        this.waiting.delete(news.number);
        break;
      case "rows":
        if (news.added) this.columns.append(news.added);
        if (news.changed) this.columns.change(news.changed);
        break;
      case "status":
        this.latest = news.status;
        for (const listener of this.statusListeners) listener(news.status);
        break;
      case "selection":
        // One that was under way while the reader typed on is of no use any more.
        if (news.selection.query === this.asked.query) this.present(news.selection);
        break;
      case "outdated":
        this.outdated();
    }
  }

  private present(selection: Selection): void {
    this.shown = selection;
    for (const listener of this.selectionListeners) listener(selection);
  }
}

/** The one library of this page; starts its worker. */
export function openLibrary(): Library {
  const worker = new Worker(new URL("../library.worker.ts", import.meta.url), { type: "module", name: "library" });
  const library = new WorkerLibrary(worker);
  // A phone that was asleep hears of nothing; looking again costs one request.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") library.wake();
  });
  return library;
}

/** A newer server brings a newer page; reloading more than once would be a loop. */
function reloadOnce(): void {
  if (sessionStorage.getItem(RELOADED)) return;
  sessionStorage.setItem(RELOADED, "yes");
  location.reload();
}
