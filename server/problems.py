"""The problems, as people see them. In: the catalogue. Out: one row a failed file or photo, newest first."""

from __future__ import annotations

from typing import TypedDict

from vitrine.server.catalogue import Catalogue

MOST = 5000
"""Rows shown at once; whoever has more problems than that has one problem."""


class Trouble(TypedDict):
    """One problem."""

    id: int
    path: str
    photo: str | None
    stage: str
    analyzer: str | None
    code: str
    message: str
    attempts: int
    at: str


async def listed(catalogue: Catalogue) -> list[Trouble]:
    """The newest problems, at most ``MOST``."""
    roots = {number: str(name) for number, name in await catalogue.reading.execute_fetchall("SELECT id, name FROM roots")}
    rows = await catalogue.reading.execute_fetchall(
        "SELECT p.id, coalesce(p.root, f.root), coalesce(p.path, f.path, x''), p.photo, p.stage, p.analyzer, p.code, p.message, p.attempts, p.at"
        " FROM problems p LEFT JOIN files f ON (f.root, f.path) = (SELECT root, path FROM files WHERE photo = p.photo LIMIT 1)"
        " ORDER BY p.at DESC, p.id DESC LIMIT ?",
        (MOST,),
    )
    return [
        Trouble(
            id=number,
            path=f"{roots.get(root, '')}/{path.decode('utf-8', 'replace')}",
            photo=photo,
            stage=stage,
            analyzer=analyzer,
            code=code,
            message=message,
            attempts=attempts,
            at=at,
        )
        for number, root, path, photo, stage, analyzer, code, message, attempts, at in rows
    ]
