import { expect, test } from "vitest";
import { retagged } from "./tagging";

test("a new tag stands last, without the spaces around it", () => {
  expect(retagged(["sea"], "  old  harbour ")).toEqual(["sea", "old harbour"]);
});

test("several tags may be typed at once", () => {
  expect(retagged([], "sea, sun,,")).toEqual(["sea", "sun"]);
});

test("a tag that is there already is not added again in another case", () => {
  expect(retagged(["Sea"], "sea")).toEqual(["Sea"]);
});
