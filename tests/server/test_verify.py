"""Verify: every kind of damage is found and named, and nothing else is."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.server.conftest import Paint
from vitrine.config.paths import DataFolder
from vitrine.config.settings import Settings
from vitrine.server.catalogue import Catalogue
from vitrine.server.flow import Flow
from vitrine.server.verify import Checked, Finding, verify

COUNT = 3
QUIET = Settings.load({"analyze": False, "rescan_minutes": 0}, {})


@pytest.fixture(scope="session")
def once_read(tmp_path_factory: pytest.TempPathFactory, paint: Paint) -> Path:
    """Three photos that were read, and a broken file; each test gets a copy."""
    home = tmp_path_factory.mktemp("to-verify")
    for number in range(COUNT):
        paint(home / "photos" / f"{number}.jpg", number)
    (home / "photos" / "broken.jpg").write_text("no picture")
    asyncio.run(scanned(DataFolder(home / "data"), home / "photos"))
    return home


@pytest.fixture
def library(once_read: Path, data: DataFolder, photos: Path) -> DataFolder:
    """The library of this test."""
    shutil.copytree(once_read / "data", data.root)
    shutil.copytree(once_read / "photos", photos, dirs_exist_ok=True)
    with closing(sqlite3.connect(data.catalogue)) as db:
        db.execute("UPDATE roots SET path = ?", (bytes(photos),))
        db.commit()
    return data


async def scanned(data: DataFolder, photos: Path) -> None:
    catalogue = await Catalogue.open(data)
    flow = Flow(data, catalogue, QUIET)
    await flow.store.add_root(photos)
    await flow.run()
    await catalogue.close()


async def found(data: DataFolder, *, files: bool = True, repair: bool = False) -> tuple[list[Finding], Checked]:
    checked = Checked()
    catalogue = await Catalogue.open(data, writable=False)
    try:
        return [finding async for finding in verify(data, catalogue, checked, files=files, repair=repair)], checked
    finally:
        await catalogue.close()


def photo_of(data: DataFolder, name: str) -> str:
    with closing(sqlite3.connect(data.catalogue)) as db:
        return str(db.execute("SELECT photo FROM files WHERE path = ?", (name.encode(),)).fetchone()[0])


async def test_nothing_is_found_where_all_is_well(library: DataFolder, photos: Path) -> None:
    findings, checked = await found(library)
    assert findings == []
    assert (checked.photos, checked.pictures, checked.files) == (COUNT, 3 * COUNT, COUNT)
    assert checked.bytes == sum((photos / f"{number}.jpg").stat().st_size for number in range(COUNT))


async def test_one_bit_that_changed_under_an_old_time_is_found(library: DataFolder, photos: Path) -> None:
    path = photos / "1.jpg"
    before = path.stat()
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (await found(library, files=False))[0] == [], "only whoever reads the files can know"
    ((finding,), _) = await found(library)
    assert (finding.kind, finding.what) == ("bit-rot", "photos/1.jpg")


async def test_missing_changed_and_unreadable_originals_are_told_apart(library: DataFolder, photos: Path, paint: Paint) -> None:
    (photos / "0.jpg").unlink()
    paint(photos / "1.jpg", 77)
    (photos / "2.jpg").unlink()
    (photos / "2.jpg").symlink_to(photos / "2.jpg")
    findings, _ = await found(library)
    assert [(finding.kind, finding.what) for finding in findings] == [("missing", "photos/0.jpg"), ("changed", "photos/1.jpg"), ("unreadable", "photos/2.jpg")]


async def test_a_folder_that_is_offline_is_left_out_and_said_to_be(library: DataFolder, photos: Path) -> None:
    photos.rename(photos.with_name("away"))
    findings, checked = await found(library)
    assert findings == []
    assert list(checked.offline) == ["photos"]


SPOIL: dict[str, Callable[[Path], object]] = {
    "gone": Path.unlink,
    "cut off": lambda path: os.truncate(path, path.stat().st_size - 10),
    "empty": lambda path: os.truncate(path, 0),
    "no picture": lambda path: path.write_text("no picture"),
}


@pytest.mark.parametrize("how", SPOIL)
@pytest.mark.parametrize("size", ["preview", "thumb", "thumb2x"])
async def test_a_spoiled_picture_is_found_and_made_again(library: DataFolder, photos: Path, how: str, size: str) -> None:
    photo = photo_of(library, "1.jpg")
    path = library.picture(photo, size)
    good = path.read_bytes()
    SPOIL[how](path)
    ((finding,), _) = await found(library)
    assert (finding.kind, finding.what, size in finding.message) == ("picture", photo, True)
    await found(library, repair=True)
    await scanned(library, photos)
    assert path.read_bytes() == good
    assert (await found(library))[0] == []


FACTS = {
    "DELETE FROM photos WHERE id = ?": 2,
    "DELETE FROM files WHERE photo = ?": 1,
    "UPDATE records SET gone = 1 WHERE id = ?": 1,
    "UPDATE files SET root = 9 WHERE photo = ?": 1,
    "INSERT INTO vectors VALUES (?, 0, x'00')": 1,
    "UPDATE records SET line = replace(line, '\"seq\":', '\"seq\":9') WHERE id = ?": 1,
}


@pytest.mark.parametrize("harm", FACTS)
async def test_a_catalogue_that_contradicts_itself_is_found_out(library: DataFolder, harm: str) -> None:
    photo = photo_of(library, "1.jpg")
    with closing(sqlite3.connect(library.catalogue)) as db:
        db.execute("PRAGMA foreign_keys = OFF")
        assert db.execute(harm, (photo,)).rowcount == 1
        db.commit()
    findings, _ = await found(library, files=False)
    assert [finding.kind for finding in findings] == ["facts"] * FACTS[harm]


async def test_a_damaged_catalogue_is_found_and_nothing_of_it_is_believed(library: DataFolder, tmp_path: Path) -> None:
    shutil.copy(library.catalogue, tmp_path / "whole.db")
    with closing(sqlite3.connect(library.catalogue)) as db:
        (page,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'photos_by_bytes'").fetchone()
        (size,) = db.execute("PRAGMA page_size").fetchone()
    with open(library.catalogue, "r+b") as file:
        file.seek((page - 1) * size)
        file.write(os.urandom(size))
    findings, checked = await found(library)
    assert {finding.kind for finding in findings} == {"catalogue"}
    assert checked.photos == 0
