// In: groups of the library with their counts and covers. Out: one card a group that leads to its photos.

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { thumbOf } from "../components/grid/tile";
import { useDesk } from "../components/desk";
import { print } from "../components/route";
import { number, say, type Key } from "../words/words";

type Kind = "things" | "places" | "folders";
interface Group {
  name: string;
  query: string;
  count: number;
  cover: number;
}

/** Cards drawn at first; the rest follows on request of the scroll. */
const STEP = 60;
const CARD_PX = 220;

const LEADS: Record<Kind, [lead: Key, empty: Key]> = {
  things: ["thingsLead", "nothingYetThings"],
  places: ["placesLead", "nothingYetPlaces"],
  folders: ["foldersLead", "nothingYetFolders"],
};

function Overview({ kind }: { kind: Kind }) {
  const desk = useDesk();
  const groups = useSignal<Group[] | undefined>(undefined);
  const shown = useSignal(STEP);
  const { columns } = desk.library;
  const [lead, empty] = LEADS[kind];

  const stamp = desk.selection.value;
  useEffect(() => {
    let here = true;
    void desk.library.groups(kind).then((found) => {
      if (here) groups.value = found;
    });
    return () => {
      here = false;
    };
  }, [kind, stamp]);

  const list = groups.value;
  return (
    <div
      class="paper"
      onScroll={(event) => {
        const { scrollTop, clientHeight, scrollHeight } = event.currentTarget;
        if (list && shown.value < list.length && scrollTop + clientHeight * 2 > scrollHeight) shown.value += STEP;
      }}
    >
      <h1>{say(kind)}</h1>
      <p class="lead">{list?.length === 0 ? say(empty) : say(lead)}</p>
      <ul class="cards">
        {list?.slice(0, shown.value).map((group) => {
          const there = group.cover >= 0 && group.cover < columns.rows;
          return (
            <li key={group.query}>
              <a
                href={print({ page: "photos", query: group.query })}
                class="card"
                onClick={(event) => {
                  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
                  event.preventDefault();
                  desk.search(group.query);
                }}
              >
                <span class="card-cover">{there && <img src={thumbOf(columns.id(group.cover), CARD_PX)} alt="" loading="lazy" decoding="async" />}</span>
                <span class="card-line">
                  <span class="card-name">{group.name}</span>
                  <span class="card-count">{number(group.count)}</span>
                </span>
              </a>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

export const Folders = () => <Overview kind="folders" />;
export const Places = () => <Overview kind="places" />;
export const Things = () => <Overview kind="things" />;
