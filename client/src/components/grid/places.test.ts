import { expect, test } from "vitest";
import { placesOf } from "./places";

const havana = { city: "Havana", country: "Cuba" };
const trinidad = { city: "Trinidad", country: "Cuba" };
const lisbon = { city: "Lisbon", country: "Portugal" };

test("the city most photos share names the group", () => {
  expect(placesOf([havana, havana, trinidad])).toBe("Havana, Cuba");
});

test("several cities of one country are that country", () => {
  expect(placesOf([havana, trinidad])).toBe("Cuba");
});

test("cities of several countries are counted", () => {
  expect(placesOf([havana, lisbon])).toBe("Havana, Cuba and 1 more");
});

test("one photo with a place does not speak for many without", () => {
  expect(placesOf([havana, undefined, undefined])).toBe("");
  expect(placesOf([])).toBe("");
});
