import { expect, test } from "vitest";
import { linesOf } from "./lines";

const TEXT = '{"a":"ä"}\n\n{"b":"写真 📷"}\n{"c":1}\nrest';

function inPieces(cuts: number[]): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(TEXT);
  const edges = [0, ...cuts, bytes.length];
  return new ReadableStream({
    start(controller) {
      for (let at = 1; at < edges.length; at++) controller.enqueue(bytes.slice(edges[at - 1], edges[at]));
      controller.close();
    },
  });
}

async function collected(body: ReadableStream<Uint8Array>): Promise<string[]> {
  const lines: string[] = [];
  for await (const some of linesOf(body)) lines.push(...some);
  return lines;
}

const LINES = TEXT.split("\n").slice(0, -1);

test("a stream cut in two at any byte gives the same lines", async () => {
  const size = new TextEncoder().encode(TEXT).length;
  for (let cut = 1; cut < size; cut++) expect(await collected(inPieces([cut]))).toEqual(LINES);
});

test("a stream of single bytes gives the same lines", async () => {
  const size = new TextEncoder().encode(TEXT).length;
  expect(await collected(inPieces(Array.from({ length: size - 1 }, (_, at) => at + 1)))).toEqual(LINES);
});

test("leaving early lets go of the stream", async () => {
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new TextEncoder().encode("line\n")),
    cancel: () => void (cancelled = true),
  });
  for await (const lines of linesOf(body)) {
    expect(lines).toEqual(["line"]);
    break;
  }
  expect(cancelled).toBe(true);
});
