"""Verify: is everything still what it was? In: a data folder and, when wanted, the originals. Out: findings, one sentence each.

Reads only, also while a server runs. The catalogue must be sound and agree with itself, every photo must have its pictures, and every original
must hash to the id of its photo: a file whose size and time are the same and whose content is not has rotted on its disk.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import aiosqlite
from PIL import Image

from vitrine.config.errors import Problem
from vitrine.config.paths import PICTURES, DataFolder
from vitrine.config.progress import Tell, silent
from vitrine.server.catalogue import Catalogue
from vitrine.server.media.pictures import SIZES
from vitrine.server.read import identify

PAGE = 500
"""Rows and files looked at between two words of progress."""

Kind = Literal["catalogue", "facts", "picture", "bit-rot", "missing", "changed", "unreadable"]
LONGEST = {size.name: size.longest for size in SIZES}

FACTS = (
    ("SELECT 'photo ' || id FROM records WHERE gone = 0 AND id NOT IN (SELECT id FROM photos)", "is shown, but nothing is stored about it"),
    ("SELECT 'photo ' || id FROM records WHERE gone = 0 AND id NOT IN (SELECT photo FROM files WHERE photo IS NOT NULL)", "is shown, but has no file"),
    ("SELECT DISTINCT 'photo ' || photo FROM files WHERE photo NOT IN (SELECT id FROM records WHERE gone = 0)", "has a file, but is not shown"),
    ("SELECT DISTINCT 'photo ' || photo FROM files WHERE photo NOT IN (SELECT id FROM photos)", "has a file, but nothing is stored about it"),
    ("SELECT DISTINCT 'folder ' || root FROM files WHERE root NOT IN (SELECT id FROM roots)", "has files, but is not known"),
    ("SELECT DISTINCT 'photo ' || photo FROM results WHERE photo NOT IN (SELECT id FROM photos)", "was analysed, but nothing is stored about it"),
    ("SELECT DISTINCT 'photo ' || photo FROM vectors WHERE photo NOT IN (SELECT id FROM photos)", "has faces, but nothing is stored about it"),
    ("SELECT 'photo ' || id FROM records WHERE json_extract(CAST(line AS TEXT), '$.id') IS NOT id", "has the record of another"),
    ("SELECT 'photo ' || id FROM records WHERE json_extract(CAST(line AS TEXT), '$.seq') IS NOT seq", "has a record with another number than its own"),
    ("SELECT DISTINCT 'photo ' || photo FROM vectors WHERE length(vector) <> 2048", "has a face without its 1,024 numbers"),
)
"""What must select nothing: who is meant, and what is wrong then."""


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it should be."""

    kind: Kind
    what: str
    """The photo's id, the file's path, or the catalogue."""
    message: str


@dataclass
class Checked:
    """How much was looked at, and what could not be."""

    photos: int = 0
    pictures: int = 0
    files: int = 0
    bytes: int = 0
    offline: dict[str, str] = field(default_factory=dict)
    """Folders that were left out, with the reason."""


async def verify(
    data: DataFolder, catalogue: Catalogue, checked: Checked, *, files: bool = False, repair: bool = False, tell: Tell = silent
) -> AsyncIterator[Finding]:
    """Look at everything and tell what is wrong; ``checked`` counts what was looked at.

    With ``files``, every original is read in full. With ``repair``, damaged previews and thumbnails are deleted, so that they are made again.
    """
    tell("Checking the catalogue", 0, 0)
    async with catalogue.apart() as db:
        sound = True
        async for finding in _catalogue(db):
            sound = sound and finding.kind != "catalogue"
            yield finding
        if not sound:
            return
        async for finding in _pictures(db, data, checked, repair, tell):
            yield finding
        if files:
            async for finding in _originals(db, checked, tell):
                yield finding


async def _catalogue(db: aiosqlite.Connection) -> AsyncIterator[Finding]:
    try:
        for (said,) in await db.execute_fetchall("PRAGMA integrity_check(20)"):
            if said != "ok":
                yield Finding("catalogue", "catalogue.db", f"The catalogue is damaged: {said}. Restore a backup, or move catalogue.db away and scan again.")
        for sql, wrong in FACTS:
            for (who,) in await db.execute_fetchall(sql):
                yield Finding("facts", who, f"The {who} {wrong}.")
    except sqlite3.Error as why:
        yield Finding("catalogue", "catalogue.db", f"The catalogue cannot be read: {why}. Restore a backup, or move catalogue.db away and scan again.")


async def _pictures(db: aiosqlite.Connection, data: DataFolder, checked: Checked, repair: bool, tell: Tell) -> AsyncIterator[Finding]:
    (row,) = await db.execute_fetchall("SELECT count(*) FROM records WHERE gone = 0")
    last = ""
    while rows := list(await db.execute_fetchall("SELECT id FROM records WHERE gone = 0 AND id > ? ORDER BY id LIMIT ?", (last, PAGE))):
        photos = [str(photo) for (photo,) in rows]
        for photo, size, damaged in await asyncio.to_thread(_spoiled, data, photos):
            wrong = "is not there"
            if damaged:
                wrong = "is damaged"
                if repair:
                    data.picture(photo, size).unlink(missing_ok=True)
            again = "the next start of the gallery makes it again, if its photo is there" if repair or not damaged else "run: vitrine verify --repair"
            yield Finding("picture", photo, f"The {size} of photo {photo} {wrong}; {again}.")
        checked.photos += len(photos)
        checked.pictures += len(photos) * len(PICTURES)
        tell("Checking pictures", checked.photos, row[0])
        last = photos[-1]


def _spoiled(data: DataFolder, photos: list[str]) -> list[tuple[str, str, bool]]:
    """Stored pictures that are not good: photo, size, and whether there is one at all."""
    return [(photo, size, there) for photo in photos for size in PICTURES if (there := _damaged(data.picture(photo, size), LONGEST[size])) is not None]


def _damaged(path: Path, longest: int) -> bool | None:
    """Whether a picture is there and damaged, False when it is not there; None when all is well."""
    try:
        with open(path, "rb") as file:
            with Image.open(file, formats=("JPEG",)) as picture:
                fits = max(picture.size) <= longest
            # A JPEG that was cut off has a good header and no end.
            file.seek(-2, os.SEEK_END)
            return None if fits and file.read() == b"\xff\xd9" else True
    except FileNotFoundError:
        return False
    except (OSError, SyntaxError):
        return True


async def _originals(db: aiosqlite.Connection, checked: Checked, tell: Tell) -> AsyncIterator[Finding]:
    (row,) = await db.execute_fetchall("SELECT coalesce(sum(f.bytes), 0) FROM files f WHERE photo IS NOT NULL")
    for root, name, raw, state, why in list(await db.execute_fetchall("SELECT id, name, path, state, why FROM roots ORDER BY id")):
        if state == "offline" or not os.path.isdir(raw):
            checked.offline[name] = why or "The folder cannot be read."
            continue
        last = b""
        # In the order of the folders, in which files mostly lie on the disk.
        sql = "SELECT path, bytes, mtime_ns, photo FROM files WHERE root = ? AND path > ? AND photo IS NOT NULL ORDER BY path LIMIT ?"
        while rows := list(await db.execute_fetchall(sql, (root, last, PAGE))):
            for path, size, mtime_ns, photo in rows:
                shown = f"{name}/{path.decode('utf-8', 'replace')}"
                if finding := await asyncio.to_thread(_original, os.path.join(raw, path), shown, size, mtime_ns, photo):
                    yield finding
                checked.files += 1
                checked.bytes += size
                tell("Reading originals", checked.bytes, row[0])
            last = rows[-1][0]


def _original(path: bytes, shown: str, size: int, mtime_ns: int, photo: str) -> Finding | None:
    """What is wrong with one original, if anything."""
    try:
        # Scan made sure that a link ends inside the root.
        real = Path(os.fsdecode(os.path.realpath(path)))
        status = real.stat()
        if (status.st_size, status.st_mtime_ns) != (size, mtime_ns):
            return Finding("changed", shown, f"{shown} was changed since it was read; the next scan reads it again.")
        if identify(real) == photo:
            return None
    except FileNotFoundError:
        return Finding("missing", shown, f"{shown} is not there any more; the next scan settles it.")
    except OSError as why:
        return Finding("unreadable", shown, f"{shown} cannot be read ({why.strerror}); check its disk and its permissions.")
    except Problem as problem:
        return Finding("changed" if problem.code == "changed" else "unreadable", shown, f"{shown}: {problem.message}")
    return Finding("bit-rot", shown, f"{shown} has its old size and time, but its content is not what it was; bring it back from a backup.")
