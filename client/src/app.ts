// The one place where the parts meet: the library, the server's house-keeping, the desk between them, and the screens.

import { h, render } from "preact";
import { Desk, DeskContext } from "./components/desk";
import { House } from "./components/house";
import { openLibrary } from "./search/library";
import { Shell } from "./views/shell";

const home = document.getElementById("vitrine");
if (!home) throw new Error("index.html has no place for the page");

const desk = new Desk(openLibrary(), new House());
await desk.open();
render(h(DeskContext.Provider, { value: desk }, h(Shell, {})), home);
