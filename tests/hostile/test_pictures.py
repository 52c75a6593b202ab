"""Hostile pictures in a real read worker (threat classes 26, 27, 31-34, 43-45): each gives a reading or one clear problem, in bounded memory and time.

The files are made here; those of ../shared/photos/hostile are read too where they are beside the checkout.
"""

from __future__ import annotations

import csv
import io
import multiprocessing
import os
import struct
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from pebble import ProcessPool
from PIL import Image, PngImagePlugin

from tests.conftest import ROOT
from vitrine.config.errors import PROBLEM_CODES, Problem
from vitrine.config.paths import DataFolder
from vitrine.config.reading import Reading
from vitrine.server.read import Limits, read, start_worker

SHARED = ROOT.parent / "shared" / "photos"
LIMITS = Limits()
TIMEOUT_S = 30
MOST_MB = 2048

Outcome = Reading | Problem


class Worker:
    """One read worker with the ordinary limits, and what it took at most."""

    def __init__(self, pool: ProcessPool, folder: DataFolder) -> None:
        self._pool, self._folder = pool, folder

    def read(self, path: Path) -> Outcome:
        """A reading or a problem; a crash or a hang fails the test."""
        try:
            found: Reading = self._pool.schedule(read, args=(path, self._folder, LIMITS), timeout=TIMEOUT_S).result()
        except Problem as problem:
            return problem
        return found

    def peak_mb(self) -> int:
        """The most memory that the worker ever held."""
        pid = self._pool.schedule(os.getpid).result()
        line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) >> 10


@pytest.fixture(scope="module")
def worker(tmp_path_factory) -> Iterator[Worker]:
    """Started once; every file goes through the same process, so a leak would add up."""
    folder = DataFolder(tmp_path_factory.mktemp("data"))
    folder.make()
    with ProcessPool(max_workers=1, initializer=start_worker, initargs=(LIMITS.memory_mb,), context=multiprocessing.get_context("spawn")) as pool:
        yield Worker(pool, folder)


def check(outcome: Outcome) -> None:
    """What every outcome owes: a known code and a sentence without a path, or a complete reading."""
    if isinstance(outcome, Problem):
        assert outcome.code in PROBLEM_CODES
        assert outcome.message.endswith(".")
        assert "/" not in outcome.message
        assert "Traceback" not in outcome.message
        return
    assert outcome["width"] > 0
    assert outcome["height"] > 0
    assert len(outcome["id"]) == 32
    assert len(outcome["phash"]) == 16
    assert len(outcome["exif"]) <= 400
    for text in [*outcome["exif"].values(), *map(str, outcome["camera"].values())]:
        assert len(text) <= 300
        assert not any(ord(letter) < 32 or 0x202A <= ord(letter) <= 0x202E for letter in text)
    assert outcome["taken"] is None or outcome["taken"][:4].isdigit()


def noise(width: int = 200, height: int = 150) -> Image.Image:
    return Image.fromarray(np.random.default_rng(5).integers(0, 255, (height, width, 3), dtype=np.uint8))


def saved(form: str, picture: Image.Image | None = None, **options) -> bytes:
    file = io.BytesIO()
    (picture or noise()).save(file, form, **options)
    return file.getvalue()


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int, height: int, body: bytes, *before: bytes, depth: int = 8, colour: int = 2) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(before) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def jpeg_of_declared_size(width: int, height: int) -> bytes:
    content = bytearray(saved("JPEG"))
    at = content.index(b"\xff\xc0")
    struct.pack_into(">HH", content, at + 5, height, width)
    return bytes(content)


def real_bomb_png() -> bytes:
    """20,000 x 20,000 black pixels of one bit, in 50 kB."""
    return png(20_000, 20_000, zlib.compress(b"\0" * (2501 * 20_000), 9), depth=1, colour=0)


def largest_allowed_png() -> bytes:
    """196 megapixels of grey: below the limit, so it must be read, and in less memory than its colours would take twice."""
    return png(14_000, 14_000, zlib.compress(b"\0" * (14_001 * 14_000), 9), colour=0)


def text_bomb_png() -> bytes:
    bomb = zlib.compress(b"A" * (60 << 20), 9)
    return png(8, 8, zlib.compress((b"\0" + b"\x80" * 24) * 8), chunk(b"zTXt", b"Comment\0\0" + bomb))


def profile_bomb_png() -> bytes:
    bomb = zlib.compress(b"A" * (60 << 20), 9)
    return png(8, 8, zlib.compress((b"\0" + b"\x80" * 24) * 8), chunk(b"iCCP", b"icc\0\0" + bomb))


def gif_of_declared_size() -> bytes:
    return b"GIF89a" + struct.pack("<HH", 65_535, 65_535) + b"\0\0\0" + b"," + struct.pack("<HHHH", 0, 0, 1, 1) + b"\0\x02\x02D\x01\0;"


def gif_of_many_frames() -> bytes:
    picture = Image.new("P", (500, 500))
    frames = [Image.new("P", (500, 500), number % 2) for number in range(400)]
    return saved("GIF", picture, save_all=True, append_images=frames, duration=10)


def bmp_of_declared_size() -> bytes:
    return b"BM" + struct.pack("<IHHI", 100, 0, 0, 54) + struct.pack("<IiiHHIIiiII", 40, 2_000_000, 3_000_000, 1, 24, 0, 0, 0, 0, 0, 0) + b"\0" * 60


def tiff_of_declared_size() -> bytes:
    def entry(tag: int, kind: int, value: int) -> bytes:
        return struct.pack("<HHII", tag, kind, 1, value)

    sizes = [entry(256, 4, 60_000), entry(257, 4, 60_000), entry(258, 3, 8), entry(259, 3, 1), entry(262, 3, 1)]
    entries = [*sizes, entry(273, 4, 8), entry(277, 3, 1), entry(278, 4, 60_000), entry(279, 4, 100)]
    return b"II*\0\x08\0\0\0" + struct.pack("<H", len(entries)) + b"".join(entries) + b"\0" * 120


def webp_of_declared_size() -> bytes:
    canvas = struct.pack("<I", 0x10) + (16_383).to_bytes(3, "little") * 2
    body = b"WEBP" + b"VP8X" + struct.pack("<I", 10) + canvas + saved("WEBP", lossless=True)[12:]
    return b"RIFF" + struct.pack("<I", len(body)) + body


def avif_of_declared_size() -> bytes:
    content = bytearray(saved("AVIF"))
    at = content.index(b"ispe")
    struct.pack_into(">II", content, at + 8, 17_000, 17_000)
    return bytes(content)


def heic_of_declared_size() -> bytes:
    content = bytearray(heic())
    at = content.index(b"ispe")
    struct.pack_into(">II", content, at + 8, 60_000, 60_000)
    return bytes(content)


def half(form: str) -> bytes:
    whole = saved(form)
    return whole[: len(whole) // 2]


def heic() -> bytes:
    pillow_heif.register_heif_opener()
    return saved("HEIF")


def jpeg_with(block: bytes) -> bytes:
    return saved("JPEG", exif=b"Exif\0\0" + block)


def exif_loop() -> bytes:
    """A directory that is its own detail directory, its own GPS directory and its own successor."""
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, 8) for tag in (0x8769, 0x8825, 0xA005, 0x014A))
    return jpeg_with(b"II*\0\x08\0\0\0" + struct.pack("<H", 4) + entries + struct.pack("<I", 8))


def exif_huge_counts() -> bytes:
    """5,000 tags, each of four gigabytes, over one another."""
    entries = b"".join(struct.pack("<HHII", 0x0100 + number, 2, 0xFFFFFFF0, 8) for number in range(5000))
    return jpeg_with(b"II*\0\x08\0\0\0" + struct.pack("<H", 5000) + entries + b"\0" * 4)


def exif_overlapping_values() -> bytes:
    """2,600 tags that each claim nearly the whole block as numbers."""
    entries = b"".join(struct.pack("<HHII", 0x0100 + number, 3, 16_000, 8) for number in range(2600))
    return jpeg_with(b"II*\0\x08\0\0\0" + struct.pack("<H", 2600) + entries + b"\0" * 30_000)


def exif_markup() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = '"><img src=x onerror=alert(1)>{{7*7}}=cmd|calc\r\nSet-Cookie: a\x1b[2J'
    exif[0x010F] = "<svg/onload=alert(1)>"
    return saved("JPEG", exif=exif)


def noisy_metadata_png() -> bytes:
    information = PngImagePlugin.PngInfo()
    for number in range(3000):
        information.add_text(f"k{number}", "v" * 100)
    return saved("PNG", pnginfo=information)


MADE: dict[str, tuple[Callable[[], bytes], set[str | None]]] = {
    # name: (content, codes that are right; None is a reading)
    "31 png of 100,000 x 100,000": (lambda: png(100_000, 100_000, zlib.compress(b"\0" * 100)), {"too-large"}),
    "31 png of 20,000 x 20,000 that really is": (real_bomb_png, {"too-large"}),
    "31 png just below the limit": (largest_allowed_png, {None}),
    "31 png with a text of 60 MB in 60 kB": (text_bomb_png, {None}),
    "31 png with a profile of 60 MB in 60 kB": (profile_bomb_png, {None, "broken"}),
    "31 jpeg of 65,500 x 65,500": (lambda: jpeg_of_declared_size(65_500, 65_500), {"too-large"}),
    "31 jpeg of 14,000 x 14,000 with data for 200 x 150": (lambda: jpeg_of_declared_size(14_000, 14_000), {None, "broken"}),
    "31 jpeg of no width": (lambda: jpeg_of_declared_size(0, 100), {"broken"}),
    "31 gif canvas of 65,535 x 65,535": (gif_of_declared_size, {"too-large"}),
    "31 gif of 401 frames": (gif_of_many_frames, {None}),
    "31 bmp of 2,000,000 x 3,000,000": (bmp_of_declared_size, {"too-large"}),
    "31 tiff of 60,000 x 60,000": (tiff_of_declared_size, {"too-large"}),
    "31 webp canvas of 16,384 x 16,384": (webp_of_declared_size, {"too-large", "broken"}),
    "31 avif of 17,000 x 17,000": (avif_of_declared_size, {"too-large", "broken"}),
    "31 heic of 60,000 x 60,000": (heic_of_declared_size, {"too-large", "broken"}),
    **{f"31 {form} cut to half": (partial(half, form), {"broken"}) for form in ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "AVIF")},
    "31 heic cut to half": (lambda: heic()[: len(heic()) // 2], {"broken"}),
    "31 progressive jpeg cut to half": (lambda: saved("JPEG", progressive=True)[:9000], {"broken"}),
    "31 gzip named jpg": (lambda: b"\x1f\x8b\x08" + b"\0" * 100, {"unknown-format"}),
    "32 metadata that points to itself": (exif_loop, {None}),
    "32 metadata of 5,000 tags of 4 GB": (exif_huge_counts, {None}),
    "32 metadata whose values overlap": (exif_overlapping_values, {None}),
    "32 metadata of 3,000 texts": (noisy_metadata_png, {None}),
    "32 metadata that is noise": (lambda: jpeg_with(os.urandom(60_000)), {None}),
    "26 markup, terminal escapes and line breaks in tags": (exif_markup, {None}),
    "27 html named jpg": (lambda: b"<html><script>alert(1)</script>", {"unknown-format"}),
    "27 svg with an entity named png": (lambda: b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>', {"unknown-format"}),
    "27 postscript named tif": (lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) (r) file", {"unknown-format"}),
    "27 jpeg with html behind it": (lambda: saved("JPEG") + b"<script>alert(1)</script>", {None}),
    "27 png named as whatever": (lambda: saved("PNG"), {None}),
    "34 jpeg with bytes overwritten": (lambda: saved("JPEG")[:3000] + os.urandom(200) + saved("JPEG")[3200:], {None, "broken"}),
    "34 corrupt profile": (lambda: saved("JPEG", icc_profile=os.urandom(3000)), {None}),
    "43 date of 1904": (lambda: saved("JPEG", exif=dated("1904:01:01 00:00:00")), {None}),
    "43 date of 2106": (lambda: saved("JPEG", exif=dated("2106:02:07 06:28:15")), {None}),
    "43 date of zero": (lambda: saved("JPEG", exif=dated("0000:00:00 00:00:00")), {None}),
}


def dated(moment: str) -> Image.Exif:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = moment
    return exif


@pytest.mark.parametrize("name", MADE)
def test_a_hostile_file_is_a_reading_or_a_clear_problem(worker, tmp_path, name):
    make, right = MADE[name]
    path = tmp_path / "holiday.jpg"
    path.write_bytes(make())
    outcome = worker.read(path)
    check(outcome)
    assert (outcome.code if isinstance(outcome, Problem) else None) in right
    assert worker.peak_mb() < MOST_MB


STRANGE = [
    b"caf\xe9.jpg",
    b"-rf.jpg",
    b"new\nline.jpg",
    b"tab\t.jpg",
    b"\x1b[2J.jpg",
    b"a" * 250 + b".jpg",
    "e\u0301.jpg".encode(),
    "\u202egnp.jpg".encode(),
    b"$(touch x);`id`.jpg",
]


@pytest.mark.parametrize("name", STRANGE)
def test_no_name_is_too_strange_to_be_read(worker, tmp_path, name):
    path = Path(os.fsdecode(os.path.join(os.fsencode(tmp_path), name)))
    path.write_bytes(saved("JPEG"))
    assert not isinstance(worker.read(path), Problem)
    bad = path.with_name(path.name[:-5] + "!.jpg")
    bad.write_bytes(b"no picture")
    outcome = worker.read(bad)
    check(outcome)
    assert isinstance(outcome, Problem)


def shared_files() -> list[tuple[str, str]]:
    """Every file of the hostile collection, with what it is."""
    if not (SHARED / "hostile" / "SOURCES.csv").exists():
        return []
    with open(SHARED / "hostile" / "SOURCES.csv", encoding="utf-8", newline="") as file:
        return [(row["file"], row["expected"]) for row in csv.DictReader(file)]


needs_photos = pytest.mark.skipif(not shared_files(), reason="the hostile photos are not beside this checkout: ../shared/photos/hostile")


@needs_photos
@pytest.mark.parametrize(("name", "expected"), shared_files(), ids=[name for name, _ in shared_files()])
def test_a_file_of_the_hostile_collection_is_a_reading_or_a_clear_problem(worker, name, expected):
    outcome = worker.read(SHARED / "hostile" / name)
    check(outcome)
    if expected.startswith(("reject cleanly", "ignore")) or name.endswith((".zip", ".mp4", ".mov", ".3gp", ".svg", ".xmp")):
        assert isinstance(outcome, Problem)
    elif expected.startswith("index and show") and "or reject" not in expected:
        assert not isinstance(outcome, Problem), outcome
    if name.startswith("gps_"):
        assert not isinstance(outcome, Problem)
        assert (outcome["lat"], outcome["lon"]) == (None, None)
    if name in ("date_zero.jpg", "date_words.jpg", "exif_date_error.jpg"):
        assert not isinstance(outcome, Problem)
        assert outcome["taken"] is None
    assert worker.peak_mb() < MOST_MB


@needs_photos
def test_every_picture_of_the_formats_collection_is_read(worker):
    with open(SHARED / "formats" / "SOURCES.csv", encoding="utf-8", newline="") as file:
        images = [row for row in csv.DictReader(file) if row["kind"] == "image" and "Pillow" in row["decodes_with"]]
    rows = [row for row in images if not row["file"].endswith(".ico")]
    assert len(rows) > 40
    for row in rows:
        outcome = worker.read(SHARED / "formats" / row["file"])
        assert not isinstance(outcome, Problem), (row["file"], outcome)
        check(outcome)
        shown = (int(row["display_w"]), int(row["display_h"]))
        assert (outcome["width"], outcome["height"]) in (shown, shown[::-1]), row["file"]
