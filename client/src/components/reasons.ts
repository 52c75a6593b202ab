// In: why a photo was found. Out: the few characters that stand on it, `dog ← bulldog 0.93`.

import type { Reason } from "../lib/library";
import { score } from "../words/words";

/** `face 2, female, age 26`: which face it is shows in the boxes, and "female" tells nobody more than the word did. */
const ON_FACE = /^face \d+, (?:(?:female|male)(?:, |$))?/;

export function why(reason: Reason): string {
  const sure = reason.score === undefined || reason.score >= 1 ? "" : ` ${score(reason.score)}`;
  const evidence = reason.evidence.replace(ON_FACE, "");
  const same = evidence === "" || evidence.toLowerCase() === reason.word.toLowerCase();
  return same ? `${reason.word}${sure}` : `${reason.word} ← ${evidence}${sure}`;
}
