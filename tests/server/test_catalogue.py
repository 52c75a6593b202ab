"""The catalogue: one file, one writer, many readers, and nothing touched that is not ours."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from vitrine.config.errors import UserError
from vitrine.config.paths import DataFolder
from vitrine.server import schema
from vitrine.server.catalogue import Catalogue, sole_use

NOTE = "INSERT INTO meta VALUES (?, 'x')"


async def test_a_new_catalogue_has_the_newest_schema_and_an_identity_that_lasts(data: DataFolder) -> None:
    first = await Catalogue.open(data)
    await first.close()
    again = await Catalogue.open(data)
    await again.close()
    assert first.library == again.library
    with closing(sqlite3.connect(data.catalogue)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (schema.NEWEST,)
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert data.catalogue.stat().st_mode & 0o077 == 0
    assert data.root.stat().st_mode & 0o077 == 0


async def test_reading_where_there_is_no_library_says_how_to_start(data: DataFolder) -> None:
    with pytest.raises(UserError, match="vitrine scan FOLDER"):
        await Catalogue.open(data, writable=False)
    assert not data.root.exists()


async def test_a_catalogue_can_be_read_while_nobody_writes(data: DataFolder) -> None:
    await (await Catalogue.open(data)).close()
    reader = await Catalogue.open(data, writable=False)
    assert list(await reader.reading.execute_fetchall("SELECT count(*) FROM photos")) == [(0,)]
    await reader.close()


async def test_a_transaction_that_fails_leaves_nothing(catalogue: Catalogue) -> None:
    async def fails() -> None:
        async with catalogue.writing() as db:
            await db.execute(NOTE, ("half",))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fails()
    assert not list(await catalogue.reading.execute_fetchall("SELECT * FROM meta WHERE name = 'half'"))
    async with catalogue.writing() as db:
        await db.execute(NOTE, ("whole",))
    assert list(await catalogue.reading.execute_fetchall("SELECT name FROM meta WHERE name = 'whole'"))


async def test_a_snapshot_does_not_see_what_is_written_meanwhile(catalogue: Catalogue) -> None:
    count = "SELECT count(*) FROM meta"
    async with catalogue.snapshot() as before:
        (then,) = list(await before.execute_fetchall(count))
        async with catalogue.writing() as db:
            await db.execute(NOTE, ("later",))
        assert list(await before.execute_fetchall(count)) == [then]
    assert list(await catalogue.reading.execute_fetchall(count)) == [(then[0] + 1,)]


async def test_a_reader_cannot_write(catalogue: Catalogue) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await catalogue.reading.execute(NOTE, ("never",))


async def test_a_newer_catalogue_is_refused_and_stays_untouched(data: DataFolder) -> None:
    await (await Catalogue.open(data)).close()
    with closing(sqlite3.connect(data.catalogue)) as db:
        db.execute("PRAGMA journal_mode = DELETE")
        db.execute(f"PRAGMA user_version = {schema.NEWEST + 1}")
    before = data.catalogue.read_bytes()
    with pytest.raises(UserError, match="newer Vitrine"):
        await Catalogue.open(data)
    assert data.catalogue.read_bytes() == before


@pytest.mark.parametrize("content", [b"no database at all" * 100, b"SQLite format 3\0" + b"\xff" * 4000])
async def test_a_damaged_catalogue_is_one_sentence_and_stays_untouched(data: DataFolder, content: bytes) -> None:
    data.make()
    data.catalogue.write_bytes(content)
    with pytest.raises(UserError, match="backup"):
        await Catalogue.open(data)
    assert data.catalogue.read_bytes() == content


async def test_somebody_elses_database_is_refused(data: DataFolder) -> None:
    data.make()
    with closing(sqlite3.connect(data.catalogue)) as db:
        db.execute("CREATE TABLE theirs (x)")
    with pytest.raises(UserError, match="no Vitrine catalogue"):
        await Catalogue.open(data)


def test_a_second_server_on_one_data_folder_says_so(data: DataFolder) -> None:
    second = (
        "import sys; from pathlib import Path; from vitrine.config.paths import DataFolder; from vitrine.server.catalogue import sole_use\n"
        "with sole_use(DataFolder(Path(sys.argv[1]))): print('in')"
    )
    with sole_use(data), pytest.raises(UserError, match="Another Vitrine"), sole_use(data):
        pass
    with sole_use(data):
        other = subprocess.run([sys.executable, "-c", second, str(data.root)], capture_output=True, text=True, check=False)
        assert "Another Vitrine" in other.stderr
    after = subprocess.run([sys.executable, "-c", second, str(data.root)], capture_output=True, text=True, check=True)
    assert after.stdout.strip() == "in"
