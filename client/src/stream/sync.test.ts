import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Phase } from "../lib/library";
import type { GoneRecord, PhotoRecord } from "../lib/records";
import { Api } from "./api";
import type { Hello } from "./pull";
import { type Keeper, Sync } from "./sync";

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A server of a few routes, on a port of its own. */
class House {
  readonly routes = new Map<string, Handler>();
  readonly asked: string[] = [];
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      const path = request.url!.split("?")[0];
      this.asked.push(`${request.method} ${request.url}`);
      const handler = this.routes.get(`${request.method} ${path}`);
      if (handler) handler(request, response);
      else response.writeHead(404).end('{"error":{"code":"unknown","message":"There is nothing here."}}');
    });
  }

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

class Shelf implements Keeper {
  photos = new Map<string, PhotoRecord>();
  held = 0;
  named: { library: string; epoch: string } | null = null;
  seen: Set<string> | null = null;
  seqs: (number | null)[] = [];
  seq = (): number => this.held;
  epoch = (): string | null => this.named?.epoch ?? null;
  library = (): string | null => this.named?.library ?? null;
  async startOver({ library, epoch }: Hello): Promise<void> {
    this.photos.clear();
    this.held = 0;
    this.named = { library, epoch };
  }
  fullPass(): void {
    this.seen = new Set();
  }
  async take(records: PhotoRecord[], gone: GoneRecord[], seq: number | null): Promise<void> {
    for (const record of records) {
      this.photos.set(record.id, record);
      this.seen?.add(record.id);
    }
    for (const { id } of gone) this.photos.delete(id);
    this.seqs.push(seq);
    if (seq !== null) this.held = seq;
  }
  async finish(seq: number, full: boolean): Promise<void> {
    if (full) for (const id of this.photos.keys()) if (!this.seen!.has(id)) this.photos.delete(id);
    this.seen = null;
    this.held = seq;
  }
}

const idOf = (number: number): string => number.toString(16).padStart(32, "0");
const line = (seq: number, number = seq): string => `${JSON.stringify({ kind: "photo", seq, id: idOf(number), path: `Root/ä ${number}.jpg` })}\n`;
const hello = (to: number, more: Partial<Hello> = {}): string =>
  `${JSON.stringify({ kind: "hello", library: "L", epoch: "E", schema: 1, from: 0, to, total: to, ...more })}\n`;
const end = (to: number): string => `{"kind":"end","to":${to}}\n`;

let house: House;
let shelf: Shelf;
let phases: Phase[];
let sync: Sync;
let until: (phase: Phase, times?: number) => Promise<void>;
let feed: ServerResponse | null;

beforeEach(async () => {
  house = new House();
  const base = await house.open();
  shelf = new Shelf();
  phases = [];
  feed = null;
  house.routes.set("GET /api/events", (_, response) => {
    feed = response;
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    response.write(": here\n\n");
  });
  const watching: { phase: Phase; times: number; done: () => void }[] = [];
  const check = (): void => watching.forEach(({ phase, times, done }) => phases.filter((one) => one === phase).length >= times && done());
  until = (phase, times = 1) =>
    new Promise((done) => {
      watching.push({ phase, times, done });
      check();
    });
  sync = new Sync(
    new Api(base),
    shelf,
    {
      phase: (phase) => {
        phases.push(phase);
        check();
      },
      total: () => undefined,
      progress: () => undefined,
      outdated: () => {
        phases.push("starting");
        check();
      },
      arrive: async () => undefined,
      meanwhile: async () => undefined,
      online: async () => undefined,
    },
    () => 5,
  );
});

afterEach(() => {
  sync.end();
  house.close();
});

function records(answers: string[], cutAfter?: number): void {
  house.routes.set("GET /api/records", (_, response) => {
    const text = answers.length > 1 ? answers.shift()! : answers[0];
    response.writeHead(200, { "Content-Type": "application/x-ndjson" });
    const bytes = Buffer.from(text);
    if (cutAfter === undefined) return void response.end(bytes);
    response.write(bytes.subarray(0, cutAfter));
    setTimeout(() => response.destroy(), 10);
    cutAfter = undefined;
  });
}

describe("a first visit", () => {
  test("takes every record and then counts as live", async () => {
    records([hello(3) + line(3) + line(2) + line(1) + end(3)]);
    void sync.run();
    await until("live");
    expect([...shelf.photos.keys()]).toEqual([idOf(3), idOf(2), idOf(1)]);
    expect(shelf.held).toBe(3);
    expect(phases).toEqual(["syncing", "live"]);
  });

  test("cut in the middle begins again, and only the second pass decides what is there", async () => {
    const first = hello(3) + line(3) + line(2) + line(1) + end(3);
    records([first, hello(4) + line(4) + line(3) + line(1) + end(4)], (hello(3) + line(3) + line(2)).length + 20);
    void sync.run();
    await until("live");
    expect([...shelf.photos.keys()].sort()).toEqual([idOf(1), idOf(3), idOf(4)]);
    expect(shelf.seqs.every((seq) => seq === null)).toBe(true);
    expect(house.asked.filter((path) => path.includes("records"))).toEqual(["GET /api/records?since=0", "GET /api/records?since=0&epoch=E"]);
  });
});

describe("a later visit", () => {
  beforeEach(() => {
    shelf.named = { library: "L", epoch: "E" };
    shelf.held = 10;
    shelf.photos.set(idOf(1), JSON.parse(line(1)) as PhotoRecord);
  });

  test("cut in the middle goes on from the last record it has", async () => {
    const all = hello(13, { from: 10 }) + line(11) + line(12) + line(13) + end(13);
    records([all, hello(13, { from: 11 }) + line(12) + line(13) + end(13)], (hello(13, { from: 10 }) + line(11)).length + 4);
    void sync.run();
    await until("live");
    const asked = house.asked.filter((path) => path.includes("records"));
    expect(asked[0]).toBe("GET /api/records?since=10&epoch=E");
    expect(["GET /api/records?since=11&epoch=E", "GET /api/records?since=10&epoch=E"]).toContain(asked[1]);
    expect(shelf.held).toBe(13);
  });

  test("lets go of photos that left", async () => {
    records([hello(11, { from: 10 }) + `{"kind":"gone","seq":11,"id":"${idOf(1)}"}\n` + end(11)]);
    void sync.run();
    await until("live");
    expect(shelf.photos.size).toBe(0);
  });

  test("starts over when the server counts anew", async () => {
    records([hello(2, { epoch: "F", from: 10 }), hello(2, { epoch: "F" }) + line(2, 7) + end(2)]);
    void sync.run();
    await until("live");
    expect([...shelf.photos.keys()]).toEqual([idOf(7)]);
    expect(shelf.named?.epoch).toBe("F");
  });

  test("fetches what an event announces", async () => {
    records([hello(10, { from: 10 }) + end(10), hello(11, { from: 10 }) + line(11) + end(11)]);
    void sync.run();
    await until("live");
    feed!.write('event: change\ndata: {"to":11}\n\n');
    await expect.poll(() => shelf.held).toBe(11);
  });

  test("goes offline when the server stops, and comes back", async () => {
    records([hello(10, { from: 10 }) + end(10)]);
    void sync.run();
    await until("live");
    feed!.destroy();
    await until("live", 2);
    expect(phases).toEqual(["live", "offline", "live"]);
  });
});

describe("the session", () => {
  test("is renewed once when the server has forgotten it", async () => {
    let known = false;
    house.routes.set("POST /api/session/refresh", (_, response) => {
      known = true;
      response.writeHead(204).end();
    });
    house.routes.set("GET /api/records", (_, response) => {
      if (known) response.writeHead(200).end(hello(1) + line(1) + end(1));
      else response.writeHead(401).end("{}");
    });
    void sync.run();
    await until("live");
    expect(house.asked.filter((path) => path.includes("refresh"))).toHaveLength(1);
  });

  test("that cannot be renewed ends the loop", async () => {
    house.routes.set("POST /api/session/refresh", (_, response) => void response.writeHead(401).end("{}"));
    house.routes.set("GET /api/records", (_, response) => void response.writeHead(401).end("{}"));
    await sync.run();
    expect(phases).toEqual(["signed-out"]);
  });
});

test("records of a newer schema are not read", async () => {
  records([hello(1, { schema: 2 }) + line(1) + end(1)]);
  await sync.run();
  expect(phases).toEqual(["starting"]);
  expect(shelf.photos.size).toBe(0);
});
