"""The catalogue: one SQLite file, one writer, many readers. In: a data folder. Out: connections with the right habits."""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import sqlite3
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiosqlite

from vitrine.config.errors import UserError
from vitrine.config.paths import DataFolder
from vitrine.server import schema

BUSY_S = 10
"""How long a statement waits for another process's write lock."""


# WAL lets readers go on while the one writer writes; NORMAL is safe with it: a power cut loses at most the last commits, never the file.
HABITS = ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = NORMAL", "PRAGMA cache_size = -16000", "PRAGMA journal_size_limit = 67108864")


class Catalogue:
    """An open catalogue.

    ``reading`` is a shared connection for short queries; ``writing()`` lends the one writer inside a transaction;
    ``apart()`` opens a connection of its own for long walks, so that nobody waits behind them.
    """

    def __init__(self, path: Path, writer: aiosqlite.Connection | None, reading: aiosqlite.Connection, library: str) -> None:
        self.path = path
        self.reading = reading
        self.library = library
        self._writer = writer
        self._turn = asyncio.Lock()

    @classmethod
    async def open(cls, data: DataFolder, *, writable: bool = True) -> Catalogue:
        """Open, and when ``writable`` create and migrate. Raises UserError when there is none to read, or it must not be touched."""
        path = data.catalogue
        if data.restored.exists():
            raise UserError(f"A restore into {data.root} was interrupted; finish it by running it again: vitrine restore FOLDER")
        if not writable and not path.exists():
            raise UserError(f"There is no library in {data.root} yet; start with: vitrine scan FOLDER")
        try:
            if writable:
                data.make()
                with closing(sqlite3.connect(path, isolation_level=None, timeout=BUSY_S)) as db:
                    schema.check(db)
                    for habit in HABITS:
                        db.execute(habit)
                    schema.migrate(db)
                    db.execute("INSERT OR IGNORE INTO meta VALUES ('library', ?)", (uuid.uuid4().hex,))
                os.chmod(path, 0o600)
            # A connection that stays open keeps its thread, and with it the process, alive.
            async with AsyncExitStack() as failing:
                reading = await _connect(path)
                failing.push_async_callback(reading.close)
                rows = list(await reading.execute_fetchall("SELECT value FROM meta WHERE name = 'library'"))
                if not rows:
                    raise UserError(f"There is no library in {data.root} yet; start with: vitrine scan FOLDER")
                writer = None
                if writable:
                    writer = await aiosqlite.connect(path, isolation_level=None, timeout=BUSY_S)
                    failing.push_async_callback(writer.close)
                    for habit in HABITS:
                        await writer.execute(habit)
                failing.pop_all()
        except sqlite3.Error as why:
            raise UserError(f"The catalogue in {data.root} cannot be opened: {why}.") from why
        return cls(path, writer, reading, str(rows[0][0]))

    async def close(self) -> None:
        """Close every connection; the last one folds the write-ahead log into the file."""
        await self.reading.close()
        if self._writer is not None:
            await self._writer.close()

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[aiosqlite.Connection]:
        """The one writer, inside a transaction that commits when the block ends and rolls back when it raises.

        A commit that fails, on a full disk say, and a task that is cancelled while it begins or commits leave no transaction behind either.
        """
        if self._writer is None:
            raise RuntimeError("this catalogue was opened for reading")
        async with self._turn:
            try:
                await self._writer.execute("BEGIN IMMEDIATE")
                yield self._writer
                await self._writer.commit()
            except BaseException:
                # Does nothing where no transaction is open; the connection's thread takes it after whatever was cancelled.
                await self._writer.rollback()
                raise

    @asynccontextmanager
    async def apart(self) -> AsyncIterator[aiosqlite.Connection]:
        """A reading connection of its own. It is in no transaction between two queries: one that lasts would keep the write-ahead log growing."""
        db = await _connect(self.path)
        try:
            # It reads each page of the file once, and a slow client keeps it for long.
            await db.execute("PRAGMA cache_size = -256")
            yield db
        finally:
            await db.close()


@dataclass
class Newest:
    """A walk over the photos, newest first: each page takes up after the last one, at the same cost wherever it stands.

    ``what`` names columns of ``records``, ``only`` is a condition on them with its ``values``. Photos that change while the walk goes on may be met
    twice or not at all; whoever minds reads what changed since.
    """

    what: str
    only: str = "1"
    values: tuple[object, ...] = ()
    _after: tuple[str, str] | None = ("~", "")

    async def page(self, db: aiosqlite.Connection, most: int) -> list[Any]:
        """The next rows, at most so many; empty at the end."""
        rows: list[Any] = []
        # Two queries, for one with OR would walk the whole index up to where it stands: first the rest of the same moment, then what is older.
        while self._after is not None and len(rows) < most:
            moment, photo = self._after
            where, at = ("moment = ? AND id > ?", (moment, photo)) if photo else ("moment < ?", (moment,))
            sql = f"SELECT moment, id, {self.what} FROM records WHERE gone = 0 AND {where} AND {self.only} ORDER BY moment DESC, id LIMIT ?"
            found = list(await db.execute_fetchall(sql, (*at, *self.values, most - len(rows))))
            rows += found
            if found:
                self._after = (found[-1][0], found[-1][1])
            else:
                self._after = (moment, "") if photo else None
        return [row[2:] for row in rows]


async def _connect(path: Path) -> aiosqlite.Connection:
    return await aiosqlite.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=BUSY_S)


@contextmanager
def sole_use(data: DataFolder) -> Iterator[None]:
    """Hold the data folder's lock; raises UserError when another Vitrine holds it. The kernel lets go when a process dies."""
    data.make()
    handle = os.open(data.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(handle, 32).decode("ascii", "replace").strip() or "unknown"
            raise UserError(f"Another Vitrine (process {holder}) is using {data.root}; stop it, or choose another folder with --data.") from None
        os.truncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode("ascii"), 0)
        shutil.rmtree(data.unfinished, ignore_errors=True)
        yield
    finally:
        os.close(handle)
