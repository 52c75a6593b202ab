"""TIFF directories, as EXIF and maker notes use them. In: a block with its header. Out: tag numbers to values, as Pillow decodes them."""

from __future__ import annotations

import math
import warnings
from typing import Any, BinaryIO

from PIL.TiffImagePlugin import IFDRational, ImageFileDirectory_v2

from vitrine.server.media.pixels import FAILURES


def header(source: BinaryIO) -> tuple[bytes, int] | None:
    """The header at the start of ``source`` and the offset of the first directory; None when it is no TIFF block."""
    try:
        source.seek(0)
        head = source.read(16)
        if 0x2B not in head[2:4]:
            head = head[:8]
        return head, ImageFileDirectory_v2(head).next
    except FAILURES:
        return None


def plain_header(big_endian: bool) -> bytes:
    """The header that a block with this byte order would have."""
    return b"MM\0\x2a\0\0\0\x08" if big_endian else b"II\x2a\0\x08\0\0\0"


def directory(head: bytes, source: BinaryIO, offset: object) -> dict[int, Any]:
    """The directory at ``offset``; single values without their tuple. What cannot be decoded is left out; Pillow reads no more than ``source`` holds."""
    values: dict[int, Any] = {}
    if not isinstance(offset, int):
        return values
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = ImageFileDirectory_v2(head)
            source.seek(offset)
            found.load(source)
        except FAILURES:
            return values
        for tag in found:
            try:
                value = found[tag]
            except FAILURES:
                continue
            values[tag] = value[0] if isinstance(value, tuple) and len(value) == 1 else value
    return values


def number(value: object) -> float | None:
    """A finite number, rationals to ten significant digits as exiftool rounds them; None for anything else, zero denominators too."""
    if isinstance(value, tuple) and value:
        value = value[0]
    if isinstance(value, IFDRational):
        value = math.nan if value.denominator == 0 else float(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return ten_digits(float(value))


def ten_digits(value: float) -> float:
    """Rounded to ten significant digits."""
    return float(f"{value:.10g}")
