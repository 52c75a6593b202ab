"""Backups: whole or not there, taken while others write, and restored to the last value."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import subprocess
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.server.conftest import Paint, a_file, a_reading
from vitrine.config.errors import UserError
from vitrine.config.paths import DataFolder
from vitrine.config.settings import Settings
from vitrine.server import backup, document, schema
from vitrine.server.catalogue import Catalogue
from vitrine.server.flow import Flow
from vitrine.server.store import Read, Store
from vitrine.server.stream import records
from vitrine.server.web.accounts import Accounts

COUNT = 4
QUIET = Settings.load({"analyze": False, "rescan_minutes": 0}, {})


@pytest.fixture(scope="session")
def once_made(tmp_path_factory: pytest.TempPathFactory, paint: Paint) -> Path:
    """Photos and a library of them, read once; each test gets a copy of the library."""
    home = tmp_path_factory.mktemp("backed-up")
    for number in range(COUNT):
        paint(home / "photos" / f"{number}.jpg", number)

    async def made() -> None:
        catalogue = await Catalogue.open(DataFolder(home / "data"))
        flow = Flow(DataFolder(home / "data"), catalogue, QUIET)
        await flow.store.add_root(home / "photos")
        await flow.run()
        (first, *_) = await lines(catalogue)
        await flow.store.mark(first["id"], {"caption": "Kept", "rating": 5})
        await catalogue.close()

    asyncio.run(made())
    accounts = Accounts(document.opened(DataFolder(home / "data").document))
    accounts.owner()
    accounts.set_password("owner", "correct horse")
    return home


@pytest.fixture
def library(once_made: Path, data: DataFolder) -> DataFolder:
    """A data folder with four photos, one of them with a caption, and an owner with a password."""
    shutil.copytree(once_made / "data", data.root)
    return data


async def lines(catalogue: Catalogue) -> list[dict[str, Any]]:
    return [orjson.loads(row[0]) for row in await catalogue.reading.execute_fetchall("SELECT line FROM records WHERE gone = 0 ORDER BY id")]


async def seen(data: DataFolder) -> list[dict[str, Any]]:
    catalogue = await Catalogue.open(data)
    try:
        return await lines(catalogue)
    finally:
        await catalogue.close()


async def test_a_library_comes_back_as_it_was(library: DataFolder, tmp_path: Path) -> None:
    before = await seen(library)
    made = backup.make(library, tmp_path / "safe", with_pictures=True)
    assert (made.photos, made.pictures, made.files) == (COUNT, True, 2 + 3 * COUNT)
    there = DataFolder(tmp_path / "elsewhere")
    done = backup.restore(tmp_path / "safe", there)
    assert (done.kept, done.unread) == (None, 0)
    assert await seen(there) == before
    assert sorted(path.name for path in there.pictures.rglob("*.jpg")) == sorted(path.name for path in library.pictures.rglob("*.jpg"))
    assert document.opened(there.document).table("users").all() == document.opened(library.document).table("users").all()
    assert not there.restored.exists()
    assert all(path.stat().st_mode & 0o077 == 0 for path in (there.catalogue, there.document, tmp_path / "safe", tmp_path / "safe" / "vitrine.json"))


async def test_previews_that_are_not_in_a_backup_are_made_again_and_nothing_else_is(library: DataFolder, tmp_path: Path) -> None:
    before = await seen(library)
    backup.make(library, tmp_path / "safe")
    there = DataFolder(tmp_path / "elsewhere")
    assert backup.restore(tmp_path / "safe", there).unread == COUNT
    catalogue = await Catalogue.open(there)
    report = await Flow(there, catalogue, QUIET).run()
    assert (report.read, report.unchanged, report.problems) == (COUNT, 0, 0)
    assert await lines(catalogue) == before, "not even a sequence number is spent"
    await catalogue.close()
    assert len(list(there.pictures.rglob("*.jpg"))) == 3 * COUNT


async def test_a_backup_can_be_checked_without_vitrine(library: DataFolder, tmp_path: Path) -> None:
    if not shutil.which("sha256sum"):
        pytest.skip("this machine has no sha256sum")
    backup.make(library, tmp_path / "safe", with_pictures=True)
    check = ["sha256sum", "--check", "--quiet", "--strict", backup.SUMS]
    assert subprocess.run(check, cwd=tmp_path / "safe", check=False).returncode == 0
    with open(tmp_path / "safe" / "catalogue.db", "r+b") as file:
        file.seek(5000)
        file.write(b"\xff")
    assert subprocess.run(check, cwd=tmp_path / "safe", capture_output=True, check=False).returncode == 1


async def test_a_backup_taken_while_photos_arrive_is_one_moment_of_the_library(catalogue: Catalogue, data: DataFolder, tmp_path: Path) -> None:
    store = Store(catalogue, lambda reading, results: {})
    root = await store.add_root(tmp_path / "photos")
    stop = asyncio.Event()

    async def arrive() -> int:
        number = 0
        while not stop.is_set():
            await store.save_reads([Read(a_file(root, f"{number + each}.jpg"), a_reading(number + each)) for each in range(5)])
            number += 5
        return number

    writing = asyncio.create_task(arrive())
    try:
        made = []
        for turn in range(5):
            await asyncio.sleep(0.05)
            made.append(await asyncio.to_thread(backup.make, data, tmp_path / f"safe {turn}"))
    finally:
        stop.set()
    assert await writing >= made[-1].photos > made[0].photos
    for turn, manifest in enumerate(made):
        with closing(sqlite3.connect(tmp_path / f"safe {turn}" / "catalogue.db")) as db:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            counts = [db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("files", "photos", "records")]
            assert counts == [manifest.photos] * 3
            assert manifest.photos % 5 == 0, "no transaction is cut in two"


async def test_a_backup_cut_short_leaves_nothing_that_restore_takes(library: DataFolder, tmp_path: Path) -> None:
    def full(what: str, done: int, total: int) -> None:
        if what == "Copying pictures" and done:
            raise OSError(28, "No space left on device")

    with pytest.raises(UserError, match="No space left on device"):
        backup.make(library, tmp_path / "safe", with_pictures=True, tell=full)
    assert not [path for path in tmp_path.iterdir() if "safe" in path.name]
    # A power cut leaves the folder under its other name, without a manifest.
    backup.make(library, tmp_path / "safe")
    (tmp_path / "safe" / backup.MANIFEST).unlink()
    with pytest.raises(UserError, match="is no backup"):
        backup.restore(tmp_path / "safe", DataFolder(tmp_path / "elsewhere"))


async def test_a_damaged_catalogue_makes_no_backup(library: DataFolder, tmp_path: Path) -> None:
    with open(library.catalogue, "r+b") as file:
        file.seek(4096)
        file.write(os.urandom(8192))
    with pytest.raises(UserError, match="no backup was made"):
        backup.make(library, tmp_path / "safe")
    assert not [path for path in tmp_path.iterdir() if "safe" in path.name]


@pytest.mark.parametrize(
    ("place", "why"),
    [("photos/safe", "inside the photo folder"), ("data/safe", "inside the data folder"), ("full", "is not empty"), ("nowhere/safe", "There is no folder")],
)
async def test_no_backup_is_written_where_it_must_not_be(once_made: Path, library: DataFolder, tmp_path: Path, place: str, why: str) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "note.txt").write_text("mine")
    target = once_made / place if place.startswith("photos") else tmp_path / place
    with pytest.raises(UserError, match=why):
        backup.make(library, target)
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["note.txt"]
    assert place == "full" or not target.exists()
    assert not list(target.parent.glob(".*unfinished*"))


def change(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def forge(name: str) -> Any:
    """A list whose sums are right, but which names a file that no backup holds."""

    def forged(safe: Path) -> None:
        import hashlib

        listing = safe / backup.SUMS
        listing.write_text(listing.read_text() + f"{hashlib.sha256(b'x').hexdigest()}  {name}\n")
        manifest = orjson.loads((safe / backup.MANIFEST).read_bytes())
        manifest["sums"] = hashlib.sha256(listing.read_bytes()).hexdigest()
        (safe / backup.MANIFEST).write_bytes(orjson.dumps(manifest))

    return forged


HARM: dict[str, Any] = {
    "a bit of the catalogue": lambda safe: change(safe / "catalogue.db"),
    "a bit of the accounts": lambda safe: change(safe / "vitrine.json"),
    "a picture": lambda safe: next((safe / "pictures").rglob("*.jpg")).unlink(),
    "a sum": lambda safe: change(safe / backup.SUMS),
    "the sums": lambda safe: (safe / backup.SUMS).unlink(),
    "the manifest": lambda safe: (safe / backup.MANIFEST).write_text("{}"),
    "a name that climbs": forge("../../climbed"),
    "a name from the top": forge("/tmp/climbed"),
    "a name of no picture": forge("pictures/aa/bb/x.sh"),
}


@pytest.mark.parametrize("harm", HARM)
async def test_a_damaged_backup_is_refused_and_changes_nothing(library: DataFolder, tmp_path: Path, harm: str) -> None:
    backup.make(library, tmp_path / "safe", with_pictures=True)
    HARM[harm](tmp_path / "safe")
    before = await seen(library)
    with pytest.raises(UserError, match="damaged"):
        backup.restore(tmp_path / "safe", library, replace=True)
    assert await seen(library) == before
    with pytest.raises(UserError, match="damaged"):
        backup.restore(tmp_path / "safe", DataFolder(tmp_path / "elsewhere"))
    assert not DataFolder(tmp_path / "elsewhere").catalogue.exists()
    assert not (tmp_path / "climbed").exists()


@pytest.mark.parametrize("name", ["format", "schema"])
async def test_a_backup_from_a_newer_vitrine_is_refused(library: DataFolder, tmp_path: Path, name: str) -> None:
    backup.make(library, tmp_path / "safe")
    manifest = orjson.loads((tmp_path / "safe" / backup.MANIFEST).read_bytes())
    (tmp_path / "safe" / backup.MANIFEST).write_bytes(orjson.dumps(manifest | {name: schema.NEWEST + 1, "vitrine": "9.9.9"}))
    with pytest.raises(UserError, match=r"newer Vitrine \(9\.9\.9\)"):
        backup.restore(tmp_path / "safe", DataFolder(tmp_path / "elsewhere"))


async def test_a_library_gives_way_only_when_told_to_and_is_kept(library: DataFolder, tmp_path: Path) -> None:
    backup.make(library, tmp_path / "safe", with_pictures=True)
    at_the_time = await seen(library)
    catalogue = await Catalogue.open(library)
    await Store(catalogue, lambda reading, results: {}).mark(at_the_time[0]["id"], {"caption": "Later"})
    await catalogue.close()
    with pytest.raises(UserError, match="--replace"):
        backup.restore(tmp_path / "safe", library)
    done = backup.restore(tmp_path / "safe", library, replace=True)
    assert await seen(library) == at_the_time
    assert done.kept is not None
    kept = await seen(DataFolder(done.kept))
    assert [record.get("caption") for record in kept].count("Later") == 1
    assert len(list((done.kept / "pictures").rglob("*.jpg"))) == 3 * COUNT


async def test_a_folder_of_other_things_is_never_taken_for_a_data_folder(library: DataFolder, tmp_path: Path) -> None:
    backup.make(library, tmp_path / "safe")
    home = tmp_path / "home"
    (home / "pictures").mkdir(parents=True)
    (home / "letter.txt").write_text("mine")
    for replace in (False, True):
        with pytest.raises(UserError, match="other things"):
            backup.restore(tmp_path / "safe", DataFolder(home), replace=replace)
    assert sorted(path.name for path in home.iterdir()) == ["letter.txt", "pictures"]


class Cut(BaseException):
    """The moment at which the power fails."""


@pytest.mark.parametrize("moves", range(12))
async def test_a_restore_interrupted_at_any_move_is_finished_later(library: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moves: int) -> None:
    backup.make(library, tmp_path / "safe", with_pictures=True)
    before = await seen(library)
    left = threading.Semaphore(moves)
    rename = os.rename

    def limited(*paths: Any) -> None:
        if not left.acquire(blocking=False):
            raise Cut
        rename(*paths)

    with monkeypatch.context() as patch:
        patch.setattr("os.rename", limited)
        try:
            backup.restore(tmp_path / "safe", library, replace=True)
        except Cut:
            if library.restored.exists():
                with pytest.raises(UserError, match="interrupted"):
                    await Catalogue.open(library)
    assert backup.finish(library) == (moves in range(1, 11))
    assert await seen(library) == before
    assert len(list(library.pictures.rglob("*.jpg"))) == 3 * COUNT
    assert not library.restored.exists()


async def test_a_restore_ends_every_session_and_tells_browsers_to_start_over(library: DataFolder, tmp_path: Path) -> None:
    async def hello(data: DataFolder) -> dict[str, Any]:
        catalogue = await Catalogue.open(data)
        try:
            async for piece in records(catalogue, 0):
                found: dict[str, Any] = orjson.loads(piece.splitlines()[0])
                return found
            raise AssertionError
        finally:
            await catalogue.close()

    accounts = Accounts(document.opened(library.document))
    tokens = accounts.begin("owner")
    link = accounts.link("owner")
    assert accounts.user_of(tokens.access) is not None
    backup.make(library, tmp_path / "safe")
    first = await hello(library)
    backup.restore(tmp_path / "safe", library, replace=True)
    after = Accounts(document.opened(library.document))
    assert after.user_of(tokens.access) is None
    assert after.refresh(tokens.refresh) is None
    assert after.redeem(link) is None
    assert after.sign_in("owner", "correct horse", "here") is not None
    again = await hello(library)
    assert again["library"] == first["library"]
    assert again["epoch"] != first["epoch"]
