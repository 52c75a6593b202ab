import { afterEach, describe, expect, test } from "vitest";
import { aperture, bytes, coordinate, exposure, exposureValue, fileName, longDay, megapixels, span, taken } from "./figures";
import { de } from "./de";
import { en } from "./en";
import { around, preferred, say, speak, type Key } from "./words";

afterEach(() => speak("en"));
const KEYS = Object.keys(en) as Key[];
const texts = (entry: string | { one: string; other: string }): string[] => (typeof entry === "string" ? [entry] : [entry.one, entry.other]);
const slots = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();

describe("catalogues", () => {
  test("the languages have the same keys, none empty", () => {
    expect(Object.keys(de).sort()).toEqual([...KEYS].sort());
    for (const key of KEYS) for (const text of [...texts(en[key]), ...texts(de[key])]) expect(text.trim(), key).not.toBe("");
  });

  test("a translation takes the same values", () => {
    for (const key of KEYS) expect(slots(texts(de[key]).at(-1) as string), key).toEqual(slots(texts(en[key]).at(-1) as string));
  });

  test("nothing is shouted", () => {
    for (const key of KEYS) for (const text of [...texts(en[key]), ...texts(de[key])]) expect(text, key).not.toContain("!");
  });

  test("numbers and plurals follow the language", async () => {
    expect([say("photoCount", { n: 1 }), say("photoCount", { n: 11034 })]).toEqual(["1 photo", "11,034 photos"]);
    await speak("de");
    expect([say("photoCount", { n: 1 }), say("photoCount", { n: 11034 })]).toEqual(["1 Foto", "11.034 Fotos"]);
  });

  test("a sentence is cut where something else belongs", () => {
    expect(around("emptyHow", "command")[0]).toMatch(/: $/);
  });

  test("the browser's first language that is ours is taken", () => {
    expect([preferred(["fr", "de-AT"]), preferred(["fr"]), preferred(["en-US", "de"])]).toEqual(["de", "en", "en"]);
  });
});

describe("figures", () => {
  test("exposure times are written as on the dial", () => {
    expect([0.000625, 1 / 60, 0.25, 0.4, 1, 2.5, 30].map(exposure)).toEqual(["1/1600 s", "1/60 s", "1/4 s", "0.4 s", "1 s", "2.5 s", "30 s"]);
    expect(exposure(0)).toBe("");
  });

  test("apertures keep one decimal", () => {
    expect([1.7, 8, 11, 2.8284].map(aperture)).toEqual(["f/1.7", "f/8", "f/11", "f/2.8"]);
  });

  test("the exposure value is that of ISO 100", () => {
    expect(exposureValue(16, 1 / 125, 100)).toBe(15);
    expect(exposureValue(1.7, 1 / 1600, 52)).toBe(13.1);
    expect(exposureValue(1, 1, 100)).toBe(0);
  });

  test("sizes are decimal, as disks are", () => {
    expect([4_299_161, 999, 12_000, 1_500_000_000].map(bytes)).toEqual(["4.3 MB", "999 bytes", "12 kB", "1.5 GB"]);
    expect(megapixels(4032, 3024)).toBe("12 MP");
    expect(megapixels(900, 600)).toBe("0.5 MP");
  });

  test("a time stays what the clock on the spot said", () => {
    expect(taken("2025-06-14T17:42:00-04:00")).toEqual({ day: "Saturday, 14 June 2025", time: "17:42", zone: "UTC−4" });
    expect(taken("2025-06-14T17:42:00.25+05:30")?.zone).toBe("UTC+5:30");
    expect(taken("2025-06-14T23:59:00")).toEqual({ day: "Saturday, 14 June 2025", time: "23:59", zone: "" });
    expect(taken("yesterday")).toBeUndefined();
  });

  test("days are said in the reader's language", async () => {
    const day = new Date("2025-06-14T12:00:00Z");
    expect(longDay(day)).toBe("Saturday, 14 June 2025");
    await speak("de");
    expect(longDay(day)).toBe("Samstag, 14. Juni 2025");
  });

  test("waiting times are rounded up", () => {
    expect([12.2, 1080, 1081, 9000].map(span)).toEqual(["13 s", "18 min", "19 min", "2.5 h"]);
  });

  test("coordinates name their half of the globe", () => {
    expect([coordinate(23.1353, "lat"), coordinate(-82.3596, "lon")]).toEqual(["23.1353° N", "82.3596° W"]);
  });

  test("a path's last part is the file's name", () => {
    expect([fileName("Photos/Havana/IMG_4417.jpg"), fileName("x.jpg")]).toEqual(["IMG_4417.jpg", "x.jpg"]);
  });

  test("a name cannot turn the direction it is read in", () => {
    expect(fileName("odd/\u202egpj.exe")).toBe("\ufffdgpj.exe");
    expect(fileName("תמונה.jpg")).toBe("תמונה.jpg");
  });

  test("a stamp is told in pixels", () => {
    expect(megapixels(64, 48)).toBe("64 × 48");
  });
});
