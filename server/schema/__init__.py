"""The catalogue's schema as numbered steps. In: an open SQLite connection. Out: the same, at the newest version."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from vitrine.config.errors import UserError

APPLICATION_ID = 0x5654524E
"""``VTRN`` in SQLite's header: says that this database is a Vitrine catalogue."""

STEPS: tuple[Path, ...] = tuple(sorted(Path(__file__).resolve().parent.glob("[0-9][0-9][0-9][0-9]_*.sql")))
NEWEST = len(STEPS)


def migrate(db: sqlite3.Connection) -> int:
    """Bring ``db`` to the newest version, each step in its own transaction; returns how many steps ran.

    Raises UserError, and changes nothing, when the file is no catalogue or comes from a newer Vitrine.
    """
    version = check(db)
    for number, step in enumerate(STEPS[version:], version + 1):
        db.executescript(f"BEGIN IMMEDIATE;\n{step.read_text('utf-8')}\nPRAGMA application_id = {APPLICATION_ID};\nPRAGMA user_version = {number};\nCOMMIT;")
    return NEWEST - version


def check(db: sqlite3.Connection) -> int:
    """The version of ``db``; raises UserError for what this Vitrine must not touch."""
    try:
        (version,) = db.execute("PRAGMA user_version").fetchone()
        (application,) = db.execute("PRAGMA application_id").fetchone()
        (tables,) = db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.DatabaseError as why:
        raise UserError(f"The catalogue cannot be read ({why}); restore catalogue.db from a backup, or move it away to build a new one.") from why
    if tables and application != APPLICATION_ID:
        raise UserError("catalogue.db in the data folder is no Vitrine catalogue; choose another data folder with --data.")
    if version > NEWEST:
        raise UserError(
            f"The catalogue was written by a newer Vitrine (schema {version}, this one knows {NEWEST}); install that version, or choose another data folder."
        )
    return int(version)
