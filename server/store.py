"""Store: write what the other stages found, and keep each photo's record line. In: readings, results, marks, problems. Out: rows and sequence numbers.

Every method is one transaction. A record is composed anew from what is stored about its photo; only a line that really differs takes the next
sequence number, so nothing is streamed that a client already has. A removal is a change too.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypedDict

import aiosqlite
import orjson

from vitrine.config.errors import Problem, UserError
from vitrine.config.reading import Reading
from vitrine.config.wire import AnalyzerFacts
from vitrine.server.catalogue import Catalogue

Enrich = Callable[[Reading, Mapping[str, Any]], dict[str, Any]]
"""From a reading and the raw results by analyzer to record fields; pure."""

UNSETTLED = ("changed", "no-space", "unreadable")
"""Problems of the moment rather than of the file: the next scan tries again."""


@dataclass(frozen=True)
class FileRow:
    """One file of a root as scan saw it: ``path`` relative, raw bytes."""

    root: int
    path: bytes
    bytes: int
    mtime_ns: int
    inode: int


@dataclass(frozen=True)
class Read:
    """What became of one file: a new reading, the id of a photo already known, or a problem."""

    file: FileRow
    outcome: Reading | str | Problem


class Change(TypedDict, total=False):
    """What a person may enter; ``None`` takes a value away."""

    rating: int | None
    favourite: bool
    caption: str | None
    tags: list[str]


def now() -> str:
    """The present moment, UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def analyzer_stamp(facts: AnalyzerFacts) -> str:
    """What a result belongs to besides the content: version and model checksum."""
    return f"{facts['version']}:{facts['checksum']}"


class Store:
    """The one writer of the catalogue."""

    def __init__(self, catalogue: Catalogue, enrich: Enrich) -> None:
        self._catalogue = catalogue
        self._enrich = enrich

    async def add_root(self, path: Path) -> int:
        """Remember a folder of photos and return its number; its name is the folder's, made unique.

        A folder inside a remembered one is shown already, so the number is that one's. Raises UserError for a folder around a remembered one.
        """
        raw = bytes(path)
        async with self._catalogue.writing() as db:
            for number, other, name in await db.execute_fetchall("SELECT id, path, name FROM roots"):
                if raw == other or raw.startswith(other.rstrip(b"/") + b"/"):
                    return int(number)
                if other.startswith(raw.rstrip(b"/") + b"/"):
                    raise UserError(f"The folder {name!r} lies inside this one and is in the gallery already; take it out first: vitrine roots remove {name!r}")
            base = path.name.encode("utf-8", "surrogateescape").decode("utf-8", "replace") or "Photos"
            taken = {str(name) for (name,) in await db.execute_fetchall("SELECT name FROM roots")}
            name = next(name for name in (base, *(f"{base} {count}" for count in range(2, len(taken) + 3))) if name not in taken)
            return int((await db.execute("INSERT INTO roots (path, name) VALUES (?, ?)", (raw, name))).lastrowid or 0)

    async def forget_root(self, root: int) -> int:
        """Take a root and its photos out of the gallery; returns how many photos left. Nothing people entered is deleted."""
        async with self._catalogue.writing() as db:
            photos = [row[0] for row in await db.execute_fetchall("SELECT DISTINCT photo FROM files WHERE root = ? AND photo IS NOT NULL", (root,))]
            await db.execute("DELETE FROM files WHERE root = ?", (root,))
            await db.execute("DELETE FROM problems WHERE root = ?", (root,))
            await db.execute("DELETE FROM roots WHERE id = ?", (root,))
            await self._compose(db, photos)
            return len(photos)

    async def root_state(self, root: int, offline: str | None) -> None:
        """Note that a root can be read, or why it cannot."""
        async with self._catalogue.writing() as db:
            await db.execute("UPDATE roots SET state = ?, why = ? WHERE id = ?", ("offline" if offline else "online", offline, root))

    async def save_reads(self, reads: Sequence[Read]) -> list[str]:
        """Store what became of some files; returns the photos whose records changed."""
        async with self._catalogue.writing() as db:
            touched: list[str] = []
            for read in reads:
                file, outcome = read.file, read.outcome
                had = await _one(db, "SELECT photo FROM files WHERE root = ? AND path = ?", file.root, file.path)
                if had is not None and had[0]:
                    touched.append(had[0])
                photo: str | None = None
                if isinstance(outcome, Problem):
                    await self._note(db, "read", outcome, f"{file.bytes}:{file.mtime_ns}", root=file.root, path=file.path)
                else:
                    photo = outcome if isinstance(outcome, str) else await self._keep(db, outcome)
                    touched.append(photo)
                    await db.execute("DELETE FROM problems WHERE root = ? AND path = ?", (file.root, file.path))
                await db.execute(
                    "INSERT OR REPLACE INTO files (root, path, bytes, mtime_ns, inode, photo) VALUES (?, ?, ?, ?, ?, ?)",
                    (file.root, file.path, file.bytes, file.mtime_ns, file.inode, photo),
                )
            return await self._compose(db, touched)

    async def _keep(self, db: aiosqlite.Connection, reading: Reading) -> str:
        slim = {key: value for key, value in reading.items() if key != "exif"}
        await db.execute(
            "INSERT INTO photos (id, added, bytes, reading, exif) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET reading = excluded.reading, exif = excluded.exif",
            (reading["id"], now(), reading["bytes"], orjson.dumps(slim), zlib.compress(orjson.dumps(reading["exif"]))),
        )
        return reading["id"]

    async def missing_files(self, root: int, paths: Sequence[bytes]) -> list[str]:
        """Files that are no longer there: a photo leaves when its last file did, and what was entered about it stays for its return."""
        async with self._catalogue.writing() as db:
            touched: list[str] = []
            for path in paths:
                row = await _one(db, "SELECT photo FROM files WHERE root = ? AND path = ?", root, path)
                if row is not None and row[0]:
                    touched.append(row[0])
                await db.execute("DELETE FROM files WHERE root = ? AND path = ?", (root, path))
                await db.execute("DELETE FROM problems WHERE root = ? AND path = ?", (root, path))
            return await self._compose(db, touched)

    async def save_results(
        self, photo: str, results: Iterable[tuple[AnalyzerFacts, float, dict[str, Any]]], failures: Iterable[tuple[AnalyzerFacts, str, str]]
    ) -> list[str]:
        """Store raw results (facts, milliseconds, result) and failures (facts, code, sentence) of one photo."""
        async with self._catalogue.writing() as db:
            for facts, ms, result in results:
                slim = dict(result)
                if facts["name"] == "faces":
                    faces = [dict(face) for face in result["faces"]]
                    await db.execute("DELETE FROM vectors WHERE photo = ?", (photo,))
                    await db.executemany(
                        "INSERT INTO vectors (photo, face, vector) VALUES (?, ?, ?)",
                        [(photo, number, base64.b64decode(face.pop("vector"))) for number, face in enumerate(faces)],
                    )
                    slim["faces"] = faces
                await db.execute(
                    "INSERT OR REPLACE INTO results (photo, analyzer, version, checksum, ms, result) VALUES (?, ?, ?, ?, ?, ?)",
                    (photo, facts["name"], facts["version"], facts["checksum"], ms, orjson.dumps(slim)),
                )
                await db.execute("DELETE FROM problems WHERE photo = ? AND analyzer = ?", (photo, facts["name"]))
            for facts, code, sentence in failures:
                await self._note(db, "analyze", Problem(code, sentence), analyzer_stamp(facts), photo=photo, analyzer=facts["name"])
            return await self._compose(db, [photo])

    async def outdate(self, photos: Sequence[str], analyzers: Sequence[str]) -> None:
        """Have these analyzers look at these photos again. Their results stay in force until others take their place."""
        pairs = [(photo, analyzer) for photo in photos for analyzer in analyzers]
        async with self._catalogue.writing() as db:
            # No model has an empty checksum, so the backlog finds them lacking.
            await db.executemany("UPDATE results SET checksum = '' WHERE photo = ? AND analyzer = ?", pairs)
            await db.executemany("DELETE FROM problems WHERE photo = ? AND analyzer = ?", pairs)

    async def mark(self, photo: str, change: Change) -> dict[str, Any] | None:
        """Store what a person entered and return the new record; None when there is no such photo."""
        async with self._catalogue.writing() as db:
            if await _one(db, "SELECT 1 FROM records WHERE id = ? AND gone = 0", photo) is None:
                return None
            await db.execute("INSERT OR IGNORE INTO marks (photo, changed) VALUES (?, ?)", (photo, now()))
            for name, value in change.items():
                if name not in Change.__annotations__:
                    raise UserError(f"There is no field {name!r} to change.")
                stored = orjson.dumps(value).decode() if name == "tags" else value
                await db.execute(f"UPDATE marks SET {name} = ?, changed = ? WHERE photo = ?", (stored, now(), photo))
            await self._compose(db, [photo])
            row = await _one(db, "SELECT line FROM records WHERE id = ?", photo)
            assert row is not None
            record: dict[str, Any] = orjson.loads(row[0])
            return record

    async def retry_problems(self) -> int:
        """Forget every problem, so that the next scan and analysis try again; returns how many there were."""
        async with self._catalogue.writing() as db:
            await db.execute("DELETE FROM files WHERE photo IS NULL")
            return (await db.execute("DELETE FROM problems")).rowcount

    async def compose_all(self) -> list[str]:
        """Compose every record anew, say after a threshold changed; returns the photos whose lines changed. Reads no pixels."""
        changed: list[str] = []
        ids = [row[0] for row in await self._catalogue.reading.execute_fetchall("SELECT id FROM records WHERE gone = 0")]
        for start in range(0, len(ids), 500):
            async with self._catalogue.writing() as db:
                changed += await self._compose(db, ids[start : start + 500])
        return changed

    async def _note(
        self,
        db: aiosqlite.Connection,
        stage: str,
        problem: Problem,
        stamp: str,
        *,
        root: int | None = None,
        path: bytes | None = None,
        photo: str | None = None,
        analyzer: str | None = None,
    ) -> None:
        await db.execute(
            "INSERT INTO problems (stage, root, path, photo, analyzer, code, message, stamp, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT DO UPDATE SET code = excluded.code, message = excluded.message, stamp = excluded.stamp, at = excluded.at, attempts = attempts + 1",
            (stage, root, path, photo, analyzer, problem.code, problem.message, stamp, now()),
        )

    async def _compose(self, db: aiosqlite.Connection, photos: Iterable[str]) -> list[str]:
        """Bring the records of ``photos`` up to date; returns those that changed."""
        changed: list[str] = []
        row = await _one(db, "SELECT coalesce(max(seq), 0) FROM records")
        seq = int(row[0]) if row else 0
        for photo in dict.fromkeys(photos):
            record = await self._record(db, photo)
            had = await _one(db, "SELECT seq, line FROM records WHERE id = ?", photo)
            if record is None and had is None:
                continue
            body = record or {"kind": "gone", "seq": 0, "id": photo}
            if had is not None:
                body["seq"] = had[0]
                if orjson.dumps(body) == had[1]:
                    continue
            seq += 1
            body["seq"] = seq
            # A photo without a date sorts after all that have one.
            moment = str(body.get("taken", ""))[:19]
            await db.execute(
                "INSERT INTO records (seq, id, gone, moment, line) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, gone = excluded.gone, moment = excluded.moment, line = excluded.line",
                (seq, photo, record is None, moment, orjson.dumps(body)),
            )
            changed.append(photo)
        return changed

    async def _record(self, db: aiosqlite.Connection, photo: str) -> dict[str, Any] | None:
        """The record of a photo, its fields in the schema's order, or None when no file holds it any more."""
        files = list(
            await db.execute_fetchall(
                "SELECT roots.name, files.path FROM files JOIN roots ON roots.id = files.root WHERE photo = ? ORDER BY root, files.path", (photo,)
            )
        )
        kept = await _one(db, "SELECT added, reading, exif FROM photos WHERE id = ?", photo)
        if not files or kept is None:
            return None
        reading: Reading = orjson.loads(kept[1])
        reading["exif"] = orjson.loads(zlib.decompress(kept[2]))
        raw: dict[str, Any] = {}
        state: dict[str, str] = {}
        for analyzer, version, result in await db.execute_fetchall("SELECT analyzer, version, result FROM results WHERE photo = ? ORDER BY analyzer", (photo,)):
            raw[analyzer] = orjson.loads(result)
            state[analyzer] = version
        name, path = files[0]
        record: dict[str, Any] = {
            "kind": "photo",
            "seq": 0,
            "id": photo,
            "path": f"{name}/{path.decode('utf-8', 'replace')}",
            "bytes": reading["bytes"],
            "width": reading["width"],
            "height": reading["height"],
            "type": reading["type"],
            "animated": reading["animated"],
            "files": len(files) if len(files) > 1 else None,
            "taken": reading["taken"],
            "added": kept[0],
            "lat": _rounded(reading["lat"]),
            "lon": _rounded(reading["lon"]),
            "place": reading["place"],
            "camera": reading["camera"],
            "phash": reading["phash"],
            "thumbhash": reading["thumbhash"],
            "palette": reading["palette"],
            **self._enrich(reading, raw),
            **await self._marks(db, photo),
            "state": state,
        }
        # Optional fields are absent rather than empty; zero stays, for it is a value.
        return {key: value for key, value in record.items() if value is not None and value is not False and value not in ("", [], {})}

    async def _marks(self, db: aiosqlite.Connection, photo: str) -> dict[str, Any]:
        row = await _one(db, "SELECT rating, favourite, caption, tags FROM marks WHERE photo = ?", photo)
        if row is None:
            return {}
        return {"rating": row[0], "favourite": bool(row[1]), "caption": row[2], "tags": orjson.loads(row[3])}


def _rounded(degrees: float | None) -> float | None:
    """Six decimals are a tenth of a metre: more than any camera knows."""
    return None if degrees is None else round(degrees, 6)


async def _one(db: aiosqlite.Connection, sql: str, *values: object) -> Any:
    async with db.execute(sql, values) as cursor:
        return await cursor.fetchone()
