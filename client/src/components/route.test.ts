import { expect, test } from "vitest";
import { PAGES, parse, print, type Route } from "./route";

const parsed = (address: string): Route => {
  const url = new URL(address, "http://vitrine.local");
  return parse(url);
};
const ID = "5d41402abc4b2a76b9719d911017c592";

test("every page has an address that leads back to it", () => {
  for (const page of PAGES) expect(parsed(print({ page, query: "" }))).toEqual({ page, query: "" });
});

test("a query survives the address bar whatever is in it", () => {
  for (const query of ["dog or bird", 'folder="Oma & Opa"', "#1 100% ärger", "a+b"]) expect(parsed(print({ page: "photos", query })).query).toBe(query);
});

test("a photo keeps the search or the page it was opened from", () => {
  expect(parsed(print({ page: "photos", query: "dog", photo: ID }))).toEqual({ page: "photos", query: "dog", photo: ID });
  expect(parsed(print({ page: "favourites", query: "", photo: ID }))).toEqual({ page: "favourites", query: "", photo: ID });
});

test("an address nobody gave leads to the photos", () => {
  expect(parsed("/nowhere")).toEqual({ page: "photos", query: "" });
  expect(parsed("/photo/<script>")).toEqual({ page: "photos", query: "" });
});
