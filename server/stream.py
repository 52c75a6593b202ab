"""Stream: hand the records to clients. In: a sequence number. Out: NDJSON lines since it, and word of every later change.

A cold client (``since`` 0) gets the newest photos first; others get changes and removals in the order in which they happened. However slow a
client is, no transaction stays open for it: each page is a query of its own. A photo that changes meanwhile has a higher number than the ``to``
of the answer, so the next answer, from there on, has it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager

import aiosqlite
import orjson

from vitrine.config.records import SCHEMA
from vitrine.server.catalogue import Catalogue, Newest

PIECE = 64 * 1024
"""Bytes handed over at once: a write per piece is twice as fast as a write per record."""

PAGE = 150
"""Rows fetched at once: some two pieces, for they wait in memory while a slow client reads."""

# A restore begins a new epoch, in which old sequence numbers mean nothing.
STATE = "SELECT coalesce(max(seq), 0), (SELECT count(*) FROM records WHERE gone = 0), (SELECT value FROM meta WHERE name = 'epoch') FROM records"
SINCE = "SELECT seq, line FROM records WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?"


async def records(catalogue: Catalogue, since: int) -> AsyncGenerator[bytes, None]:
    """Pieces of NDJSON: ``hello``, the lines, ``end``.

    A number that was never given, as after a return to an older copy of the catalogue, counts as none: ``from`` of the answer is then 0.
    """
    async with catalogue.apart() as db:
        (row,) = await db.execute_fetchall(STATE)
        to, total, epoch = row
        since = since if 0 < since <= to else 0
        hello = {"kind": "hello", "library": catalogue.library, "epoch": epoch or catalogue.library, "schema": SCHEMA, "from": since, "to": to, "total": total}
        piece = bytearray(orjson.dumps(hello) + b"\n")
        async with aclosing(_changed(db, since, to) if since else _all(db)) as pages:
            async for lines in pages:
                for line in lines:
                    piece += line
                    piece += b"\n"
                    if len(piece) >= PIECE:
                        yield bytes(piece)
                        piece.clear()
    yield bytes(piece + orjson.dumps({"kind": "end", "to": to}) + b"\n")


async def _all(db: aiosqlite.Connection) -> AsyncGenerator[list[bytes], None]:
    walk = Newest("line")
    while rows := await walk.page(db, PAGE):
        yield [line for (line,) in rows]


async def _changed(db: aiosqlite.Connection, since: int, to: int) -> AsyncGenerator[list[bytes], None]:
    while rows := list(await db.execute_fetchall(SINCE, (since, to, PAGE))):
        yield [line for _, line in rows]
        since = rows[-1][0]


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
