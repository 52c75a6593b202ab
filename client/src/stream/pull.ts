// A sequence number in, the records that changed since out: `GET /api/records`.

import type { GoneRecord, PhotoRecord } from "../lib/records";
import { parsed } from "../lib/texts";
import type { Api } from "./api";
import { Unreachable } from "./failures";
import { linesOf } from "./lines";

export interface Hello {
  kind: "hello";
  library: string;
  /** Changes when sequence numbers start over, as after a restored backup. */
  epoch: string;
  schema: number;
  from: number;
  to: number;
  total: number;
}

interface End {
  kind: "end";
  to: number;
}

export type Batch = { hello: Hello } | { records: PhotoRecord[]; gone: GoneRecord[] } | { end: number };

/** Yields one hello, then what each piece of the answer holds, then the end; throws `Unreachable` if it is cut before that. */
export async function* pull(api: Api, since: number, epoch: string | null, signal: AbortSignal): AsyncGenerator<Batch> {
  const named = epoch === null ? "" : `&epoch=${encodeURIComponent(epoch)}`;
  const answer = await api.ask(`/api/records?since=${since}${named}`, { signal });
  if (!answer.body) throw new Unreachable("The answer was empty.");
  for await (const lines of linesOf(answer.body)) {
    const records: PhotoRecord[] = [];
    const gone: GoneRecord[] = [];
    for (const text of lines) {
      if (!text) continue;
      const line = read(text);
      if (line.kind === "photo") records.push(line);
      else if (line.kind === "gone") gone.push(line);
      else if (line.kind === "hello") yield { hello: line };
      else if (line.kind === "end") {
        if (records.length || gone.length) yield { records, gone };
        yield { end: line.to };
        return;
      }
    }
    if (records.length || gone.length) yield { records, gone };
  }
  throw new Unreachable("The stream of records was cut.");
}

function read(text: string): Hello | PhotoRecord | GoneRecord | End {
  try {
    return parsed<Hello | PhotoRecord | GoneRecord | End>(text);
  } catch {
    // A proxy's error page in the middle of the stream; as good as a cut.
    throw new Unreachable("The stream of records was damaged.");
  }
}
