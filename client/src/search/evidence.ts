// One record in, all that a word may find in it out. The index is made from this, and so are the reasons: they cannot disagree.

import { BELIEVED_CLASS, type PhotoRecord } from "../lib/records";
import { stemsOf } from "./folding";

export type Box = [x: number, y: number, w: number, h: number];

/** Kinds of evidence, by the letter they are stored with. */
export const KIND = {
  class: "c",
  object: "o",
  term: "w",
  city: "i",
  state: "s",
  country: "n",
  continent: "k",
  near: "r",
  camera: "m",
  lens: "l",
  folder: "d",
  tag: "t",
  caption: "p",
  type: "y",
  nsfw: "x",
} as const;

export type Kind = (typeof KIND)[keyof typeof KIND];

/** How sure evidence makes that carries no score of its own, in hundredths. */
const CERTAIN: Record<string, number> = {
  [KIND.term]: 90,
  [KIND.city]: 100,
  [KIND.state]: 100,
  [KIND.country]: 100,
  [KIND.continent]: 60,
  [KIND.near]: 80,
  [KIND.camera]: 100,
  [KIND.lens]: 100,
  [KIND.folder]: 60,
  [KIND.tag]: 100,
  [KIND.caption]: 90,
  [KIND.type]: 50,
  [KIND.nsfw]: 100,
};

/** Certainty of a word in a file's name. */
export const NAME_CERTAINTY = 50;

export interface Evidence {
  kind: Kind;
  text: string;
  /** In hundredths. */
  certainty: number;
  /** Only where the certainty is a model's. */
  scored: boolean;
  box?: Box;
}

export function hundredths(score: number): number {
  return Math.max(0, Math.min(100, Math.round(score * 100)));
}

/** "Google Pixel 8 Pro"; makers repeat their name in the model, so it is not said twice. */
export function cameraOf(camera: NonNullable<PhotoRecord["camera"]>): string {
  const make = camera.make ?? "";
  const model = camera.model ?? "";
  return model.toLowerCase().startsWith(make.toLowerCase()) ? model : `${make} ${model}`.trim();
}

/** Folders of the path, root name first, without the file's name. */
export function folderOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "" : path.slice(0, slash);
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Words of the file's name, singular, each between two spaces. */
export function nameLine(path: string): string {
  return ` ${stemsOf(nameOf(path)).join(" ")} `;
}

export function evidenceOf(record: PhotoRecord): Evidence[] {
  const found: Evidence[] = [];
  const say = (kind: Kind, text: string | undefined): void => {
    if (text) found.push({ kind, text, certainty: CERTAIN[kind], scored: false });
  };
  for (const [text, score] of record.classes ?? []) {
    if (score >= BELIEVED_CLASS) found.push({ kind: KIND.class, text, certainty: hundredths(score), scored: true });
  }
  for (const [text, score, x, y, w, h] of record.objects ?? []) {
    found.push({ kind: KIND.object, text, certainty: hundredths(score), scored: true, box: [x, y, w, h] });
  }
  for (const term of record.terms ?? []) say(KIND.term, term);
  const place = record.place;
  if (place) {
    say(KIND.city, place.city);
    say(KIND.state, place.state);
    say(KIND.country, place.country);
    say(KIND.continent, place.continent);
    say(KIND.near, place.near);
  }
  if (record.camera) {
    say(KIND.camera, cameraOf(record.camera));
    say(KIND.lens, record.camera.lens);
  }
  say(KIND.folder, folderOf(record.path));
  for (const tag of record.tags ?? []) say(KIND.tag, tag);
  say(KIND.caption, record.caption);
  say(KIND.type, record.type);
  say(KIND.nsfw, record.nsfw);
  return found;
}
