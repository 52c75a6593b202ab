"""Lens and sensitivity from the makers' own notes. In: one note. Out: ``Note``; only what the standard tags do not tell."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Note:
    """What a note tells."""

    lens: str = ""
    iso: int | None = None


def read(note: bytes, make: str, block: bytes, big_endian: bool) -> Note:
    """Read one maker note; damaged or unknown ones tell nothing. ``block`` is the TIFF block around it, for notes with offsets into it."""
    return Note()
