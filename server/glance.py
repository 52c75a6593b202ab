"""Glance: compare single paths of a root with what the catalogue knows. In: touched paths and the known files at and below them. Out: findings, as of a scan.

A scan of the whole root costs a ``stat`` for each of its files; a glance costs one for what was touched. The same rules hold: nothing is
missing unless the folder that should hold it can be read, and nothing at all when the root is empty or cannot be read.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from vitrine.server.scan import Findings, Known, Stamp, scan


@dataclass
class Glanced(Findings):
    """What a glance found."""

    restless: list[bytes] = field(default_factory=list)
    """New or changed, but touched less than a moment ago: perhaps still being written."""


def glance(
    root: bytes, touched: Sequence[bytes], known: Mapping[bytes, Known], suffixes: frozenset[str], *, quiet_s: float, follow_links: bool = False
) -> Glanced:
    """Look at ``touched`` paths, relative to ``root``: files, folders with all that is below them, and what is no longer there.

    ``known`` holds at least the known files at and below them. A file is fresh when nothing was done to it for ``quiet_s`` seconds. Symbolic
    links are left to the next scan. Blocks on the disk.
    """
    found = Glanced()
    try:
        with os.scandir(root) as listing:
            if not any(listing):
                found.offline = "The folder is empty."
    except OSError:
        found.offline = "The folder cannot be read."
    if found.offline:
        return found
    fresh: dict[bytes, Stamp] = {}
    real = os.path.realpath(root)
    for path in touched:
        full = os.path.join(root, path)
        if os.path.realpath(os.path.dirname(full)) != os.path.dirname(os.path.join(real, path)):
            # Reached through a link, perhaps out of the root.
            continue
        try:
            status = os.lstat(full)
        except (FileNotFoundError, NotADirectoryError):
            if _vouched(root, path):
                found.missing += [each for each in known if each == path or each.startswith(path + b"/")]
            continue
        except OSError:
            found.unreadable.append(path)
            continue
        if stat.S_ISDIR(status.st_mode):
            below = {each[len(path) + 1 :]: what for each, what in known.items() if each.startswith(path + b"/")}
            inside = scan(full, below, suffixes, follow_links=follow_links)
            found.unchanged += inside.unchanged
            # What is missing there was touched itself, and is told by itself.
            fresh.update((path + b"/" + each, stamp) for each, stamp in inside.fresh)
        elif stat.S_ISREG(status.st_mode):
            stamp, had = Stamp(status.st_size, status.st_mtime_ns, status.st_ino), known.get(path)
            if had is not None and had.settled and had.stamp == stamp:
                found.unchanged += 1
            else:
                fresh[path] = stamp
    for path, stamp in fresh.items():
        if _quiet(os.path.join(root, path), quiet_s):
            found.fresh.append((path, stamp))
        else:
            found.restless.append(path)
    found.missing = list(dict.fromkeys(found.missing))
    return found


def _quiet(full: bytes, quiet_s: float) -> bool:
    """Whether nothing was done to a file for a while: its change time, unlike its modification time, cannot be set by the program that copies it."""
    try:
        age_s = time.time() - os.stat(full).st_ctime
    except OSError:
        return False
    # A time in the future tells of a clock that was set back, not of a file that is being written.
    return not 0 <= age_s < quiet_s


def _vouched(root: bytes, path: bytes) -> bool:
    """Whether the absence of ``path`` can be believed: the nearest folder above it that is there can be read."""
    while path:
        path = os.path.dirname(path)
        try:
            os.scandir(os.path.join(root, path) if path else root).close()
            return True
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError:
            return False
    return False
