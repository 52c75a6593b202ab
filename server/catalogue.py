"""The catalogue: one SQLite file, one writer, many readers. In: a data folder. Out: connections with the right habits."""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import sqlite3
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

import aiosqlite

from vitrine.config.errors import UserError
from vitrine.config.paths import DataFolder
from vitrine.server import schema

BUSY_S = 10
"""How long a statement waits for another process's write lock."""


# WAL lets readers go on while the one writer writes; NORMAL is safe with it: a power cut loses at most the last commits, never the file.
HABITS = ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = NORMAL", "PRAGMA cache_size = -16000")


class Catalogue:
    """An open catalogue.

    ``reading`` is a shared connection for short queries; ``writing()`` lends the one writer inside a transaction;
    ``snapshot()`` opens a connection of its own whose view does not change while it is held.
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
            raise UserError(f"A restore into {data.root} was interrupted; finish it by running it again: vitrine restore DIR")
        if not writable and not path.exists():
            raise UserError(f"There is no library in {data.root} yet; start with: vitrine scan FOLDER")
        try:
            writer = None
            if writable:
                data.make()
                with closing(sqlite3.connect(path, isolation_level=None, timeout=BUSY_S)) as db:
                    schema.check(db)
                    for habit in HABITS:
                        db.execute(habit)
                    schema.migrate(db)
                    db.execute("INSERT OR IGNORE INTO meta VALUES ('library', ?)", (uuid.uuid4().hex,))
                os.chmod(path, 0o600)
                writer = await aiosqlite.connect(path, isolation_level=None, timeout=BUSY_S)
                for habit in HABITS:
                    await writer.execute(habit)
            reading = await _connect(path)
            library = await (await reading.execute("SELECT value FROM meta WHERE name = 'library'")).fetchone()
        except sqlite3.Error as why:
            raise UserError(f"The catalogue in {data.root} cannot be opened: {why}.") from why
        if library is None:
            raise UserError(f"There is no library in {data.root} yet; start with: vitrine scan FOLDER")
        return cls(path, writer, reading, str(library[0]))

    async def close(self) -> None:
        """Close every connection; the last one folds the write-ahead log into the file."""
        await self.reading.close()
        if self._writer is not None:
            await self._writer.close()

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[aiosqlite.Connection]:
        """The one writer, inside a transaction that commits when the block ends and rolls back when it raises."""
        if self._writer is None:
            raise RuntimeError("this catalogue was opened for reading")
        async with self._turn:
            await self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
            except BaseException:
                await self._writer.rollback()
                raise
            await self._writer.commit()

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[aiosqlite.Connection]:
        """A connection that sees the catalogue as it is now, whatever is written meanwhile."""
        db = await _connect(self.path)
        try:
            await db.execute("BEGIN")
            yield db
        finally:
            await db.close()


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
