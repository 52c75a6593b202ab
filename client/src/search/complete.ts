// The text and the caret in; words that the unfinished one may become out, each with the photos it would leave.

import type { Completion, Facet } from "../lib/library";
import { CERTAINTY } from "../lib/pack";
import { KEYS, OFFERED } from "./everyday";
import { Bits } from "./bits";
import { Evaluation } from "./evaluate";
import { KIND, type Kind } from "./evidence";
import { fold, singular, wordsOf } from "./folding";
import type { Holdings } from "./holdings";
import { understand } from "./understand";

const MOST = 8;
/** Candidates whose photos are counted; beyond them a prefix is too short to help anybody. */
const LOOKED_AT = 400;
const KINDS: ReadonlyMap<Kind, Facet["kind"]> = new Map([
  [KIND.class, "thing"],
  [KIND.object, "thing"],
  [KIND.term, "thing"],
  [KIND.city, "place"],
  [KIND.state, "place"],
  [KIND.country, "place"],
  [KIND.continent, "place"],
  [KIND.near, "place"],
  [KIND.camera, "camera"],
  [KIND.lens, "camera"],
  [KIND.tag, "tag"],
]);
export function complete(holdings: Holdings, text: string, caret: number, today: number): Completion[] {
  const { index } = holdings;
  const before = text.slice(0, caret);
  const typed = /[^\s()"|,:<>=-]*$/.exec(before)![0];
  const word = fold(typed);
  if (!word) return [];
  const rest = `${before.slice(0, before.length - typed.length)} ${text.slice(caret)}`;
  const asked = understand(rest, index, today);
  const within = new Evaluation(holdings).all(asked.mistake === null ? asked.clauses : []);
  const found = new Map<string, Completion>();
  for (const written of index.beginning(word).slice(0, LOOKED_AT)) {
    const set = new Bits(holdings.versions);
    let kind: Facet["kind"] | undefined;
    let spelled = written;
    for (const entry of index.exact(written.split(" ").map(singular))) {
      const { kind: mine, text: own, postings } = index.entries[entry];
      kind ??= KINDS.get(mine);
      // A name is offered the way its owner writes it: "Canon EOS 6D", "Zürich".
      if (wordsOf(own).join(" ") === written) spelled = own;
      for (let at = 0; at < postings.length; at++) set.add((postings.all[at] / CERTAINTY) | 0);
    }
    const count = set.and(within).count();
    if (kind && count) found.set(written, { text: spelled, kind, count });
  }
  if (word.length > 1) {
    for (const said of OFFERED) {
      if (!said.startsWith(word) || found.has(said)) continue;
      const { clauses } = understand(said, index, today);
      const count = new Evaluation(holdings).all(clauses).and(within).count();
      if (count) found.set(said, { text: said, kind: clauses[0]?.type === "measure" ? "time" : "person", count });
    }
  }
  const completions = [...found.values()].sort((a, b) => b.count - a.count || (a.text < b.text ? -1 : 1)).slice(0, MOST);
  for (const key of KEYS.keys()) if (key.startsWith(word) && completions.length < MOST + 2) completions.push({ text: `${key}:`, kind: "key", count: 0 });
  return completions;
}
