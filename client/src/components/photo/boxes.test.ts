import { expect, test } from "vitest";
import type { PhotoRecord } from "../../lib/records";
import { boxesOf, reasonBoxes, whoIs } from "./boxes";

const record = {
  objects: [
    ["car", 0.91, 0.1, 0.2, 0.3, 0.4],
    ["bench", 0.3, 0, 0, 0.1, 0.1],
  ],
  faces: [[0, 0.6, 0.4, 0.05, 0.09, 26, "female", "happy", 0.82]],
} as unknown as PhotoRecord;

test("objects carry their score, faces who they are", () => {
  expect(boxesOf(record).map((box) => box.label)).toEqual(["car 0.91", "bench 0.30", "woman · 20s · happy"]);
});

test("objects below the reader's score have no box, faces keep theirs", () => {
  expect(boxesOf(record, 0.5).map((box) => box.kind)).toEqual(["object", "face"]);
});

test("a child is called one", () => {
  expect([whoIs("female", 6), whoIs("male", 6), whoIs("male", 40)]).toEqual(["Girl", "Boy", "Man"]);
});

test("only reasons that have a place get a box", () => {
  const boxes = reasonBoxes([
    { word: "dog", evidence: "beagle", score: 0.9, box: [0.1, 0.1, 0.2, 0.2] },
    { word: "outdoors", evidence: "EV 14" },
  ]);
  expect(boxes.map((box) => box.label)).toEqual(["dog ← beagle 0.90"]);
});
