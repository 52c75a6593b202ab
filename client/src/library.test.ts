// The whole worker against a real server, the browser's storage as fake-indexeddb plays it, and the page's end of the line.

import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import shared from "../../tests/search_cases.json";
import { FLAG, type Selection, type Status } from "./lib/library";
import type { Call, News } from "./lib/messages";
import type { PhotoRecord } from "./lib/records";
import { Librarian, type Outside } from "./library.worker";
import { Api } from "./stream/api";
import { WorkerLibrary } from "./stream/client";

const LIBRARY = shared.library as unknown as PhotoRecord[];

/** Serves a list of lines the way the real server does, newest state first for a cold client. */
class Gallery {
  lines = new Map<string, PhotoRecord | { kind: "gone"; seq: number; id: string }>();
  seq = 0;
  epoch = "one";
  user = "ann";
  signedIn = true;
  readonly asked: string[] = [];
  private readonly feeds = new Set<ServerResponse>();
  private server: Server | null = null;
  private port = 0;

  constructor(records: PhotoRecord[]) {
    for (const record of records) this.put(record);
  }

  put(record: PhotoRecord): void {
    this.lines.set(record.id, { ...record, seq: ++this.seq });
    this.tell();
  }

  drop(id: string): void {
    this.lines.set(id, { kind: "gone", seq: ++this.seq, id });
    this.tell();
  }

  private tell(): void {
    for (const feed of this.feeds) feed.write(`event: change\ndata: {"to":${this.seq}}\n\n`);
  }

  async open(): Promise<string> {
    this.server = createServer((request, response) => void this.answer(request, response));
    await new Promise<void>((resolve) => this.server!.listen(this.port, "127.0.0.1", resolve));
    this.port = (this.server.address() as AddressInfo).port;
    return `http://127.0.0.1:${this.port}`;
  }

  close(): void {
    this.feeds.clear();
    this.server?.closeAllConnections();
    this.server?.close();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, "http://host");
    this.asked.push(`${request.method} ${url.pathname}${url.search}`);
    const json = (status: number, body: unknown): void => void response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
    if (!this.signedIn) return json(401, { error: { code: "signed-out", message: "Sign in." } });
    if (url.pathname === "/api/session") return json(200, { user: { name: this.user, owner: true, password: false } });
    if (url.pathname === "/api/words") {
      if (request.headers["if-none-match"] === '"1"') return void response.writeHead(304).end();
      return void response.writeHead(200, { ETag: '"1"' }).end(JSON.stringify(shared.words));
    }
    if (url.pathname === "/api/events") {
      response.writeHead(200, { "Content-Type": "text/event-stream" }).write(": here\n\n");
      return void this.feeds.add(response);
    }
    if (url.pathname === "/api/records") {
      const since = Number(url.searchParams.get("since"));
      const all = [...this.lines.values()].sort((a, b) => a.seq - b.seq);
      const lines = since ? all.filter(({ seq }) => seq > since) : all.filter(({ kind }) => kind === "photo").reverse();
      const hello = { kind: "hello", library: "L", epoch: this.epoch, schema: 1, from: since, to: this.seq, total: lines.length };
      return void response.writeHead(200).end([hello, ...lines, { kind: "end", to: this.seq }].map((line) => `${JSON.stringify(line)}\n`).join(""));
    }
    if (request.method === "PATCH") {
      let body = "";
      for await (const piece of request) body += String(piece);
      const id = url.pathname.split("/").at(-1)!;
      const { rating, ...change } = JSON.parse(body) as { rating?: number };
      if (rating && rating > 5) return json(422, { error: { code: "range", message: "A rating has one to five stars." } });
      this.put({ ...(this.lines.get(id) as PhotoRecord), ...change, ...(rating ? { rating } : {}) });
      return json(200, { record: this.lines.get(id) });
    }
    json(404, { error: { code: "unknown", message: "There is nothing here." } });
  }
}

/** A page and its worker, in one process but with everything they say copied, as between the two. */
class Page {
  readonly library: WorkerLibrary;
  readonly statuses: Status[] = [];
  selection: Selection | null = null;
  private readonly inbox = new EventTarget();
  private worker: Librarian | null = null;

  constructor(private readonly base: string) {
    const outbox = new EventTarget();
    const end = {
      postMessage: (call: Call) => void queueMicrotask(() => this.inbox.dispatchEvent(new MessageEvent("message", { data: structuredClone(call) }))),
      addEventListener: (name: "message", listener: (event: MessageEvent<News>) => void) => outbox.addEventListener(name, listener as EventListener),
    };
    this.library = new WorkerLibrary(end, () => undefined);
    this.library.status((status) => this.statuses.push(status));
    this.library.selection((selection) => (this.selection = selection));
    Object.assign(this.inbox, {
      postMessage: (news: News, transfer: Transferable[]) => {
        const data = structuredClone(news, { transfer });
        outbox.dispatchEvent(new MessageEvent("message", { data }));
      },
    });
  }

  async start(): Promise<this> {
    this.worker = await Librarian.start(this.inbox as unknown as Outside, new Api(this.base));
    return this;
  }

  get phase(): string {
    return this.statuses.at(-1)!.phase;
  }

  get paths(): Promise<string[]> {
    return this.library.records([...(this.selection?.order ?? [])]).then((records) => records.map(({ path }) => path));
  }

  close(): void {
    this.worker?.end();
  }
}

let gallery: Gallery;
let base: string;
const pages: Page[] = [];

async function visit(): Promise<Page> {
  const page = await new Page(base).start();
  pages.push(page);
  return page;
}

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  gallery = new Gallery(LIBRARY);
  base = await gallery.open();
});

afterEach(() => {
  for (const page of pages.splice(0)) page.close();
  gallery.close();
});

test("a first visit shows every photo, newest first, with what the grid needs of it", async () => {
  const page = await visit();
  await expect.poll(() => page.phase).toBe("live");
  await expect.poll(() => page.selection?.order.length).toBe(LIBRARY.length);
  const { columns } = page.library;
  const [first] = page.selection!.order;
  const record = await page.library.record(first);
  expect(record.path).toBe("Photos/Havana/IMG_4419.jpg");
  expect(columns.id(first)).toBe(record.id);
  expect(columns.row(record.id)).toBe(first);
  expect(columns.ratio[first]).toBeCloseTo(4032 / 3024);
  expect(columns.day[first]).toBe(20254);
  expect(columns.thumbhash(first).length).toBe(21);
  expect(columns.flags[first] & FLAG.analysed).toBeTruthy();
});

test("a search narrows the selection and says why", async () => {
  const page = await visit();
  await expect.poll(() => page.phase).toBe("live");
  const selection = await page.library.show("dress");
  expect(selection.order.length).toBe(1);
  expect(await page.library.reasons([...selection.order])).toEqual([[{ word: "dress", evidence: "gown", score: 0.71 }]]);
  expect(page.selection).toBe(selection);
});

test("a second visit shows the copy without any answer from the server", async () => {
  const first = await visit();
  await expect.poll(() => first.phase).toBe("live");
  first.close();
  gallery.close();
  const second = await visit();
  expect(second.statuses.map(({ phase }) => phase)).toContain("cached");
  await expect.poll(() => second.selection?.order.length).toBe(LIBRARY.length);
  await expect.poll(() => second.phase).toBe("offline");
  expect((await second.library.show("dress")).order.length).toBe(1);
  expect((await second.library.record(second.selection!.order[0])).path).toContain("Miami");
});

test("a second visit asks only for what changed", async () => {
  const first = await visit();
  await expect.poll(() => first.phase).toBe("live");
  first.close();
  gallery.drop(LIBRARY[0].id);
  gallery.put({ ...LIBRARY[1], path: "Moved/away.jpg" });
  const second = await visit();
  await expect.poll(() => second.phase).toBe("live");
  expect(gallery.asked.filter((path) => path.includes("records"))).toEqual(["GET /api/records?since=0", `GET /api/records?since=${LIBRARY.length}&epoch=one`]);
  await expect.poll(() => second.selection?.order.length).toBe(LIBRARY.length - 1);
  const row = second.library.columns.row(LIBRARY[1].id)!;
  expect((await second.library.record(row)).path).toBe("Moved/away.jpg");
});

test("a change reaches a page that is open, and no row moves", async () => {
  const page = await visit();
  await expect.poll(() => page.phase).toBe("live");
  const row = page.library.columns.row(LIBRARY[3].id)!;
  gallery.put({ ...LIBRARY[3], favourite: true });
  await expect.poll(() => page.library.columns.flags[row] & FLAG.favourite).toBeTruthy();
  expect(page.library.columns.row(LIBRARY[3].id)).toBe(row);
  gallery.drop(LIBRARY[3].id);
  await expect.poll(() => page.library.columns.flags[row]).toBe(0xff);
  await expect.poll(() => page.selection!.order.includes(row)).toBe(false);
});

test("photos that left while the server began to count anew are let go", async () => {
  const first = await visit();
  await expect.poll(() => first.phase).toBe("live");
  first.close();
  gallery.lines.clear();
  gallery.seq = 0;
  gallery.epoch = "two";
  for (const record of LIBRARY.slice(0, 5)) gallery.put(record);
  const second = await visit();
  await expect.poll(() => second.selection?.order.length).toBe(5);
  expect((await second.paths).length).toBe(5);
});

test("an edit shows at once and is kept", async () => {
  const page = await visit();
  await expect.poll(() => page.phase).toBe("live");
  const { id } = LIBRARY[4];
  const row = page.library.columns.row(id)!;
  await page.library.edit(id, { favourite: true, rating: 4 });
  expect(page.library.columns.flags[row] & FLAG.favourite).toBeTruthy();
  expect((gallery.lines.get(id) as PhotoRecord).rating).toBe(4);
  page.close();
  gallery.close();
  const later = await visit();
  await expect.poll(() => later.selection?.order.length).toBe(LIBRARY.length);
  expect((await later.library.record(later.library.columns.row(id)!)).rating).toBe(4);
});

test("an edit that the server refuses is taken back", async () => {
  const page = await visit();
  await expect.poll(() => page.phase).toBe("live");
  const { id } = LIBRARY[4];
  await expect(page.library.edit(id, { rating: 9 })).rejects.toThrow("one to five");
  expect((await page.library.record(page.library.columns.row(id)!)).rating).toBeUndefined();
});

test("an edit made offline waits, survives a restart and is sent later", async () => {
  const page = await visit();
  await expect.poll(() => page.phase).toBe("live");
  gallery.close();
  await expect.poll(() => page.phase).toBe("offline");
  const { id } = LIBRARY[4];
  await page.library.edit(id, { caption: "At the pier" });
  await page.library.edit(id, { favourite: true });
  page.close();
  const later = await visit();
  const row = (): number => later.library.columns.row(id)!;
  await expect.poll(() => later.library.columns.flags[row()] & FLAG.favourite).toBeTruthy();
  await gallery.open();
  later.library.wake();
  await expect.poll(() => (gallery.lines.get(id) as PhotoRecord).caption, { timeout: 5000 }).toBe("At the pier");
  expect((gallery.lines.get(id) as PhotoRecord).favourite).toBe(true);
});

test("purging leaves nothing, here and at the next visit", async () => {
  const page = await visit();
  await expect.poll(() => page.phase).toBe("live");
  await page.library.purge();
  await expect.poll(() => page.phase).toBe("signed-out");
  expect(page.selection!.order.length).toBe(0);
  gallery.close();
  const later = await visit();
  await expect.poll(() => later.phase).toBe("offline");
  expect(later.library.columns.rows).toBe(0);
});

test("one account's copy is never shown to the next", async () => {
  const page = await visit();
  await expect.poll(() => page.phase).toBe("live");
  page.close();
  gallery.user = "ben";
  gallery.epoch = "bens";
  gallery.lines.clear();
  gallery.put(LIBRARY[7]);
  const later = await visit();
  await expect.poll(() => later.selection?.order.length).toBe(1);
  await expect.poll(() => later.phase).toBe("live");
  expect((await later.library.show("dress")).order.length).toBe(0);
});

test("a session that ended says so and keeps the copy in sight", async () => {
  const page = await visit();
  await expect.poll(() => page.phase).toBe("live");
  page.close();
  gallery.signedIn = false;
  const later = await visit();
  await expect.poll(() => later.phase).toBe("signed-out");
  expect(later.selection!.order.length).toBe(LIBRARY.length);
});

test("without storage everything works, and the page knows", async () => {
  globalThis.indexedDB = { open: () => { throw new DOMException("no", "SecurityError"); } } as unknown as IDBFactory;
  const page = await visit();
  await expect.poll(() => page.phase).toBe("live");
  await expect.poll(() => page.selection?.order.length).toBe(LIBRARY.length);
  expect(page.statuses.at(-1)!.trouble).toBe("private");
  expect((await page.paths).length).toBe(LIBRARY.length);
});
