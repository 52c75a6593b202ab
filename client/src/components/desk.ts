// In: the library's messages and what the reader does. Out: the signals every screen is drawn from. One for the page, made in
// app.ts and handed down.

import { batch, computed, effect, signal } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Change, Library, Selection, Sort, Status } from "../lib/library";
import type { PhotoRecord } from "../lib/records";
import { preferred, say, speak, type Language } from "../words/words";
import type { Grouping } from "./grid/days";
import type { Anchor } from "./grid/grid";
import type { House, User } from "./house";
import { parse, print, type Route } from "./route";

export type Theme = "system" | "light" | "dark";

/** Row heights a reader can choose from, px. */
export const HEIGHTS = [72, 100, 124, 150, 184, 220, 270, 340, 430] as const;
const USUAL = { wide: 5, narrow: 3 };

export interface Undo {
  says: string;
  /** How to take it back, where it was done. */
  take?: () => void;
}

export interface Zoom {
  /** The element a photo grows from and shrinks to. */
  tile(row: number): HTMLElement | undefined;
  anchor(): Anchor | undefined;
  reveal(row: number, focus?: boolean): void;
}

/** The query behind the favourites page. */
export const FAVOURITES = "favourite:yes";

/** Counting looks at every photo; once after a burst of changes is enough. */
const COUNT_MS = 400;
const NARROW = "(max-width: 719px)";

function kept<T extends string>(key: string, allowed: readonly T[], usual: T): T {
  const value = localStorage.getItem(`vitrine.${key}`);
  return value !== null && (allowed as readonly string[]).includes(value) ? (value as T) : usual;
}

const keep = (key: string, value: string): void => localStorage.setItem(`vitrine.${key}`, value);

/** A selection's rows as they stand on the page: all hits, then those that hold all but one word. */
export function shown(selection: Selection | undefined): Uint32Array {
  if (!selection) return new Uint32Array();
  const { order, almost } = selection;
  if (!almost || almost.order.length === 0) return order;
  const rows = new Uint32Array(order.length + almost.order.length);
  rows.set(order);
  rows.set(almost.order, order.length);
  return rows;
}

export class Desk {
  readonly library: Library;
  readonly house: House;
  readonly status = signal<Status>({ phase: "starting", have: 0, total: null, progress: null, trouble: null });
  readonly selection = signal<Selection | undefined>(undefined);
  readonly counts = signal<Record<string, number>>({});
  readonly route = signal<Route>(parse(location));
  readonly user = signal<User | undefined>(undefined);
  readonly signedOut = signal(false);
  /** This device was told to forget everything, while its reader stays signed in. */
  readonly forgotten = signal(false);
  readonly picked = signal<ReadonlySet<number>>(new Set());
  readonly undo = signal<Undo | undefined>(undefined);
  readonly help = signal(false);
  readonly narrow = signal(matchMedia(NARROW).matches);
  readonly folded = signal(localStorage.getItem("vitrine.rail") === "folded");
  readonly theme = signal<Theme>(kept("theme", ["system", "light", "dark"], "system"));
  readonly language = signal<Language | "system">(kept("language", ["system", "en", "de"], "system"));
  readonly grouping = signal<Grouping>(kept("group", ["day", "month", "year", "none"], "day"));
  readonly sort = signal<Sort>(kept("sort", ["newest", "oldest", "added", "name", "size"], "newest"));
  /** The order within a search; relevance unless the reader chose another. */
  readonly searchSort = signal<Sort>("relevance");
  /** The reader does not want to be asked for a password on this device. */
  readonly uninvited = signal(localStorage.getItem("vitrine.uninvited") === "yes");
  readonly density = signal(0);
  /** Raised when flags of photos changed while the selection stayed. */
  readonly edits = signal(0);
  /** The grid on the screen, where there is one. */
  grid: Zoom | undefined;
  /** Closes the photo on the screen the way it was opened; there once the viewer is. */
  shut: (() => void) | undefined;
  /** Focuses the search field. */
  focusSearch: () => void = () => undefined;

  readonly target = computed(() => HEIGHTS[this.density.value] ?? 220);
  readonly query = computed(() => (this.route.value.page === "favourites" ? FAVOURITES : this.route.value.page === "photos" ? this.route.value.query : ""));
  readonly searching = computed(() => this.route.value.page === "photos" && this.route.value.query !== "");
  readonly order = computed(() => (this.searching.value ? this.searchSort.value : this.sort.value));

  constructor(library: Library, house: House) {
    this.library = library;
    this.house = house;
    this.density.value = this.#keptDensity();
  }

  /** Begin to listen. */
  async open(): Promise<void> {
    await this.#speak();
    matchMedia(NARROW).addEventListener("change", (event) => {
      batch(() => {
        this.narrow.value = event.matches;
        this.density.value = this.#keptDensity();
      });
    });
    addEventListener("popstate", () => {
      this.route.value = parse(location);
    });
    history.scrollRestoration = "manual";
    this.library.status((status) => {
      const before = this.status.peek().phase;
      this.status.value = status;
      if (status.phase === "signed-out" && before !== "signed-out") void this.#dismissed();
      // A page that began without a connection does not know yet who its reader is.
      else if (status.phase === "live" && before !== "live" && !this.user.peek()) void this.meet();
    });
    this.library.selection((selection) => {
      this.selection.value = selection;
      this.#count();
    });
    effect(() => {
      const { page } = this.route.value;
      const [query, sort] = [this.query.value, this.order.value];
      if (page === "photos" || page === "favourites") void this.library.show(query, sort);
    });
    effect(() => {
      if (this.route.value.photo === undefined) this.#beside = undefined;
    });
    effect(() => {
      void this.query.value;
      void this.route.value.page;
      this.picked.value = new Set();
    });
    void this.meet();
  }

  /** Ask the server who is here. Without a connection the copy on this device serves. */
  async meet(): Promise<void> {
    try {
      this.user.value = await this.house.user();
      this.signedOut.value = this.user.value === undefined;
    } catch {
      this.signedOut.value = false;
    }
  }

  /** The library left. Either nobody is signed in any more, or this device was told to forget what it kept. */
  async #dismissed(): Promise<void> {
    const user = await this.house.user().catch(() => undefined);
    if (user) this.forgotten.value = true;
    else this.signedOut.value = true;
  }

  #counting: ReturnType<typeof setTimeout> | undefined;
  #count(): void {
    clearTimeout(this.#counting);
    this.#counting = setTimeout(() => {
      void this.library.counts().then((counts) => {
        this.counts.value = counts;
      });
    }, COUNT_MS);
  }

  async #speak(): Promise<void> {
    await speak(this.language.value === "system" ? preferred(navigator.languages) : this.language.value);
  }

  async setLanguage(language: Language | "system"): Promise<void> {
    this.language.value = language;
    keep("language", language);
    await this.#speak();
  }

  setTheme(theme: Theme): void {
    this.theme.value = theme;
    keep("theme", theme);
    const { dataset } = document.documentElement;
    if (theme === "system") delete dataset["theme"];
    else dataset["theme"] = theme;
    const dark = theme === "dark" || (theme === "system" && !matchMedia("(prefers-color-scheme: light)").matches);
    document.querySelector('meta[name="theme-color"]')?.setAttribute("content", dark ? "#101113" : "#faf9f6");
  }

  /** Between light and dark, from what is seen now. */
  turnTheme(): void {
    const dark = this.theme.value === "dark" || (this.theme.value === "system" && !matchMedia("(prefers-color-scheme: light)").matches);
    this.setTheme(dark ? "light" : "dark");
  }

  setGrouping(grouping: Grouping): void {
    this.grouping.value = grouping;
    keep("group", grouping);
  }

  setSort(sort: Sort): void {
    if (this.searching.value) this.searchSort.value = sort;
    else {
      this.sort.value = sort;
      keep("sort", sort);
    }
  }

  disinvite(): void {
    this.uninvited.value = true;
    keep("uninvited", "yes");
  }

  setFolded(folded: boolean): void {
    this.folded.value = folded;
    keep("rail", folded ? "folded" : "open");
  }

  #keptDensity(): number {
    const kind = this.narrow.value ? "narrow" : "wide";
    const value = Number(localStorage.getItem(`vitrine.density.${kind}`) ?? "x");
    return Number.isInteger(value) && value >= 0 && value < HEIGHTS.length ? value : USUAL[kind];
  }

  setDensity(level: number): void {
    this.density.value = Math.max(0, Math.min(HEIGHTS.length - 1, level));
    keep(`density.${this.narrow.value ? "narrow" : "wide"}`, String(this.density.value));
  }

  #settling: ReturnType<typeof setTimeout> | undefined;
  /** The grid was scrolled: keep its place for a reload. Browsers ignore what is written while the page goes. */
  scrolled(): void {
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => {
      if (!this.route.value.photo) this.#remember();
    }, 250);
  }

  #remember(): void {
    const anchor = this.grid?.anchor();
    history.replaceState({ ...(history.state as object | null), anchor }, "");
  }

  /** Where the reader was on this page, from an earlier visit or before a reload. */
  get remembered(): Anchor | undefined {
    return (history.state as { anchor?: Anchor } | null)?.anchor;
  }

  go(route: Route, replace = false): void {
    clearTimeout(this.#settling);
    if (replace) {
      // Another query under the same entry has no place to go back to yet.
      const same = route.page === this.route.value.page && route.query === this.route.value.query;
      history.replaceState(same ? history.state : { ...(history.state as object | null), anchor: undefined }, "", print(route));
    } else {
      this.#remember();
      const opens = route.photo !== undefined && this.route.value.photo === undefined;
      history.pushState({ over: opens }, "", print(route));
    }
    this.route.value = route;
  }

  search(query: string, replace = false): void {
    const trimmed = query.trim();
    const now = this.route.value;
    if (now.page === "photos" && now.query === trimmed && !now.photo) return;
    if (trimmed === "" || !this.searching.value) this.searchSort.value = "relevance";
    this.go({ page: "photos", query: trimmed }, replace && now.page === "photos");
  }

  openPhoto(id: string, replace = false): void {
    this.go({ ...this.route.value, photo: id }, replace);
  }

  #beside: { rows: Uint32Array; of: Selection | undefined } | undefined;
  /**
   * The rows that previous and next lead through: the selection as it was when the first photo was opened, since an edit may
   * take the open photo out of it; only what a sync adds behind its end is added here too.
   */
  get beside(): Uint32Array {
    const selection = this.selection.peek();
    if (this.#beside?.of === selection && this.#beside) return this.#beside.rows;
    const row = this.library.columns.row(this.route.peek().photo ?? "");
    const rows = shown(selection);
    if (row === undefined) return rows;
    if (!this.#beside) this.#beside = { rows: rows.includes(row) ? rows : Uint32Array.of(row), of: selection };
    else {
      const before = this.#beside.rows;
      const grew = rows.length > before.length && before.every((held, at) => rows[at] === held);
      this.#beside = { rows: grew ? rows : before, of: selection };
    }
    return this.#beside.rows;
  }

  /** On to a neighbour of the open photo; the stage follows as soon as it can. */
  turn(step: number): void {
    const row = this.library.columns.row(this.route.peek().photo ?? "");
    const at = row === undefined ? -1 : this.beside.indexOf(row);
    const next = at < 0 ? undefined : this.beside[at + step];
    if (next !== undefined) this.openPhoto(this.library.columns.id(next), true);
  }

  /** Take the photo off the address; on the screen it shrinks back first, see `leavePhoto`. */
  closePhoto(): void {
    if ((history.state as { over?: boolean } | null)?.over) history.back();
    else {
      const { page, query } = this.route.value;
      this.go({ page, query }, true);
    }
  }

  leavePhoto(): void {
    if (this.shut) this.shut();
    else this.closePhoto();
  }

  /** Whether the change was made; if not, the reader was told. */
  async edit(id: string, change: Change): Promise<boolean> {
    let done = true;
    try {
      await this.library.edit(id, change);
    } catch (failure) {
      // The library has put back what it showed ahead of the server; all that is left to do is to say so.
      this.offer(failure instanceof Error ? failure.message : say("failed"));
      done = false;
    }
    this.edits.value++;
    return done;
  }

  isFavourite(row: number): boolean {
    return ((this.library.columns.flags[row] ?? 0) & 1) !== 0;
  }

  /** Turn favourites on, or off when all are; several at once can be undone. */
  async favourite(rows: number[]): Promise<void> {
    const all = rows.every((row) => this.isFavourite(row));
    const changed = all ? rows : rows.filter((row) => !this.isFavourite(row));
    const set = async (favourite: boolean): Promise<boolean> => {
      const done = await Promise.all(changed.map((row) => this.edit(this.library.columns.id(row), { favourite })));
      return done.every(Boolean);
    };
    const done = await set(!all);
    if (done && rows.length > 1 && !all) this.offer(say("favouritesSet", { n: changed.length }), () => void set(false));
  }

  async rate(rows: number[], rating: number | null): Promise<void> {
    const before = await this.library.records(rows);
    const done = await Promise.all(before.map((record) => this.edit(record.id, { rating })));
    if (done.every(Boolean) && rows.length > 1) {
      this.offer(say("ratingSet", { n: rows.length }), () => {
        for (const record of before) void this.edit(record.id, { rating: record.rating ?? null });
      });
    }
  }

  /** Other tags for one photo; what was there before can be taken back. */
  async tag(record: PhotoRecord, tags: string[]): Promise<boolean> {
    const before = record.tags ?? [];
    const gone = before.filter((tag) => !tags.includes(tag));
    if (!(await this.edit(record.id, { tags }))) return false;
    this.offer(say(gone.length > 0 ? "tagRemoved" : "tagAdded", { tag: gone[0] ?? tags.at(-1) ?? "" }), () => void this.edit(record.id, { tags: before }));
    return true;
  }

  offer(says: string, take?: () => void): void {
    this.undo.value = { says, ...(take && { take }) };
  }

  takeBack(): void {
    this.undo.value?.take?.();
    this.undo.value = undefined;
  }

  async signOut(): Promise<void> {
    try {
      await this.house.signOut();
    } catch (failure) {
      // Forgetting the copy alone would look like having left, with the door still open.
      this.offer(failure instanceof Error ? failure.message : say("failed"));
      return;
    }
    await this.library.purge();
    location.assign("/");
  }
}

export const DeskContext = createContext<Desk | undefined>(undefined);

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (!desk) throw new Error("no desk above this component");
  return desk;
}
