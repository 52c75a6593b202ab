import { describe, expect, test } from "vitest";
import shared from "../../../tests/search_cases.json";
import { dayOf } from "../lib/dates";
import type { PhotoRecord } from "../lib/records";
import { Finder } from "./finder";
import { Holdings } from "./holdings";
import type { Words } from "./index";
import { edits } from "./nearest";
import { packOf } from "./packing";

const library = shared.library as unknown as PhotoRecord[];
const holdings = new Holdings();
holdings.learn(shared.words as Words);
holdings.append(packOf(library));
const finder = new Finder(holdings, () => dayOf(2024, 5, 6));
const recordsOf = (order: Uint32Array): PhotoRecord[] => [...order].map((row) => library.find(({ id }) => id === holdings.ids.text(row))!);

describe("facets", () => {
  test("count what they would leave, and leave out what narrows nothing", () => {
    const { order, facets } = finder.find("york");
    for (const { word, kind, count } of facets.filter(({ kind }) => kind === "thing" || kind === "time")) {
      expect([word, kind, finder.find(`york "${word}"`.replace(/"(\d{4})"/, "$1")).order.length]).toEqual([word, kind, count]);
    }
    expect(facets.length).toBeGreaterThan(3);
    expect(facets.every(({ count }) => count > 0 && count < order.length)).toBe(true);
  });

  test("do not offer a word that was asked for", () => {
    expect(finder.find("(dog or cat) outdoors").facets.map(({ word }) => word)).not.toContain("outdoors");
  });
});

describe("all but one word", () => {
  test("is offered beside few hits, without them", () => {
    const { order, almost } = finder.find("dog york");
    expect(recordsOf(almost!.order).length).toBeGreaterThan(0);
    expect([...almost!.order].some((row) => order.includes(row))).toBe(false);
    const [missing] = ["dog", "york"].filter((word) => word === almost!.missing);
    const other = missing === "dog" ? "york" : "dog";
    expect([...almost!.order].sort()).toEqual([...finder.find(`${other} -${missing}`).order].sort());
  });

  test("names the word that found nothing", () => {
    const { nothing, almost } = finder.find("giraffe york");
    expect(nothing!.word).toBe("giraffe");
    expect(almost).toMatchObject({ missing: "giraffe" });
    expect(almost!.order.length).toBe(finder.find("york").order.length);
  });

  test("is not made of one word", () => {
    expect(finder.find("giraffe").almost).toBeUndefined();
  });
});

describe("reasons", () => {
  test("carry the boxes of things and faces", () => {
    const { order } = finder.find("3 dogs");
    expect(finder.reasons(recordsOf(order))[0].map(({ box }) => box)).toEqual([
      [0.1, 0.2, 0.3, 0.4],
      [0.1, 0.2, 0.3, 0.4],
      [0.1, 0.2, 0.3, 0.4],
    ]);
    const sad = finder.find("sad woman");
    expect(finder.reasons(recordsOf(sad.order))[0][0].box).toEqual([0.1 + 0.2, 0.2, 0.1, 0.15]);
  });

  test("are none without a query", () => {
    finder.find("");
    expect(finder.reasons(library.slice(0, 2))).toEqual([[], []]);
  });
});

describe("completion", () => {
  const texts = (text: string, caret = text.length): string[] => finder.complete(text, caret).map(({ text: offered }) => offered);

  test("offers names as their owners write them, with counts within the rest of the query", () => {
    expect(texts("zür")).toContain("Zürich");
    expect(texts("can")).toContain("Canon EOS R5");
    expect(finder.complete("havana con", 10)).toEqual([{ text: "convertible", kind: "thing", count: 2 }, { text: "continent:", kind: "key", count: 0 }]);
  });

  test("offers everyday words and keys", () => {
    expect(texts("wom")).toContain("woman");
    expect(texts("sund")).toContain("sunday");
    expect(texts("orient")).toEqual(["orientation:"]);
  });

  test("looks at the word before the caret", () => {
    expect(texts("hav dog", 3)).toEqual([]);
    expect(texts("york bea", 8)).toContain("beagle");
    expect(texts("", 0)).toEqual([]);
  });
});

describe("orders", () => {
  const paths = (query: string, sort: Parameters<Finder["find"]>[1]): string[] => recordsOf(finder.find(query, sort).order).map(({ path }) => path.split("/").at(-1)!);

  test("put photos without a date last, by when they were added", () => {
    expect(paths("", "newest").slice(-2)).toEqual(["box3_0013.png", "box3_0012.png"]);
    expect(paths("", "oldest").slice(-2)).toEqual(["box3_0012.png", "box3_0013.png"]);
  });

  test("count numbers in names as numbers", () => {
    expect(paths("folder:miami name:img", "name")).toEqual(["IMG_2.jpg", "IMG_10.jpg"]);
  });

  test("stay right while records come in any order, change and leave", () => {
    const held = new Holdings();
    const found = new Finder(held, () => 0);
    let seed = 3;
    const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
    const now = new Map<string, PhotoRecord>();
    for (let round = 1; round < 60; round++) {
      const record = { ...library[random(library.length)], seq: 1000 + round, taken: `20${10 + random(15)}-01-01T00:00:0${random(3)}Z` };
      if (random(4)) {
        now.set(record.id, record);
        held.append(packOf([record]));
      } else {
        now.delete(record.id);
        held.append(packOf([], [{ kind: "gone", seq: 1000 + round, id: record.id }]));
      }
      const expected = [...now.values()].sort((a, b) => (a.taken! < b.taken! ? 1 : a.taken! > b.taken! ? -1 : a.id < b.id ? -1 : 1)).map(({ id }) => id);
      expect([...found.find("").order].map((row) => held.ids.text(row))).toEqual(expected);
    }
  });
});

describe("overviews", () => {
  test("count each photo once, and their queries find what they count", () => {
    for (const kind of ["things", "places", "folders", "years"] as const) {
      for (const { name, query, count, cover } of finder.groups(kind)) {
        const { order } = finder.find(query);
        if (kind === "things" || kind === "places") expect([name, order.length >= count]).toEqual([name, true]);
        else expect([name, order.length]).toEqual([name, count]);
        expect([name, order.includes(cover)]).toEqual([name, true]);
      }
    }
  });

  test("are counted for the rail", () => {
    expect(finder.counts()).toMatchObject({ photos: library.length, favourites: 3, places: 8 });
  });
});

test.each([
  ["dog", "dog", 0],
  ["dgo", "dog", 1],
  ["havanna", "havana", 1],
  ["havanna", "habana", 2],
  ["cat", "horse", 3],
])("from %s to %s is %i", (a, b, distance) => expect(edits(a, b, 2)).toBe(distance));
