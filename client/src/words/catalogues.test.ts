import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { en } from "./en";

const SOURCE = fileURLToPath(new URL("..", import.meta.url));
const code = readdirSync(SOURCE, { recursive: true, encoding: "utf8" })
  .filter((path) => /\.tsx?$/.test(path) && !/\.test\.|words\/(en|de)\.ts/.test(path))
  .map((path) => readFileSync(join(SOURCE, path), "utf8"))
  .join("\n");

test("nothing stands in the catalogue that nobody says", () => {
  const families = [...code.matchAll(/`(\w+_)\$\{/g)].map((found) => found[1] as string);
  const unsaid = Object.keys(en).filter((key) => !code.includes(`"${key}"`) && !families.some((family) => key.startsWith(family)));
  expect(unsaid).toEqual([]);
});
