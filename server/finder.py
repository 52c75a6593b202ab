"""The finder: the search index of the whole library, kept in step with the catalogue. In: a query. Out: an answer with reasons.

The index is built at the first question and then takes only the records that changed since the last one.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from vitrine.config.paths import LEXICON
from vitrine.server.catalogue import Catalogue
from vitrine.server.search import Answer, Search

if TYPE_CHECKING:
    from vitrine.server.words import Table

PAGE = 2000
"""Records taken into the index at once."""


class Finder:
    """Answers questions about one catalogue."""

    def __init__(self, catalogue: Catalogue, cache: Path) -> None:
        self._catalogue = catalogue
        self._cache = cache
        self._search: Search | None = None
        self._seen = 0
        self._table: Table | None = None
        self._turn = asyncio.Lock()

    async def words(self) -> Table:
        """What follows from each label: synonyms, ancestors, definition; made once and kept in the data folder."""
        if self._table is not None:
            return self._table
        table = await asyncio.to_thread(_words, self._cache)
        self._table = table
        return table

    async def find(self, query: str, limit: int | None = None) -> Answer:
        """Answer one question from the library as it is now."""
        table = await self.words()
        async with self._turn:
            if self._search is None:
                self._search = Search(table)
            while rows := list(
                await self._catalogue.reading.execute_fetchall("SELECT seq, gone, id, line FROM records WHERE seq > ? ORDER BY seq LIMIT ?", (self._seen, PAGE))
            ):
                await asyncio.to_thread(_take, self._search, rows)
                self._seen = rows[-1][0]
            return await asyncio.to_thread(self._search.find, query, limit)


def _take(search: Search, rows: list[Any]) -> None:
    for _, gone, photo, line in rows:
        if gone:
            search.remove(photo)
        else:
            search.add(orjson.loads(line))


def _words(cache: Path) -> Table:
    # Imported late: the library that reads WordNet takes a second to load, the cached table needs none of it.
    from vitrine.server.words import label_table

    return label_table(LEXICON, cache)
