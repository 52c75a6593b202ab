// In: the photos of a selection, in order. Out: the tiles in view, each an element that is used again when its photo leaves
// the screen; and what the reader does to them. No virtual DOM here: this path runs on every frame of a scroll.

import { FLAG, type Columns, type Reason } from "../../lib/library";
import { lay, neighbour, rowOf, rowsBetween, atOrBefore, type Layout, type Step } from "./layout";
import { keyed, type Grouping } from "./days";
import { Scrolling } from "./scrolling";
import { Check } from "lucide-preact";
import { icon, Tile, thumbOf } from "./tile";
import { actOf, type Act } from "../keys";

export interface Scene {
  columns: Columns;
  /** Names what is shown; when it changes, the grid starts at the top. */
  name: string;
  order: Uint32Array;
  /** Tiles from here on stand under a heading of their own. */
  almostFrom: number;
  grouping: Grouping;
  /** Height rows aim at, px. */
  target: number;
  narrow: boolean;
  /** Why each one is here is written on it. */
  reasons: boolean;
}

export interface Heading {
  /** Group key of days.ts, or ALMOST. */
  key: number;
  /** Row of the group's first photo. */
  first: number;
  count: number;
  /** Room for its text, px. */
  width: number;
  /** A few rows spread over the group. */
  sample: number[];
}

export const ALMOST = 0x7fffffff;

export interface Anchor {
  id: string;
  /** Distance of its row's top from the top of the view, px. */
  offset: number;
}

export interface Host {
  href(id: string): string;
  label(row: number): string;
  /** What stands above a group, in full where it may be cut, and the name of what selects it. */
  heading(heading: Heading): { title: string; full: string; aside: string; select: string };
  /** What only the record tells, a moment later. */
  aside(heading: Heading): Promise<string>;
  reasons(rows: number[]): Promise<Reason[][]>;
  open(row: number, index: number): void;
  pick(rows: ReadonlySet<number>): void;
  favourite(rows: number[]): void;
  resize(step: number): void;
  moved(): void;
}

/** Drawn beyond the screen, as a share of its height. */
const BEYOND = 0.6;
/** Scrolling faster than this, px a frame, loads nothing: it would be gone when it came. */
const RUSHING = 900;
const LONG_PRESS_MS = 450;

export class Grid {
  readonly #scroller: HTMLElement;
  readonly #space = document.createElement("div");
  readonly #heads = document.createElement("div");
  readonly #list = document.createElement("div");
  readonly #host: Host;
  readonly #scrolling = new Scrolling();
  readonly #live = new Map<number, Tile>();
  readonly #spare: Tile[] = [];
  readonly #headLive = new Map<number, HTMLElement>();
  readonly #asides = new Map<string, string>();
  readonly #why = new Map<number, Reason[]>();
  readonly #cut = new AbortController();
  #scene: Scene | undefined;
  #layout: Layout = lay({ count: 0, ratio: () => 1 }, { width: 1, target: 1, gap: 0, heading: 0, after: 0, beside: 0, headingWidth: 0 });
  #where = new Int32Array(0);
  #picked: ReadonlySet<number> = new Set();
  #current = 0;
  #pivot = -1;
  #frame = 0;
  #lastTop = 0;
  #quiet: ReturnType<typeof setTimeout> | undefined;
  #width = 0;
  // Measured when it changes: asking on every frame would make the browser lay out twice.
  #view = 0;
  #wantedAnchor: Anchor | undefined;

  constructor(scroller: HTMLElement, host: Host, label: string) {
    this.#scroller = scroller;
    this.#host = host;
    this.#space.className = "grid-space";
    this.#heads.className = "grid-heads";
    this.#list.className = "grid-tiles";
    this.#list.setAttribute("role", "list");
    this.#list.setAttribute("aria-label", label);
    this.#space.append(this.#heads, this.#list);
    scroller.append(this.#space);
    const { signal } = this.#cut;
    scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true, signal });
    this.#list.addEventListener("click", (event) => this.#clicked(event), { signal });
    this.#list.addEventListener("keydown", (event) => this.#pressed(event), { signal });
    this.#list.addEventListener("focusin", (event) => this.#focused(event), { signal });
    this.#heads.addEventListener("click", (event) => this.#headClicked(event), { signal });
    scroller.addEventListener("wheel", (event) => this.#wheeled(event), { passive: false, signal });
    this.#touches(signal);
    this.#view = scroller.clientHeight;
    const watch = new ResizeObserver(() => {
      this.#view = scroller.clientHeight;
      if (this.#space.clientWidth !== this.#width) this.#relay();
      else this.#draw();
    });
    watch.observe(scroller);
    watch.observe(this.#space);
    signal.addEventListener("abort", () => watch.disconnect());
  }

  destroy(): void {
    this.#cut.abort();
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#quiet);
    for (const tile of this.#live.values()) tile.clear();
    this.#space.remove();
  }

  get layout(): Layout {
    return this.#layout;
  }
  /** Position of the view's top in the gallery, px. */
  get position(): number {
    return this.#scrolling.position(this.#scroller.scrollTop);
  }
  get view(): number {
    return this.#view;
  }

  show(scene: Scene): void {
    const before = this.#scene;
    const fresh = before?.name !== scene.name;
    const same = before?.order === scene.order && before.grouping === scene.grouping && before.target === scene.target && before.narrow === scene.narrow;
    const anchor = fresh ? undefined : this.anchor();
    this.#scene = scene;
    if (fresh || before?.order !== scene.order) {
      this.#why.clear();
      this.#asides.clear();
      const where = new Int32Array(scene.columns.rows).fill(-1);
      for (let i = 0; i < scene.order.length; i++) where[scene.order[i] as number] = i;
      this.#where = where;
    }
    if (fresh) {
      this.#pivot = -1;
      this.#current = 0;
    }
    if (same && !fresh) {
      this.refresh();
      return;
    }
    this.#flags();
    this.#lay();
    if (fresh) this.#go(0);
    else if (anchor && this.position > 0) this.restore(anchor);
    if (this.#wantedAnchor) this.restore(this.#wantedAnchor);
    this.#draw(true);
  }

  /** The photos' flags changed, their places did not. */
  refresh(): void {
    this.#flags();
    this.#draw();
  }

  #flags(): void {
    const flags = this.#scene?.columns.flags;
    if (flags) for (const tile of this.#live.values()) tile.favourite(((flags[tile.row] ?? 0) & FLAG.favourite) !== 0);
  }

  mark(picked: ReadonlySet<number>): void {
    this.#picked = picked;
    this.#scroller.classList.toggle("is-picking", picked.size > 0);
    for (const tile of this.#live.values()) tile.picked(picked.has(tile.row));
  }

  /** The first photo in view, so that a later visit finds its place whatever was added above. */
  anchor(): Anchor | undefined {
    const scene = this.#scene;
    if (!scene || this.#layout.rows === 0) return undefined;
    const top = this.position;
    const row = Math.min(atOrBefore(this.#layout.rowTop, top + 8), this.#layout.rows - 1);
    const tile = this.#layout.rowFirst[row] as number;
    const photo = scene.order[tile];
    return photo === undefined ? undefined : { id: scene.columns.id(photo), offset: (this.#layout.rowTop[row] as number) - top };
  }

  /** Back to `anchor`; remembered when its photo is not here yet. */
  restore(anchor: Anchor): void {
    const photo = this.#scene?.columns.row(anchor.id);
    const index = photo === undefined ? -1 : (this.#where[photo] ?? -1);
    if (index < 0 || this.#width === 0) {
      this.#wantedAnchor = anchor;
      return;
    }
    this.#wantedAnchor = undefined;
    this.#go((this.#layout.rowTop[rowOf(this.#layout, index)] as number) - anchor.offset);
  }

  /** Show the gallery from `position` px on. */
  go(position: number): void {
    this.#wantedAnchor = undefined;
    this.#go(position);
    // With the frame, like any scroll: a second drawing in the same frame would see no movement, and load what only rushes by.
    this.#scrolled();
  }

  #go(position: number): void {
    const most = Math.max(0, this.#scrolling.height - this.view);
    const wanted = Math.max(0, Math.min(most, position));
    const now = this.#scrolling.position(this.#scroller.scrollTop);
    const direct = wanted - this.#scrolling.base;
    const fits = direct >= 0 && direct <= this.#scrolling.element - this.view;
    this.#scroller.scrollTop = fits && Math.abs(wanted - now) < 1e5 ? direct : this.#scrolling.reach(wanted);
  }

  /** Bring a photo into view and make it the one Tab stops at. */
  reveal(row: number, focus = false): void {
    const index = this.#where[row] ?? -1;
    if (index < 0) return;
    this.#current = index;
    this.#into(index);
    this.#draw();
    if (focus) this.#live.get(row)?.link.focus({ preventScroll: true });
  }

  /** The element that shows a photo, where it is on the screen. */
  tile(row: number): HTMLElement | undefined {
    return this.#live.get(row)?.element;
  }

  #into(index: number): void {
    const row = rowOf(this.#layout, index);
    const top = this.#layout.rowTop[row] as number;
    const bottom = top + (this.#layout.rowHeight[row] as number);
    const from = this.position;
    const headroom = 56;
    const footroom = this.#scene?.narrow ? 96 : 24;
    if (top - headroom < from) this.#go(top - headroom);
    else if (bottom + footroom > from + this.view) this.#go(bottom + footroom - this.view);
  }

  #relay(): void {
    const anchor = this.anchor();
    const top = this.position;
    this.#lay();
    if (this.#wantedAnchor) this.restore(this.#wantedAnchor);
    else if (anchor && top > 0) this.restore(anchor);
    this.#draw(true);
  }

  #lay(): void {
    const scene = this.#scene;
    if (!scene) return;
    const { columns, order } = scene;
    this.#width = this.#space.clientWidth;
    if (this.#width === 0) return;
    const key = keyed(scene.grouping);
    const headed = scene.grouping !== "none" || scene.almostFrom < order.length;
    const flat = scene.grouping === "none";
    this.#layout = lay(
      {
        count: order.length,
        ratio: (i) => columns.ratio[order[i] as number] ?? 1,
        ...(headed && { group: (i: number) => (i >= scene.almostFrom ? ALMOST : flat ? 0 : key(columns.day[order[i] as number] as number)) }),
      },
      {
        width: this.#width,
        target: scene.target,
        gap: 4,
        heading: scene.narrow ? 46 : 40,
        ...(flat && scene.almostFrom > 0 && { firstHeading: scene.narrow ? 4 : 2 }),
        after: scene.narrow ? 6 : 8,
        beside: scene.narrow ? 12 : 20,
        headingWidth: scene.narrow ? 120 : 168,
      },
    );
    const foot = scene.narrow ? 120 : 88;
    this.#scrolling.resize(this.#layout.height + foot);
    this.#space.style.height = `${this.#scrolling.element}px`;
  }

  #scrolled(): void {
    const settled = this.#scrolling.settle(this.#scroller.scrollTop);
    if (settled !== undefined) this.#scroller.scrollTop = settled;
    if (this.#frame) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
      this.#host.moved();
    });
  }

  #draw(force = false): void {
    const scene = this.#scene;
    if (!scene || this.#width === 0) return;
    const { columns, order } = scene;
    const layout = this.#layout;
    const top = this.position;
    const beyond = this.view * BEYOND;
    const [firstRow, endRow] = rowsBetween(layout, top - beyond, top + this.view + beyond);
    const first = layout.rowFirst[firstRow] ?? 0;
    const end = layout.rowFirst[endRow] ?? layout.tiles;
    const base = this.#scrolling.base;
    const rushing = !force && Math.abs(top - this.#lastTop) > RUSHING;
    this.#lastTop = top;

    const active = document.activeElement;
    for (const [row, tile] of this.#live) {
      const index = this.#where[row] ?? -1;
      if (index >= first && index < end) continue;
      if (index >= 0 && tile.element.contains(active)) continue;
      this.#live.delete(row);
      tile.clear();
      tile.element.remove();
      if (this.#spare.length < 80) this.#spare.push(tile);
    }

    const fresh: number[] = [];
    let r = firstRow;
    for (let i = first; i < end; i++) {
      while (r + 1 < layout.rows && (layout.rowFirst[r + 1] as number) <= i) r++;
      const row = order[i] as number;
      let tile = this.#live.get(row);
      if (!tile) {
        tile = this.#spare.pop() ?? new Tile();
        const flags = columns.flags[row] ?? 0;
        const id = columns.id(row);
        tile.show({
          row,
          id,
          name: this.#host.label(row),
          hash: columns.thumbhash(row),
          href: this.#host.href(id),
          favourite: (flags & FLAG.favourite) !== 0,
          video: (flags & (FLAG.video | FLAG.animated)) !== 0,
        });
        tile.picked(this.#picked.has(row));
        this.#live.set(row, tile);
        this.#list.append(tile.element);
      }
      if (scene.reasons) {
        const known = this.#why.get(row);
        if (known) tile.because(known);
        else fresh.push(row);
      }
      const wide = layout.w[i] as number;
      const high = layout.rowHeight[r] as number;
      tile.index = i;
      tile.place(layout.x[i] as number, (layout.rowTop[r] as number) - base, wide, high);
      tile.current(i === this.#current);
      if (!rushing) tile.load(thumbOf(columns.id(row), Math.max(wide, high)));
    }
    if (this.#current < first || this.#current >= end) {
      const row = order[Math.min(first, order.length - 1)];
      if (row !== undefined && !this.#list.contains(active)) {
        this.#current = first;
        this.#live.get(row)?.current(true);
      }
    }
    this.#drawHeads(top - beyond, top + this.view + beyond, base);

    clearTimeout(this.#quiet);
    if (rushing) this.#quiet = setTimeout(() => this.#draw(true), 90);
    else if (fresh.length > 0) this.#quiet = setTimeout(() => this.#askWhy(scene, fresh), 40);
  }

  #askWhy(scene: Scene, rows: number[]): void {
    void this.#host.reasons(rows).then((lists) => {
      if (this.#scene?.name !== scene.name) return;
      rows.forEach((row, k) => {
        const reasons = lists[k] ?? [];
        this.#why.set(row, reasons);
        this.#live.get(row)?.because(reasons);
      });
    });
  }

  #drawHeads(top: number, bottom: number, base: number): void {
    const scene = this.#scene;
    const layout = this.#layout;
    const wanted = new Set<number>();
    const headed = scene !== undefined && (scene.grouping !== "none" || scene.almostFrom < scene.order.length);
    if (scene && headed && layout.groups > 0) {
      const key = keyed(scene.grouping);
      let g = atOrBefore(layout.groupTop, top);
      while (g > 0 && layout.groupTop[g - 1] === layout.groupTop[g]) g--;
      for (; g < layout.groups && (layout.groupTop[g] as number) <= bottom; g++) {
        const first = layout.groupFirst[g] as number;
        const end = layout.groupFirst[g + 1] as number;
        const almost = first >= scene.almostFrom;
        if (scene.grouping === "none" && !almost) continue;
        const photo = scene.order[first] as number;
        const groupKey = almost ? ALMOST : key(scene.columns.day[photo] as number);
        wanted.add(groupKey);
        let head = this.#headLive.get(groupKey);
        if (!head) {
          head = document.createElement("div");
          head.className = "grid-head";
          const text = document.createElement("h2");
          const title = document.createElement("span");
          title.className = "grid-head-title";
          const aside = document.createElement("span");
          aside.className = "grid-head-aside";
          const tick = document.createElement("button");
          tick.type = "button";
          tick.className = "grid-head-tick";
          // Not a stop of its own between every two days: on a photo, G does the same.
          tick.tabIndex = -1;
          tick.append(icon(Check, true));
          text.append(title, aside);
          head.append(text, tick);
          this.#headLive.set(groupKey, head);
          this.#heads.append(head);
        }
        const step = Math.max(1, Math.floor((end - first) / 6));
        const sample: number[] = [];
        for (let i = first; i < end && sample.length < 6; i += step) sample.push(scene.order[i] as number);
        const heading: Heading = { key: groupKey, first: photo, count: end - first, width: layout.groupWidth[g] as number, sample };
        const memo = `${groupKey} ${photo} ${end - first}`;
        const text = this.#host.heading(heading);
        const [title, beside] = head.firstElementChild?.children as unknown as [HTMLElement, HTMLElement];
        title.textContent = text.title;
        beside.textContent = this.#asides.get(memo) ?? text.aside;
        head.lastElementChild?.setAttribute("aria-label", text.select);
        head.title = text.full;
        head.dataset["first"] = String(first);
        head.dataset["end"] = String(end);
        head.style.transform = `translate(${layout.groupX[g]}px, ${(layout.groupTop[g] as number) - base}px)`;
        head.style.width = `${layout.groupWidth[g]}px`;
        if (!almost && !this.#asides.has(memo)) {
          this.#asides.set(memo, text.aside);
          const element = beside;
          const of = head;
          void this.#host.aside(heading).then((aside) => {
            this.#asides.set(memo, aside);
            if (this.#headLive.get(groupKey) === of && of.dataset["first"] === String(first)) element.textContent = aside;
          });
        }
      }
    }
    for (const [groupKey, head] of this.#headLive) {
      if (wanted.has(groupKey)) continue;
      this.#headLive.delete(groupKey);
      head.remove();
    }
  }

  #tileAt(target: EventTarget | null): Tile | undefined {
    const element = target instanceof Element ? target.closest(".tile") : null;
    if (!element) return undefined;
    for (const tile of this.#live.values()) if (tile.element === element) return tile;
    return undefined;
  }

  #clicked(event: MouseEvent): void {
    const tile = this.#tileAt(event.target);
    if (!tile) return;
    const on = event.target as Element;
    if (on.closest(".tile-heart")) {
      this.#host.favourite([tile.row]);
    } else if (on.closest(".tile-tick") || event.shiftKey || this.#picked.size > 0) {
      event.preventDefault();
      if (event.shiftKey && this.#pivot >= 0) this.#range(tile.index);
      else this.#toggle(tile.index);
    } else if (on.closest(".tile-open") && !event.metaKey && !event.ctrlKey && event.button === 0) {
      event.preventDefault();
      this.#current = tile.index;
      this.#host.open(tile.row, tile.index);
    }
  }

  #headClicked(event: MouseEvent): void {
    const on = event.target instanceof Element ? event.target : undefined;
    const head = on?.closest<HTMLElement>(".grid-head");
    if (!head || (this.#picked.size === 0 && !on?.closest(".grid-head-tick"))) return;
    this.#toggleSpan(Number(head.dataset["first"]), Number(head.dataset["end"]));
  }

  /** All photos under the heading of the current one; without headings, all there are. */
  #toggleGroup(): void {
    const { groups, groupFirst, tiles } = this.#layout;
    if (groups === 0) return this.#toggleSpan(0, tiles);
    const g = Math.min(atOrBefore(groupFirst, this.#current), groups - 1);
    this.#toggleSpan(groupFirst[g] as number, groupFirst[g + 1] as number);
  }

  #toggleSpan(first: number, end: number): void {
    const rows = Array.from(this.#scene?.order.subarray(first, end) ?? []);
    const next = new Set(this.#picked);
    const all = rows.every((row) => next.has(row));
    for (const row of rows) {
      if (all) next.delete(row);
      else next.add(row);
    }
    this.#host.pick(next);
  }

  #toggle(index: number): void {
    const row = this.#scene?.order[index];
    if (row === undefined) return;
    const next = new Set(this.#picked);
    if (!next.delete(row)) next.add(row);
    this.#pivot = index;
    this.#current = index;
    this.#host.pick(next);
  }

  #range(index: number): void {
    const order = this.#scene?.order;
    if (!order) return;
    const next = new Set(this.#picked);
    const from = Math.min(this.#pivot, index);
    const to = Math.max(this.#pivot, index);
    for (let i = from; i <= to; i++) next.add(order[i] as number);
    this.#current = index;
    this.#host.pick(next);
  }

  #focused(event: FocusEvent): void {
    const tile = this.#tileAt(event.target);
    if (!tile || tile.index === this.#current) return;
    const before = this.#scene?.order[this.#current];
    if (before !== undefined) this.#live.get(before)?.current(false);
    this.#current = tile.index;
    tile.current(true);
  }

  #pressed(event: KeyboardEvent): void {
    const act = actOf(event, "grid");
    const tile = this.#tileAt(event.target);
    if (!act || !tile) return;
    if (event.target instanceof HTMLButtonElement && (act === "open" || act === "select")) return;
    if (this.act(act, event)) event.preventDefault();
  }

  /** Do what a key of the table says; false when it means nothing here. */
  act(act: Act, event: KeyboardEvent): boolean {
    const order = this.#scene?.order;
    const row = order?.[this.#current];
    if (!order || row === undefined) return false;
    const step = ARROWS[event.key];
    if ((act === "move" || act === "ends") && step) {
      this.#step(neighbour(this.#layout, this.#current, step));
    } else if (act === "page") {
      const way: Step = event.key === "PageUp" ? "up" : "down";
      const far = Math.max(1, Math.floor(this.view / ((this.#scene?.target ?? 220) * 1.2)));
      let to = this.#current;
      for (let k = 0; k < far; k++) to = neighbour(this.#layout, to, way);
      this.#step(to);
    } else if (act === "open") this.#host.open(row, this.#current);
    else if (act === "select") this.#toggle(this.#current);
    else if (act === "range") {
      if (this.#pivot < 0) this.#pivot = this.#current;
      this.#range(this.#current);
    } else if (act === "group") this.#toggleGroup();
    else if (act === "all") this.#host.pick(new Set(order));
    else if (act === "favourite") this.#host.favourite(this.#picked.size > 0 ? [...this.#picked] : [row]);
    else if (act === "larger") this.#host.resize(1);
    else if (act === "smaller") this.#host.resize(-1);
    else return false;
    return true;
  }

  #step(to: number): void {
    const row = this.#scene?.order[to];
    if (row === undefined) return;
    const before = this.#scene?.order[this.#current];
    if (before !== undefined) this.#live.get(before)?.current(false);
    this.#current = to;
    this.#into(to);
    this.#draw();
    const tile = this.#live.get(row);
    tile?.current(true);
    tile?.link.focus({ preventScroll: true });
  }

  #wheeled(event: WheelEvent): void {
    if (!event.ctrlKey) return;
    event.preventDefault();
    this.#pinch += event.deltaY;
    if (Math.abs(this.#pinch) < 40) return;
    this.#host.resize(this.#pinch > 0 ? -1 : 1);
    this.#pinch = 0;
  }
  #pinch = 0;

  #touches(signal: AbortSignal): void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let apart = 0;
    let pressed = false;
    const distance = (touches: TouchList): number => {
      const [a, b] = [touches[0], touches[1]];
      return a && b ? Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY) : 0;
    };
    this.#scroller.addEventListener(
      "touchstart",
      (event) => {
        clearTimeout(timer);
        pressed = false;
        if (event.touches.length === 2) {
          apart = distance(event.touches);
          return;
        }
        const tile = this.#tileAt(event.target);
        if (!tile) return;
        timer = setTimeout(() => {
          pressed = true;
          navigator.vibrate?.(8);
          this.#toggle(tile.index);
        }, LONG_PRESS_MS);
      },
      { passive: true, signal },
    );
    this.#scroller.addEventListener(
      "touchmove",
      (event) => {
        clearTimeout(timer);
        if (event.touches.length !== 2 || apart === 0) return;
        const ratio = distance(event.touches) / apart;
        if (ratio < 1.25 && ratio > 0.8) return;
        this.#host.resize(ratio > 1 ? 1 : -1);
        apart = distance(event.touches);
      },
      { passive: true, signal },
    );
    this.#scroller.addEventListener(
      "touchend",
      (event) => {
        clearTimeout(timer);
        apart = 0;
        // The press selected the photo already; the click that follows would take it back.
        if (pressed) event.preventDefault();
      },
      { signal },
    );
    this.#scroller.addEventListener("contextmenu", (event) => pressed && event.preventDefault(), { signal });
  }
}

const ARROWS: Record<string, Step> = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down", Home: "home", End: "end" };
