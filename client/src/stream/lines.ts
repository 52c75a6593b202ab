// Bytes in, as they come from the network; whole lines of text out. A character or a line may be cut anywhere.

import { Unreachable } from "./failures";

/** Yields the lines that each piece of the body completes. What follows the last line feed is no line and is left aside. */
export async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string[]> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (;;) {
      let piece: ReadableStreamReadResult<Uint8Array>;
      try {
        piece = await reader.read();
      } catch {
        throw new Unreachable("The connection was cut.");
      }
      if (piece.done) return;
      const text = rest + decoder.decode(piece.value, { stream: true });
      const end = text.lastIndexOf("\n");
      rest = text.slice(end + 1);
      if (end >= 0) yield text.slice(0, end).split("\n");
    }
  } finally {
    // The loop above may have been left early; whether the other side still listens no longer matters.
    reader.cancel().catch(() => undefined);
  }
}
