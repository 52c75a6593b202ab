"""Lens and exposure from the makers' own notes. In: one note. Out: ``Note``; only what the standard tags do not tell, or tell less exactly.

The layouts are those that exiftool's tables document (https://exiftool.org/TagNames/). Lens numbers that need a table of every lens ever
made (Canon LensType, Nikon LensID) are left out; text and plain ranges are taken.
"""

from __future__ import annotations

import io
import math
import struct
from dataclasses import dataclass
from typing import Any

from vitrine.server.media import tiff


@dataclass(frozen=True)
class Note:
    """What a note tells."""

    lens: str = ""
    iso: int | None = None
    aperture: float | None = None
    exposure: float | None = None


def read(note: bytes, make: str, block: bytes, big_endian: bool) -> Note:
    """Read one maker note; damaged or unknown ones tell nothing.

    ``block`` is the TIFF block around it, since most makers' offsets count from its start; ``make`` is the camera's make in text.
    """
    maker = make.upper()
    if note.startswith(b"Nikon\0\x02"):
        return _nikon(_within(note[10:]))
    if note.startswith(b"KDK") and len(note) >= 0x6A:
        return _kodak(note, ">" if note.startswith(b"KDK INFO") else "<", 8 + 0x1E, 8 + 0x20, 8 + 0x60)
    if maker.startswith("EASTMAN KODAK") and len(note) >= 0x50 and note[12] == 7:
        # The oldest layout has no name; the year of the clock (7 * 256 + ...) gives it away.
        return _kodak(note, ">", 0x3C, 0x38, 0x4E)
    at = block.find(note)
    source, start = (io.BytesIO(block), at) if at >= 0 else (io.BytesIO(note), 0)
    head = tiff.plain_header(big_endian)

    def values(skip: int) -> dict[int, Any]:
        return tiff.directory(head, source, start + skip)

    if maker.startswith("CANON"):
        return _canon(values(0))
    if maker.startswith("NIKON") and not note.startswith(b"Nikon\0"):
        return _nikon(values(0))
    if note.startswith(b"Panasonic\0"):
        return Note(lens=_words(values(12).get(0x0051)))
    if note.startswith(b"QVC\0"):
        return Note(iso=_iso(values(6).get(0x0014)))
    if maker.startswith("CASIO"):
        return Note(iso=_iso(values(0).get(0x0014)))
    if note.startswith(b"AOC\0") or maker.startswith("ASAHI"):
        # Lower numbers are steps of a table that differs from model to model.
        iso = _iso(values(6 if note.startswith(b"AOC\0") else 0).get(0x0014))
        return Note(iso=iso if iso is not None and iso >= 50 else None)
    return Note()


def _within(block: bytes) -> dict[int, Any]:
    """A note that is a TIFF block of its own."""
    source = io.BytesIO(block)
    found = tiff.header(source)
    return tiff.directory(found[0], source, found[1]) if found else {}


def _iso(value: object) -> int | None:
    found = tiff.number(value)
    return int(found) if found is not None and 0 < found < 10_000_000 else None


def _words(value: object) -> str:
    return value.split("\0", 1)[0].strip() if isinstance(value, str) else ""


def _nikon(values: dict[int, Any]) -> Note:
    """ISO is a pair, the second of it the value; the lens is its range of focal lengths and apertures."""
    pair = values.get(0x0002)
    lens = values.get(0x0084)
    words = ""
    if isinstance(lens, tuple) and len(lens) == 4:
        short, long, wide, narrow = (tiff.number(part) for part in lens)
        if short and long and wide and narrow:
            focal = f"{short:g}mm" if short == long else f"{short:g}-{long:g}mm"
            words = f"{focal} f/{wide:g}" if wide == narrow else f"{focal} f/{wide:g}-{narrow:g}"
    return Note(lens=words, iso=_iso(pair[1]) if isinstance(pair, tuple) and len(pair) == 2 else None)


def _canon(values: dict[int, Any]) -> Note:
    """Speed is told in words of the settings (tag 1), or as base and automatic gain in steps of 1/32 EV (tag 4)."""
    settings, shot = values.get(0x0001), values.get(0x0004)
    iso = None
    if isinstance(settings, tuple) and len(settings) > 16 and isinstance(settings[16], int):
        told = settings[16]
        iso = {16: 50, 17: 100, 18: 200, 19: 400, 20: 800}.get(told) or (told & 0x3FFF if told & 0x4000 and told < 0x8000 else None)
    if not iso and isinstance(shot, tuple) and len(shot) > 2 and 0 <= shot[1] < 1000 and 0 < shot[2] < 1000:
        iso = round(math.pow(2, shot[1] / 32) * math.pow(2, shot[2] / 32) * 100 / 32)
    return Note(lens=_words(values.get(0x0095)), iso=iso or None)


def _kodak(note: bytes, order: str, aperture_at: int, exposure_at: int, iso_at: int) -> Note:
    """A fixed layout. The camera's own exposure is exact where the standard tags hold the dial's."""
    aperture: int = struct.unpack_from(f"{order}H", note, aperture_at)[0]
    exposure: int = struct.unpack_from(f"{order}I", note, exposure_at)[0]
    iso: int = struct.unpack_from(f"{order}H", note, iso_at)[0]
    return Note(
        iso=iso if 0 < iso < 65535 else None,
        aperture=aperture / 100 if 50 <= aperture <= 6400 else None,
        exposure=tiff.ten_digits(exposure / 1e5) if 0 < exposure < 100_000_000 else None,
    )
