// In: one photo and its rectangle. Out: one recycled element that shows a blur at once and the picture when it is decoded.

import { thumbHashToRGBA } from "thumbhash";
import { Check, CloudOff, Heart, Play } from "lucide-preact";
import { h, render, type ComponentType } from "preact";
import type { Reason } from "../../lib/library";
import { say } from "../../words/words";
import { why } from "../reasons";

export interface Face {
  row: number;
  id: string;
  /** What a screen reader says. */
  name: string;
  hash: Uint8Array;
  href: string;
  favourite: boolean;
  video: boolean;
}

/** The longest sides of the two thumbnails, px. */
const THUMB = 320;
/** A thumbnail may be stretched this far before the larger one is worth its bytes. */
const STRETCH = 1.12;

export const thumbOf = (id: string, widest: number, density = devicePixelRatio): string =>
  `/media/${id}/${widest * Math.min(density, 2.5) > THUMB * STRETCH ? "thumb2x" : "thumb"}`;

export function icon(of: unknown, filled = false): SVGElement {
  const home = document.createElement("div");
  render(h(of as ComponentType<Record<string, unknown>>, { size: 18, strokeWidth: filled ? 2.5 : 1.75, "aria-hidden": "true" }), home);
  return home.firstElementChild as SVGElement;
}

let mould: HTMLElement | undefined;

function made(): HTMLElement {
  if (!mould) {
    mould = document.createElement("div");
    mould.className = "tile";
    mould.setAttribute("role", "listitem");
    const open = document.createElement("a");
    open.className = "tile-open";
    open.draggable = false;
    open.append(document.createElement("canvas"));
    const tick = document.createElement("button");
    tick.className = "tile-tick";
    tick.type = "button";
    tick.append(icon(Check, true));
    const heart = document.createElement("button");
    heart.className = "tile-heart";
    heart.type = "button";
    heart.append(icon(Heart));
    const reasons = document.createElement("div");
    reasons.className = "tile-why";
    const mark = document.createElement("span");
    mark.className = "tile-mark";
    mark.append(icon(Play));
    const away = document.createElement("span");
    away.className = "tile-away";
    away.append(icon(CloudOff));
    mould.append(open, mark, away, reasons, tick, heart);
  }
  return mould.cloneNode(true) as HTMLElement;
}

export class Tile {
  readonly element = made();
  readonly link = this.element.querySelector(".tile-open") as HTMLAnchorElement;
  readonly tick = this.element.querySelector(".tile-tick") as HTMLButtonElement;
  readonly heart = this.element.querySelector(".tile-heart") as HTMLButtonElement;
  row = -1;
  index = -1;
  #canvas = this.element.querySelector("canvas") as HTMLCanvasElement;
  #why = this.element.querySelector(".tile-why") as HTMLElement;
  #picture: HTMLImageElement | undefined;
  #coming: HTMLImageElement | undefined;
  #url = "";
  #name = "";

  show(face: Face): void {
    this.row = face.row;
    this.#name = face.name;
    this.link.href = face.href;
    this.link.setAttribute("aria-label", face.name);
    this.element.classList.toggle("is-video", face.video);
    this.favourite(face.favourite);
    this.because([]);
    this.#blur(face.hash);
  }

  #blur(hash: Uint8Array): void {
    const canvas = this.#canvas;
    if (hash.length < 5) {
      canvas.hidden = true;
      return;
    }
    const { w, h: high, rgba } = thumbHashToRGBA(hash);
    canvas.hidden = false;
    canvas.width = w;
    canvas.height = high;
    canvas.getContext("2d", { willReadFrequently: true })?.putImageData(new ImageData(new Uint8ClampedArray(rgba), w, high), 0, 0);
  }

  place(x: number, y: number, w: number, high: number): void {
    const { style } = this.element;
    style.transform = `translate(${x}px, ${y}px)`;
    style.width = `${w}px`;
    style.height = `${high}px`;
  }

  /** Fetch and decode the picture off the page, then put it over the blur. */
  load(url: string): void {
    if (this.#url === url) return;
    this.#coming?.removeAttribute("src");
    this.#url = url;
    const coming = new Image();
    coming.alt = "";
    coming.draggable = false;
    coming.decoding = "async";
    coming.src = url;
    this.#coming = coming;
    coming.decode().then(
      () => {
        if (this.#coming !== coming) return;
        this.#coming = undefined;
        this.#picture?.remove();
        this.#picture = coming;
        this.link.append(coming);
        this.element.classList.remove("is-away");
      },
      () => {
        if (this.#coming !== coming) return;
        this.#coming = undefined;
        this.#url = "";
        if (!this.#picture) this.element.classList.add("is-away");
      },
    );
  }

  picked(yes: boolean): void {
    this.element.classList.toggle("is-picked", yes);
    this.tick.setAttribute("aria-pressed", String(yes));
    this.tick.setAttribute("aria-label", say(yes ? "unselect" : "select"));
  }

  favourite(yes: boolean): void {
    this.element.classList.toggle("is-favourite", yes);
    this.heart.setAttribute("aria-pressed", String(yes));
    this.heart.setAttribute("aria-label", say("favourite"));
  }

  /** Tab stops at one tile only; arrow keys lead from there. */
  current(yes: boolean): void {
    for (const control of [this.link, this.tick, this.heart]) control.tabIndex = yes ? 0 : -1;
  }

  because(reasons: Reason[]): void {
    this.#why.replaceChildren(
      ...reasons.slice(0, 3).map((reason) => {
        const chip = document.createElement("span");
        chip.textContent = why(reason);
        return chip;
      }),
    );
    this.link.setAttribute("aria-label", reasons.length ? `${this.#name}, ${reasons.map(why).join(", ")}` : this.#name);
  }

  /** Stop what is on its way and forget the picture, so that the element can serve another photo. */
  clear(): void {
    this.#coming?.removeAttribute("src");
    this.#coming = undefined;
    this.#picture?.remove();
    this.#picture = undefined;
    this.#url = "";
    this.row = -1;
    this.index = -1;
    this.element.classList.remove("is-away");
  }
}

