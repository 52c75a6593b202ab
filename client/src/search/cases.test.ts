import { describe, expect, test } from "vitest";
import shared from "../../../tests/search_cases.json";
import { dayOf } from "../lib/dates";
import type { PhotoRecord } from "../lib/records";
import { Finder } from "./finder";
import { Holdings } from "./holdings";
import type { Words } from "./index";
import { packOf } from "./packing";

interface Case {
  query: string;
  ids: string[];
  chips?: string[];
  reasons?: string[][];
  nothing?: { word: string; nearest: string[] };
  mistake?: string;
}

const library = shared.library as unknown as PhotoRecord[];
const cases = shared.cases as Case[];
const [year, month, day] = shared.today.split("-").map(Number);

function finderOf(records: PhotoRecord[], size: number, words: "first" | "last" = "first"): { finder: Finder; holdings: Holdings } {
  const holdings = new Holdings();
  if (words === "first") holdings.learn(shared.words as Words);
  for (let at = 0; at < records.length; at += size) holdings.append(packOf(records.slice(at, at + size)));
  if (words === "last") holdings.learn(shared.words as Words);
  return { finder: new Finder(holdings, () => dayOf(year, month, day)), holdings };
}

const { finder, holdings } = finderOf(library, library.length);
const byId = new Map(library.map((record) => [record.id, record]));

function idsOf(found: Finder, held: Holdings, query: string): string[] {
  return [...found.find(query).order].map((row) => held.ids.text(row));
}

describe("the shared cases", () => {
  test.each(cases)("$query", ({ query, ids, chips, reasons, nothing, mistake }) => {
    const selection = finder.find(query);
    const found = [...selection.order].map((row) => holdings.ids.text(row));
    expect(found).toEqual(ids);
    expect(selection.chips.map(({ label, negated }) => (negated ? `-${label}` : label))).toEqual(chips ?? []);
    expect(selection.mistake).toBe(mistake);
    expect(selection.nothing).toEqual(nothing);
    const said = finder.reasons(found.slice(0, 3).map((id) => byId.get(id)!)).map((list) =>
      list.map(({ word, evidence, score }) => `${word} <- ${evidence}${score === undefined ? "" : ` ${score.toFixed(2)}`}`),
    );
    if (reasons) expect(said).toEqual(reasons);
    else expect(said.flat()).toEqual([]);
  });
});

test("records that arrive one by one, and words that arrive last, give the same answers", () => {
  const { finder: slow, holdings: held } = finderOf(library, 1, "last");
  for (const { query, ids } of cases) expect([query, idsOf(slow, held, query)]).toEqual([query, ids]);
});

test("a library whose every record was replaced once gives the same answers", () => {
  const { finder: changed, holdings: held } = finderOf(library.map((record) => ({ ...record, path: `Elsewhere/${record.id}.jpg`, classes: [["tench", 0.9]], faces: [] })), 7);
  held.append(packOf(library.map((record) => ({ ...record, seq: record.seq + 1000 }))));
  for (const { query, ids } of cases) expect([query, idsOf(changed, held, query)]).toEqual([query, ids]);
});
