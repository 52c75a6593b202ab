// The service worker: keeps the shell (the built page itself) so that Vitrine starts without a network, and the pictures that
// were seen, up to a bound. What the library says never passes through here: that is the stored copy's business.

interface Shell {
  version: string;
  files: { url: string; hash: string }[];
}

/** A service worker's own global, as far as it is used; see lib.webworker for the whole of it. */
declare const self: ServiceWorkerGlobalScope;

const SHELL = "vitrine-shell-";
const THUMBS = "vitrine-media-thumbs";
const PREVIEWS = "vitrine-media-previews";
const LIST = "/shell.json";
/** About 60 MB and 60 MB. */
const BOUNDS: Record<string, number> = { [THUMBS]: 5_000, [PREVIEWS]: 300 };
/** How long a slow network may keep a page from starting that lies ready here. */
const PATIENCE_MS = 1_500;
/** Pictures between two looks at the bound: listing a cache's keys is slow. */
const SWEEP_EVERY = 100;

self.addEventListener("install", (event) => event.waitUntil(keepShell()));
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin || url.pathname.startsWith("/api/")) return;
  const picture = /^\/media\/[0-9a-f]{32}\/(thumb|thumb2x|preview)$/.exec(url.pathname);
  if (picture) event.respondWith(pictureOf(event, picture[1] === "preview" ? PREVIEWS : THUMBS));
  else if (request.mode === "navigate") {
    // Links that sign in are answered by the server alone, and so is anything below paths it owns.
    if (!/^\/(welcome|media|s)\//.test(url.pathname)) event.respondWith(pageOf(request));
  } else if (!url.pathname.startsWith("/media/")) event.respondWith(fileOf(request));
});
self.addEventListener("message", (event) => {
  if ((event.data as { kind?: string } | null)?.kind === "purge") event.waitUntil(forgetPictures());
});

async function listed(): Promise<Shell> {
  const answer = await fetch(LIST, { cache: "no-store" });
  if (!answer.ok) throw new Error("The list of the shell's files could not be had.");
  return (await answer.json()) as Shell;
}

/** All files of one version, or none: an install that fails is tried again at the next visit. */
async function keepShell(): Promise<void> {
  const { version, files } = await listed();
  const cache = await caches.open(SHELL + version);
  await Promise.all(
    files.map(async ({ url }) => {
      // Hashed files never change, so the browser's own cache may give them; index.html does.
      const answer = await fetch(url, { cache: url.startsWith("/assets/") ? "default" : "no-cache" });
      if (!answer.ok || answer.redirected) throw new Error(`${url} could not be kept.`);
      await cache.put(url, answer);
    }),
  );
  await self.skipWaiting();
}

/** The newest complete shell stays, and with it the one before, for pages that are still open. */
async function takeOver(): Promise<void> {
  const shells = (await caches.keys()).filter((name) => name.startsWith(SHELL));
  await Promise.all(shells.slice(0, -2).map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function kept(request: Request | string): Promise<Response | undefined> {
  const shells = (await caches.keys()).filter((name) => name.startsWith(SHELL)).reverse();
  for (const name of shells) {
    const answer = await (await caches.open(name)).match(request, { ignoreVary: true });
    if (answer) return answer;
  }
  return undefined;
}

/** The network's page if it comes in time, for it knows of new versions; otherwise the kept one, for every address of the app. */
async function pageOf(request: Request): Promise<Response> {
  const page = await kept("/");
  const network = fetch(request);
  if (!page) return await network;
  network.catch(() => undefined);
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), PATIENCE_MS));
  try {
    const answer = await Promise.race([network, late]);
    return answer && answer.status < 500 ? answer : page;
  } catch {
    return page;
  }
}

async function fileOf(request: Request): Promise<Response> {
  return (await kept(request)) ?? (await fetch(request));
}

let sinceSweep = 0;

async function pictureOf(event: FetchEvent, name: string): Promise<Response> {
  const cache = await caches.open(name);
  const held = await cache.match(event.request, { ignoreVary: true });
  if (held) return held;
  const answer = await fetch(event.request);
  // A partial or refused answer is not the picture.
  if (answer.status === 200) {
    const copy = answer.clone();
    event.waitUntil(
      cache
        .put(event.request, copy)
        .then(() => (++sinceSweep % SWEEP_EVERY ? undefined : sweep(name, cache)))
        // A full disk keeps no picture, and shows it all the same.
        .catch(() => undefined),
    );
  }
  return answer;
}

/** Lets the oldest go: a cache lists its entries in the order in which they came. */
async function sweep(name: string, cache: Cache): Promise<void> {
  const requests = await cache.keys();
  await Promise.all(requests.slice(0, Math.max(0, requests.length - BOUNDS[name])).map((request) => cache.delete(request)));
}

async function forgetPictures(): Promise<void> {
  await Promise.all([THUMBS, PREVIEWS].map((name) => caches.delete(name)));
}

export {};
