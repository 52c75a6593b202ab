// Text in, folded words out: what is compared with what. The server's folding.py does the same.
// Case, accents and plural do not matter; anything that is neither letter nor digit separates words, and so do letters and digits
// that meet.

import { PLURALS } from "./everyday";

const WORD = /[\p{L}\p{Nl}\p{No}]+|\p{Nd}+/gu;
const MARKS = /\p{M}/gu;
const LETTERS: Record<string, string> = { ß: "ss", ø: "o", æ: "ae", œ: "oe", ł: "l", đ: "d", ð: "d", þ: "th", ı: "i", "'": "", "’": "" };
const ODD = /[ßøæœłđðþı'’]/g;
// eslint-disable-next-line no-control-regex -- the range is the point
const PLAIN = /^[\x00-\x7f]*$/;

/** Lower case without accents and apostrophes. */
export function fold(text: string): string {
  const lowered = text.toLowerCase();
  const bare = PLAIN.test(lowered) ? lowered : lowered.normalize("NFKD").replace(MARKS, "");
  return bare.replace(ODD, (letter) => LETTERS[letter]);
}

/** Folded words in their order, plural kept; a number is a word of its own ("RF24-105mm" is rf, 24, 105, mm). */
export function wordsOf(text: string): string[] {
  return fold(text).match(WORD) ?? [];
}

/** One form for the singular and plural of an English word; not always a word ("cookie" and "cookies" become "cooky"). */
export function singular(word: string): string {
  const known = PLURALS.get(word);
  if (known !== undefined) return known;
  const length = word.length;
  if (length > 4) {
    if (word.endsWith("ies")) return word.slice(0, -3) + "y";
    if (word.endsWith("ie")) return word.slice(0, -2) + "y";
    if (word.endsWith("sses") || word.endsWith("shes") || word.endsWith("ches") || word.endsWith("xes") || word.endsWith("oes")) return word.slice(0, -2);
  }
  if (length > 3) {
    if (word.endsWith("sse") || word.endsWith("she") || word.endsWith("che") || word.endsWith("oe")) return word.slice(0, -1);
    if (word.endsWith("s") && !word.endsWith("ss") && !word.endsWith("us") && !word.endsWith("is")) return word.slice(0, -1);
  }
  return word;
}

/** Folded words in their order, singular. */
export function stemsOf(text: string): string[] {
  return wordsOf(text).map(singular);
}
