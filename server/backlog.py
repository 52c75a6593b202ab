"""The backlog: which photos still lack the result of which analyzer. In: the catalogue and the analyzers' facts. Out: pages of photo ids.

A result counts only for the analyzer's present version and model checksum, so a new model makes exactly its own work. A failure counts too:
a photo that was set aside comes back when its analyzer changes or someone asks for it.
"""

from __future__ import annotations

from collections.abc import Sequence

from vitrine.config.wire import AnalyzerFacts
from vitrine.server.catalogue import Catalogue, Newest

# Named, for by itself SQLite takes the table, whose rows are fat: four times slower.
LACKING = (
    "NOT EXISTS (SELECT 1 FROM results r INDEXED BY results_by_stamp"
    " WHERE r.photo = records.id AND r.analyzer = w.analyzer AND r.version = w.version AND r.checksum = w.checksum)"
    " AND NOT EXISTS (SELECT 1 FROM problems p WHERE p.photo = records.id AND p.analyzer = w.analyzer AND p.stamp = w.version || ':' || w.checksum)"
)


class Backlog:
    """Walks the photos that lack a result, newest first, once."""

    def __init__(self, catalogue: Catalogue, facts: Sequence[AnalyzerFacts]) -> None:
        self._catalogue = catalogue
        wanted = " UNION ALL ".join("SELECT ? AS analyzer, ? AS version, ? AS checksum" for _ in facts)
        self._lacking = f"FROM ({wanted}) w WHERE {LACKING}"
        self._values = tuple(value for each in facts for value in (each["name"], each["version"], each["checksum"]))
        self._walk = Newest("id", f"EXISTS (SELECT 1 {self._lacking})", self._values)

    async def count(self) -> tuple[int, int]:
        """How many photos there are, and how many of them lack a result."""
        sql = f"SELECT count(*), coalesce(sum(EXISTS (SELECT 1 {self._lacking})), 0) FROM records WHERE gone = 0"
        # Some seconds in a library of a million photos, so nobody else's queries stand behind it.
        async with self._catalogue.apart() as db:
            (row,) = await db.execute_fetchall(sql, self._values)
        return int(row[0]), int(row[1])

    async def page(self, most: int) -> list[str]:
        """The next photos that lack a result, at most so many; empty at the end."""
        async with self._catalogue.apart() as db:
            return [str(photo) for (photo,) in await self._walk.page(db, most)]

    async def lacks(self, photo: str) -> tuple[str, ...]:
        """The analyzers that have not looked at this photo; empty when it is gone."""
        sql = f"SELECT (SELECT group_concat(w.analyzer) {self._lacking}) FROM records WHERE records.id = ? AND records.gone = 0"
        rows = list(await self._catalogue.reading.execute_fetchall(sql, (*self._values, photo)))
        return tuple(rows[0][0].split(",")) if rows and rows[0][0] else ()
