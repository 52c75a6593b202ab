"""The client's files. In: a path. Out: a built file, or the page that starts the client for each of its own addresses."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from vitrine.config.paths import CLIENT
from vitrine.server.web.gallery import Refusal

FILES = web.AppKey("files", dict[str, Path])
"""Every built file by its address: what is not in this table is not served, so no path ever reaches the disk."""

TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".ico": "image/x-icon",
    ".js": "text/javascript",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}

NOT_BUILT = "The pages of Vitrine are not built yet; run: make run\n"


def files(folder: Path = CLIENT) -> dict[str, Path]:
    """The built files below ``folder`` by their address."""
    return {f"/{path.relative_to(folder).as_posix()}": path for path in folder.rglob("*") if path.is_file() and path.suffix in TYPES}


async def serve(request: web.Request) -> web.StreamResponse:
    """A built file; for any other address outside the API, the page that starts the client."""
    built = request.app[FILES]
    path = request.path
    file = built.get(path)
    if file is None:
        # A missing file is missing; only addresses of screens start the client.
        if path.startswith(("/api", "/media")) or "." in path.rsplit("/", 1)[-1]:
            raise Refusal(404, "not-found", "There is nothing here.")
        file = built.get("/index.html")
        if file is None:
            return web.Response(status=503, text=NOT_BUILT)
    # Vite puts a content hash into the name of everything below /assets.
    cache = "public, max-age=31536000, immutable" if path.startswith("/assets/") else "no-cache"
    return web.FileResponse(
        file, headers={"Cache-Control": cache, "Content-Type": f"{TYPES[file.suffix]}{'; charset=utf-8' if file.suffix in ('.html', '.css', '.js') else ''}"}
    )
