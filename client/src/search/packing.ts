// Records in, a pack out: the one place where a record is taken apart.

import { fromBase64, fromHex } from "../lib/bytes";
import { secondsOf } from "../lib/dates";
import { ID_BYTES } from "../lib/ids";
import { FLAG } from "../lib/library";
import { CERTAINTY, type Pack } from "../lib/pack";
import type { GoneRecord, PhotoRecord } from "../lib/records";
import { evidenceOf, nameLine } from "./evidence";
import { faceOf } from "./faces";

export function flagsOf(record: PhotoRecord): number {
  return (
    (record.favourite ? FLAG.favourite : 0) |
    (record.animated ? FLAG.animated : 0) |
    (record.type.startsWith("video/") ? FLAG.video : 0) |
    (record.nsfw ? FLAG.nsfw : 0) |
    (Object.keys(record.state ?? {}).length ? FLAG.analysed : 0)
  );
}

export function packOf(records: readonly PhotoRecord[], gone: readonly GoneRecord[] = []): Pack {
  const count = records.length;
  const numbers = (): Float64Array<ArrayBuffer> => new Float64Array(count);
  const pack: Pack = {
    count,
    seqs: numbers(),
    ids: new Uint8Array(count * ID_BYTES),
    flags: new Uint8Array(count),
    taken: numbers(),
    added: numbers(),
    bytes: numbers(),
    width: new Uint32Array(count),
    height: new Uint32Array(count),
    rating: new Uint8Array(count),
    iso: numbers(),
    aperture: numbers(),
    exposure: numbers(),
    focal: numbers(),
    hashes: new Uint8Array(0),
    hashEnds: new Uint32Array(count),
    names: "",
    nameEnds: new Uint32Array(count),
    values: [],
    starts: new Uint32Array(0),
    postings: new Uint32Array(0),
    faces: new Uint32Array(0),
    goneIds: new Uint8Array(gone.length * ID_BYTES),
    goneSeqs: Float64Array.from(gone, (line) => line.seq),
  };
  const hashes: Uint8Array[] = [];
  const lines: string[] = [];
  const postings = new Map<string, number[]>();
  const faces: number[] = [];
  let hashEnd = 0;
  let nameEnd = 0;
  records.forEach((record, at) => {
    pack.seqs[at] = record.seq;
    fromHex(record.id, pack.ids, at * ID_BYTES);
    pack.flags[at] = flagsOf(record);
    pack.taken[at] = secondsOf(record.taken);
    pack.added[at] = secondsOf(record.added);
    pack.bytes[at] = record.bytes;
    pack.width[at] = record.width;
    pack.height[at] = record.height;
    pack.rating[at] = record.rating ?? 0;
    pack.iso[at] = record.camera?.iso ?? NaN;
    pack.aperture[at] = record.camera?.aperture ?? NaN;
    pack.exposure[at] = record.camera?.exposure ?? NaN;
    pack.focal[at] = record.camera?.focal ?? NaN;
    const hash = fromBase64(record.thumbhash);
    hashes.push(hash);
    pack.hashEnds[at] = hashEnd += hash.length;
    const line = nameLine(record.path);
    lines.push(line);
    pack.nameEnds[at] = nameEnd += line.length;
    for (const { kind, text, certainty } of evidenceOf(record)) {
      const value = kind + text;
      const list = postings.get(value);
      if (list) list.push(at * CERTAINTY + certainty);
      else postings.set(value, [at * CERTAINTY + certainty]);
    }
    for (const face of record.faces ?? []) faces.push(at, faceOf(face));
  });
  pack.hashes = new Uint8Array(hashEnd);
  hashes.forEach((hash, at) => pack.hashes.set(hash, at ? pack.hashEnds[at - 1] : 0));
  pack.names = lines.join("");
  pack.values = [...postings.keys()];
  pack.starts = new Uint32Array(postings.size + 1);
  let size = 0;
  [...postings.values()].forEach((list, index) => (pack.starts[index + 1] = size += list.length));
  pack.postings = new Uint32Array(size);
  [...postings.values()].forEach((list, index) => pack.postings.set(list, pack.starts[index]));
  pack.faces = Uint32Array.from(faces);
  gone.forEach((line, at) => fromHex(line.id, pack.goneIds, at * ID_BYTES));
  return pack;
}
