import "fake-indexeddb/auto";
import { IDBFactory, IDBObjectStore } from "fake-indexeddb";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { PhotoRecord } from "../lib/records";
import { Holdings } from "../search/holdings";
import { packOf } from "../search/packing";
import { Copy } from "./copy";
import { openDatabase } from "./database";

const OF = { library: "L", epoch: "E" };
const open: Copy[] = [];

function recordOf(number: number, seq = number + 1, more: Partial<PhotoRecord> = {}): PhotoRecord {
  const id = number.toString(16).padStart(32, "0");
  return { kind: "photo", seq, id, path: `Root/${number}.jpg`, bytes: 1, width: 200, height: 100, type: "image/jpeg", added: "2026-01-01T00:00:00Z", phash: "0".repeat(16), thumbhash: "", ...more };
}

function recordsOf(from: number, count: number): PhotoRecord[] {
  return Array.from({ length: count }, (_, at) => recordOf(from + at));
}

async function copyOf(): Promise<Copy> {
  const copy = await Copy.open(packOf);
  open.push(copy);
  return copy;
}

async function loaded(): Promise<{ copy: Copy; holdings: Holdings; packs: number }> {
  const copy = await copyOf();
  const holdings = new Holdings();
  let packs = 0;
  for await (const { key, pack } of copy.packs()) {
    holdings.append(pack, { key, at: 0 });
    packs++;
  }
  return { copy, holdings, packs };
}

async function recordAt(copy: Copy, holdings: Holdings, number: number): Promise<PhotoRecord | null> {
  const { id } = recordOf(number);
  const place = holdings.place(holdings.ids.row(id)!)!;
  return await copy.record(place.key!, place.at, id);
}

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

afterEach(() => {
  vi.restoreAllMocks();
  for (const copy of open.splice(0)) copy.close();
});

test("what was written is there at the next start, with its number", async () => {
  const copy = await copyOf();
  await copy.startOver(OF, "ann");
  await copy.write(recordsOf(0, 700), [], null);
  await copy.write([recordOf(800)], [{ kind: "gone", seq: 900, id: recordOf(3).id }], 900);
  const later = await loaded();
  expect(later.copy.meta).toMatchObject({ ...OF, seq: 900, user: "ann" });
  expect(later.holdings.photos).toBe(700);
  expect(await recordAt(later.copy, later.holdings, 800)).toEqual(recordOf(800));
  expect(await recordAt(later.copy, later.holdings, 699)).toEqual(recordOf(699));
});

test("many small changes leave few packs, and each record is found", async () => {
  const copy = await copyOf();
  await copy.startOver(OF, null);
  const places = [];
  for (let number = 0; number < 60; number++) places.push(await copy.write([recordOf(number)], [], number + 1));
  for (const [number, { key, at }] of places.entries()) expect(await copy.record(key, at, recordOf(number).id)).toEqual(recordOf(number));
  expect((await loaded()).packs).toBe(1);
});

test("the number never gets ahead of the records when a write fails half way", async () => {
  const copy = await copyOf();
  await copy.startOver(OF, null);
  await copy.write(recordsOf(0, 600), [], 600);
  const put = IDBObjectStore.prototype.put;
  vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(function (this: IDBObjectStore, ...args: Parameters<typeof put>) {
    if (this.name === "lines") throw new DOMException("full", "QuotaExceededError");
    return put.apply(this, args);
  });
  const place = await copy.write(recordsOf(600, 600), [], 1200);
  expect(copy.trouble).toBe("full");
  expect(await copy.record(place.key, place.at, recordOf(600).id)).toEqual(recordOf(600));
  vi.restoreAllMocks();
  const later = await loaded();
  expect(later.copy.meta!.seq).toBe(600);
  expect(later.holdings.photos).toBe(600);
});

test("a copy of another format or schema is dropped at the start", async () => {
  const copy = await copyOf();
  await copy.startOver(OF, null);
  await copy.write(recordsOf(0, 5), [], 5);
  const database = await openDatabase(() => undefined);
  await database.put("meta", { ...(await database.get("meta", "copy"))!, schema: 0 }, "copy");
  database.close();
  const later = await loaded();
  expect(later.copy.meta).toBeNull();
  expect(later.packs).toBe(0);
});

test("starting over leaves nothing of the copy before", async () => {
  const copy = await copyOf();
  await copy.startOver(OF, null);
  await copy.write(recordsOf(0, 600), [], 600);
  await copy.startOver({ library: "L", epoch: "F" }, null);
  await copy.write(recordsOf(7, 1), [], null);
  const later = await loaded();
  expect(later.copy.meta).toMatchObject({ epoch: "F", seq: 0 });
  expect(later.holdings.photos).toBe(1);
});

test("two tabs that both write leave a copy that is whole", async () => {
  const [one, two] = [await copyOf(), await copyOf()];
  await one.startOver(OF, null);
  await two.startOver(OF, null);
  await Promise.all([one.write(recordsOf(0, 40), [], 40), two.write(recordsOf(0, 40), [], 40)]);
  await Promise.all([one.write([recordOf(5, 41)], [], 41), two.write([recordOf(6, 42)], [], 42)]);
  const later = await loaded();
  expect(later.copy.meta!.seq).toBe(42);
  expect(later.holdings.photos).toBe(40);
  expect((await recordAt(later.copy, later.holdings, 5))!.seq).toBe(41);
});

test("a tab whose copy was begun anew by another adds nothing to it", async () => {
  const [one, two] = [await copyOf(), await copyOf()];
  await one.startOver(OF, null);
  await two.startOver({ library: "L", epoch: "F" }, null);
  const place = await one.write(recordsOf(0, 3), [], 3);
  expect(await one.record(place.key, place.at + 1, recordOf(1).id)).toEqual(recordOf(1));
  expect((await loaded()).packs).toBe(0);
});

test("a tab that follows writes what it holds once it leads", async () => {
  const [first, second] = [await copyOf(), await copyOf()];
  await first.startOver(OF, null);
  second.follow();
  await second.startOver(OF, null);
  await first.write(recordsOf(0, 3), [], 3);
  await second.write(recordsOf(0, 3), [], 3);
  await second.write(recordsOf(3, 2), [], 5);
  expect((await loaded()).holdings.photos).toBe(3);
  expect(await second.lead()).toBe(true);
  const later = await loaded();
  expect(later.holdings.photos).toBe(5);
  expect(later.copy.meta!.seq).toBe(5);
});

test("tidying joins outdated packs and says where each record went", async () => {
  const copy = await copyOf();
  await copy.startOver(OF, null);
  for (let round = 0; round < 12; round++) await copy.write(recordsOf(0, 501).map((record) => ({ ...record, seq: round * 1000 + record.seq })), [], null);
  const before = await loaded();
  expect(before.packs).toBe(12);
  const moves = await before.copy.tidy(before.holdings.sizes(), (key, at) => before.holdings.isLive(key, at));
  for (const { from, to } of moves) before.holdings.move(from, to);
  expect((await recordAt(before.copy, before.holdings, 7))!.seq).toBe(11_008);
  const after = await loaded();
  expect(after.packs).toBeLessThan(3);
  expect(after.holdings.photos).toBe(501);
  expect((await recordAt(after.copy, after.holdings, 500))!.seq).toBe(11_501);
});

test("a record that another tab moved is found again", async () => {
  const copy = await copyOf();
  await copy.startOver(OF, null);
  await copy.write(recordsOf(0, 3), [], 3);
  expect(await copy.record(1, 0, recordOf(2).id)).toBeNull();
  expect(await copy.find(recordOf(2).id)).toEqual(recordOf(2));
  expect(await copy.find(recordOf(9).id)).toBeNull();
});

test("clearing leaves nothing", async () => {
  const copy = await copyOf();
  await copy.startOver(OF, null);
  await copy.write(recordsOf(0, 3), [], 3);
  await copy.keepWords("1", {});
  await copy.keepEdit({ id: recordOf(0).id, change: { favourite: true } });
  await copy.clear();
  const later = await loaded();
  expect([later.copy.meta, later.packs, await later.copy.words(), await later.copy.edits()]).toEqual([null, 0, null, []]);
});
