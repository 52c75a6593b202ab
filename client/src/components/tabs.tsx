// The five tabs a thumb reaches on a phone, and the sheet behind the last.

import { Ellipsis, Images, MapPin, Search, Shapes } from "lucide-preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Sort } from "../lib/library";
import { number, say, type Key } from "../words/words";
import { HEIGHTS, useDesk, type Theme } from "./desk";
import type { Grouping } from "./grid/days";
import { print, type Page } from "./route";

export function Tabs() {
  const desk = useDesk();
  const [more, setMore] = useState(false);
  const { page } = desk.route.value;
  const to = (target: Page) => (event: MouseEvent) => {
    event.preventDefault();
    desk.go({ page: target, query: "" });
  };
  return (
    <>
      <nav class="tabs" aria-label={say("main")}>
        <a href="/" aria-current={page === "photos" && !desk.searching.value ? "page" : undefined} onClick={to("photos")}>
          <Images size={24} strokeWidth={1.75} aria-hidden="true" />
          {say("photos")}
        </a>
        <button type="button" aria-current={desk.searching.value ? "page" : undefined} onClick={() => desk.focusSearch()}>
          <Search size={24} strokeWidth={1.75} aria-hidden="true" />
          {say("search")}
        </button>
        <a href={print({ page: "places", query: "" })} aria-current={page === "places" ? "page" : undefined} onClick={to("places")}>
          <MapPin size={24} strokeWidth={1.75} aria-hidden="true" />
          {say("places")}
        </a>
        <a href={print({ page: "things", query: "" })} aria-current={page === "things" ? "page" : undefined} onClick={to("things")}>
          <Shapes size={24} strokeWidth={1.75} aria-hidden="true" />
          {say("things")}
        </a>
        <button type="button" aria-haspopup="dialog" aria-expanded={more} onClick={() => setMore(true)}>
          <Ellipsis size={24} strokeWidth={1.75} aria-hidden="true" />
          {say("more")}
        </button>
      </nav>
      {more && <More close={() => setMore(false)} />}
    </>
  );
}

const PAGES: Page[] = ["favourites", "folders", "problems", "process", "settings", "about"];
const SORTS: Sort[] = ["newest", "oldest", "added", "name", "size"];
const GROUPINGS: Grouping[] = ["day", "month", "year", "none"];
const THEMES: Theme[] = ["system", "light", "dark"];

function More({ close }: { close: () => void }) {
  const desk = useDesk();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  const counts: Record<string, number | undefined> = { ...desk.counts.value, problems: desk.status.value.progress?.problems };
  return (
    <dialog class="sheet" ref={dialog} aria-label={say("more")} onClose={close} onClick={(event) => event.target === dialog.current && dialog.current?.close()}>
      <div class="sheet-inside">
        <ul>
          {PAGES.map((page) => (
            <li key={page}>
              <a
                class="rail-entry"
                href={print({ page, query: "" })}
                onClick={(event) => {
                  event.preventDefault();
                  dialog.current?.close();
                  desk.go({ page, query: "" });
                }}
              >
                <span class="rail-name">{say(page as Key)}</span>
                {(counts[page] ?? 0) > 0 && <span class="rail-count">{number(counts[page] as number)}</span>}
              </a>
            </li>
          ))}
        </ul>
        <Pick label={say("groupBy")} value={desk.grouping.value} options={GROUPINGS.map((key) => [key, say(`group_${key}` as Key)])} pick={(value) => desk.setGrouping(value as Grouping)} />
        <Pick label={say("sortBy")} value={desk.sort.value} options={SORTS.map((key) => [key, say(`sort_${key}` as Key)])} pick={(value) => desk.setSort(value as Sort)} />
        <label class="pick">
          <span>{say("density")}</span>
          <input type="range" min="0" max={HEIGHTS.length - 1} step="1" value={desk.density.value} onInput={(event) => desk.setDensity(Number(event.currentTarget.value))} />
        </label>
        <Pick label={say("theme")} value={desk.theme.value} options={THEMES.map((key) => [key, say(`theme_${key}` as Key)])} pick={(value) => desk.setTheme(value as Theme)} />
      </div>
    </dialog>
  );
}

export function Pick({ label, value, options, pick }: { label: string; value: string; options: [string, string][]; pick: (value: string) => void }) {
  return (
    <label class="pick">
      <span>{label}</span>
      <select value={value} onChange={(event) => pick(event.currentTarget.value)}>
        {options.map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
