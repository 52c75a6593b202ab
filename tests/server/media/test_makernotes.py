"""Makers' notes, made here after their documented layouts."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vitrine.server.media import makernotes


def directory(*entries: tuple[int, int, int, bytes]) -> bytes:
    """A little-endian directory of entries: tag, type, count, four bytes of value or offset."""
    return struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHI", tag, kind, count) + value for tag, kind, count, value in entries) + b"\0" * 4


def test_nikon_tells_sensitivity_and_the_range_of_the_lens():
    values = struct.pack("<8I", 18, 1, 55, 1, 35, 10, 56, 10)
    body = directory((0x0002, 3, 2, struct.pack("<HH", 0, 200)), (0x0084, 5, 4, struct.pack("<I", 8 + 2 + 24 + 4)))
    note = b"Nikon\0\x02\x10\0\0" + b"II*\0\x08\0\0\0" + body + values
    assert makernotes.read(note, "NIKON CORPORATION", b"", big_endian=False) == makernotes.Note(lens="18-55mm f/3.5-5.6", iso=200)


@pytest.mark.parametrize(
    ("settings_iso", "auto", "base", "iso"), [(17, 0, 0, 100), (0x4000 | 640, 0, 0, 640), (15, 0, 128, 50), (0, 35, 143, 148), (0, 0, 0, None)]
)
def test_canon_tells_speed_in_words_or_as_gain(settings_iso, auto, base, iso):
    start = 200
    speeds = [0] * 20
    speeds[16] = settings_iso
    settings_at, shot_at = start + 2 + 24 + 4, start + 2 + 24 + 4 + 40
    note = (
        directory((0x0001, 3, 20, struct.pack("<I", settings_at)), (0x0004, 3, 4, struct.pack("<I", shot_at)))
        + struct.pack("<20H", *speeds)
        + struct.pack("<4H", 0, auto, base, 0)
    )
    assert makernotes.read(note, "Canon", b"\0" * start + note, big_endian=False).iso == iso


def test_canon_tells_its_lens_in_words():
    note = directory((0x0095, 2, 22, struct.pack("<I", 10 + 18))) + b"EF85mm f/1.2L II USM\0\0"
    assert makernotes.read(note, "Canon", b"\0" * 10 + note, big_endian=False).lens == "EF85mm f/1.2L II USM"


def test_casio_tells_sensitivity():
    assert makernotes.read(directory((0x0014, 3, 1, struct.pack("<HH", 64, 0))), "CASIO", b"", big_endian=False).iso == 64


def test_kodak_tells_its_exposure_exactly():
    note = bytearray(b"KDK0002I" + b"\0" * 120)
    struct.pack_into("<H", note, 8 + 0x1E, 499)
    struct.pack_into("<I", note, 8 + 0x20, 2241)
    struct.pack_into("<H", note, 8 + 0x60, 200)
    assert makernotes.read(bytes(note), "EASTMAN KODAK COMPANY", b"", big_endian=True) == makernotes.Note(iso=200, aperture=4.99, exposure=0.02241)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["Canon", "NIKON", "CASIO", "EASTMAN KODAK COMPANY", "PENTAX", "Asahi", "Panasonic", ""]),
    st.sampled_from([b"", b"Nikon\0\x02\0\0\0", b"Nikon\0\x02\0\0\0II*\0\x08\0\0\0", b"KDK INFO", b"KDK", b"Panasonic\0\0\0", b"QVC\0\0\0", b"AOC\0II"]),
    st.binary(max_size=300),
    st.booleans(),
)
def test_any_note_tells_something_or_nothing(make, start, body, big_endian):
    note = makernotes.read(start + body, make, b"\0" * 8 + start + body, big_endian)
    assert note.iso is None or note.iso > 0
    assert note.aperture is None or 0.5 <= note.aperture <= 64
