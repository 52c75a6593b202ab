// Made from config/records.py by `make generate`; a test fails when it is stale.

export const SCHEMA = 1;

/** Lowest score at which search believes a class. */
export const BELIEVED_CLASS = 0.25;

/** One photo. */
export interface PhotoRecord {
  /** What the line is. */
  kind: "photo";
  /** Sequence number of the photo's last change; grows over the whole library. */
  seq: number;
  /** BLAKE2b-128 of the file's content; the same in every folder and library. */
  id: string;
  /** Root name and path inside it, of the first file that holds this content; for showing and searching, never for opening. */
  path: string;
  /** Size of the file. */
  bytes: number;
  /** Pixels, upright. */
  width: number;
  /** Pixels, upright. */
  height: number;
  /** Media type by content, not by name. */
  type: string;
  /** The file holds several frames; the first is shown. */
  animated?: true;
  /** How many files hold this content, when more than one. */
  files?: number;
  /** When the picture was taken: local time, with offset when the file tells it. */
  taken?: string;
  /** When Vitrine first saw the content; orders photos that tell no date. */
  added: string;
  /** Latitude in degrees, WGS 84. */
  lat?: number;
  /** Longitude in degrees, WGS 84. */
  lon?: number;
  /** Where that is, in words; `near` is the nearest city above 100,000 people. */
  place?: { city?: string; state?: string; country?: string; continent?: string; near?: string };
  /** Exposure as the file tells it: f-number, seconds, millimetres, 35 mm equivalent. */
  camera?: { make?: string; model?: string; lens?: string; iso?: number; aperture?: number; exposure?: number; focal?: number; focal35?: number };
  /** 64-bit DCT hash of the picture. */
  phash: string;
  /** ThumbHash, base64: a blurred placeholder. */
  thumbhash: string;
  /** Dominant colours, most frequent first. */
  palette?: string[];
  /** What the picture shows as a whole, up to five labels, best first; search believes those of 0.25 and more. */
  classes?: [label: string, score: number][];
  /** Things with their boxes, best first. */
  objects?: [label: string, score: number, x: number, y: number, w: number, h: number][];
  /** Faces, largest first; `id` counts within the photo. */
  faces?: ([id: number, x: number, y: number, w: number, h: number, age: number, gender: "female" | "male", emotion: "angry" | "disgust" | "fear" | "happy" | "sad" | "surprise" | "neutral", score: number])[];
  /** Verdict of the nudity analyzer; absent when safe or not yet looked at. */
  nsfw?: "suggestive" | "explicit";
  /** Words that hold for the whole photo and follow from no label: light, lens, time of day. */
  terms?: string[];
  /** Stars given by a person. */
  rating?: number;
  /** Marked with the heart. */
  favourite?: true;
  /** Written by a person. */
  caption?: string;
  /** Given by a person. */
  tags?: string[];
  /** Analyzer to version, for each that has looked at the photo. */
  state?: Record<string, string>;
}

/** A photo that left the library. */
export interface GoneRecord {
  /** What the line is. */
  kind: "gone";
  /** Sequence number of the removal. */
  seq: number;
  /** The photo that left the library. */
  id: string;
}
