// In: the route. Out: rail, bar and page; over them the photo, the help, the sign-in. Pages other than the grid load when opened.

import { h, type ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useDesk } from "../components/desk";
import { Help } from "../components/help";
import { actOf, typing } from "../components/keys";
import { Mark } from "../components/mark";
import { Notices, UndoPill } from "../components/notices";
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
    const [state, arrived] = useState<"coming" | "here" | "lost">("coming");
    useEffect(() => {
      if (page) return;
      load().then(
        (module) => {
          page = module.default;
          arrived("here");
        },
        () => arrived("lost"),
      );
    }, []);
    return page ? h(page, {}) : state === "lost" ? h("p", { class: "nothing", role: "alert" }, say("failed")) : null;
  };
}

const AHEAD_MS = 1000;

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

/** After everything on this device was forgotten: nothing is fetched again until the reader wants it. */
function Forgotten() {
  return (
    <main class="door">
      <div class="door-case">
        <Mark size={40} />
        <h1>{say("purged")}</h1>
        <button type="button" class="button is-main" onClick={() => location.assign("/")}>
          {say("startAgain")}
        </button>
      </div>
    </main>
  );
}

export function Shell() {
  const desk = useDesk();
  const { page, photo, query } = desk.route.value;

  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (typing(event.target) || event.defaultPrevented || desk.help.value) return;
      const act = actOf(event, "everywhere");
      // A slider needs its arrows itself.
      if (event.target instanceof HTMLInputElement && act !== "leave") return;
      const open = desk.route.value.photo !== undefined;
      if (act === "search" && !open) desk.focusSearch();
      else if (act === "help") desk.help.value = true;
      else if (act === "theme") desk.turnTheme();
      else if (act === "undo" && desk.undo.value) desk.takeBack();
      else if (act === "photos" && !open) desk.go({ page: "photos", query: "" });
      else if (act === "leave" && !open && desk.picked.value.size > 0) desk.picked.value = new Set();
      else if (act === "leave" && !open && desk.searching.value) desk.search("");
      else return;
      event.preventDefault();
    };
    // Taken on the way down rather than by the viewer, so that these count from the moment a photo is asked for: its stage may
    // not be there yet, and the grid may still have the focus.
    const steered = (event: KeyboardEvent): void => {
      if (desk.route.value.photo === undefined || typing(event.target) || desk.help.value) return;
      const slider = event.target instanceof HTMLInputElement;
      const act = actOf(event, "everywhere") ?? actOf(event, "viewer");
      if (act === "leave") desk.leavePhoto();
      else if (act === "previous" && !slider) desk.turn(-1);
      else if (act === "next" && !slider) desk.turn(1);
      else return;
      event.preventDefault();
      event.stopPropagation();
    };
    addEventListener("keydown", pressed);
    addEventListener("keydown", steered, { capture: true });
    return () => {
      removeEventListener("keydown", pressed);
      removeEventListener("keydown", steered, { capture: true });
    };
  }, [desk]);

  useEffect(() => {
    // Fetched ahead of the first photo, so that it opens at once; the grid's own pictures go first.
    const timer = setTimeout(() => void import("./viewer"), AHEAD_MS);
    return () => clearTimeout(timer);
  }, []);

  useEffect(() => {
    document.title = query ? `${query} · ${say("name")}` : page === "photos" ? say("name") : `${say(page as Key)} · ${say("name")}`;
  }, [page, query]);

  if (desk.signedOut.value) return <SignIn />;
  if (desk.forgotten.value) return <Forgotten />;
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
      {photo && (
        <section class="notices is-over" aria-label={say("notices")}>
          <UndoPill />
        </section>
      )}
      {desk.help.value && <Help />}
    </>
  );
}
