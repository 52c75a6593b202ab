// A query's tree in, what it asks out. The words people say (everyday.ts) are read before those that name things and places.

import { dateOf, DAY_S, dayOf, weekdayOf } from "../lib/dates";
import type { Sort } from "../lib/library";
import {
  AGE_ADJECTIVES,
  AGES,
  ALIASES,
  CHOICES,
  DECADES,
  DOINGS,
  EMOTIONS,
  FEASTS,
  GENDERS,
  GROUPS,
  HOURS,
  KEY_ALIASES,
  KEYS,
  KEYS_TO_COME,
  MONTHS,
  NOBODY,
  NUMBERS,
  PEOPLE,
  STOP,
  WEEKDAYS,
} from "./everyday";
import { KIND, type Kind } from "./evidence";
import type { Looks } from "./faces";
import { singular, wordsOf } from "./folding";
import type { Index } from "./index";
import { nearest } from "./nearest";
import { type Comparison, parse, type Tree, type Value, type Word } from "./parse";
import type { Mark, Measure, MeasurePlan, PersonPlan, Plan, Understood, WordPlan } from "./plan";

const STOPPED = new Set(STOP);
const PERSONS = new Set(PEOPLE);
const MANY = 9_999;
const OLDEST = 127;
/** How far numbers that photographers round may be from the one asked for. */
const ALIKE = 0.01;
const YEAR = /^(1[89]|20)\d\d$/;
const DATE = /^(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?$/;
const AGE_DECADE = /^([1-9]0)(s|ies|ties)$/;
const NUMBER = /^f?\/?(\d+(?:\.\d+)?)(?:\/(\d+(?:\.\d+)?))?\s*([a-z]*)$/;
const UNFINISHED = /^f?[\d./-]*$/;
const MULTIPLES: Record<string, number> = { k: 1e3, kb: 1e3, m: 1e6, mb: 1e6, g: 1e9, gb: 1e9 };

const KINDS: Record<string, Kind[]> = {
  folder: [KIND.folder],
  type: [KIND.type],
  camera: [KIND.camera],
  lens: [KIND.lens],
  light: [KIND.term],
  zoom: [KIND.term],
  season: [KIND.term],
  city: [KIND.city],
  state: [KIND.state],
  country: [KIND.country],
  continent: [KIND.continent],
  near: [KIND.near, KIND.city],
  class: [KIND.class],
  object: [KIND.object],
  tag: [KIND.tag],
  caption: [KIND.caption],
  name: [],
};

/** Seconds of the photo's own clock, from the first up to, not including, the last. */
type Period = [from: number, to: number];

class Mistake extends Error {}

export function understand(text: string, index: Index, today: number): Understood {
  const reader = new Reader(text, index, today);
  const understood: Understood = { clauses: [], sort: null, limit: null, mistake: null };
  try {
    const plan = reader.plan(parse(text), true);
    understood.clauses = plan === null ? [] : plan.type === "all" ? plan.of : [plan];
  } catch (failure) {
    if (!(failure instanceof Mistake)) throw failure;
    understood.mistake = failure.message;
  }
  understood.sort = reader.sort;
  understood.limit = reader.limit;
  return understood;
}

class Reader {
  sort: Sort | null = null;
  limit: number | null = null;
  /** The person that words speak of until "and", or until two of them cannot both be true. */
  private person: PersonPlan | null = null;

  constructor(
    private readonly text: string,
    private readonly index: Index,
    /** Day since 1970. */
    private readonly today: number,
  ) {}

  /** Null for what asks nothing. */
  plan(tree: Tree, top = false): Plan | null {
    const { from, to } = tree;
    switch (tree.type) {
      case "words":
        return joined("all", this.run(tree.words), from, to);
      case "all": {
        if (!top) return this.apart(() => this.all(tree.of, from, to));
        return this.all(tree.of, from, to);
      }
      case "any": {
        const of = tree.of.map((one) => this.apart(() => this.plan(one))).filter((plan) => plan !== null);
        return joined("any", of, from, to);
      }
      case "not": {
        const of = this.apart(() => this.plan(tree.of));
        return of && { type: "not", of, from, to };
      }
      case "phrase":
        return this.word(wordsOf(tree.text), tree.open, from, to, { quoted: true });
      case "field":
        return this.field(tree);
    }
  }

  private all(trees: Tree[], from: number, to: number): Plan | null {
    const of: Plan[] = [];
    for (const tree of trees) {
      if (tree.type === "words") of.push(...this.run(tree.words));
      else {
        const plan = this.plan(tree);
        if (plan) of.push(plan);
      }
    }
    return joined("all", of, from, to);
  }

  /** People spoken of inside are others than those outside. */
  private apart<Result>(read: () => Result): Result {
    const outside = this.person;
    this.person = null;
    const result = read();
    this.person = outside;
    return result;
  }

  // --- runs of words ------------------------------------------------------------------------------------------------------

  private run(words: Word[]): Plan[] {
    const plans: Plan[] = [];
    for (let at = 0; at < words.length; ) {
      const word = words[at];
      if (word.anew) this.person = null;
      if (word.negated) {
        const [plan, next] = this.apart(() => this.negative(words, at));
        if (plan) plans.push(plan);
        at = next;
      } else {
        const [plan, next] = this.unit(words, at);
        if (plan) plans.push(plan);
        at = next;
      }
    }
    return plans;
  }

  /** "no" and its like hold for the next thing said, and for all words in a row about one person. */
  private negative(words: Word[], at: number): [Plan | null, number] {
    const { from } = words[at];
    if (words[at].text === "one") return [{ type: "people", least: 0, most: 0, label: this.text.slice(from, words[at].to), from, to: words[at].to }, at + 1];
    while (at + 1 < words.length && STOPPED.has(words[at].text)) at++;
    let [plan, next] = this.unit(words, at);
    while (this.person && next < words.length && !words[next].anew && !words[next].negated) {
      const held: PersonPlan = this.person;
      const size = held.parts.length;
      const [more, after] = this.unit(words, next);
      if (more || this.person !== held || held.parts.length === size) break;
      next = after;
    }
    if (!plan) return [null, next];
    const { to } = words[next - 1];
    return [{ type: "not", of: plan, from, to }, next];
  }

  /** One thing said from word `at` on, and the word after it. A word that adds to a person who was spoken of before gives no plan. */
  private unit(words: Word[], at: number): [Plan | null, number] {
    return (
      this.name(words, at) ??
      this.count(words, at) ??
      this.time(words, at) ??
      this.about(words, at) ??
      this.mark(words, at) ?? [this.single(words[at]), at + 1]
    );
  }

  /** The longest name of several words that is known. */
  private name(words: Word[], at: number): [Plan, number] | null {
    const stems = this.following(words, at).map(({ text }) => singular(text));
    const reach = Math.min(stems.length, this.index.reach(stems[0]));
    for (let size = reach; size > 1; size--) {
      if (this.index.binds(stems.slice(0, size))) {
        const said = words.slice(at, at + size);
        return [this.word(said.map(({ text }) => text), said[size - 1].open, said[0].from, said[size - 1].to)!, at + size];
      }
    }
    const last = stems.length;
    if (last > 1 && last <= reach && words[at + last - 1].open) {
      const said = words.slice(at, at + last);
      const texts = said.map(({ text }) => text);
      // "golden r" is on its way to the retriever; "dog b" is a dog, and something else.
      if (!this.index.exact([stems[0]]).length && this.index.open(texts).length) return [this.word(texts, true, said[0].from, said[last - 1].to)!, at + last];
    }
    return null;
  }

  /** Words from `at` on that may belong to one name: up to the next "and" or "not". */
  private following(words: Word[], at: number): Word[] {
    let end = at + 1;
    while (end < words.length && !words[end].negated && !words[end].anew) end++;
    return words.slice(at, end);
  }

  private count(words: Word[], at: number): [Plan | null, number] | null {
    const word = words[at];
    const { from } = word;
    const group = GROUPS.get(word.text) ?? (NOBODY.includes(word.text) ? [0, 0] : undefined);
    if (group) return [{ type: "people", least: group[0], most: group[1], label: this.said(from, word.to), from, to: word.to }, at + 1];
    const number = NUMBERS.get(word.text) ?? (/^\d{1,2}$/.test(word.text) ? Number(word.text) : undefined);
    const next = words[at + 1];
    if (number === undefined || !next || next.negated || next.anew) return null;
    const stem = singular(next.text);
    const label = this.said(from, next.to);
    if (PERSONS.has(stem)) return [{ type: "people", least: number, most: number, label, from, to: next.to }, at + 2];
    const looks: Looks | null = GENDERS.has(stem) ? { gender: GENDERS.get(stem)! } : AGES.has(stem) ? { age: pair(AGES.get(stem)!) } : null;
    if (looks) {
      this.person = { type: "person", looks, least: number, most: number, parts: [{ label, looks, from, to: next.to }], from, to: next.to };
      return [this.person, at + 2];
    }
    const following = this.following(words, at + 1);
    for (let size = Math.min(following.length, this.index.reach(stem)); size > 0; size--) {
      const said = following.slice(0, size);
      const entries = this.index.exact(said.map(({ text }) => singular(text)));
      if (!entries.some((entry) => this.index.entries[entry].kind === KIND.object)) continue;
      const { to } = said[size - 1];
      const thing = this.word(said.map(({ text }) => text), false, from, to, { kinds: [KIND.object] })!;
      return [{ type: "count", word: thing, least: number, most: number, label: this.said(from, to), from, to }, at + 1 + size];
    }
    return null;
  }

  // --- time ---------------------------------------------------------------------------------------------------------------

  private time(words: Word[], at: number): [Plan, number] | null {
    const word = words[at];
    const { text, from } = word;
    const plan = (measure: Measure, low: number, high: number, next: number): [Plan, number] => {
      const { to } = words[next - 1];
      return [{ type: "measure", measure, low, high, label: this.said(from, to).replace("..", " – "), from, to }, next];
    };
    const within = ([low, high]: Period, next: number): [Plan, number] => plan("taken", low, high - 1e-6, next);
    if (text === "before" || text === "until" || text === "after" || text === "since") {
      const found = this.period(words, this.skipStops(words, at + 1));
      if (!found) return null;
      const [[low, high], next] = found;
      if (text === "before") return plan("taken", -Infinity, low - 1e-6, next);
      if (text === "until") return plan("taken", -Infinity, high - 1e-6, next);
      return plan("taken", text === "after" ? high : low, Infinity, next);
    }
    if (text === "between") {
      const first = this.period(words, this.skipStops(words, at + 1));
      if (!first || !words[first[1]]?.anew) return null;
      const second = this.period(words, this.skipStops(words, first[1]));
      return second && within([first[0][0], second[0][1]], second[1]);
    }
    const period = this.period(words, at);
    if (period) {
      const [dated, next] = within(...period);
      return [YEAR.test(text) ? this.orWritten(dated, word) : dated, next];
    }
    const stem = singular(text);
    const month = MONTHS.indexOf(text);
    if (month >= 0) return plan("month", month + 1, month + 1, at + 1);
    const weekday = Math.max(WEEKDAYS.indexOf(text), WEEKDAYS.indexOf(stem));
    if (weekday >= 0) return plan("weekday", weekday + 1, weekday + 1, at + 1);
    if (text === "weekend" || stem === "weekend") return plan("weekday", 6, 7, at + 1);
    const hours = HOURS.get(text) ?? HOURS.get(stem);
    if (hours) return plan("hour", hours[0], hours[1], at + 1);
    const feast = FEASTS.get(text);
    if (feast) return plan("date", feast[0] * 100 + feast[1], feast[0] * 100 + feast[2], at + 1);
    return null;
  }

  /** A photo that tells no date is found by a year in its folder, name, tag or caption. */
  private orWritten(dated: Plan, { text, from, to }: Word): Plan {
    const written: WordPlan = {
      type: "word",
      stems: [text],
      words: [text],
      open: false,
      kinds: [KIND.folder, KIND.tag, KIND.caption],
      named: true,
      whole: false,
      label: this.said(from, to),
      from,
      to,
    };
    const undated: Plan = { type: "mark", mark: "undated", label: written.label, from, to };
    return { type: "any", of: [dated, { type: "all", of: [undated, written], from, to }], from, to };
  }

  /** A year, a month of a year, a day, or a range of these. */
  private period(words: Word[], at: number): [Period, number] | null {
    const word = words[at];
    if (!word) return null;
    const next = words[at + 1] && !words[at + 1].negated && !words[at + 1].anew ? words[at + 1].text : "";
    const after = words[at + 2] && next && !words[at + 2].negated && !words[at + 2].anew ? words[at + 2].text : "";
    const { text } = word;
    const decade = /^((?:1[89]|20)\d0)s$/.exec(text);
    if (decade) return [[startOf(+decade[1], 1, 1), startOf(+decade[1] + 10, 1, 1)], at + 1];
    if (text.includes("..")) {
      const [low, high] = text.split("..");
      const first = periodOf(low);
      const last = periodOf(high);
      return first && last ? [[first[0], last[1]], at + 1] : null;
    }
    if (YEAR.test(text) || text.includes("-")) {
      const period = periodOf(text);
      return period && [period, at + 1];
    }
    const month = MONTHS.indexOf(text) + 1;
    if (month && YEAR.test(next)) return [monthOf(+next, month), at + 2];
    if (month && /^\d{1,2}$/.test(next) && YEAR.test(after)) return both(periodOf(`${after}-${month}-${next}`), at + 3);
    const nextMonth = MONTHS.indexOf(next) + 1;
    if (/^\d{1,2}$/.test(text) && nextMonth && YEAR.test(after)) return both(periodOf(`${after}-${nextMonth}-${text}`), at + 3);
    const { year, month: thisMonth } = dateOf(this.today);
    if (text === "today") return [days(this.today, this.today + 1), at + 1];
    if (text === "yesterday") return [days(this.today - 1, this.today), at + 1];
    if (text !== "last" && text !== "this") return null;
    const back = text === "last" ? 1 : 0;
    const monday = this.today - weekdayOf(this.today) - 7 * back;
    if (next === "year") return [[startOf(year - back, 1, 1), startOf(year - back + 1, 1, 1)], at + 2];
    if (next === "month") return [back && thisMonth === 1 ? monthOf(year - 1, 12) : monthOf(year, thisMonth - back), at + 2];
    if (next === "week") return [days(monday, monday + 7), at + 2];
    return null;
  }

  private skipStops(words: Word[], at: number): number {
    while (at < words.length && STOPPED.has(words[at].text) && words[at].text !== "this") at++;
    return at;
  }

  // --- people -------------------------------------------------------------------------------------------------------------

  private about(words: Word[], at: number): [Plan | null, number] | null {
    const word = words[at];
    const { text, from } = word;
    const stem = singular(text);
    const looks = this.looksOf(words, at);
    if (looks) {
      const [what, next] = looks;
      const { to } = words[next - 1];
      return [this.adorn({ label: this.said(from, to), looks: what, from, to }), next];
    }
    if (!PERSONS.has(stem)) return null;
    // "happy people": the noun of the person who is being spoken of, not one more.
    if (this.person && at > 0 && this.person.parts.at(-1)!.to === words[at - 1].to) return [null, at + 1];
    return [{ type: "people", least: 1, most: MANY, label: this.said(from, word.to), from, to: word.to }, at + 1];
  }

  private looksOf(words: Word[], at: number): [Looks, number] | null {
    const { text } = words[at];
    const stem = singular(text);
    const next = words[at + 1];
    const gender = GENDERS.get(stem);
    if (gender) return [{ gender }, at + 1];
    const emotion = EMOTIONS.get(text) ?? EMOTIONS.get(stem);
    if (emotion) return [{ emotion }, at + 1];
    const age = AGES.get(stem);
    if (age) return [{ age: pair(age) }, at + 1];
    const decade = AGE_DECADE.exec(text)?.[1] ?? (text.endsWith("ies") ? DECADES.get(stem) : undefined);
    if (decade !== undefined) return [{ age: [+decade, +decade + 9] }, at + 1];
    const adjective = AGE_ADJECTIVES.get(text);
    if (adjective && next && (this.speaksOfPeople(next.text) || this.speaksOfPeople(singular(next.text)))) return [{ age: pair(adjective) }, at + 1];
    const years = (at: number): number | null => (words[at] && /^\d{1,3}$/.test(words[at].text) ? Math.min(OLDEST, +words[at].text) : null);
    if (text === "aged" || text === "age") {
      const low = years(at + 1);
      if (low === null) return null;
      const high = words[at + 2]?.text === "to" ? years(at + 3) : null;
      return high === null ? [{ age: [low, low] }, at + 2] : [{ age: [low, high] }, at + 4];
    }
    const old = years(at);
    if (old !== null && next && singular(next.text) === "year" && words[at + 2]?.text === "old") return [{ age: [old, old] }, at + 3];
    return null;
  }

  private speaksOfPeople(word: string): boolean {
    return GENDERS.has(word) || EMOTIONS.has(word) || AGES.has(word) || PERSONS.has(word);
  }

  /** Says one more thing of the present person, or begins the next one, who is the plan that is returned. */
  private adorn(part: PersonPlan["parts"][number]): Plan | null {
    const { looks, from, to } = part;
    const held = this.person;
    if (held && !(Object.keys(looks) as (keyof Looks)[]).some((what) => held.looks[what] !== undefined)) {
      Object.assign(held.looks, looks);
      held.parts.push(part);
      held.to = Math.max(held.to, to);
      return null;
    }
    this.person = { type: "person", looks: { ...looks }, least: 1, most: MANY, parts: [part], from, to };
    return this.person;
  }

  // --- everything else ----------------------------------------------------------------------------------------------------

  private mark(words: Word[], at: number): [Plan, number] | null {
    const { text, from, to } = words[at];
    const stem = ALIASES.get(singular(text)) ?? singular(text);
    if (stem !== "favourite" && stem !== "video") return null;
    return [{ type: "mark", mark: stem, label: this.said(from, to), from, to }, at + 1];
  }

  private single({ text, open, from, to }: Word): Plan | null {
    const known = ALIASES.get(text) ?? text;
    if (STOPPED.has(known) || STOPPED.has(singular(known))) return null;
    // One letter begins nearly everything, so it says nothing yet.
    if (open && /^[a-z0-9]$/.test(known) && !this.index.exact([known]).length) return null;
    const seen = (DOINGS.get(known) ?? []).map((thing) => this.word(wordsOf(thing), false, from, to, { kinds: [KIND.class, KIND.object] }));
    return joined("any", [this.word([known], open, from, to), ...seen].filter((plan) => plan !== null), from, to);
  }

  private word(
    said: string[],
    open: boolean,
    from: number,
    to: number,
    { kinds = null, named = kinds === null, whole = false, quoted = false }: { kinds?: readonly Kind[] | null; named?: boolean; whole?: boolean; quoted?: boolean } = {},
  ): WordPlan | null {
    const words = said.flatMap(wordsOf);
    if (!words.length) return null;
    const label = quoted ? this.text.slice(from, to).replaceAll('"', "") : this.said(from, to);
    return { type: "word", stems: words.map(singular), words, open, kinds, named, whole, label, from, to };
  }

  /** What the text says there, without the sign of negation. */
  private said(from: number, to: number): string {
    return this.text.slice(from, to).replace(/^(?:-+\s*|(?:not|no|without)\s+)+/i, "");
  }

  // --- fields -------------------------------------------------------------------------------------------------------------

  private field({ key: written, comparison, values, open, from, to }: Tree & { type: "field" }): Plan | null {
    const key = KEY_ALIASES.get(written) ?? written;
    const shape = KEYS.get(key)?.[0];
    if (KEYS_TO_COME.includes(key)) throw new Mistake(`This version cannot search by "${key}" yet.`);
    if (!shape) {
      const [near] = nearest(written, KEYS.keys(), 1);
      throw new Mistake(`There is no key "${written}"${near ? `; did you mean "${near}"?` : "."}`);
    }
    if (!values.length) return null;
    if (shape === "text" && comparison !== ":" && comparison !== "=") throw new Mistake(`"${key}" is a word and cannot be compared with "${comparison}".`);
    const plans = values.map((value, at) => this.value(key, shape, comparison, value, open && at === values.length - 1, from, to)).filter((plan) => plan !== null);
    return joined("any", plans, from, to);
  }

  private value(key: string, shape: string, comparison: Comparison, value: Value, open: boolean, from: number, to: number): Plan | null {
    if (shape === "text") {
      const whole = comparison === "=";
      const words = wordsOf(value.text);
      return this.word(value.quoted ? words : words.map((word) => ALIASES.get(word) ?? word), open && !whole && !value.quoted, from, to, { kinds: KINDS[key], named: key === "name", whole, quoted: true });
    }
    if (shape === "word") return this.choice(key, value.text.toLowerCase(), open, from, to);
    const [low, high] = rangeOf(key, value.text, comparison) ?? [NaN, NaN];
    if (Number.isNaN(low)) {
      if (open && begun(key, value.text.toLowerCase())) return null;
      throw new Mistake(`"${key}" wants ${KEYS.get(key)![1]}, not "${value.text}".`);
    }
    if (key === "limit") {
      this.limit = Math.max(0, Math.floor(Math.min(low, high)));
      return null;
    }
    if (key === "age") return this.adorn({ label: this.said(from, to), looks: { age: [Math.ceil(Math.max(0, low)), Math.floor(Math.min(OLDEST, high))] }, from, to });
    const measure = key === "year" ? "taken" : (key as Measure);
    const plan: MeasurePlan = { type: "measure", measure, low, high, label: this.text.slice(from, to).replace("..", " – "), from, to };
    return plan;
  }

  private choice(key: string, word: string, open: boolean, from: number, to: number): Plan | null {
    const choices = CHOICES.get(key)!;
    if (!choices.includes(word)) {
      if (open && choices.some((choice) => choice.startsWith(word))) return null;
      throw new Mistake(`"${key}" is one of ${choices.join(", ")}, not "${word}".`);
    }
    const span = { from, to };
    const label = this.text.slice(from, to);
    if (key === "sort") {
      this.sort = word as Sort;
      return null;
    }
    if (key === "gender" || key === "emotion") return this.adorn({ label, looks: { [key]: word }, ...span });
    if (key === "orientation") return { type: "mark", mark: word as Mark, label, ...span };
    if (key === "nsfw" && word !== "yes" && word !== "no") {
      return { type: "word", stems: [word], words: [word], open: false, kinds: [KIND.nsfw], named: false, whole: true, label, ...span };
    }
    const mark: Plan = { type: "mark", mark: key as Mark, label: key, ...span };
    return word === "yes" ? mark : { type: "not", of: mark, ...span };
  }
}

function joined(type: "all" | "any", of: Plan[], from: number, to: number): Plan | null {
  return of.length > 1 ? { type, of, from, to } : (of[0] ?? null);
}

function pair([low, high]: readonly number[]): [number, number] {
  return [low, high];
}

function both(period: Period | null, next: number): [Period, number] | null {
  return period && [period, next];
}

function startOf(year: number, month: number, day: number): number {
  return dayOf(year, month, day) * DAY_S;
}

function days(from: number, to: number): Period {
  return [from * DAY_S, to * DAY_S];
}

function monthOf(year: number, month: number): Period {
  return [startOf(year, month, 1), month === 12 ? startOf(year + 1, 1, 1) : startOf(year, month + 1, 1)];
}

/** 2019, 2019-05 or 2019-05-12; null for what is no date. */
function periodOf(text: string): Period | null {
  const parts = DATE.exec(text);
  if (!parts) return null;
  const [, year, month, day] = parts.map(Number);
  if (Number.isNaN(month)) return [startOf(year, 1, 1), startOf(year + 1, 1, 1)];
  if (month < 1 || month > 12) return null;
  if (Number.isNaN(day)) return monthOf(year, month);
  const start = dayOf(year, month, day);
  return dateOf(start).day === day ? days(start, start + 1) : null;
}

/** Lowest and highest number that a value stands for, both included; null for what is no such value. */
function rangeOf(key: string, text: string, comparison: Comparison): [number, number] | null {
  const [first, last, more] = text.split("..");
  if (more !== undefined) return null;
  const low = extentOf(key, first);
  const high = last === undefined ? low : extentOf(key, last);
  if (!low || !high) return null;
  switch (comparison) {
    case ":":
    case "=":
      return [low[0], high[1]];
    case "<":
      return [-Infinity, low[0] - 1e-6];
    case "<=":
      return [-Infinity, high[1]];
    case ">":
      return [high[1] + 1e-6, Infinity];
    case ">=":
      return [low[0], Infinity];
  }
}

/** Whether it may become a value of that key: "12..", "1/", "ma". */
function begun(key: string, text: string): boolean {
  return UNFINISHED.test(text) || (namesOf(key)?.some((name) => name.startsWith(text)) ?? false);
}

function namesOf(key: string): readonly string[] | null {
  return key === "month" ? MONTHS : key === "weekday" ? WEEKDAYS : null;
}

/** What a single number means: a year is all of its seconds, 50 mm is anything that rounds to it. */
function extentOf(key: string, text: string): [number, number] | null {
  const word = text.toLowerCase();
  if (key === "taken" || key === "year") {
    const period = key === "year" && !/^\d{4}$/.test(word) ? null : periodOf(word);
    return period && [period[0], period[1] - 1e-6];
  }
  const names = namesOf(key);
  const named = names ? names.findIndex((name) => name === word || name.slice(0, 3) === word) + 1 : 0;
  if (named) return [named, named];
  const parts = NUMBER.exec(word);
  if (!parts) return null;
  const multiple = key === "bytes" ? (MULTIPLES[parts[3]] ?? 1) : 1;
  const number = (+parts[1] / (parts[2] === undefined ? 1 : +parts[2])) * multiple;
  if (!Number.isFinite(number)) return null;
  if (key === "size") return [number - 0.5, number + 0.5];
  if (key === "aperture" || key === "exposure" || key === "focal" || key === "bytes") return [number * (1 - ALIKE), number * (1 + ALIKE)];
  return [number, number];
}
