import { describe, expect, test } from "vitest";
import { Holdings } from "./holdings";
import { parse, type Tree } from "./parse";
import { understand } from "./understand";

/** A tree as text, for reading: words apart, `all(...)`, `any(...)`, `not(...)`, fields and phrases as they are. */
function shown(tree: Tree): string {
  switch (tree.type) {
    case "words":
      return tree.words.map(({ text, negated, anew, open }) => `${negated ? "!" : ""}${anew ? "&" : ""}${text}${open ? "…" : ""}`).join(" ");
    case "phrase":
      return `"${tree.text}"`;
    case "field":
      return `${tree.key}${tree.comparison}${tree.values.map(({ text, quoted }) => (quoted ? `"${text}"` : text)).join(",")}`;
    case "not":
      return `not(${shown(tree.of)})`;
    default:
      return `${tree.type}(${tree.of.map(shown).join("; ")})`;
  }
}

describe("the grammar", () => {
  test.each([
    ["dog beach", "dog beach…"],
    ["dog or cat beach", "any(dog; cat beach…)"],
    ["dog|cat", "any(dog; cat…)"],
    ["(dog or cat) beach", "all(any(dog; cat); beach…)"],
    ["dog -cat", "dog !cat…"],
    ["dog - cat", "dog cat…"],
    ["dog not (cat or bird)", "all(dog; not(any(cat; bird)))"],
    ['-"hot dog" stand', 'all(not("hot dog"); stand…)'],
    ["without people", "!people…"],
    ["happy man and sad woman", "happy man &sad woman…"],
    ["iso>=800 city:\"new york\",paris", 'all(iso>=800; city:"new york",paris)'],
    ["-iso:100", "not(iso:100)"],
    ["taken:2018..2019-05 2020-01-02", "all(taken:2018..2019-05; 2020-01-02…)"],
    ["long-exposure", "long exposure…"],
    ["O’Brien's", "obriens…"],
    ["ÉTÉ", "ete…"],
    ['"unfinished phrase', '"unfinished phrase"'],
    ["((dog", "dog…"],
    ["dog)) cat", "dog cat…"],
    ["or or", "or…"],
    ["", "all()"],
    ["() | ()", "all()"],
  ])("%s", (text, tree) => expect(shown(parse(text))).toBe(tree));

  test("a word's place in the text includes its sign of negation", () => {
    const tree = parse("dog without  cats");
    expect(tree.type === "words" && tree.words.map(({ from, to }) => [from, to])).toEqual([
      [0, 3],
      [4, 17],
    ]);
  });
});

describe("any text at all", () => {
  const pieces = ['"', "(", ")", "-", "|", ":", "<=", "..", ",", " ", "or", "not", "and", "dog", "two", "people", "20s", "iso", "taken", "2019-13-45", "9999-12-31", "é", "ß", "½", "写", "\u0301", "\u0000", "🙂", "\ud800", "limit:-1", "age:999..0", "year:0000"];
  const holdings = new Holdings();

  test("is read and understood without failing, and what is understood lies within it", () => {
    let seed = 7;
    const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
    for (let round = 0; round < 5_000; round++) {
      const text = Array.from({ length: random(9) }, () => pieces[random(pieces.length)]).join(random(2) ? " " : "");
      const tree = parse(text);
      expect(tree.from).toBeGreaterThanOrEqual(0);
      expect(tree.to).toBeLessThanOrEqual(text.length);
      for (const { from, to } of understand(text, holdings.index, 20_000).clauses) expect([0 <= from && from <= to && to <= text.length, text]).toEqual([true, text]);
    }
  });

  test("may nest deeper than the reader does", () => {
    expect(shown(parse("(".repeat(1_500) + "dog"))).toBe("dog…");
    expect(shown(parse("-".repeat(1_500) + "dog")).replaceAll("!", "")).toBe("dog…");
  });
});
