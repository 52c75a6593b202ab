// `GET /api/events` in, its events out: text/event-stream as the HTML standard defines it, read by hand because EventSource
// hides whether it was refused, cut, or is merely silent.

import type { Api } from "./api";
import { Unreachable } from "./failures";
import { linesOf } from "./lines";

/** A server that sends comments to keep the line open is taken for dead after so long without one. */
const SILENCE_MS = 75_000;

export interface ServerEvent {
  event: string;
  data: string;
}

/** Yields until the connection ends, which is an `Unreachable`; `cut` ends it from here, and is used when it has gone silent. */
export async function* events(api: Api, cut: AbortController): AsyncGenerator<ServerEvent> {
  const answer = await api.ask("/api/events", { headers: { Accept: "text/event-stream" }, signal: cut.signal });
  if (!answer.body) throw new Unreachable("The answer was empty.");
  let timer: ReturnType<typeof setTimeout> | undefined;
  let event = "message";
  let data: string[] = [];
  try {
    for await (const lines of linesOf(answer.body)) {
      for (const raw of lines) {
        const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
        if (line === "") {
          if (data.length) yield { event, data: data.join("\n") };
          event = "message";
          data = [];
        } else if (line.startsWith(":")) {
          clearTimeout(timer);
          timer = setTimeout(() => cut.abort(), SILENCE_MS);
        } else {
          const colon = line.indexOf(":");
          const field = colon < 0 ? line : line.slice(0, colon);
          const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
          if (field === "event") event = value;
          else if (field === "data") data.push(value);
        }
      }
    }
  } finally {
    clearTimeout(timer);
  }
  throw new Unreachable("The stream of events ended.");
}
