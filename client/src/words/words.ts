// In: a key of the catalogue and its values. Out: the sentence in the reader's language. One catalogue a language; a key that
// is missing in one does not compile.

import { signal } from "@preact/signals";
import { en } from "./en";

export interface Forms {
  one: string;
  other: string;
}
export type Key = keyof typeof en;
export type Catalogue = { readonly [K in Key]: (typeof en)[K] extends string ? string : Forms };
export type Language = "en" | "de";

export const LANGUAGES: Record<Language, { own: string; load: () => Promise<Catalogue> }> = {
  en: { own: "English", load: async () => en },
  de: { own: "Deutsch", load: async () => (await import("./de")).de },
};

/** The language in use and its catalogue, in one, so that no sentence mixes two. */
const speech = signal<{ language: Language; catalogue: Catalogue }>({ language: "en", catalogue: en });

export const language = (): Language => speech.value.language;

/** The language among ours that the browser's list prefers. */
export function preferred(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const short = tag.slice(0, 2).toLowerCase();
    if (short in LANGUAGES) return short as Language;
  }
  return "en";
}

export async function speak(wanted: Language): Promise<void> {
  speech.value = { language: wanted, catalogue: await LANGUAGES[wanted].load() };
  if (typeof document !== "undefined") document.documentElement.lang = wanted;
}

export type Values = Record<string, string | number>;

/** The sentence for `key`; `n` chooses the plural form, and numbers are written the language's way. */
export function say(key: Key, values: Values = {}): string {
  const entry: string | Forms = speech.value.catalogue[key];
  const form = typeof entry === "string" ? entry : plural(entry, Number(values["n"] ?? 0));
  return form.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : typeof value === "number" ? number(value) : value;
  });
}

/** A sentence around something that is no text, cut where it belongs. */
export function around(key: Key, name: string): [before: string, after: string] {
  const [before = "", after = ""] = say(key).split(`{${name}}`);
  return [before, after];
}

/** A certainty between 0 and 1, always with two digits, so that rows of them line up. */
export const score = (value: number): string => new Intl.NumberFormat(language(), { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(value);

const plural = (forms: Forms, n: number): string => (new Intl.PluralRules(language()).select(n) === "one" ? forms.one : forms.other);

const numbers = new Map<string, Intl.NumberFormat>();

export function number(value: number, digits = 0): string {
  const key = `${language()}${digits}`;
  let format = numbers.get(key);
  if (!format) numbers.set(key, (format = new Intl.NumberFormat(language(), { maximumFractionDigits: digits })));
  return format.format(value);
}
