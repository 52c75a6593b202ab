"""The backlog: which photos still lack the result of which analyzer. In: the catalogue and the analyzers' facts. Out: pages of photo ids.

A result counts only for the analyzer's present version and model checksum, so a new model makes exactly its own work. A failure counts too:
a photo that was set aside comes back when its analyzer changes or someone asks for it.
"""

from __future__ import annotations

from collections.abc import Sequence

from vitrine.config.wire import AnalyzerFacts
from vitrine.server.catalogue import Catalogue

LACKING = (
    "NOT EXISTS (SELECT 1 FROM results r WHERE r.photo = records.id AND r.analyzer = w.analyzer AND r.version = w.version AND r.checksum = w.checksum)"
    " AND NOT EXISTS (SELECT 1 FROM problems p WHERE p.photo = records.id AND p.analyzer = w.analyzer AND p.stamp = w.version || ':' || w.checksum)"
)


class Backlog:
    """Walks the photos that lack a result, newest first, once."""

    def __init__(self, catalogue: Catalogue, facts: Sequence[AnalyzerFacts]) -> None:
        self._catalogue = catalogue
        self._wanted = "WITH w (analyzer, version, checksum) AS (VALUES " + ", ".join("(?, ?, ?)" for _ in facts) + ") "
        self._values = tuple(value for each in facts for value in (each["name"], each["version"], each["checksum"]))
        self._after: tuple[str, str] | None = ("~", "")

    async def count(self) -> tuple[int, int]:
        """How many photos there are, and how many of them lack a result."""
        sql = f"{self._wanted} SELECT count(*), coalesce(sum(EXISTS (SELECT 1 FROM w WHERE {LACKING})), 0) FROM records WHERE gone = 0"
        (row,) = await self._catalogue.reading.execute_fetchall(sql, self._values)
        return int(row[0]), int(row[1])

    async def page(self, most: int) -> list[str]:
        """The next photos that lack a result, at most so many; empty at the end."""
        if self._after is None:
            return []
        moment, photo = self._after
        sql = (
            f"{self._wanted} SELECT moment, id FROM records WHERE gone = 0 AND (moment < ? OR (moment = ? AND id > ?))"
            f" AND EXISTS (SELECT 1 FROM w WHERE {LACKING}) ORDER BY moment DESC, id LIMIT ?"
        )
        rows = list(await self._catalogue.reading.execute_fetchall(sql, (*self._values, moment, moment, photo, most)))
        self._after = (rows[-1][0], rows[-1][1]) if rows else None
        return [str(row[1]) for row in rows]

    async def lacks(self, photo: str) -> tuple[str, ...]:
        """The analyzers that have not looked at this photo; empty when it is gone."""
        sql = f"{self._wanted} SELECT w.analyzer FROM w, records WHERE records.id = ? AND records.gone = 0 AND {LACKING}"
        return tuple(str(row[0]) for row in await self._catalogue.reading.execute_fetchall(sql, (*self._values, photo)))
