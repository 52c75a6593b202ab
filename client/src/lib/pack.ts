// A pack: some thousand photos as typed columns, ready to be searched and drawn. Made once when records arrive, kept as it is
// in this device's copy, and appended as it is at the next start, so that a start parses no record.

export interface Pack {
  /** Photos in it; every column below is that long unless it says otherwise. */
  count: number;
  seqs: Float64Array<ArrayBuffer>;
  /** 16 bytes each. */
  ids: Uint8Array<ArrayBuffer>;
  /** `FLAG` of library.ts. */
  flags: Uint8Array<ArrayBuffer>;
  /** Seconds since 1970 of the photo's own clock; NaN without a date. */
  taken: Float64Array<ArrayBuffer>;
  /** Seconds since 1970, UTC. */
  added: Float64Array<ArrayBuffer>;
  bytes: Float64Array<ArrayBuffer>;
  width: Uint32Array<ArrayBuffer>;
  height: Uint32Array<ArrayBuffer>;
  /** 0 when not rated. */
  rating: Uint8Array<ArrayBuffer>;
  /** NaN where the file tells nothing: ISO, f-number, seconds, millimetres. */
  iso: Float64Array<ArrayBuffer>;
  aperture: Float64Array<ArrayBuffer>;
  exposure: Float64Array<ArrayBuffer>;
  focal: Float64Array<ArrayBuffer>;
  /** ThumbHashes one behind the other, and where each ends. */
  hashes: Uint8Array<ArrayBuffer>;
  hashEnds: Uint32Array<ArrayBuffer>;
  /** A line for each photo: the words of its file's name, singular, each between two spaces. And where each line ends. */
  names: string;
  nameEnds: Uint32Array<ArrayBuffer>;
  /** What the photos have, each said once: the letter of its kind, then the text. */
  values: string[];
  /** The postings of `values[i]` are those from `starts[i]` up to `starts[i + 1]`. */
  starts: Uint32Array<ArrayBuffer>;
  /** Photo within the pack times 128, plus certainty in hundredths; ascending by photo, one for each piece of evidence. */
  postings: Uint32Array<ArrayBuffer>;
  /** Photo within the pack and what the face is (`faceOf`), alternating; ascending by photo. */
  faces: Uint32Array<ArrayBuffer>;
  /** Photos that left: 16 bytes each, and the sequence numbers of their leaving. */
  goneIds: Uint8Array<ArrayBuffer>;
  goneSeqs: Float64Array<ArrayBuffer>;
}

/** Postings and face words hold a certainty in their low seven bits. */
export const CERTAINTY = 128;
