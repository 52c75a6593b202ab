// In: what was found in a photo and where the photo stands on the stage. Out: frames over faces and objects, their labels
// outside. Lines and letters keep their size at every zoom, since only the frames' corners are scaled.

import type { PhotoRecord } from "../../lib/records";
import type { Reason } from "../../lib/library";
import { say, score as sure, type Key } from "../../words/words";
import { why } from "../reasons";

export interface Box {
  kind: "face" | "object" | "reason";
  label: string;
  /** What lights it up: the object's label or `face`. */
  of: string;
  x: number;
  y: number;
  w: number;
  h: number;
}

/** Where the upright picture stands, px. */
export interface Frame {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Years up to which a person is called a child. */
const CHILD = 13;

export function whoIs(gender: string, age: number): string {
  const child = age < CHILD;
  return say(gender === "female" ? (child ? "girl" : "woman") : child ? "boy" : "man");
}

export function boxesOf(record: PhotoRecord, least = 0): Box[] {
  const objects = (record.objects ?? []).filter(([, score]) => score >= least);
  return [
    ...objects.map(([label, score, x, y, w, h]): Box => ({ kind: "object", label: `${label} ${sure(score)}`, of: label, x, y, w, h })),
    ...(record.faces ?? []).map(([, x, y, w, h, age, gender, emotion]): Box => {
      const years = age < CHILD ? String(age) : say("decade", { n: String(Math.floor(age / 10) * 10) });
      return { kind: "face", label: [whoIs(gender, age), years, say(`emotion_${emotion}` as Key)].join(" · ").toLowerCase(), of: "face", x, y, w, h };
    }),
  ];
}

export const reasonBoxes = (reasons: Reason[]): Box[] =>
  reasons.flatMap((reason): Box[] => (reason.box ? [{ kind: "reason", label: why(reason), of: reason.evidence, x: reason.box[0], y: reason.box[1], w: reason.box[2], h: reason.box[3] }] : []));

/** Room a label needs above its frame, px. */
const LABEL = 22;

export class Boxes {
  readonly element = document.createElement("div");
  #boxes: Box[] = [];
  #nodes: HTMLElement[] = [];

  constructor() {
    this.element.className = "boxes";
    this.element.setAttribute("aria-hidden", "true");
  }

  show(boxes: Box[]): void {
    this.#boxes = boxes;
    this.#nodes = boxes.map((box) => {
      const node = document.createElement("div");
      node.className = `box is-${box.kind}`;
      node.dataset["of"] = box.of;
      const label = document.createElement("span");
      label.textContent = box.label;
      node.append(label);
      return node;
    });
    this.element.replaceChildren(...this.#nodes);
  }

  /** Mark the boxes of one label, whatever else is shown. */
  light(of: string | undefined): void {
    for (const node of this.#nodes) node.classList.toggle("is-lit", of !== undefined && node.dataset["of"] === of);
  }

  place(frame: Frame, stage: { width: number; height: number }): void {
    this.#boxes.forEach((box, index) => {
      const node = this.#nodes[index] as HTMLElement;
      const left = frame.left + box.x * frame.width;
      const top = frame.top + box.y * frame.height;
      node.style.transform = `translate(${left}px, ${top}px)`;
      node.style.width = `${box.w * frame.width}px`;
      node.style.height = `${box.h * frame.height}px`;
      node.classList.toggle("is-under", top < LABEL && top + box.h * frame.height + LABEL < stage.height);
      node.classList.toggle("is-rightward", left + 160 > stage.width);
    });
  }
}
