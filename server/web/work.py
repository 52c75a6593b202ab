"""The work under way. In: a wish. Out: progress, problems, and what this library is."""

from __future__ import annotations

from aiohttp import web

from vitrine.config import __version__
from vitrine.config.records import SCHEMA
from vitrine.server import problems
from vitrine.server.web.gallery import GALLERY, answer

routes = web.RouteTableDef()


@routes.get("/api/health")
async def health(request: web.Request) -> web.StreamResponse:
    """Whether the server lives; open to everyone and telling nothing about the library."""
    return answer({"status": "ok", "version": __version__, "schema": SCHEMA})


@routes.get("/api/library")
async def library(request: web.Request) -> web.StreamResponse:
    """The folders shown, their state, and the credits of a demo library."""
    gallery = request.app[GALLERY]
    # Counting takes two seconds in a library of a million photos, so nobody else's queries stand behind it.
    async with gallery.catalogue.apart() as db:
        rows = await db.execute_fetchall("SELECT name, state, why, (SELECT count(DISTINCT photo) FROM files WHERE root = roots.id) FROM roots ORDER BY id")
    roots = [{"name": name, "state": state, "why": why, "photos": photos} for name, state, why, photos in rows]
    return answer(
        {"version": __version__, "roots": roots, "demo": bool(gallery.credits), "credits": gallery.credits, "analyzing": gallery.flow.why_not_analyzing}
    )


@routes.post("/api/scan")
async def scan(request: web.Request) -> web.StreamResponse:
    """Scan the folders now."""
    request.app[GALLERY].flow.ask()
    return answer({"scanning": True}, status=202)


@routes.get("/api/jobs")
async def jobs(request: web.Request) -> web.StreamResponse:
    """How far each stage is."""
    return answer(request.app[GALLERY].flow.progress())


@routes.get("/api/problems")
async def listed(request: web.Request) -> web.StreamResponse:
    """Every file and photo that something failed on, newest first, with one sentence each."""
    return answer({"problems": await problems.listed(request.app[GALLERY].catalogue)})


@routes.post("/api/problems/retry")
async def retry(request: web.Request) -> web.StreamResponse:
    """Forget the problems and try again."""
    gallery = request.app[GALLERY]
    count = await gallery.flow.store.retry_problems()
    await gallery.flow.tell()
    gallery.flow.ask()
    return answer({"retried": count}, status=202)
