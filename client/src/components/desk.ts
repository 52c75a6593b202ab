// In: the library's messages and what the reader does. Out: the signals every screen is drawn from. One for the page, made in
// app.ts and handed down.

import { batch, computed, effect, signal } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Change, Library, Selection, Sort, Status } from "../lib/library";
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
  take: () => void;
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

export class Desk {
  readonly library: Library;
  readonly house: House;
  readonly status = signal<Status>({ phase: "starting", have: 0, total: null, progress: null, trouble: null });
  readonly selection = signal<Selection | undefined>(undefined);
  readonly counts = signal<Record<string, number>>({});
  readonly route = signal<Route>(parse(location));
  readonly user = signal<User | undefined>(undefined);
  readonly signedOut = signal(false);
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
  readonly density = signal(0);
  /** Raised when flags of photos changed while the selection stayed. */
  readonly edits = signal(0);
  /** The grid on the screen, where there is one. */
  grid: Zoom | undefined;
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
      this.status.value = status;
      if (status.phase === "signed-out") this.signedOut.value = true;
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
    if (replace) history.replaceState(history.state, "", print(route));
    else {
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

  closePhoto(): void {
    if ((history.state as { over?: boolean } | null)?.over) history.back();
    else {
      const { page, query } = this.route.value;
      this.go({ page, query }, true);
    }
  }

  async edit(id: string, change: Change): Promise<void> {
    await this.library.edit(id, change);
    this.edits.value++;
  }

  isFavourite(row: number): boolean {
    return ((this.library.columns.flags[row] ?? 0) & 1) !== 0;
  }

  /** Turn favourites on, or off when all are; several at once can be undone. */
  async favourite(rows: number[]): Promise<void> {
    const all = rows.every((row) => this.isFavourite(row));
    const changed = all ? rows : rows.filter((row) => !this.isFavourite(row));
    const set = async (favourite: boolean): Promise<void> => {
      await Promise.all(changed.map((row) => this.edit(this.library.columns.id(row), { favourite })));
    };
    await set(!all);
    if (rows.length > 1 && !all) this.offer(say("favouritesSet", { n: changed.length }), () => void set(false));
  }

  async rate(rows: number[], rating: number | null): Promise<void> {
    const before = await this.library.records(rows);
    await Promise.all(before.map((record) => this.edit(record.id, { rating })));
    if (rows.length > 1) {
      this.offer(say("ratingSet", { n: rows.length }), () => {
        for (const record of before) void this.edit(record.id, { rating: record.rating ?? null });
      });
    }
  }

  offer(says: string, take: () => void): void {
    this.undo.value = { says, take };
  }

  takeBack(): void {
    this.undo.value?.take();
    this.undo.value = undefined;
  }

  async signOut(): Promise<void> {
    await this.house.signOut();
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
