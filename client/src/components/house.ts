// In: what the reader wants of the server beside the photos - session, problems, scan, about. Out: answers, or one sentence.

import { say } from "../words/words";

export interface User {
  name: string;
  owner: boolean;
  /** Whether a password is set. */
  password: boolean;
}

export interface ProblemRow {
  id: number;
  path: string;
  photo: string | null;
  stage: string;
  code: string;
  message: string;
  at: string;
}

export interface Credit {
  title?: string;
  author?: string;
  licence?: string;
  source?: string;
  [more: string]: string | undefined;
}

export interface About {
  version: string;
  /** `why` says of a folder that is offline what to do. */
  roots: { name: string; photos: number; state: "online" | "offline"; why: string | null }[];
  demo: boolean;
  credits: Credit[];
  /** Why nothing is being understood, or null. */
  analyzing: string | null;
}

/** What the server said no to, in its own words. */
export class Refusal extends Error {
  readonly status: number;
  readonly field: string | null;

  constructor(message: string, status: number, field: string | null) {
    super(message);
    this.status = status;
    this.field = field;
  }
}

export class House {
  async #call<T>(method: string, path: string, body?: unknown, again = true): Promise<T> {
    let answer: Response;
    try {
      answer = await fetch(path, {
        method,
        credentials: "same-origin",
        ...(body !== undefined && { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
      });
    } catch {
      throw new Refusal(say("failed"), 0, null);
    }
    if (answer.status === 401 && again && path !== "/api/session/refresh" && !(method === "POST" && path === "/api/session")) {
      const fresh = await fetch("/api/session/refresh", { method: "POST", credentials: "same-origin" }).catch(() => undefined);
      if (fresh?.ok) return this.#call(method, path, body, false);
    }
    const said: unknown = await answer.json().catch(() => undefined);
    if (answer.ok) return said as T;
    const error = (said as { error?: { message?: string; field?: string | null } } | undefined)?.error;
    throw new Refusal(error?.message ?? say("failed"), answer.status, error?.field ?? null);
  }

  /** Who is signed in; undefined when nobody is, a Refusal with status 0 without a connection. */
  async user(): Promise<User | undefined> {
    try {
      return (await this.#call<{ user: User }>("GET", "/api/session")).user;
    } catch (refusal) {
      if (refusal instanceof Refusal && refusal.status === 401) return undefined;
      throw refusal;
    }
  }

  async signIn(name: string, password: string): Promise<void> {
    await this.#call("POST", "/api/session", { name, password });
  }

  async signOut(): Promise<void> {
    await this.#call("DELETE", "/api/session");
  }

  async setPassword(password: string, name: string): Promise<void> {
    await this.#call("PUT", "/api/session/password", { password, name });
  }

  async problems(): Promise<ProblemRow[]> {
    return (await this.#call<{ problems: ProblemRow[] }>("GET", "/api/problems")).problems;
  }

  async retry(): Promise<void> {
    await this.#call("POST", "/api/problems/retry");
  }

  async scan(): Promise<void> {
    await this.#call("POST", "/api/scan");
  }

  async about(): Promise<About> {
    return this.#call<About>("GET", "/api/library");
  }
}
