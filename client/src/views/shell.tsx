// In: the route. Out: rail, bar and page; over them the photo, the help, the sign-in. Pages other than the grid load when opened.

import { h, type ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useDesk } from "../components/desk";
import { Help } from "../components/help";
import { actOf, typing } from "../components/keys";
import { Notices } from "../components/notices";
import { Rail } from "../components/rail";
import type { Page } from "../components/route";
import { Tabs } from "../components/tabs";
import { Topbar } from "../components/topbar";
import { say, type Key } from "../words/words";
import { Photos } from "./photos";

/** A page that is fetched when it is first opened; the place stays empty for that moment. */
function later(load: () => Promise<{ default: ComponentType }>): ComponentType {
  let page: ComponentType | undefined;
  return function Later() {
    const [, arrived] = useState(false);
    useEffect(() => {
      if (page) return;
      void load().then((module) => {
        page = module.default;
        arrived(true);
      });
    }, []);
    return page ? h(page, {}) : null;
  };
}

const Viewer = later(() => import("./viewer"));
const SignIn = later(() => import("./signin"));
const PAGES: Record<Exclude<Page, "photos" | "favourites">, ComponentType> = {
  folders: later(() => import("./overview").then((page) => ({ default: page.Folders }))),
  places: later(() => import("./overview").then((page) => ({ default: page.Places }))),
  things: later(() => import("./overview").then((page) => ({ default: page.Things }))),
  problems: later(() => import("./problems")),
  process: later(() => import("./process")),
  settings: later(() => import("./settings")),
  about: later(() => import("./about")),
};

export function Shell() {
  const desk = useDesk();
  const { page, photo, query } = desk.route.value;

  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (typing(event.target) || event.defaultPrevented || desk.help.value) return;
      const act = actOf(event, "everywhere");
      if (act === "search" && !desk.route.value.photo) desk.focusSearch();
      else if (act === "help") desk.help.value = true;
      else if (act === "theme") desk.turnTheme();
      else if (act === "undo" && desk.undo.value) desk.takeBack();
      else if (act === "photos" && !desk.route.value.photo) desk.go({ page: "photos", query: "" });
      else if (act === "leave" && desk.picked.value.size > 0) desk.picked.value = new Set();
      else if (act === "leave" && !desk.route.value.photo && desk.searching.value) desk.search("");
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, [desk]);

  useEffect(() => {
    document.title = query ? `${query} · ${say("name")}` : page === "photos" ? say("name") : `${say(page as Key)} · ${say("name")}`;
  }, [page, query]);

  if (desk.signedOut.value) return <SignIn />;
  const Chosen = page === "photos" || page === "favourites" ? undefined : PAGES[page];
  return (
    <>
      <div class="shell" inert={photo !== undefined}>
        <a
          class="skip"
          href="#main"
          onClick={(event) => {
            event.preventDefault();
            document.querySelector<HTMLElement>("#main a, #main button")?.focus();
          }}
        >
          {say("skip")}
        </a>
        <Rail />
        <div class="main">
          <Topbar />
          <main class="page" id="main" tabIndex={-1}>
            {Chosen ? <Chosen /> : <Photos key={page} />}
          </main>
          <Notices />
          {desk.narrow.value && <Tabs />}
        </div>
      </div>
      {photo && <Viewer />}
      {desk.help.value && <Help />}
    </>
  );
}
