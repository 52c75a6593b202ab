// In: how the reader wants to see the photos. Out: the search field and, at its right, group, sort, size, theme and account.

import { useEffect, useRef, useState } from "preact/hooks";
import { Contrast, Heart, LayoutGrid, Star, X } from "lucide-preact";
import type { Sort } from "../lib/library";
import { number, say, type Key } from "../words/words";
import { HEIGHTS, useDesk, type Theme } from "./desk";
import type { Grouping } from "./grid/days";
import { Menu, type Choice } from "./menu";
import { SearchField } from "./search";

const GROUPINGS: Grouping[] = ["day", "month", "year", "none"];
const SORTS: Sort[] = ["newest", "oldest", "added", "name", "size"];
const THEMES: Theme[] = ["system", "light", "dark"];

export function Topbar() {
  const desk = useDesk();
  const { page } = desk.route.value;
  const grid = page === "photos" || page === "favourites";
  return (
    <header class="topbar">
      {desk.picked.value.size > 0 ? <Picking /> : <SearchField />}
      <div class="topbar-tools">
        {grid && (
          <>
            {(desk.order.value === "newest" || desk.order.value === "oldest") && (
              <Menu className="wide" label={say("groupBy")} value={say(`group_${desk.grouping.value}` as Key)} arrow face={say(`group_${desk.grouping.value}` as Key)} choices={GROUPINGS.map((key): Choice => ({ key, text: say(`group_${key}` as Key), chosen: desk.grouping.value === key, act: () => desk.setGrouping(key) }))} />
            )}
            <Menu
              className="wide"
              label={say("sortBy")}
              value={say(`sort_${desk.order.value}` as Key)}
              arrow
              face={say(`sort_${desk.order.value}` as Key)}
              choices={(desk.searching.value ? (["relevance", ...SORTS] as Sort[]) : SORTS).map((key): Choice => ({ key, text: say(`sort_${key}` as Key), chosen: desk.order.value === key, act: () => desk.setSort(key) }))}
            />
            <Density />
          </>
        )}
        <Menu className="wide" label={say("theme")} face={<Contrast size={18} strokeWidth={1.75} aria-hidden="true" />} choices={THEMES.map((key): Choice => ({ key, text: say(`theme_${key}` as Key), chosen: desk.theme.value === key, act: () => desk.setTheme(key) }))} />
        <Account />
      </div>
    </header>
  );
}

export function Account() {
  const desk = useDesk();
  const name = desk.user.value?.name ?? "";
  return (
    <Menu
      kind="action"
      className="account"
      label={say("account")}
      value={name}
      face={<span class="initial">{(name[0] ?? "·").toUpperCase()}</span>}
      choices={[
        { key: "settings", text: say("settings"), act: () => desk.go({ page: "settings", query: "" }) },
        { key: "keyboard", text: say("keyboard"), act: () => (desk.help.value = true) },
        { key: "about", text: say("about"), act: () => desk.go({ page: "about", query: "" }) },
        ...(desk.user.value ? [{ key: "out", text: say("signOut"), act: () => void desk.signOut() }] : []),
      ]}
    />
  );
}

function Density() {
  const desk = useDesk();
  const [open, setOpen] = useState(false);
  const home = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return;
    home.current?.querySelector("input")?.focus();
    const away = (event: Event): void => {
      if (event.target instanceof Node && !home.current?.contains(event.target)) setOpen(false);
    };
    addEventListener("pointerdown", away);
    return () => removeEventListener("pointerdown", away);
  }, [open]);
  return (
    <div
      class="menu wide"
      ref={home}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !open) return;
        event.stopPropagation();
        setOpen(false);
        home.current?.querySelector("button")?.focus();
      }}
    >
      <button type="button" class="plain" aria-expanded={open} aria-label={say("density")} title={say("density")} onClick={() => setOpen(!open)}>
        <LayoutGrid size={18} strokeWidth={1.75} aria-hidden="true" />
      </button>
      {open && (
        <div class="menu-list density">
          <span aria-hidden="true" class="density-small" />
          <input type="range" min="0" max={HEIGHTS.length - 1} step="1" aria-label={say("density")} value={desk.density.value} onInput={(event) => desk.setDensity(Number(event.currentTarget.value))} />
          <span aria-hidden="true" class="density-large" />
        </div>
      )}
    </div>
  );
}

/** What can be done with the selected photos, where the search field was. */
function Picking() {
  const desk = useDesk();
  const picked = desk.picked.value;
  const rows = [...picked];
  return (
    <div class="picking" role="toolbar" aria-label={say("selected", { n: picked.size })}>
      <button type="button" class="plain" aria-label={say("clearSelection")} title={say("clearSelection")} onClick={() => (desk.picked.value = new Set())}>
        <X size={20} strokeWidth={1.75} aria-hidden="true" />
      </button>
      <b>{say("selected", { n: picked.size })}</b>
      <span class="picking-gap" />
      <button type="button" class="plain wide" onClick={() => (desk.picked.value = new Set(desk.selection.value?.order))}>
        {say("selectAll")}
      </button>
      <button type="button" class="plain" onClick={() => void desk.favourite(rows)}>
        <Heart size={18} strokeWidth={1.75} aria-hidden="true" />
        <span class="wide">{say("favourite")}</span>
      </button>
      <Menu
        kind="action"
        label={say("rating")}
        arrow
        face={
          <>
            <Star size={18} strokeWidth={1.75} aria-hidden="true" />
            <span class="wide">{say("rating")}</span>
          </>
        }
        choices={[5, 4, 3, 2, 1, 0].map((stars): Choice => ({ key: String(stars), text: stars === 0 ? say("noRating") : say("stars", { n: number(stars) }), act: () => void desk.rate(rows, stars || null) }))}
      />
    </div>
  );
}
