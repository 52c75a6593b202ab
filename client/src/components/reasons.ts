// In: why a photo was found. Out: the few characters that stand on it, `dog ← bulldog 0.93`.

import type { Reason } from "../lib/library";
import { score } from "../words/words";

export function why(reason: Reason): string {
  const sure = reason.score === undefined || reason.score >= 1 ? "" : ` ${score(reason.score)}`;
  const same = reason.evidence === "" || reason.evidence.toLowerCase() === reason.word.toLowerCase();
  return same ? `${reason.word}${sure}` : `${reason.word} ← ${reason.evidence}${sure}`;
}
