"""Read one file. In: a path. Out: a ``Reading``, and preview and thumbnails in the data folder. Runs in a worker process with limits.

One open, one decode: the content is told by its first bytes, hashed, decoded (scaled while decoding where the format can), and everything
else - pictures, hashes, colours - is made from that one decoded picture. Whatever goes wrong with the file is a ``Problem``.
"""

from __future__ import annotations

import errno
import os
import resource
import signal
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

from vitrine.config.errors import PROBLEM_CODES, Problem, UserError
from vitrine.config.paths import DataFolder
from vitrine.config.reading import Place, Reading
from vitrine.server.media import exif, formats, hashes, pictures, pixels, raws
from vitrine.server.media.formats import SUFFIXES

__all__ = ["SUFFIXES", "Limits", "identify", "read", "start_worker"]


@dataclass(frozen=True)
class Limits:
    """What one picture may cost; the settings of the same names."""

    max_megapixels: int = 200
    max_file_mb: int = 2000
    memory_mb: int = 1200


def start_worker(memory_mb: int) -> None:
    """Initializer of a read worker: bound its memory, load the decoders, leave Ctrl-C to the parent.

    The bound is on private writable memory (RLIMIT_DATA, which on Linux covers anonymous mappings), not on address space, so that
    libraries and mapped files do not count. An allocation beyond it fails inside the worker and becomes the problem ``too-hungry``.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    bound = memory_mb << 20
    resource.setrlimit(resource.RLIMIT_DATA, (bound if hard == resource.RLIM_INFINITY else min(bound, hard), hard))
    pixels.prepare()
    # C decoders print about damaged content, into the middle of the terminal's progress bars; what matters comes back as a Problem.
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 2)
    os.close(silence)


def identify(path: Path) -> str:
    """The content id of the file at ``path``, nothing decoded. Raises Problem."""
    with _regular(path) as (file, before):
        photo = hashes.content_id(file)
        _unchanged(path, file, before)
    return photo


def read(path: Path, folder: DataFolder, limits: Limits) -> Reading:
    """Read the file at ``path`` and write its pictures below ``folder``; ``place`` is left empty (see ``places``).

    Raises Problem with a code of ``config/errors.py``; never blocks on a pipe or device, never follows a link in the last step.
    """
    with _regular(path) as (file, before):
        if before.st_size == 0:
            raise Problem("empty", "The file has no content.")
        if before.st_size > limits.max_file_mb << 20:
            raise Problem("too-large", f"The file has {before.st_size >> 20} MB, which is more than the limit of {limits.max_file_mb} MB.")
        kind = formats.sniff(file.read(formats.HEAD_BYTES))
        if kind == "image/tiff":
            kind = raws.kind_of_tiff(file)
        if kind is None or kind not in pixels.DECODERS.keys() | raws.KINDS:
            raise Problem("unknown-format", "The content is no picture format that Vitrine knows, whatever the file is called.")
        file.seek(0)
        photo = hashes.content_id(file)
        file.seek(0)
        facts, decoded = _decoded(file, kind, limits.max_megapixels * 1_000_000)
        with pixels.speaking():
            sizes = pictures.scaled(decoded.picture)
            thumb = sizes["thumb"]
            looks = (hashes.perceptual_hash(thumb), hashes.thumb_hash(thumb), hashes.palette(thumb))
        _unchanged(path, file, before)
        if pictures.missing(folder, photo):
            with _room():
                pictures.store(sizes, folder, photo)
    return Reading(
        id=photo,
        bytes=before.st_size,
        width=decoded.width,
        height=decoded.height,
        type=decoded.type,
        animated=decoded.animated,
        taken=facts.taken,
        lat=facts.lat,
        lon=facts.lon,
        altitude=facts.altitude,
        place=Place(),
        camera=facts.camera,
        phash=looks[0],
        thumbhash=looks[1],
        palette=looks[2],
        exif=facts.tags,
    )


def _decoded(file: BufferedReader, kind: str, max_pixels: int) -> tuple[exif.Facts, pixels.Decoded]:
    if kind in raws.KINDS:
        with raws.opened(file, kind, max_pixels) as stored:
            return exif.facts(stored.image, file, raw=True), raws.decode(stored, kind, pictures.LONGEST)
    with pixels.opened(file, kind, max_pixels) as image:
        facts = exif.facts(image, file)
        file.seek(0)
        return facts, pixels.decode(image, kind, pictures.LONGEST)


@contextmanager
def _regular(path: Path) -> Iterator[tuple[BufferedReader, os.stat_result]]:
    """Open a regular file for reading. Without O_NONBLOCK, opening a pipe would wait for a writer that never comes."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    except OSError as failure:
        raise Problem("unreadable", _why(failure)) from None
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        os.close(handle)
        raise Problem("unreadable", "This is no ordinary file.")
    with os.fdopen(handle, "rb") as file:
        try:
            yield file, status
        except OSError as failure:
            raise Problem("unreadable", _why(failure)) from None


def _why(failure: OSError) -> str:
    sentences = {
        errno.EACCES: "Vitrine is not permitted to open the file.",
        errno.EPERM: "Vitrine is not permitted to open the file.",
        errno.ENOENT: "The file is gone.",
        errno.ENOTDIR: "The file is gone.",
        errno.ELOOP: "The file is a symbolic link; Vitrine opens only what it points at.",
        errno.ENXIO: "This is no ordinary file.",
    }
    return sentences.get(failure.errno or 0, "The disk failed while the file was read.")


def _unchanged(path: Path, file: BufferedReader, before: os.stat_result) -> None:
    """The file must be the same, on disk and by name, as when it was opened; else the reading could mix two states."""
    try:
        states = [os.fstat(file.fileno()), os.stat(path, follow_symlinks=False)]
    except OSError:
        states = []
    same = [(now.st_dev, now.st_ino, now.st_size, now.st_mtime_ns) == (before.st_dev, before.st_ino, before.st_size, before.st_mtime_ns) for now in states]
    if not same or not all(same):
        raise Problem("changed", PROBLEM_CODES["changed"])


@contextmanager
def _room() -> Iterator[None]:
    """What fails while a picture is written is no fault of the photo."""
    try:
        yield
    except OSError as failure:
        if failure.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise Problem("no-space", PROBLEM_CODES["no-space"]) from None
        raise UserError(f"The data folder cannot be written ({failure.strerror}); check its disk and permissions, then run: vitrine doctor") from None
