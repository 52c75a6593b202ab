// A face as one number, so that all faces of a library are two columns: age, gender, emotion and certainty.

import type { PhotoRecord } from "../lib/records";
import { CHOICES } from "./everyday";
import { hundredths } from "./evidence";

export type Face = NonNullable<PhotoRecord["faces"]>[number];

const GENDERS = CHOICES.get("gender")!;
const EMOTIONS = CHOICES.get("emotion")!;

/** Certainty in bits 0-6, age in 7-13, gender in 14-15, emotion in 16-18. */
export function faceOf([, , , , , age, gender, emotion, score]: Face): number {
  const years = Math.max(0, Math.min(127, Math.round(age)));
  return hundredths(score) | (years << 7) | (Math.max(0, GENDERS.indexOf(gender)) << 14) | (Math.max(0, EMOTIONS.indexOf(emotion)) << 16);
}

/** What a person's words ask of one face; an absent part asks nothing. */
export interface Looks {
  gender?: string;
  emotion?: string;
  /** Years, both ends included. */
  age?: [low: number, high: number];
}

/** Looks as plain numbers, for the scan over all faces. */
export interface Pattern {
  mask: number;
  bits: number;
  low: number;
  high: number;
}

export function patternOf(looks: Looks): Pattern {
  let mask = 0;
  let bits = 0;
  if (looks.gender !== undefined) {
    mask |= 3 << 14;
    bits |= GENDERS.indexOf(looks.gender) << 14;
  }
  if (looks.emotion !== undefined) {
    mask |= 7 << 16;
    bits |= EMOTIONS.indexOf(looks.emotion) << 16;
  }
  const [low, high] = looks.age ?? [0, 127];
  return { mask, bits, low, high };
}

export function fits(face: number, { mask, bits, low, high }: Pattern): boolean {
  const age = (face >> 7) & 127;
  return (face & mask) === bits && age >= low && age <= high;
}
