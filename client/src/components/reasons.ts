// In: why a photo was found. Out: the few characters that stand on it, `dog ← bulldog 0.93`.

import type { Reason } from "../lib/library";
import { number } from "../words/words";

export function why(reason: Reason): string {
  const score = reason.score === undefined || reason.score >= 1 ? "" : ` ${number(reason.score, 2)}`;
  const same = reason.evidence === "" || reason.evidence.toLowerCase() === reason.word.toLowerCase();
  return same ? `${reason.word}${score}` : `${reason.word} ← ${reason.evidence}${score}`;
}
