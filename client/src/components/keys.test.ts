import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { en } from "../words/en";
import { say } from "../words/words";
import { actOf, KEYS, printed, type KeyRow } from "./keys";

const press = (key: string, modifiers: Partial<Record<"ctrlKey" | "metaKey" | "altKey" | "shiftKey", boolean>> = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...modifiers });
const ROWS: readonly KeyRow[] = KEYS;

test("no key means two things in one place", () => {
  for (const scope of ["everywhere", "grid", "viewer"] as const) {
    const keys = ROWS.filter((row) => row.scope === scope || row.scope === "everywhere").flatMap((row) => row.keys);
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  }
});

test("every key has words", () => {
  for (const row of ROWS) expect(en[row.says]).toBeTypeOf("string");
});

test("keys do what the table says, in capitals too", () => {
  expect(actOf(press("/"), "everywhere")).toBe("search");
  expect(actOf(press("F", { shiftKey: true }), "grid")).toBe("favourite");
  expect(actOf(press("?", { shiftKey: true }), "everywhere")).toBe("help");
  expect(actOf(press(" ", { shiftKey: true }), "grid")).toBe("range");
  expect(actOf(press("a", { metaKey: true }), "grid")).toBe("all");
  expect(actOf(press("3"), "viewer")).toBe("rate");
});

test("the browser keeps its own keys", () => {
  expect(actOf(press("f", { ctrlKey: true }), "grid")).toBeUndefined();
  expect(actOf(press("ArrowLeft", { altKey: true }), "viewer")).toBeUndefined();
});

test("keys are shown as they are printed", () => {
  expect(printed("Mod+z", say)).toEqual(["Ctrl", "Z"]);
  expect(printed("Shift+ ", say)).toEqual(["Shift", "Space"]);
  expect(printed("ArrowUp", say)).toEqual(["↑"]);
});

test("docs/keyboard.md lists every key of the table and no other", () => {
  const page = readFileSync(new URL("../../../docs/keyboard.md", import.meta.url), "utf8");
  const listed = page.split("\n").filter((line) => line.startsWith("| `"));
  const expected = ROWS.map((row) => `| ${row.keys.map((key) => `\`${printed(key, say).join("+")}\``).join(" ")} | ${en[row.says] as string} |`);
  expect(listed).toEqual(expected);
});
