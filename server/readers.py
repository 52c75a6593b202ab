"""The reading room: worker processes that decode pictures. In: a file. Out: a reading, the id of a photo already known, or a problem.

A decoder may crash, hang or ask for all memory: each picture has a time limit, each worker a memory limit, and a picture that kills its worker
is tried once more before it becomes a problem. The workers start with the first picture and end with the last; a scan that finds nothing new
starts none.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from vitrine.config.errors import Problem, UserError
from vitrine.config.paths import DataFolder
from vitrine.config.reading import Reading
from vitrine.config.settings import Settings

if TYPE_CHECKING:
    from pebble import ProcessPool

    from vitrine.server.places import Places

P = ParamSpec("P")
T = TypeVar("T")

TRIES = 2
"""Deaths of a worker after which a picture is set aside."""


class Readers:
    """A pool of read workers; use as an async context."""

    def __init__(self, data: DataFolder, settings: Settings) -> None:
        self._data = data
        self._settings = settings
        self._pool: ProcessPool | None = None
        self._places: Places | None = None

    @property
    def width(self) -> int:
        """Pictures worth having under way at once: one in each worker, and one waiting."""
        return 2 * self._settings.whole("readers")

    async def __aenter__(self) -> Readers:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, why: BaseException | None, trace: TracebackType | None) -> None:
        if self._pool is not None:
            self._pool.stop()
            await asyncio.to_thread(self._pool.join)

    async def read(self, path: Path, size: int, is_known: Callable[..., Awaitable[bool]]) -> Reading | str | Problem:
        """Read one file; nothing is decoded when its content is already in the catalogue (moved, copied or back again).

        ``is_known(size)`` tells whether there is a photo of exactly ``size`` bytes, ``is_known(size, id)`` whether there is this one.
        """
        # Imported late: a scan that finds nothing new never pays for the picture libraries.
        from vitrine.server.read import Limits, identify, read

        settings = self._settings
        limits = Limits(settings.whole("max_megapixels"), settings.whole("max_file_mb"), settings.whole("read_memory_mb"))
        if settings.flag("follow_links"):
            # Scan made sure that the link ends inside the root.
            path = path.resolve()
        try:
            if await is_known(size):
                photo = await self._run(identify, path)
                if await is_known(size, photo) and self._data.has_pictures(photo):
                    return photo
            return await self._run(read, path, self._data, limits)
        except Problem as problem:
            return problem
        except MemoryError:
            return Problem("too-hungry", "Reading the picture needs more memory than the limit allows.")
        except OSError as why:
            return Problem("unreadable", f"The file cannot be opened ({why.strerror or type(why).__name__}); check its permissions and its disk.")

    async def warm(self) -> None:
        """Start the workers now, for pictures that come in a moment."""
        pool = await asyncio.to_thread(self._workers)
        # Workers that do not start are spoken of when a picture is read.
        with suppress(RuntimeError):
            for _ in range(self._settings.whole("readers")):
                pool.schedule(os.getpid)

    async def name_places(self, readings: Sequence[Reading]) -> None:
        """Put the name of its place into each reading that tells where it is."""
        located = [reading for reading in readings if reading["lat"] is not None and reading["lon"] is not None]
        if not located:
            return
        if self._places is None:
            from vitrine.server.places import Places

            self._places = await asyncio.to_thread(Places)
        points = [(reading["lat"] or 0.0, reading["lon"] or 0.0) for reading in located]
        for reading, place in zip(located, await asyncio.to_thread(self._places.name_all, points), strict=True):
            reading["place"] = place

    async def _run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        from pebble import ProcessExpired

        for _ in range(TRIES):
            try:
                return await asyncio.wrap_future(self._workers().schedule(work, args=args, kwargs=kwargs, timeout=self._settings.number("read_timeout_s")))
            except TimeoutError:
                raise Problem("too-slow", "The picture takes too long to read; raise read_timeout_s, or save it again in another program.") from None
            except ProcessExpired:
                continue
            except RuntimeError as why:
                if self._workers().active:
                    raise
                raise UserError(f"The processes that read pictures do not start ({why}); run: vitrine doctor") from why
        raise Problem("crashed", "The picture crashed its decoder twice and is set aside; save it again in another program to show it.")

    def _workers(self) -> ProcessPool:
        if self._pool is None:
            from pebble import ProcessPool

            from vitrine.server.read import start_worker

            self._pool = ProcessPool(
                max_workers=self._settings.whole("readers"),
                initializer=start_worker,
                initargs=(self._settings.whole("read_memory_mb"),),
                context=multiprocessing.get_context("spawn"),
            )
        return self._pool
