// The one place where the parts meet: the library, the server's house-keeping, the desk between them, and the screens.

import { h, render } from "preact";
import { Desk, DeskContext } from "./components/desk";
import { House } from "./components/house";
import { openLibrary } from "./stream/client";
import { Shell } from "./views/shell";

const home = document.getElementById("vitrine");
if (!home) throw new Error("index.html has no place for the page");

const desk = new Desk(openLibrary(), new House());
await desk.open();
render(h(DeskContext.Provider, { value: desk }, h(Shell, {})), home);

// Keeps the page itself for a start without a connection; a development server has no such file.
if (import.meta.env.PROD && "serviceWorker" in navigator) void navigator.serviceWorker.register("/sw.js");
