"""Stream: hand the records to clients. In: a sequence number. Out: NDJSON lines since it, and word of every later change.

All lines of one answer come from one snapshot of the catalogue. A cold client (``since`` 0) gets the newest photos first; others get changes
and removals in the order in which they happened.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import orjson

from vitrine.config.records import SCHEMA
from vitrine.server.catalogue import Catalogue

PIECE = 64 * 1024
"""Bytes handed over at once: a write per piece is twice as fast as a write per record."""

PAGE = 1000
"""Rows fetched at once: bounds what a slow client costs."""

COLD = "SELECT line FROM records WHERE gone = 0 ORDER BY moment DESC, id"
SINCE = "SELECT line FROM records WHERE seq > ? ORDER BY seq"


async def records(catalogue: Catalogue, since: int) -> AsyncIterator[bytes]:
    """Pieces of NDJSON: ``hello``, the lines, ``end``."""
    async with catalogue.snapshot() as db:
        async with db.execute("SELECT coalesce(max(seq), 0), count(*) - coalesce(sum(gone), 0) FROM records") as cursor:
            row = await cursor.fetchone()
        to, total = (row[0], row[1]) if row else (0, 0)
        hello = {"kind": "hello", "library": catalogue.library, "epoch": catalogue.library, "schema": SCHEMA, "from": since, "to": to, "total": total}
        piece = bytearray(orjson.dumps(hello) + b"\n")
        async with db.execute(COLD) if since <= 0 else db.execute(SINCE, (since,)) as cursor:
            while rows := list(await cursor.fetchmany(PAGE)):
                for (line,) in rows:
                    piece += line
                    piece += b"\n"
                    if len(piece) >= PIECE:
                        yield bytes(piece)
                        piece.clear()
    yield bytes(piece + orjson.dumps({"kind": "end", "to": to}) + b"\n")


class News:
    """Tells every listener the latest of each kind of news; a slow listener misses the middle, never the end."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Event] = set()
        self.latest: dict[str, bytes] = {}
        self.turn = 0
        self._turns: dict[str, int] = {}

    def tell(self, kind: str, body: object) -> None:
        """Replace the latest news of ``kind`` and wake the listeners; the same news twice wakes nobody."""
        data = orjson.dumps(body)
        if self.latest.get(kind) == data:
            return
        self.latest[kind] = data
        self.turn += 1
        self._turns[kind] = self.turn
        for listener in self._listeners:
            listener.set()

    def since(self, turn: int) -> list[tuple[str, bytes]]:
        """The latest of each kind that is newer than ``turn``."""
        return [(kind, self.latest[kind]) for kind, told in self._turns.items() if told > turn]

    @contextmanager
    def listening(self) -> Iterator[asyncio.Event]:
        """An event that is set at each piece of news; the listener clears it."""
        event = asyncio.Event()
        self._listeners.add(event)
        try:
            yield event
        finally:
            self._listeners.discard(event)
