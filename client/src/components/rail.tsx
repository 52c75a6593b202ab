// In: the counts of the library and of the selection. Out: the way to every page there is.

import { FolderClosed, Heart, Images, MapPin, PanelLeftClose, PanelLeftOpen, Shapes, TriangleAlert, Workflow } from "lucide-preact";
import { number, say, type Key } from "../words/words";
import { useDesk } from "./desk";
import { Mark } from "./mark";
import { narrowed } from "./narrow";
import { print, type Page } from "./route";

type Icon = typeof Images;
const LIBRARY: { page: Page; icon: Icon; count?: string }[] = [
  { page: "photos", icon: Images, count: "photos" },
  { page: "folders", icon: FolderClosed, count: "folders" },
  { page: "places", icon: MapPin, count: "places" },
  { page: "things", icon: Shapes, count: "things" },
  { page: "favourites", icon: Heart, count: "favourites" },
];
const CARE: { page: Page; icon: Icon; count?: string }[] = [
  { page: "problems", icon: TriangleAlert },
  { page: "process", icon: Workflow },
];

export function Rail() {
  const desk = useDesk();
  const route = desk.route.value;
  const counts = desk.counts.value;
  const folded = desk.folded.value;
  const problems = desk.status.value.progress?.problems ?? 0;
  const facets = desk.route.value.page === "photos" ? (desk.selection.value?.facets ?? []) : [];

  const entry = ({ page, icon: Icon, count }: (typeof LIBRARY)[number]) => {
    const n = page === "problems" ? problems : page === "photos" && desk.searching.value ? desk.selection.value?.order.length : count ? counts[count] : undefined;
    const name = say(page as Key);
    return (
      <li key={page}>
        <a
          href={print({ page, query: "" })}
          class="rail-entry"
          aria-current={route.page === page ? "page" : undefined}
          title={folded ? name : undefined}
          onClick={(event) => {
            if (event.metaKey || event.ctrlKey || event.shiftKey) return;
            event.preventDefault();
            desk.go({ page, query: "" });
          }}
        >
          <Icon class="rail-icon" size={20} strokeWidth={1.75} aria-hidden="true" />
          <span class="rail-name">{name}</span>
          {n !== undefined && n > 0 && <span class="rail-count">{number(n)}</span>}
        </a>
      </li>
    );
  };

  return (
    <nav class={`rail${folded ? " is-folded" : ""}`} aria-label={say("main")}>
      <a
        class="brand"
        href="/"
        onClick={(event) => {
          event.preventDefault();
          desk.go({ page: "photos", query: "" });
        }}
      >
        <Mark />
        <span class="rail-name">{say("name")}</span>
      </a>
      <div class="rail-scroll">
        <ul>{LIBRARY.map(entry)}</ul>
        <p class="rail-label">{say("care")}</p>
        <ul>{CARE.map(entry)}</ul>
        {facets.length > 0 && !folded && (
          <>
            <p class="rail-label">{say("inSelection")}</p>
            <ul>
              {facets.slice(0, 8).map((facet) => (
                <li key={`${facet.kind} ${facet.word}`}>
                  <button type="button" class="rail-entry" title={say("narrow", { word: facet.word, n: facet.count })} onClick={() => desk.search(narrowed(route.query, facet.word))}>
                    <span class="rail-name">{facet.word}</span>
                    <span class="rail-count">{number(facet.count)}</span>
                  </button>
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
      <button type="button" class="rail-fold plain" aria-label={say(folded ? "railUnfold" : "railFold")} title={say(folded ? "railUnfold" : "railFold")} onClick={() => desk.setFolded(!folded)}>
        {folded ? <PanelLeftOpen size={20} strokeWidth={1.75} aria-hidden="true" /> : <PanelLeftClose size={20} strokeWidth={1.75} aria-hidden="true" />}
      </button>
    </nav>
  );
}

