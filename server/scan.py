"""Scan: compare what lies below a root with what the catalogue knows. In: a folder and the known files. Out: what is new, changed and missing.

Costs one ``stat`` a file and reads no content. Nothing is ever written below a root. A root that cannot be read, is empty, or shows none of
the files it had is *offline*, never *gone*; so is every folder in it that cannot be read.
"""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

SKIPPED_FOLDERS = frozenset({b"@eaDir", b"#recycle", b"$RECYCLE.BIN", b"System Volume Information", b"lost+found"})
"""Folders that network disks and systems leave behind."""


REPLACED = "None of the pictures that were here can be found; if another disk is mounted here, connect the right one."


class Stopped(Exception):
    """Nobody waits for the findings any more."""


class Stamp(NamedTuple):
    """What tells an unchanged file without reading it."""

    bytes: int
    mtime_ns: int
    inode: int


class Known(NamedTuple):
    """A file as the catalogue has it; ``settled`` is false when it still has to be read."""

    stamp: Stamp
    settled: bool


@dataclass
class Findings:
    """What one walk over a root found. Paths are raw bytes relative to the root."""

    fresh: list[tuple[bytes, Stamp]] = field(default_factory=list)
    """New, changed, or never read to the end."""
    missing: list[bytes] = field(default_factory=list)
    """Known, but no longer there, in a folder that could be read."""
    unchanged: int = 0
    other: dict[str, int] = field(default_factory=dict)
    """Files of kinds that are not shown, counted by their ending."""
    unreadable: list[bytes] = field(default_factory=list)
    """Folders that could not be listed and files that could not be looked at; what is known of them stays."""
    none_left: bool = False
    """Not one known file was found: another disk, unless the fresh ones turn out to be the known ones under other names."""
    offline: str | None = None
    """Why the root as a whole must not be believed; then ``missing`` is empty."""


def scan(
    root: bytes, known: Mapping[bytes, Known], suffixes: frozenset[str], *, follow_links: bool = False, stopped: threading.Event | None = None
) -> Findings:
    """Walk ``root`` once and sort every file into ``Findings``.

    ``suffixes`` are lower-case endings with their dot. Runs in a thread, for it blocks on the disk; raises Stopped soon after ``stopped`` is set.
    """
    found = Findings()
    seen: set[bytes] = set()
    try:
        with os.scandir(root) as listing:
            empty = not any(listing)
        if empty:
            found.offline = "The folder is empty; if a disk belongs here, connect it."
    except OSError as why:
        found.offline = f"The folder cannot be read ({why.strerror}); connect its disk or allow Vitrine to read it."
    if found.offline:
        # An empty folder that never held a picture is simply empty.
        if not known and os.path.isdir(root) and os.access(root, os.R_OK):
            found.offline = None
        return found
    for path, status in _walk(root, found.unreadable, follow_links):
        if stopped is not None and stopped.is_set():
            raise Stopped
        ending = os.path.splitext(path)[1].decode("ascii", "replace").lower()
        if ending not in suffixes:
            if ending:
                found.other[ending] = found.other.get(ending, 0) + 1
            continue
        seen.add(path)
        stamp = Stamp(status.st_size, status.st_mtime_ns, status.st_ino)
        had = known.get(path)
        if had is not None and had.settled and had.stamp == stamp:
            found.unchanged += 1
        else:
            found.fresh.append((path, stamp))
    hidden = frozenset(found.unreadable)
    found.missing = [path for path in known if path not in seen and hidden.isdisjoint(_ways(path))]
    found.none_left = bool(known) and not seen & known.keys()
    if found.none_left and not found.fresh:
        found.missing = []
        found.offline = REPLACED
    return found


def _ways(path: bytes) -> Iterator[bytes]:
    """The path itself and every folder on the way to it, up to the root's empty name."""
    while path:
        yield path
        path = os.path.dirname(path)
    yield b""


def _walk(root: bytes, unreadable: list[bytes], follow_links: bool) -> Iterator[tuple[bytes, os.stat_result]]:
    """Regular files below ``root``, newest-named folders first; links are followed only inside the root, and never twice."""
    real = os.path.realpath(root)
    visited = {real}
    folders = [b""]
    while folders:
        here = folders.pop()
        try:
            with os.scandir(os.path.join(root, here) if here else root) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError:
            unreadable.append(here)
            continue
        for entry in entries:
            path = os.path.join(here, entry.name) if here else entry.name
            try:
                if entry.is_symlink():
                    target = os.path.realpath(entry.path)
                    if not follow_links or not target.startswith(real + b"/") or target in visited:
                        continue
                if entry.is_dir():
                    if entry.name.startswith(b".") or entry.name in SKIPPED_FOLDERS:
                        continue
                    visited.add(os.path.realpath(entry.path))
                    folders.append(path)
                # `._x` are what macOS leaves on foreign disks: resource forks, not pictures.
                elif not entry.name.startswith(b"._"):
                    status = entry.stat()
                    if stat.S_ISREG(status.st_mode):
                        yield path, status
            except FileNotFoundError:
                # Vanished between listing and stat.
                continue
            except OSError:
                unreadable.append(path)
