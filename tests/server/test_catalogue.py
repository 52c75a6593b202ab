"""The catalogue: one file, one writer, many readers, and nothing touched that is not ours."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing

import pytest

from vitrine.config.errors import UserError
from vitrine.config.paths import DataFolder
from vitrine.server import schema
from vitrine.server.catalogue import Catalogue, Newest, sole_use

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


async def test_a_commit_that_fails_and_a_writer_that_is_cancelled_block_nobody(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    async def enter(name: str) -> None:
        async with catalogue.writing() as db:
            await db.execute(NOTE, (name,))

    with monkeypatch.context() as short:
        short.setattr("aiosqlite.Connection.commit", full)
        with pytest.raises(sqlite3.OperationalError, match="full"):
            await enter("lost")
    for steps in range(12):
        task = asyncio.create_task(enter(f"cancelled {steps}"))
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await enter("there")
    names = [row[0] for row in await catalogue.reading.execute_fetchall("SELECT name FROM meta")]
    assert "there" in names
    assert "lost" not in names


async def test_a_long_walk_keeps_nobody_from_writing_and_the_log_from_growing(catalogue: Catalogue) -> None:
    async with catalogue.apart() as db:
        await db.execute_fetchall("SELECT count(*) FROM meta")
        async with catalogue.writing() as writer:
            await writer.execute(NOTE, ("meanwhile",))
        # TRUNCATE succeeds only where no reader holds an older state.
        assert list(await catalogue._writer.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")) == [(0, 0, 0)]  # type: ignore[union-attr]


async def test_a_catalogue_that_cannot_be_opened_leaves_no_thread_that_keeps_the_process_alive(data: DataFolder) -> None:
    await (await Catalogue.open(data)).close()
    with closing(sqlite3.connect(data.catalogue)) as db:
        db.execute("DELETE FROM meta")
        db.commit()
    before = set(threading.enumerate())
    with pytest.raises(UserError, match="no library"):
        await Catalogue.open(data, writable=False)
    for thread in set(threading.enumerate()) - before:
        thread.join(10)
        assert not thread.is_alive()


@pytest.mark.parametrize("page", [1, 2, 3, 7, 100])
async def test_a_walk_meets_every_photo_once_newest_first(catalogue: Catalogue, page: int) -> None:
    moments = ["2024", "2023", "2023", "2023", "", "", "2020", "", "2024", "1904"]
    async with catalogue.writing() as db:
        await db.executemany("INSERT INTO records (seq, id, moment, line) VALUES (?, ?, ?, '')", [(n + 1, f"{n:032x}", at) for n, at in enumerate(moments)])
        await db.execute("UPDATE records SET gone = 1 WHERE seq = 7")
    walk, met = Newest("id"), []
    while rows := await walk.page(catalogue.reading, page):
        assert len(rows) <= page
        met += [int(photo, 16) for (photo,) in rows]
    assert met == [0, 8, 1, 2, 3, 9, 4, 5, 7]
    assert await walk.page(catalogue.reading, page) == []


async def test_a_walk_costs_the_same_wherever_it_stands(catalogue: Catalogue) -> None:
    plans = []
    for after in (("2020", "a"), ("2020", "")):
        seen: list[str] = []
        await catalogue.reading.set_trace_callback(seen.append)
        await Newest("line", _after=after).page(catalogue.reading, 10)
        await catalogue.reading.set_trace_callback(lambda _: None)
        plans.append(list(await catalogue.reading.execute_fetchall(f"EXPLAIN QUERY PLAN {seen[0]}")))
    assert [[row[3] for row in plan] for plan in plans] == [
        ["SEARCH records USING INDEX records_newest (moment=? AND id>?)"],
        ["SEARCH records USING INDEX records_newest (moment<?)"],
    ]


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
