// In: index.html, src/, public/. Out: dist/ - hashed files, /sw.js (unhashed, so that its address never changes) and
// /shell.json, the list from which the service worker keeps the shell for starting without a network.

import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "vite";
import { defineConfig } from "vitest/config";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const DIST = join(HERE, "dist");
/** The oldest browsers with module workers, compression streams and `:has()`. */
const TARGET = ["chrome111", "firefox121", "safari16.4"];

export interface Shell {
  /** Changes whenever any of the files does. */
  version: string;
  /** Every built file: its address (`/` is index.html) and the first 16 hex digits of its content's SHA-256. */
  files: { url: string; hash: string }[];
}

function sha256(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex").slice(0, 16);
}

async function shell(): Promise<Shell> {
  const files: Shell["files"] = [];
  const entries = await readdir(DIST, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const path of paths.sort()) {
    const name = `/${relative(DIST, path).split(sep).join("/")}`;
    // The browser itself keeps these two, and keeping them here would pin an old version for ever.
    if (name === "/sw.js" || name === "/shell.json") continue;
    files.push({ url: name === "/index.html" ? "/" : name, hash: sha256(await readFile(path)) });
  }
  return { version: sha256(JSON.stringify(files)), files };
}

/**
 * Build src/sw.ts on its own as one classic script: it may share no chunk with the page, since a browser compares
 * its bytes to know of a new version and a module worker is not everywhere. Then list what was built.
 */
function serviceWorker(): Plugin {
  return {
    name: "vitrine-service-worker",
    apply: "build",
    async closeBundle(error?: Error) {
      if (error) return;
      await build({
        configFile: false,
        logLevel: "warn",
        root: HERE,
        publicDir: false,
        build: {
          target: TARGET,
          outDir: DIST,
          emptyOutDir: false,
          lib: { entry: join(HERE, "src/sw.ts"), formats: ["iife"], name: "vitrine", fileName: () => "sw.js" },
        },
      });
      await writeFile(join(DIST, "shell.json"), `${JSON.stringify(await shell(), null, 1)}\n`);
    },
  };
}

const SERVER = process.env["VITRINE_URL"] ?? "http://127.0.0.1:8750";

export default defineConfig({
  root: HERE,
  plugins: [serviceWorker()],
  build: {
    target: TARGET,
    outDir: DIST,
    emptyOutDir: true,
    sourcemap: false,
    // A file turned into a data: address would need a wider content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // What several lazy parts share is one file beside the entry, rather than a handful of one kilobyte each.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "shared", minShareCount: 2 }] } } },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 200,
  },
  worker: { format: "es" },
  // `npm run dev` shows the client of this checkout on top of a running server.
  server: { proxy: Object.fromEntries(["/api", "/media", "/welcome"].map((path) => [path, SERVER])) },
  test: {
    include: ["src/**/*.test.{ts,tsx}"],
    environment: "node",
    // Two cores are all that a small machine and CI have.
    maxWorkers: 2,
    passWithNoTests: false,
  },
});
