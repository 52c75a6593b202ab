"""Formats are told by content."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from vitrine.server.media.formats import SUFFIXES, sniff


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        ("JPEG", "image/jpeg"),
        ("PNG", "image/png"),
        ("GIF", "image/gif"),
        ("WEBP", "image/webp"),
        ("AVIF", "image/avif"),
        ("TIFF", "image/tiff"),
        ("BMP", "image/bmp"),
        ("JPEG2000", "image/jp2"),
        ("MPO", "image/jpeg"),
    ],
)
def test_what_pillow_writes_is_told_by_its_first_bytes(form, kind):
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, form)
    assert sniff(file.getvalue()[:4096]) == kind


@pytest.mark.parametrize(
    ("brands", "kind"),
    [
        (b"heic" + b"\0" * 4 + b"mif1heic", "image/heic"),
        (b"mif1" + b"\0" * 4 + b"mif1heix", "image/heic"),
        (b"mif1" + b"\0" * 4 + b"mif1avif", "image/avif"),
        (b"avis" + b"\0" * 4 + b"avis", "image/avif"),
        (b"mif1" + b"\0" * 4 + b"mif1", "image/heif"),
        (b"crx " + b"\0" * 4 + b"crx isom", "image/x-canon-cr3"),
        (b"isom" + b"\0" * 4 + b"isommp41", None),
        (b"qt  " + b"\0" * 4 + b"qt  ", None),
    ],
)
def test_boxed_files_are_told_by_their_brands(brands, kind):
    box = b"ftyp" + brands
    assert sniff((len(box) + 4).to_bytes(4, "big") + box) == kind


@pytest.mark.parametrize(
    "text", [b"", b"\xff", b"BM", b"BMW is a maker of cars", b"RIFF\0\0\0\0AVI ", b"<svg onload=alert(1)>", b"PK\3\4", b"GIF", b"%!PS-Adobe"]
)
def test_what_is_no_photo_is_not_taken_for_one(text):
    assert sniff(text) is None


@given(st.binary(max_size=200))
def test_any_bytes_can_be_sniffed(head):
    kind = sniff(head)
    assert kind is None or kind.startswith("image/")


def test_suffixes_are_lower_case_with_their_dot():
    assert {".jpg", ".heic", ".avif", ".png", ".nef"} <= SUFFIXES
    assert all(suffix.startswith(".") and suffix == suffix.lower() for suffix in SUFFIXES)
    assert not {".svg", ".mp4", ".xmp", ".zip"} & SUFFIXES
