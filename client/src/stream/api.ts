// A path in, the server's answer out. Renews the session once when the server has forgotten it.

import { Refused, SignedOut, Unreachable } from "./failures";

const REFRESH = "/api/session/refresh";

export class Api {
  private refreshing: Promise<boolean> | null = null;

  /** `base` is empty in the browser: everything is on the page's own origin. */
  constructor(private readonly base = "") {}

  /** Throws `Unreachable`, `SignedOut` or `Refused`; any answer it returns is a good one. */
  async ask(path: string, init: RequestInit = {}): Promise<Response> {
    let answer = await this.send(path, init);
    if (answer.status === 401) {
      if (!(await this.refresh())) throw new SignedOut();
      answer = await this.send(path, init);
      if (answer.status === 401) throw new SignedOut();
    }
    if (answer.ok || answer.status === 304) return answer;
    throw await refusalOf(answer);
  }

  async json<Answer>(path: string, init: RequestInit = {}): Promise<Answer> {
    const answer = await this.ask(path, init);
    try {
      return (await answer.json()) as Answer;
    } catch {
      throw new Unreachable("The answer was cut off.");
    }
  }

  /** True when the session is good for some more minutes. Tabs take turns, for each renewal makes the one before worthless. */
  refresh(): Promise<boolean> {
    this.refreshing ??= this.renew().finally(() => (this.refreshing = null));
    return this.refreshing;
  }

  private async renew(): Promise<boolean> {
    const renew = async (): Promise<boolean> => (await this.send(REFRESH, { method: "POST" })).ok;
    const { locks } = (globalThis as { navigator?: { locks?: LockManager } }).navigator ?? {};
    return locks ? await locks.request("vitrine-session", renew) : await renew();
  }

  private async send(path: string, init: RequestInit): Promise<Response> {
    try {
      const answer = await fetch(this.base + path, { cache: "no-store", ...init });
      if (answer.status === 502 || answer.status === 503 || answer.status === 504) throw new Unreachable("The server is not up.");
      return answer;
    } catch (failure) {
      if (init.signal?.aborted) throw failure;
      throw failure instanceof Unreachable ? failure : new Unreachable("The server cannot be reached.");
    }
  }
}

async function refusalOf(answer: Response): Promise<Refused> {
  try {
    const { error } = (await answer.json()) as { error: { code: string; message: string } };
    return new Refused(answer.status, error.code, error.message);
  } catch {
    return new Refused(answer.status, "failed", "The server could not do this.");
  }
}
