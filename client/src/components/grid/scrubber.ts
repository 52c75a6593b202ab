// In: where each year and month lies in the gallery. Out: the bar at the right edge, and the place the reader asks for.

import { say } from "../../words/words";

export interface Mark {
  position: number;
  year: number;
  /** `Jun 2025`, in the reader's language. */
  month: string;
}

export interface Rail {
  marks: Mark[];
  /** Height of the whole gallery, px. */
  height: number;
}

/** Year labels keep this far apart, px. */
const APART = 44;
/** The thumb leaves a phone's screen this long after the last scroll. */
const IDLE_MS = 1400;

export class Scrubber {
  readonly element = document.createElement("div");
  readonly #years = document.createElement("div");
  readonly #thumb = document.createElement("div");
  readonly #flag = document.createElement("div");
  readonly #go: (position: number) => void;
  #rail: Rail = { marks: [], height: 0 };
  #view = 0;
  #position = 0;

  constructor(go: (position: number) => void) {
    this.#go = go;
    this.element.className = "scrubber";
    this.element.tabIndex = 0;
    this.element.setAttribute("role", "slider");
    this.element.setAttribute("aria-orientation", "vertical");
    this.element.setAttribute("aria-label", say("scrubber"));
    this.element.setAttribute("aria-valuemin", "0");
    this.element.setAttribute("aria-valuemax", "100");
    this.#years.className = "scrubber-years";
    this.#thumb.className = "scrubber-thumb";
    this.#flag.className = "scrubber-flag";
    this.element.append(this.#years, this.#thumb, this.#flag);
    this.element.addEventListener("pointerdown", (event) => this.#grab(event));
    this.element.addEventListener("pointermove", (event) => this.#hover(event));
    this.element.addEventListener("pointerleave", () => this.element.classList.remove("is-shown"));
    this.element.addEventListener("keydown", (event) => this.#pressed(event));
  }

  show(rail: Rail, view: number): void {
    this.#rail = rail;
    this.#view = view;
    this.element.hidden = rail.height < view * 2;
    this.#label();
    this.move(this.#position);
  }

  /** The view's top moved to `position`. */
  move(position: number): void {
    if (position !== this.#position) this.#awake();
    this.#position = position;
    const most = Math.max(1, this.#rail.height - this.#view);
    const share = Math.max(0, Math.min(1, position / most));
    const y = share * this.#length;
    this.#thumb.style.transform = `translateY(${y}px)`;
    const mark = this.#at(position);
    this.#flag.textContent = mark?.month ?? "";
    this.#flag.style.transform = `translateY(${y}px) translateY(-50%)`;
    this.element.setAttribute("aria-valuenow", String(Math.round(share * 100)));
    this.element.setAttribute("aria-valuetext", mark?.month || `${Math.round(share * 100)} %`);
  }

  #sleep: ReturnType<typeof setTimeout> | undefined;
  #awake(): void {
    this.element.classList.add("is-moving");
    clearTimeout(this.#sleep);
    this.#sleep = setTimeout(() => this.element.classList.remove("is-moving"), IDLE_MS);
  }

  get #length(): number {
    return Math.max(1, this.element.clientHeight);
  }

  #at(position: number): Mark | undefined {
    let best: Mark | undefined;
    for (const mark of this.#rail.marks) {
      if (mark.position > position + this.#view / 3) break;
      best = mark;
    }
    return best;
  }

  #label(): void {
    const most = Math.max(1, this.#rail.height - this.#view);
    const nodes: HTMLElement[] = [];
    let last = -APART;
    let year = Number.NaN;
    for (const mark of this.#rail.marks) {
      if (mark.year === year) continue;
      year = mark.year;
      const y = Math.min(1, mark.position / most) * this.#length;
      if (y - last < APART || !Number.isFinite(year)) continue;
      last = y;
      const label = document.createElement("span");
      label.textContent = String(year);
      label.style.transform = `translateY(${Math.min(y, this.#length - 8)}px) translateY(-50%)`;
      nodes.push(label);
    }
    this.#years.replaceChildren(...nodes);
  }

  #to(clientY: number): void {
    const box = this.element.getBoundingClientRect();
    const share = Math.max(0, Math.min(1, (clientY - box.top) / box.height));
    this.#go(share * Math.max(1, this.#rail.height - this.#view));
  }

  #grab(event: PointerEvent): void {
    event.preventDefault();
    this.element.focus({ preventScroll: true });
    this.element.setPointerCapture(event.pointerId);
    this.element.classList.add("is-dragging");
    this.#to(event.clientY);
    const move = (next: PointerEvent): void => this.#to(next.clientY);
    const drop = (): void => {
      this.element.classList.remove("is-dragging");
      this.element.removeEventListener("pointermove", move);
    };
    this.element.addEventListener("pointermove", move);
    this.element.addEventListener("pointerup", drop, { once: true });
    this.element.addEventListener("pointercancel", drop, { once: true });
  }

  #hover(event: PointerEvent): void {
    if (event.pointerType === "mouse") this.element.classList.add("is-shown");
  }

  #pressed(event: KeyboardEvent): void {
    const { marks, height } = this.#rail;
    const here = marks.findIndex((mark) => mark === this.#at(this.#position));
    let to: number | undefined;
    if (event.key === "ArrowDown" || event.key === "ArrowRight") to = marks[here + 1]?.position ?? this.#position + this.#view;
    else if (event.key === "ArrowUp" || event.key === "ArrowLeft") to = marks[Math.max(0, here - 1)]?.position ?? this.#position - this.#view;
    else if (event.key === "PageDown") to = marks.find((mark) => mark.position > this.#position + this.#view && mark.year !== marks[here]?.year)?.position ?? height;
    else if (event.key === "PageUp") to = marks.findLast((mark) => mark.position < this.#position && mark.year !== marks[here]?.year)?.position ?? 0;
    else if (event.key === "Home") to = 0;
    else if (event.key === "End") to = height;
    if (to === undefined) return;
    event.preventDefault();
    this.#go(to);
  }
}
