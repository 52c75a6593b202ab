"""A glance: single paths, by the rules of a scan."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest

from tests.server.test_scan import SUFFIXES, as_nobody, settled, write
from vitrine.server import glance as module
from vitrine.server.glance import Glanced, glance
from vitrine.server.scan import Known, scan


def looked(root: Path, *touched: str, known: dict[bytes, Known] | None = None, quiet_s: float = 0.0) -> Glanced:
    return glance(bytes(root), [os.fsencode(path) for path in touched], known or {}, SUFFIXES, quiet_s=quiet_s)


def known_below(root: Path) -> dict[bytes, Known]:
    return settled(scan(bytes(root), {}, SUFFIXES))


def names(found: Glanced) -> list[str]:
    return sorted(os.fsdecode(path) for path, _ in found.fresh)


def test_a_touched_file_is_fresh_and_its_neighbours_are_not_looked_at(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(photos, "trip/a.jpg")
    write(photos, "trip/b.jpg")
    monkeypatch.setattr(module, "scan", None)
    assert names(looked(photos, "trip/a.jpg")) == ["trip/a.jpg"]


def test_what_is_known_and_unchanged_is_not_fresh(photos: Path) -> None:
    path = write(photos, "trip/a.jpg")
    known = known_below(photos)
    found = looked(photos, "trip/a.jpg", known=known)
    assert (found.fresh, found.unchanged) == ([], 1)
    path.write_bytes(b"longer")
    assert names(looked(photos, "trip/a.jpg", known=known)) == ["trip/a.jpg"]


def test_a_touched_folder_is_looked_at_with_all_that_is_below(photos: Path) -> None:
    write(photos, "new/a.jpg")
    write(photos, "new/deep/b.jpg")
    write(photos, "new/@eaDir/c.jpg")
    write(photos, "other/d.jpg")
    assert names(looked(photos, "new")) == ["new/a.jpg", "new/deep/b.jpg"]


def test_a_file_that_was_just_written_is_restless_whatever_its_modification_time_says(photos: Path) -> None:
    path = write(photos, "a.jpg")
    os.utime(path, (1_000_000_000, 1_000_000_000))
    found = looked(photos, "a.jpg", quiet_s=3600)
    assert (found.fresh, found.restless) == ([], [b"a.jpg"])


def test_a_clock_that_was_set_back_keeps_no_file_waiting(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(photos, "a.jpg")
    real = time.time
    monkeypatch.setattr("time.time", lambda: real() - 86400)
    assert names(looked(photos, "a.jpg", quiet_s=3600)) == ["a.jpg"]


def test_a_file_or_folder_that_left_is_missing_with_all_that_was_below(photos: Path) -> None:
    for name in ("keep.jpg", "a.jpg", "trip/b.jpg", "trip/deep/c.jpg", "trip2/d.jpg"):
        write(photos, name)
    known = known_below(photos)
    (photos / "a.jpg").unlink()
    shutil.rmtree(photos / "trip")
    assert sorted(looked(photos, "a.jpg", "trip", "trip/deep", known=known).missing) == [b"a.jpg", b"trip/b.jpg", b"trip/deep/c.jpg"]


def test_what_is_there_is_never_missing_even_when_its_folder_shows_less_than_before(photos: Path) -> None:
    # A disk mounted inside the root leaves an empty folder when it goes.
    write(photos, "keep.jpg")
    write(photos, "disk/a.jpg")
    known = known_below(photos)
    (photos / "disk" / "a.jpg").unlink()
    assert looked(photos, "disk", known=known).missing == []


@pytest.mark.parametrize("end", ["emptied", "removed"])
def test_nothing_is_missing_from_a_root_that_is_empty_or_gone(photos: Path, end: str) -> None:
    write(photos, "a.jpg")
    known = known_below(photos)
    (photos / "a.jpg").unlink()
    if end == "removed":
        photos.rmdir()
    found = looked(photos, "a.jpg", known=known)
    assert found.offline
    assert found.missing == []


def test_nothing_is_missing_from_a_folder_that_cannot_be_read() -> None:
    with as_nobody() as root:
        write(root, "keep.jpg")
        write(root, "shut/a.jpg")
        known = known_below(root)
        (root / "shut").chmod(0)
        assert looked(root, "shut/a.jpg", "shut", known=known).missing == []
        (root / "shut").chmod(0o300)
        (root / "shut" / "a.jpg").unlink()
        assert looked(root, "shut/a.jpg", known=known).missing == []


def test_no_path_leads_through_a_link(photos: Path, tmp_path: Path) -> None:
    write(tmp_path, "secret/s.jpg")
    write(photos, "a.jpg")
    (photos / "out").symlink_to(tmp_path / "secret")
    (photos / "out.jpg").symlink_to(tmp_path / "secret" / "s.jpg")
    assert names(looked(photos, "out/s.jpg", "out.jpg", "out", "../secret/s.jpg")) == []
