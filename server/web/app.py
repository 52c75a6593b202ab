"""The application: routes behind the gate. In: a gallery. Out: an aiohttp application, and a running server."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

from aiohttp import web

from vitrine.server.web import gate, photos, records, session, shell, work
from vitrine.server.web.gallery import BODY_BYTES, GALLERY, Gallery


def application(gallery: Gallery, *, flowing: bool = True) -> web.Application:
    """All routes; with ``flowing`` the flow runs as long as the application does."""
    app = web.Application(middlewares=[gate.errors, gate.same_origin, gate.session], client_max_size=BODY_BYTES)
    app[GALLERY] = gallery
    app[shell.FILES] = shell.files()
    app.on_response_prepare.append(gate.safe_headers)
    for part in (session, records, photos, work):
        app.router.add_routes(part.routes)
    app.router.add_get("/{path:.*}", shell.serve)
    if flowing:
        app.cleanup_ctx.append(_flowing)
    return app


async def _flowing(app: web.Application) -> AsyncIterator[None]:
    task = asyncio.create_task(app[GALLERY].flow.live())
    task.add_done_callback(_report)
    yield
    task.cancel()
    # Waited for, not awaited: what ended it before is in the log already.
    await asyncio.wait([task])


def _report(task: asyncio.Task[None]) -> None:
    """The flow never ends by itself; when it does, that is a bug whose traceback belongs in the log."""
    if not task.cancelled() and (why := task.exception()):
        logging.getLogger("vitrine.flow").critical("The flow stopped; photos can be seen, nothing new is read until a restart.", exc_info=why)


async def start(app: web.Application, host: str, port: int) -> tuple[web.AppRunner, int]:
    """Listen; returns the runner to clean up and the real port. Raises OSError when the address is taken."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2)
    await runner.setup()
    site = web.TCPSite(runner, host, port)
    try:
        await site.start()
    except OSError:
        await runner.cleanup()
        raise
    return runner, runner.addresses[0][1]
