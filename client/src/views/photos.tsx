// In: the selection. Out: the grid with its headings and scrubber, or one sentence where there is nothing to show.

import { useEffect, useRef } from "preact/hooks";
import { effect } from "@preact/signals";
import { NO_DAY, type Selection } from "../lib/library";
import { shown, useDesk, type Desk } from "../components/desk";
import { ALMOST, Grid, type Heading, type Host } from "../components/grid/grid";
import { civil, keyed, noon, type Grouping } from "../components/grid/days";
import { atOrBefore } from "../components/grid/layout";
import { Scrubber, type Mark } from "../components/grid/scrubber";
import { placesOf } from "../components/grid/places";
import { print } from "../components/route";
import { Findings } from "../components/search";
import { dayMonth, longDay, longMonth, shortDay, shortMonth } from "../words/figures";
import { around, number, say } from "../words/words";

export function Photos() {
  const desk = useDesk();
  const scroller = useRef<HTMLDivElement>(null);
  const side = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (!scroller.current || !side.current) return;
    return mount(desk, scroller.current, side.current);
  }, [desk]);

  return (
    <>
      <h1 class="unseen">{say(desk.route.value.page === "favourites" ? "favourites" : "photos")}</h1>
      <Findings />
      <Announce />
      <NothingFound />
      <div class="grid-frame">
        <div class="grid" id="photos" ref={scroller} />
        <div class="grid-side" ref={side} />
        <Nothing />
      </div>
    </>
  );
}

/** Ties the grid, which knows no signals, to the desk. Returns how to untie it. */
function mount(desk: Desk, scroller: HTMLElement, side: HTMLElement): () => void {
  const { columns } = desk.library;
  const host: Host = {
    href: (id) => print({ ...desk.route.value, photo: id }),
    label: (row) => {
      const day = columns.day[row] ?? NO_DAY;
      return say("photoOn", { date: day === NO_DAY ? say("noDate") : longDay(noon(day)) });
    },
    heading: (heading) => title(desk, heading),
    aside: async (heading) => {
      const records = await desk.library.records(heading.sample);
      return [placesOf(records.map((record) => record.place)), number(heading.count)].filter(Boolean).join(" · ");
    },
    reasons: (rows) => desk.library.reasons(rows),
    open: (row) => desk.openPhoto(columns.id(row)),
    pick: (rows) => (desk.picked.value = rows),
    favourite: (rows) => void desk.favourite(rows),
    resize: (step) => desk.setDensity(desk.density.value + step),
    moved: () => {
      scrubber.move(grid.position);
      desk.scrolled();
    },
  };
  const grid = new Grid(scroller, host, say("photos"));
  const scrubber = new Scrubber((position) => grid.go(position));
  side.append(scrubber.element);
  desk.grid = { tile: (row) => grid.tile(row), anchor: () => grid.anchor(), reveal: (row, focus) => grid.reveal(row, focus) };

  let order: { of: Selection; rows: Uint32Array } | undefined;
  let name: string | undefined;
  const untie = [
    effect(() => {
      const selection = desk.selection.value;
      const [target, narrow] = [desk.target.value, desk.narrow.value];
      const chosen = desk.grouping.value;
      if (!selection || selection.query !== desk.query.value) return;
      const dated = selection.sort === "newest" || selection.sort === "oldest";
      const grouping: Grouping = dated ? chosen : "none";
      if (order?.of !== selection) order = { of: selection, rows: shown(selection) };
      const before = name;
      name = `${selection.query} ${selection.sort}`;
      grid.show({
        columns,
        name,
        order: order.rows,
        almostFrom: selection.order.length,
        grouping,
        target,
        narrow,
        reasons: desk.searching.value,
      });
      // After a reload and after going back alike; a page that was gone to anew remembers nothing.
      const remembered = name === before ? undefined : desk.remembered;
      if (remembered) grid.restore(remembered);
      scrubber.show({ marks: marks(desk, grid, order.rows, dated), height: grid.layout.height }, grid.view);
      scrubber.move(grid.position);
    }),
    effect(() => grid.mark(desk.picked.value)),
    effect(() => {
      void desk.edits.value;
      grid.refresh();
    }),
  ];
  const watch = new ResizeObserver(() => {
    const selection = desk.selection.peek();
    if (!selection || !order) return;
    scrubber.show({ marks: marks(desk, grid, order.rows, selection.sort === "newest" || selection.sort === "oldest"), height: grid.layout.height }, grid.view);
    scrubber.move(grid.position);
  });
  watch.observe(scroller);
  return () => {
    watch.disconnect();
    for (const end of untie) end();
    desk.grid = undefined;
    grid.destroy();
    scrubber.element.remove();
  };
}

/** Headings narrower than this have no room for a day in full, px. */
const ROOM_FOR_DAY = 232;

function title(desk: Desk, heading: Heading): ReturnType<Host["heading"]> {
  const { title, full = title, aside = number(heading.count) } = titled(desk, heading);
  return { title, full, aside, select: say("selectGroup", { title: full }) };
}

function titled(desk: Desk, heading: Heading): { title: string; full?: string; aside?: string } {
  if (heading.key === ALMOST) {
    return { title: say("almost"), aside: say("almostMissing", { word: desk.selection.value?.almost?.missing ?? "" }) };
  }
  if (heading.key === NO_DAY) return { title: say("noDate") };
  const day = desk.library.columns.day[heading.first] as number;
  const date = noon(day);
  const grouping = desk.grouping.value;
  if (grouping === "month") return { title: longMonth(date) };
  if (grouping === "year") return { title: String(civil(day)[0]) };
  const now = new Date();
  const today = Math.floor(Date.UTC(now.getFullYear(), now.getMonth(), now.getDate()) / 86_400_000);
  if (day === today) return { title: `${say("today")}, ${dayMonth(date)}` };
  if (day === today - 1) return { title: `${say("yesterday")}, ${dayMonth(date)}` };
  return { title: heading.width < ROOM_FOR_DAY ? shortDay(date) : longDay(date), full: longDay(date) };
}

/** Where each month begins in the gallery. */
function marks(desk: Desk, grid: Grid, order: Uint32Array, dated: boolean): Mark[] {
  if (!dated) return [];
  const { layout } = grid;
  const { columns } = desk.library;
  const month = keyed("month");
  const found: Mark[] = [];
  let before = Number.NaN;
  const end = desk.selection.peek()?.order.length ?? order.length;
  for (let i = 0; i < end; i++) {
    const day = columns.day[order[i] as number] as number;
    const key = month(day);
    if (key === before || day === NO_DAY) continue;
    before = key;
    const row = atOrBefore(layout.rowFirst, i);
    const [year] = civil(day);
    found.push({ position: Math.max(0, (layout.rowTop[row] ?? 0) - 40), year, month: `${shortMonth(noon(day))} ${year}` });
  }
  return found;
}

/** Says the count to a screen reader whenever it changes. */
function Announce() {
  const desk = useDesk();
  const selection = desk.selection.value;
  return (
    <p class="unseen" role="status">
      {selection && desk.searching.value ? (selection.nothing ? say("nothingFor", { word: selection.nothing.word }) : say("found", { n: selection.order.length })) : ""}
    </p>
  );
}

function Nothing() {
  const desk = useDesk();
  const selection = desk.selection.value;
  const { phase, progress, have } = desk.status.value;
  const { page } = desk.route.value;
  if (!selection || selection.query !== desk.query.value || selection.order.length > 0) return null;
  if (page === "favourites") return <p class="nothing">{say("noFavourites")}</p>;
  if (!desk.searching.value) {
    const busy = phase === "starting" || phase === "syncing" || progress?.scanning || (progress && progress.read.total > progress.read.done);
    if (busy || have > 0) return null;
    if (phase === "offline") return <p class="nothing">{say("emptyOffline")}</p>;
    const [before, after] = around("emptyHow", "command");
    return (
      <div class="nothing">
        <h2>{say("emptyTitle")}</h2>
        <p>
          {before}
          <code>vitrine serve ~/Pictures</code>
          {after}
        </p>
      </div>
    );
  }
  return null;
}

/** Which word found nothing and what is near it; stands above what all but one word found. */
function NothingFound() {
  const desk = useDesk();
  const selection = desk.selection.value;
  if (!desk.searching.value || !selection || selection.query !== desk.query.value || selection.order.length > 0 || selection.mistake) return null;
  const { nothing, almost } = selection;
  const analyze = desk.status.value.progress?.analyze;
  const waiting = analyze ? analyze.total - analyze.done : 0;
  return (
    <div class={`nothing-found${almost && almost.order.length > 0 ? "" : " is-alone"}`}>
      <h2>{nothing ? say("nothingFor", { word: nothing.word }) : say("nothingAtAll")}</h2>
      {waiting > 0 && <p>{say("stillLooking", { n: waiting })}</p>}
      {nothing && nothing.nearest.length > 0 && (
        <p class="nothing-nearest">
          {say("nearest")}
          {nothing.nearest.map((word) => (
            <button key={word} type="button" class="chip" onClick={() => desk.search(desk.route.value.query.replace(nothing.word, word))}>
              {word}
            </button>
          ))}
        </p>
      )}
    </div>
  );
}
