// The loop that keeps this device's copy equal to the server's library: catch up, listen, and start again after whatever went wrong.

import type { Phase, Progress } from "../lib/library";
import { type GoneRecord, type PhotoRecord, SCHEMA } from "../lib/records";
import type { Api } from "./api";
import { events } from "./events";
import { SignedOut, Unreachable } from "./failures";
import { type Hello, pull } from "./pull";

/** What the loop fills. */
export interface Keeper {
  /** What is held: 0 and null before the first full pass was completed. */
  seq(): number;
  epoch(): string | null;
  library(): string | null;
  /** Another library, or the same one counting anew: forget what is held. */
  startOver(hello: Hello): Promise<void>;
  /** A full pass begins: photos that it does not name will have left. */
  fullPass(): void;
  /** `seq` is the number up to which everything is now held, or null within a full pass, whose order is another. */
  take(records: PhotoRecord[], gone: GoneRecord[], seq: number | null): Promise<void>;
  /** Everything up to `seq` is held. */
  finish(seq: number, full: boolean): Promise<void>;
}

export interface SyncListener {
  phase(phase: Phase): void;
  total(total: number): void;
  progress(progress: Progress): void;
  outdated(): void;
  /** Before anything is asked for: the time to make sure whose copy this is. */
  arrive(): Promise<void>;
  /** What else there is to fetch, side by side with the records. */
  meanwhile(): Promise<void>;
  /** Caught up: the time to send what was waiting. */
  online(): Promise<void>;
}

const SOON_MS = 1_000;
const LATE_MS = 30_000;
const SESSION_MS = 600_000;
/** Photos handed over at once: the first few soon, later ones in packs worth storing. */
const FIRST = 64;
const FULL = 2_000;
const PATIENCE_MS = 400;

/** The server's records have a shape this build cannot read. */
class Outdated extends Error {}

export class Sync {
  private failures = 0;
  private stopped = false;
  private wakeUp: (() => void) | null = null;
  private cut = new AbortController();

  constructor(
    private readonly api: Api,
    private readonly keeper: Keeper,
    private readonly listener: SyncListener,
    private readonly wait: (attempt: number) => number = delay,
  ) {}

  /** Runs until `end`, or until the session ends. */
  async run(): Promise<void> {
    const session = setInterval(() => void this.api.refresh().catch(() => undefined), SESSION_MS);
    try {
      while (!this.stopped) {
        try {
          await this.follow();
        } catch (failure) {
          if (this.stopped) return;
          if (failure instanceof SignedOut) return this.listener.phase("signed-out");
          if (failure instanceof Outdated) return this.listener.outdated();
          this.listener.phase("offline");
          // A refusal (a server that is being upgraded, say) is waited out like a silence; bugs are not.
          if (!(failure instanceof Error && "code" in failure)) throw failure;
          await this.pause();
        }
      }
    } finally {
      clearInterval(session);
    }
  }

  /** Try again now rather than after the pause. */
  wake(): void {
    this.wakeUp?.();
  }

  end(): void {
    this.stopped = true;
    this.cut.abort();
    this.wakeUp?.();
  }

  /** Listens first and catches up then, so that no change falls between the two; returns only by throwing. */
  private async follow(): Promise<void> {
    const cut = (this.cut = new AbortController());
    const { signal } = cut;
    try {
      await this.listener.arrive();
      const stream = events(this.api, cut);
      const first = stream.next();
      // Awaited below; until then a failure must not count as unhandled.
      first.catch(() => undefined);
      await Promise.all([this.catchUp(signal), this.listener.meanwhile()]);
      this.failures = 0;
      this.listener.phase("live");
      await this.listener.online();
      for (let next = await first; !next.done; next = await stream.next()) {
        const { event, data } = next.value;
        if (event === "progress") this.listener.progress(JSON.parse(data) as Progress);
        else if (event === "change" && (JSON.parse(data) as { to: number }).to > this.keeper.seq()) await this.catchUp(signal);
      }
    } finally {
      cut.abort();
    }
  }

  private async catchUp(signal: AbortSignal): Promise<void> {
    const { keeper } = this;
    let held = { records: [] as PhotoRecord[], gone: [] as GoneRecord[] };
    let full = false;
    let size = FIRST;
    let since = performance.now();
    const hand = async (): Promise<void> => {
      const { records, gone } = held;
      if (!records.length && !gone.length) return;
      held = { records: [], gone: [] };
      const seq = full ? null : Math.max(records.at(-1)?.seq ?? 0, gone.at(-1)?.seq ?? 0);
      await keeper.take(records, gone, seq);
      size = Math.min(FULL, size * 4);
      since = performance.now();
    };
    for await (const batch of pull(this.api, keeper.seq(), keeper.epoch(), signal)) {
      if ("hello" in batch) {
        const { hello } = batch;
        if (hello.schema !== SCHEMA) throw new Outdated();
        this.listener.total(hello.total);
        if (hello.library !== keeper.library() || hello.epoch !== keeper.epoch()) await keeper.startOver(hello);
        if (hello.from !== 0 && keeper.seq() === 0) return await this.catchUp(signal);
        full = hello.from === 0;
        if (full) keeper.fullPass();
        if (full || hello.to - hello.from > FULL) this.listener.phase("syncing");
      } else if ("end" in batch) {
        await hand();
        await keeper.finish(batch.end, full);
        return;
      } else {
        held.records.push(...batch.records);
        held.gone.push(...batch.gone);
        while (held.records.length > FULL && full) {
          const rest = held.records.splice(FULL);
          await hand();
          held.records = rest;
        }
        if (held.records.length + held.gone.length >= size || performance.now() - since > PATIENCE_MS) await hand();
      }
    }
    throw new Unreachable("The stream of records was cut.");
  }

  private pause(): Promise<void> {
    const attempt = this.failures++;
    return new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.wait(attempt));
      this.wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    }).then(() => {
      this.wakeUp = null;
    });
  }
}

/** Twice as long after each failure, and never the same for all clients of a server that comes back. */
function delay(attempt: number): number {
  return Math.min(LATE_MS, SOON_MS * 2 ** attempt) * (0.5 + Math.random() / 2);
}
