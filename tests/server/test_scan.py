"""Scan: what is new, changed and missing below a root, for one stat a file."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitrine.server.scan import Findings, Known, Stamp, Stopped, scan

SUFFIXES = frozenset({".jpg", ".png"})


def write(root: Path, name: str, content: bytes = b"x") -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def looked(root: Path, known: dict[bytes, Known] | None = None, follow_links: bool = False) -> Findings:
    return scan(bytes(root), known or {}, SUFFIXES, follow_links=follow_links)


def settled(found: Findings) -> dict[bytes, Known]:
    return {path: Known(stamp, True) for path, stamp in found.fresh}


def names(found: Findings) -> list[str]:
    return sorted(os.fsdecode(path) for path, _ in found.fresh)


@contextmanager
def as_nobody() -> Iterator[Path]:
    """A folder that others may enter, seen without root's power to read everything."""
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o755)
        was_root = os.geteuid() == 0
        if was_root:
            os.chown(name, 65534, 65534)
            os.seteuid(65534)
        try:
            yield Path(name)
        finally:
            if was_root:
                os.seteuid(0)
            for folder, _, _ in os.walk(name):
                os.chmod(folder, 0o755)


def test_new_pictures_are_fresh_and_other_files_are_counted_by_their_ending(photos: Path) -> None:
    write(photos, "a.jpg")
    write(photos, "deep/er/b.PNG")
    write(photos, "film.mp4")
    write(photos, "README")
    found = looked(photos)
    assert names(found) == ["a.jpg", "deep/er/b.PNG"]
    assert found.other == {".mp4": 1}


def test_an_unchanged_file_is_counted_and_nothing_else(photos: Path) -> None:
    write(photos, "a.jpg")
    again = looked(photos, settled(looked(photos)))
    assert (again.unchanged, again.fresh, again.missing, again.offline) == (1, [], [], None)


@pytest.mark.parametrize("change", ["size", "time", "replaced"])
def test_a_changed_file_is_fresh_again(photos: Path, change: str) -> None:
    path = write(photos, "a.jpg")
    known = settled(looked(photos))
    if change == "size":
        path.write_bytes(b"longer")
        os.utime(path, ns=(0, known[b"a.jpg"].stamp.mtime_ns))
    elif change == "time":
        os.utime(path, ns=(0, known[b"a.jpg"].stamp.mtime_ns + 1))
    else:
        other = write(photos, "b.tmp")
        os.utime(other, ns=(0, known[b"a.jpg"].stamp.mtime_ns))
        os.replace(other, path)
    assert names(looked(photos, known)) == ["a.jpg"]


def test_a_file_that_was_never_read_to_the_end_is_fresh_again(photos: Path) -> None:
    write(photos, "a.jpg")
    known = {path: Known(stamp, False) for path, stamp in looked(photos).fresh}
    assert names(looked(photos, known)) == ["a.jpg"]


def test_a_deleted_file_is_missing(photos: Path) -> None:
    write(photos, "a.jpg")
    gone = write(photos, "b.jpg")
    known = settled(looked(photos))
    gone.unlink()
    assert looked(photos, known).missing == [b"b.jpg"]


def test_folders_of_systems_and_network_disks_are_skipped_but_hidden_pictures_are_shown(photos: Path) -> None:
    for name in ("@eaDir/a.jpg", ".Trash/a.jpg", "#recycle/a.jpg", "._a.jpg", ".hidden.jpg", "-rf.jpg"):
        write(photos, name)
    assert names(looked(photos)) == ["-rf.jpg", ".hidden.jpg"]


def test_a_root_that_vanished_is_offline_and_nothing_is_missing(photos: Path) -> None:
    write(photos, "a.jpg")
    known = settled(looked(photos))
    (photos / "a.jpg").unlink()
    assert "empty" in str(looked(photos, known).offline)
    photos.rmdir()
    found = looked(photos, known)
    assert "cannot be read" in str(found.offline)
    assert found.missing == []


def test_an_empty_folder_that_never_held_a_picture_is_simply_empty(photos: Path) -> None:
    assert looked(photos).offline is None


def test_a_root_with_none_of_its_pictures_left_is_offline(photos: Path) -> None:
    write(photos, "a.jpg")
    known = settled(looked(photos))
    (photos / "a.jpg").unlink()
    write(photos, "notes.txt")
    found = looked(photos, known)
    assert "another disk" in str(found.offline)
    assert found.missing == []


def test_a_root_with_only_other_pictures_says_that_none_is_left(photos: Path) -> None:
    write(photos, "a.jpg")
    known = settled(looked(photos))
    (photos / "a.jpg").rename(photos / "b.jpg")
    found = looked(photos, known)
    assert found.none_left
    assert names(found) == ["b.jpg"]


def test_what_lies_in_an_unreadable_folder_is_not_missing() -> None:
    with as_nobody() as root:
        write(root, "open/a.jpg")
        write(root, "shut/b.jpg")
        known = settled(looked(root))
        (root / "shut").chmod(0)
        found = looked(root, known)
    assert found.unreadable == [b"shut"]
    assert (found.missing, found.unchanged) == ([], 1)


def test_files_that_can_be_listed_but_not_looked_at_are_not_missing() -> None:
    with as_nobody() as root:
        write(root, "sub/a.jpg")
        write(root, "b.jpg")
        known = settled(looked(root))
        os.chmod(root / "sub", 0o644)
        found = looked(root, known)
        assert (found.unchanged, found.missing, found.unreadable) == (1, [], [b"sub/a.jpg"])


def test_a_walk_that_nobody_waits_for_stops(photos: Path) -> None:
    write(photos, "a.jpg")
    stopped = threading.Event()
    stopped.set()
    with pytest.raises(Stopped):
        scan(bytes(photos), {}, SUFFIXES, stopped=stopped)


def test_links_are_followed_only_when_wanted_and_only_inside_the_root(photos: Path, tmp_path: Path) -> None:
    outside = write(tmp_path, "secret/s.jpg").parent
    write(photos, "inside/a.jpg")
    (photos / "out").symlink_to(outside)
    (photos / "out.jpg").symlink_to(outside / "s.jpg")
    (photos / "loop").symlink_to(photos)
    (photos / "again").symlink_to(photos / "inside")
    (photos / "z.jpg").symlink_to(photos / "inside" / "a.jpg")
    assert names(looked(photos)) == ["inside/a.jpg"]
    assert not [name for name in names(looked(photos, follow_links=True)) if name.startswith(("out", "loop"))]
    assert "z.jpg" in names(looked(photos, follow_links=True))


def test_a_pipe_with_a_picture_name_is_no_picture(photos: Path) -> None:
    os.mkfifo(photos / "pipe.jpg")
    write(photos, "a.jpg")
    assert names(looked(photos)) == ["a.jpg"]


NAMES = st.binary(min_size=1, max_size=40).filter(lambda raw: not set(raw) & {0, 47} and raw not in (b".", b"..") and not raw.startswith(b"._"))


@given(st.sets(NAMES, max_size=12))
def test_any_name_a_file_may_have_is_found_once_and_unchanged_afterwards(raw: set[bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = os.fsencode(folder)
        wanted = {name + b".jpg" for name in raw}
        for name in wanted:
            with open(os.path.join(root, name), "wb"):
                pass
        found = scan(root, {}, SUFFIXES)
        assert {path for path, _ in found.fresh} == wanted
        again = scan(root, {path: Known(Stamp(*stamp), True) for path, stamp in found.fresh}, SUFFIXES)
        assert (again.unchanged, again.fresh, again.missing) == (len(wanted), [], [])
