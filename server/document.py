"""The document: accounts, sessions, links and setting overrides in one small human-readable file. In: changes. Out: a JSON file, always whole.

TinyDB keeps it; the storage writes a new file beside the old one and renames it, so that a power cut leaves one or the other.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from tinydb import TinyDB
from tinydb.storages import Storage

from vitrine.config.errors import UserError

OF_THE_MOMENT = ("keys", "links", "sessions")
"""Tables that say who is signed in now; everything else is worth keeping."""


class WholeFile(Storage):
    """TinyDB storage with atomic writes and mode 0600."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> dict[str, dict[str, Any]] | None:
        """The stored tables, or None before the first write; raises UserError when the file is not ours to read."""
        try:
            text = self._path.read_text("utf-8")
        except FileNotFoundError:
            return None
        except OSError as why:
            raise UserError(f"{self._path.name} in the data folder cannot be read ({why.strerror}).") from why
        try:
            tables: dict[str, dict[str, Any]] = json.loads(text)
        except ValueError as why:
            raise UserError(
                f"{self._path.name} in the data folder is damaged ({why}); restore it from a backup, or move it away to start with a new owner."
            ) from why
        return tables

    def write(self, data: dict[str, dict[str, Any]]) -> None:
        """Replace the file as a whole; raises UserError, and keeps what was there, when the disk does not take it."""
        try:
            handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=f".{self._path.name}.")
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    json.dump(data, file, indent=2, ensure_ascii=False)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(name, self._path)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
        except OSError as why:
            raise UserError(f"{self._path.name} in the data folder cannot be written ({why.strerror}); make room, or check its permissions.") from why


def opened(path: Path) -> TinyDB:
    """The document at ``path``, created with its first write."""
    return TinyDB(path, storage=WholeFile)


def overrides(document: TinyDB) -> dict[str, Any]:
    """Setting overrides a person stored, by name."""
    return {row["name"]: row["value"] for row in document.table("settings").all()}
