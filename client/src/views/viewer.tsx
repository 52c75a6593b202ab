// In: the photo of the route and its neighbours in the selection. Out: a black stage with one picture, and what is known of it.

import { useSignal } from "@preact/signals";
import PhotoSwipe from "photoswipe";
import "photoswipe/style.css";
import "../styles/viewer.css";
import { ArrowLeft, ChevronLeft, ChevronRight, Download, Heart, Info, Scan, Star } from "lucide-preact";
import { useEffect, useRef } from "preact/hooks";
import type { PhotoDetails, Reason } from "../lib/library";
import type { PhotoRecord } from "../lib/records";
import { useDesk } from "../components/desk";
import { thumbOf } from "../components/grid/tile";
import { actOf, typing } from "../components/keys";
import { Boxes, boxesOf, reasonBoxes } from "../components/photo/boxes";
import { Details } from "../components/photo/details";
import { fileName } from "../words/figures";
import { number, say } from "../words/words";

/** Longest side a photo is taken for until its record is here, px. */
const NOMINAL = 4096;
/** Longest side of the preview, px; beyond it the original is worth its bytes. */
const PREVIEW = 1280;
/** Controls leave after this much stillness. */
const STILL_MS = 2000;
/** What a browser can show without help. */
const SHOWABLE = /^image\/(jpeg|png|webp|gif|avif)$/;
const LEAST = 0.35;
/** How much of a phone's screen the details cover. */
const SHEET = 0.62;

export default function Viewer() {
  const desk = useDesk();
  const { columns } = desk.library;
  const id = desk.route.value.photo ?? "";
  const stage = useRef<HTMLDivElement>(null);
  const root = useRef<HTMLDivElement>(null);
  const swipe = useRef<PhotoSwipe | undefined>(undefined);
  const leaving = useRef(false);
  const boxes = useRef<Boxes>(null as unknown as Boxes);
  boxes.current ??= new Boxes();
  const records = useRef(new Map<number, PhotoRecord>());
  const record = useSignal<PhotoRecord | undefined>(undefined);
  const details = useSignal<PhotoDetails | null>(null);
  const reasons = useSignal<Reason[]>([]);
  const panel = useSignal(localStorage.getItem("vitrine.details") !== "closed" && !desk.narrow.peek());
  const framed = useSignal(localStorage.getItem("vitrine.boxes") === "shown");
  const least = useSignal(LEAST);
  const still = useSignal(false);

  const row = columns.row(id);
  const present = row !== undefined && desk.selection.value?.query === desk.query.value;
  const rows = present ? desk.beside : new Uint32Array();
  const index = row === undefined ? -1 : rows.indexOf(row);

  const place = (): void => {
    const slide = swipe.current?.currSlide;
    const home = stage.current;
    if (!slide || !home) return;
    const zoom = slide.currZoomLevel;
    boxes.current.place({ left: slide.pan.x, top: slide.pan.y, width: slide.width * zoom, height: slide.height * zoom }, { width: home.clientWidth, height: home.clientHeight });
  };

  // The stage lives as long as the viewer; which photo it shows follows the route.
  useEffect(() => {
    const home = stage.current;
    if (!home || !present || row === undefined) return;
    // By the address as it is now: keys may have led on since this was drawn.
    const wanted = columns.row(desk.route.peek().photo ?? "") ?? row;
    const at = desk.beside.indexOf(wanted);
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const tile = desk.grid?.tile(wanted);
    const picture = new PhotoSwipe({
      dataSource: [],
      index: Math.max(0, at),
      appendToEl: home,
      getViewportSizeFn: () => ({ x: home.clientWidth, y: home.clientHeight }),
      paddingFn: ({ y }) => {
        if (!desk.narrow.peek()) return { top: 56, bottom: 92, left: 24, right: 24 };
        return panel.peek() ? { top: 52, bottom: Math.round(y * SHEET), left: 0, right: 0 } : { top: 0, bottom: 0, left: 0, right: 0 };
      },
      showHideAnimationType: calm ? "none" : tile ? "zoom" : "fade",
      showAnimationDuration: 200,
      hideAnimationDuration: 180,
      zoomAnimationDuration: calm ? 0 : 180,
      bgOpacity: 1,
      loop: false,
      arrowPrev: false,
      arrowNext: false,
      close: false,
      zoom: false,
      counter: false,
      escKey: false,
      arrowKeys: false,
      trapFocus: false,
      returnFocus: false,
      wheelToZoom: true,
      pinchToClose: true,
      clickToCloseNonZoomable: false,
      imageClickAction: "zoom",
      bgClickAction: () => wake(),
      tapAction: () => (still.value = !still.value),
      doubleTapAction: "zoom",
      maxZoomLevel: 4,
      preload: [1, 2],
      errorMsg: "",
    });
    picture.addFilter("numItems", () => desk.beside.length);
    picture.addFilter("itemData", (_data, i) => {
      const r = desk.beside[i] as number;
      const known = records.current.get(r);
      const ratio = columns.ratio[r] || 1;
      const size = known ? { width: known.width, height: known.height } : ratio > 1 ? { width: NOMINAL, height: Math.round(NOMINAL / ratio) } : { width: Math.round(NOMINAL * ratio), height: NOMINAL };
      // Small pictures are shown as large as the stage allows, as in the grid: a stamp in a dark hall helps nobody.
      const enlarge = Math.max(1, PREVIEW / Math.max(size.width, size.height));
      const photo = columns.id(r);
      return { src: `/media/${photo}/preview`, width: size.width * enlarge, height: size.height * enlarge, msrc: thumbOf(photo, 320), alt: "" };
    });
    picture.addFilter("thumbEl", (element, _data, i) => desk.grid?.tile(desk.beside[i] as number)?.querySelector("img") ?? (element as HTMLElement));
    picture.addFilter("useContentPlaceholder", () => true);
    let opened = false;
    picture.on("change", () => {
      const r = desk.beside[picture.currIndex] as number;
      picture.currSlide?.holderElement?.append(boxes.current.element);
      // PhotoSwipe also says so of the first photo, while it opens; by then the address may be further.
      if (opened && columns.id(r) !== desk.route.peek().photo) desk.openPhoto(columns.id(r), true);
      desk.grid?.reveal(r);
      place();
    });
    const original = (): void => {
      const slide = picture.currSlide;
      const r = desk.beside[picture.currIndex] as number;
      const known = records.current.get(r);
      if (!slide || !known || !SHOWABLE.test(known.type)) return;
      const sharp = PREVIEW / Math.max(slide.width, slide.height);
      if (slide.currZoomLevel * Math.min(devicePixelRatio, 2) < sharp * 1.25 || slide.currZoomLevel <= slide.zoomLevels.fit * 1.02) return;
      const { content } = slide;
      const shown = content.element;
      if (!(shown instanceof HTMLImageElement) || shown.dataset["original"]) return;
      shown.dataset["original"] = "1";
      const full = new Image();
      full.src = `/media/${known.id}/original`;
      full.decode().then(
        () => {
          if (content.element === shown) shown.src = full.src;
        },
        () => undefined,
      );
    };
    picture.on("zoomPanUpdate", () => {
      place();
      original();
    });
    // Keys are the table's in keys.ts.
    picture.on("keydown", (event) => event.preventDefault());
    picture.on("openingAnimationEnd", () => {
      picture.updateSize(true);
      // Once PhotoSwipe has shown the neighbours' places again, which it hides while it opens.
      queueMicrotask(() => {
        follow();
        opened = true;
        if (leaving.current) picture.close();
      });
    });
    picture.on("resize", place);
    picture.on("imageSizeChange", place);
    let zooming: ReturnType<typeof setTimeout> | undefined;
    picture.on("beforeZoomTo", () => {
      boxes.current.element.classList.add("is-moving");
      clearTimeout(zooming);
      zooming = setTimeout(() => {
        boxes.current.element.classList.remove("is-moving");
        place();
      }, 220);
    });
    // Without this the placeholder's fade would leave a broken picture behind.
    picture.on("loadError", ({ content }) => content.element?.classList.add("is-missing"));
    picture.on("destroy", () => {
      swipe.current = undefined;
      if (desk.route.peek().photo) desk.closePhoto();
    });
    desk.shut = (): void => {
      // PhotoSwipe takes a wish to close while it still opens for a closing that never comes.
      leaving.current = true;
      if (!picture.opener.isOpening) picture.close();
    };
    leaving.current = false;
    picture.init();
    picture.element?.removeAttribute("role");
    picture.element?.removeAttribute("tabindex");
    swipe.current = picture;
    root.current?.focus({ preventScroll: true });
    const watch = new ResizeObserver(() => picture.updateSize(true));
    watch.observe(home);
    return () => {
      watch.disconnect();
      clearTimeout(zooming);
      const last = desk.beside[picture.currIndex];
      swipe.current = undefined;
      desk.shut = undefined;
      picture.destroy();
      // Behind the viewer the shell was inert; it is not until the next frame.
      requestAnimationFrame(() => last !== undefined && desk.grid?.reveal(last, true));
    };
  }, [present]);

  /** Show the photo of the route, wherever that came from: keys, arrows, film strip, the browser's history. */
  const follow = (): void => {
    const picture = swipe.current;
    const wanted = columns.row(desk.route.peek().photo ?? "");
    // While it still opens, PhotoSwipe would animate a picture that is not there any more.
    if (!picture || wanted === undefined || picture.opener.isOpening || desk.beside[picture.currIndex] === wanted) return;
    const to = desk.beside.indexOf(wanted);
    if (to >= 0) picture.goTo(to);
  };
  useEffect(() => {
    wake();
    follow();
  }, [id]);

  useEffect(() => {
    if (row === undefined) return;
    let here = true;
    const edits = desk.edits.value;
    void desk.library.record(row).then((found) => {
      records.current.set(row, found);
      if (here) record.value = found;
    });
    if (edits === 0 || details.peek()?.record.id !== id) {
      details.value = null;
      void desk.library.details(id).then((found) => {
        if (here) details.value = found;
      });
      reasons.value = [];
      if (desk.searching.peek()) {
        void desk.library.reasons([row]).then(([found]) => {
          if (here) reasons.value = found ?? [];
        });
      }
    }
    return () => {
      here = false;
    };
  }, [id, row, desk.edits.value]);

  useEffect(() => {
    const found = record.value;
    if (!found || found.id !== id) {
      boxes.current.show([]);
      return;
    }
    boxes.current.show([...boxesOf(found, least.value), ...reasonBoxes(reasons.value)]);
    place();
  }, [record.value, least.value, reasons.value, id]);

  useEffect(() => {
    boxes.current.element.classList.toggle("is-shown", framed.value);
    localStorage.setItem("vitrine.boxes", framed.value ? "shown" : "hidden");
  }, [framed.value]);

  useEffect(() => {
    if (desk.narrow.peek()) swipe.current?.updateSize(true);
  }, [panel.value]);

  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const wake = (): void => {
    still.value = false;
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      const busy = root.current?.querySelector(".viewer-bar:hover, .strip:hover, .viewer-bar :focus-visible, .strip :focus-visible");
      if (!busy) still.value = true;
    }, STILL_MS);
  };
  useEffect(() => {
    wake();
    return () => clearTimeout(timer.current);
  }, []);

  const togglePanel = (): void => {
    panel.value = !panel.value;
    if (!desk.narrow.peek()) localStorage.setItem("vitrine.details", panel.value ? "open" : "closed");
  };

  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (typing(event.target) || desk.help.value) return;
      wake();
      if (event.defaultPrevented || event.target instanceof HTMLInputElement) return;
      const act = actOf(event, "viewer");
      if (act === "zoom" && event.key === "Enter" && event.target instanceof HTMLElement && event.target.closest("button, a, summary")) return;
      const r = columns.row(desk.route.peek().photo ?? "");
      if (act === "details") togglePanel();
      else if (act === "tag") {
        if (!panel.value) togglePanel();
        // The field is there once the panel is drawn.
        requestAnimationFrame(() => root.current?.querySelector<HTMLInputElement>(".tag-new")?.focus());
      } else if (act === "boxes") framed.value = !framed.value;
      else if (act === "favourite" && r !== undefined) void desk.favourite([r]);
      else if (act === "rate" && r !== undefined) void desk.rate([r], Number(event.key) || null);
      else if (act === "zoom") {
        // While it opens, PhotoSwipe would lose the picture between two zooms.
        if (!swipe.current?.opener.isOpening) swipe.current?.toggleZoom();
      }
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, []);

  void desk.edits.value;
  const shown = record.value?.id === id ? record.value : undefined;
  // The panel keeps the photo before until the next is known: an empty panel in between would flicker.
  const known = shown ?? record.value;
  const name = shown ? fileName(shown.path) : "";
  const favourite = row !== undefined && desk.isFavourite(row);
  const missing = row === undefined && (desk.status.value.phase === "live" || desk.status.value.phase === "offline");
  const total = rows.length;

  return (
    <div
      class={`viewer${still.value ? " is-still" : ""}${panel.value ? " has-details" : ""}`}
      ref={root}
      role="dialog"
      aria-modal="true"
      aria-label={name || say("lookingAt")}
      tabIndex={-1}
      onPointerMove={wake}
      onFocusIn={wake}
    >
      <h1 class="unseen">{name || say("lookingAt")}</h1>
      <div class="stage" ref={stage}>
        {missing && <p class="stage-sentence">{say("gone")}</p>}
      </div>
      <header class="viewer-bar">
        <button type="button" aria-label={say("back")} title={say("back")} onClick={() => desk.leavePhoto()}>
          <ArrowLeft size={20} strokeWidth={1.75} aria-hidden="true" />
        </button>
        <bdi class="viewer-name">{name}</bdi>
        <span class="viewer-gap" />
        {row !== undefined && (
          <button type="button" aria-pressed={favourite} aria-label={say("favourite")} title={say("favourite")} onClick={() => void desk.favourite([row])}>
            <Heart size={20} strokeWidth={1.75} aria-hidden="true" class={favourite ? "is-filled" : ""} />
          </button>
        )}
        {shown?.rating !== undefined && (
          <span class="viewer-stars" title={say("stars", { n: shown.rating })}>
            <Star size={16} strokeWidth={1.75} class="is-filled" aria-hidden="true" /> {number(shown.rating)}
          </span>
        )}
        {row !== undefined && (
          <button type="button" aria-pressed={framed.value} aria-label={say("boxes")} title={say("boxes")} onClick={() => (framed.value = !framed.value)}>
            <Scan size={20} strokeWidth={1.75} aria-hidden="true" />
            <span class="wide">{say("boxes")}</span>
          </button>
        )}
        {shown && (
          <a href={`/media/${id}/original?download=1`} download aria-label={say("download")} title={say("download")}>
            <Download size={20} strokeWidth={1.75} aria-hidden="true" />
          </a>
        )}
        <button type="button" aria-pressed={panel.value} aria-label={say("details")} title={say("details")} onClick={togglePanel}>
          <Info size={20} strokeWidth={1.75} aria-hidden="true" />
        </button>
      </header>
      {index > 0 && (
        <button type="button" class="turn is-previous" aria-label={say("previous")} onClick={() => desk.turn(-1)}>
          <ChevronLeft size={28} strokeWidth={1.5} aria-hidden="true" />
        </button>
      )}
      {index >= 0 && index < total - 1 && (
        <button type="button" class="turn is-next" aria-label={say("next")} onClick={() => desk.turn(1)}>
          <ChevronRight size={28} strokeWidth={1.5} aria-hidden="true" />
        </button>
      )}
      {!desk.narrow.value && total > 1 && index >= 0 && <Strip rows={rows} at={index} />}
      {panel.value && !known && !desk.narrow.value && <aside class="details" aria-label={say("details")} />}
      {panel.value && known && (
        <Details record={known} details={details.value} reasons={reasons.value} least={least.value} setLeast={(value) => (least.value = value)} light={(of) => boxes.current.light(of)} close={togglePanel} />
      )}
    </div>
  );
}

/** Thumbnails on either side of the current one. */
const BESIDE = 9;
const STRIP_HEIGHT = 44;

function Strip({ rows, at }: { rows: Uint32Array; at: number }) {
  const desk = useDesk();
  const { columns } = desk.library;
  const wide = (i: number): number => Math.max(30, Math.min(96, STRIP_HEIGHT * (columns.ratio[rows[i] as number] || 1)));
  const offsets = new Map<number, number>([[at, -wide(at) / 2]]);
  for (let i = at + 1, x = wide(at) / 2 + 10; i < Math.min(rows.length, at + BESIDE + 1); x += wide(i) + 4, i++) offsets.set(i, x);
  for (let i = at - 1, x = -wide(at) / 2 - 10; i >= Math.max(0, at - BESIDE); i--) offsets.set(i, (x -= wide(i) + (i === at - 1 ? 0 : 4)));
  return (
    <nav class="strip" aria-label={say("filmstrip")}>
      <div class="strip-middle">
        {[...offsets].sort(([a], [b]) => a - b).map(([i, x]) => {
          const row = rows[i] as number;
          const id = columns.id(row);
          return (
            <button
              key={row}
              type="button"
              class={i === at ? "is-current" : ""}
              aria-current={i === at ? "true" : undefined}
              aria-label={say("photoOf", { n: i + 1, total: rows.length })}
              style={{ transform: `translateX(${x}px)`, width: `${wide(i)}px` }}
              onClick={() => desk.openPhoto(id, true)}
            >
              <img src={`/media/${id}/thumb`} alt="" decoding="async" draggable={false} />
            </button>
          );
        })}
      </div>
    </nav>
  );
}
