"""The flow: real files through scan, read and store; what stops it, and how it goes on."""

from __future__ import annotations

import asyncio
import importlib
import os
import shutil
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

import orjson
import pytest
import pytest_asyncio
from jsonschema import Draft202012Validator

from tests.server.conftest import Paint
from vitrine.config.errors import UserError
from vitrine.config.paths import DataFolder
from vitrine.config.records import json_schema
from vitrine.config.settings import Settings
from vitrine.server import analyze, read, scan
from vitrine.server.catalogue import Catalogue
from vitrine.server.flow import Flow, Report


@pytest_asyncio.fixture
async def flow(catalogue: Catalogue, data: DataFolder, photos: Path) -> AsyncIterator[Flow]:
    """A flow over the photo root that only reads."""
    made = Flow(data, catalogue, Settings.load({"analyze": False}, {}))
    await made.store.add_root(photos)
    yield made


async def records(flow: Flow) -> list[dict[str, Any]]:
    return [orjson.loads(row[0]) for row in await flow.catalogue.reading.execute_fetchall("SELECT line FROM records WHERE gone = 0 ORDER BY id")]


def counts(report: Report) -> tuple[int, int, int, int, int]:
    return report.unchanged, report.read, report.known, report.missing, report.problems


async def test_pictures_become_valid_records_with_their_pictures_on_disk(flow: Flow, photos: Path, paint: Paint) -> None:
    for number in range(5):
        paint(photos / f"{number}.jpg", number, taken=f"202{number}:06:14 17:42:00")
    assert counts(await flow.run()) == (0, 5, 0, 0, 0)
    found = await records(flow)
    assert len(found) == 5
    for record in found:
        Draft202012Validator(json_schema()).validate(record)
        assert all(flow.data.picture(record["id"], size).stat().st_size > 0 for size in ("thumb", "thumb2x", "preview"))


async def test_a_second_run_reads_nothing(flow: Flow, photos: Path, paint: Paint, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        paint(photos / f"{number}.jpg", number)
    await flow.run()
    before = await records(flow)

    def never(*_: object) -> None:
        raise AssertionError("a worker was started")

    monkeypatch.setattr("pebble.ProcessPool", never)
    assert counts(await flow.run()) == (3, 0, 0, 0, 0)
    assert await records(flow) == before


async def test_a_broken_file_is_a_problem_and_the_others_are_there(flow: Flow, photos: Path, paint: Paint) -> None:
    paint(photos / "good.jpg")
    (photos / "empty.jpg").touch()
    (photos / "text.jpg").write_text("no picture")
    assert counts(await flow.run()) == (0, 1, 0, 0, 2)
    assert [row[0] for row in await flow.catalogue.reading.execute_fetchall("SELECT code FROM problems ORDER BY code")] == ["empty", "unknown-format"]
    assert counts(await flow.run()) == (3, 0, 0, 0, 0), "a problem is not tried again until its file changes"
    paint(photos / "empty.jpg", 9)
    assert counts(await flow.run()) == (2, 1, 0, 0, 0)


async def test_a_renamed_folder_is_known_again_and_keeps_what_was_entered(flow: Flow, photos: Path, paint: Paint) -> None:
    for number in range(4):
        paint(photos / "old" / f"{number}.jpg", number)
    await flow.run()
    (first, *_) = await records(flow)
    await flow.store.mark(first["id"], {"rating": 4})
    (photos / "old").rename(photos / "new")
    assert counts(await flow.run()) == (0, 0, 4, 4, 0)
    again = await records(flow)
    assert {record["path"].split("/")[1] for record in again} == {"new"}
    assert next(record for record in again if record["id"] == first["id"])["rating"] == 4


async def test_an_emptied_or_exchanged_root_removes_nothing(flow: Flow, photos: Path, paint: Paint, tmp_path: Path) -> None:
    for number in range(3):
        paint(photos / f"{number}.jpg", number)
    await flow.run()
    away = tmp_path / "away"
    photos.rename(away)
    photos.mkdir()
    assert (await flow.run()).offline
    assert len(await records(flow)) == 3
    paint(photos / "other-disk.jpg", 99)
    assert (await flow.run()).offline
    assert len(await records(flow)) == 4
    shutil.rmtree(photos)
    assert (await flow.run()).offline
    assert len(await records(flow)) == 4
    away.rename(photos)
    assert not (await flow.run()).offline


async def test_a_deleted_picture_leaves_and_comes_back_without_being_decoded(flow: Flow, photos: Path, paint: Paint, tmp_path: Path) -> None:
    paint(photos / "a.jpg", 1)
    paint(photos / "b.jpg", 2)
    await flow.run()
    (photos / "a.jpg").rename(tmp_path / "a.jpg")
    assert counts(await flow.run()) == (1, 0, 0, 1, 0)
    assert len(await records(flow)) == 1
    (tmp_path / "a.jpg").rename(photos / "c.jpg")
    assert counts(await flow.run()) == (1, 0, 1, 0, 0)
    assert len(await records(flow)) == 2


async def test_one_content_in_two_places_is_one_photo(flow: Flow, photos: Path, paint: Paint) -> None:
    paint(photos / "a.jpg", 1)
    shutil.copyfile(photos / "a.jpg", photos / "copy.jpg")
    await flow.run()
    (record,) = await records(flow)
    assert record["files"] == 2


async def test_originals_are_not_touched(flow: Flow, photos: Path, paint: Paint) -> None:
    paths = [paint(photos / f"{number}.jpg", number) for number in range(3)]
    before = [(path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ctime_ns) for path in paths]
    await flow.run()
    assert [(path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ctime_ns) for path in paths] == before
    assert sorted(photos.iterdir()) == sorted(paths)


# Read workers are fresh processes: what they run has to lie in a module that they can import.
STRICKEN = """
import os, time
def start(memory_mb): raise ImportError("no decoder")
def slow(path, folder, limits): time.sleep(60)
def deadly(path, folder, limits): os._exit(11)
"""


@pytest.fixture
def stricken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Functions that fail as decoders fail."""
    (tmp_path / "stricken.py").write_text(STRICKEN)
    monkeypatch.syspath_prepend(tmp_path)
    return importlib.import_module("stricken")


async def test_readers_that_cannot_start_end_the_scan_with_one_sentence(
    flow: Flow, photos: Path, paint: Paint, stricken: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(8):
        paint(photos / f"{number}.jpg", number)
    monkeypatch.setattr(read, "start_worker", stricken.start)
    with pytest.raises(UserError, match="do not start"):
        await asyncio.wait_for(flow.run(), 60)


@pytest.mark.parametrize(("end", "code"), [("slow", "too-slow"), ("deadly", "crashed")])
async def test_a_picture_that_hangs_or_kills_its_decoder_becomes_a_problem(
    catalogue: Catalogue, data: DataFolder, photos: Path, paint: Paint, stricken: Any, monkeypatch: pytest.MonkeyPatch, end: str, code: str
) -> None:
    flow = Flow(data, catalogue, Settings.load({"analyze": False, "read_timeout_s": 1, "readers": 1}, {}))
    await flow.store.add_root(photos)
    paint(photos / "a.jpg")
    monkeypatch.setattr(read, "read", getattr(stricken, end))
    assert (await asyncio.wait_for(flow.run(), 60)).problems == 1
    assert list(await catalogue.reading.execute_fetchall("SELECT code FROM problems")) == [(code,)]


async def test_a_changed_threshold_composes_records_anew_without_reading(flow: Flow, photos: Path, paint: Paint) -> None:
    paint(photos / "a.jpg")
    await flow.run()
    (record,) = await records(flow)
    facts = {"name": "classes", "version": "1", "checksum": "c", "about": ""}
    await flow.store.save_results(record["id"], [(facts, 1.0, {"labels": [["beagle", 0.4]]})], [])  # type: ignore[list-item]
    assert (await records(flow))[0]["classes"] == [["beagle", 0.4]]
    strict = Flow(flow.data, flow.catalogue, Settings.load({"analyze": False, "min_class": 0.5}, {}))
    assert counts(await strict.run()) == (1, 0, 0, 0, 0)
    assert "classes" not in (await records(flow))[0]


async def test_the_living_flow_finds_what_is_added_when_asked(flow: Flow, photos: Path, paint: Paint) -> None:
    with flow.news.listening() as heard:
        living = asyncio.create_task(flow.live())
        try:
            for number in range(2):
                paint(photos / f"{number}.jpg", number)
                flow.ask()
                while len(await records(flow)) < number + 1:
                    await asyncio.wait_for(heard.wait(), 30)
                    heard.clear()
        finally:
            living.cancel()
            with pytest.raises(asyncio.CancelledError):
                await living


# The analyzer process as the wire contract has it, with a switch: while the file `broken` lies beside it, every picture kills it.
ANALYZERS = """
import json, os, sys
def say(**line): print(json.dumps(line), flush=True)
home = os.path.dirname(__file__)
facts = [{"name": "classes", "version": "1", "checksum": "c", "about": ""}]
open(os.path.join(home, "starts"), "a").write("list " if "--list" in sys.argv else "look ")
if os.path.exists(os.path.join(home, "absent")): sys.exit("The model is missing: run `make models`.")
say(kind="ready", analyzers=facts)
for text in [] if "--list" in sys.argv else sys.stdin:
    job = json.loads(text)
    say(kind="looking", analyzer="classes", ids=[job["id"]])
    if os.path.exists(os.path.join(home, "broken")): os._exit(139)
    say(kind="result", id=job["id"], analyzer="classes", version="1", checksum="c", ms=1.0, result={"labels": [["cat", 0.9]]})
    say(kind="done", id=job["id"])
"""


@pytest.fixture
def analyzers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a stand-in for the analyzer process."""
    home = tmp_path / "analyzers"
    home.mkdir()
    (home / "process.py").write_text(ANALYZERS)
    monkeypatch.setattr(analyze, "COMMAND", (sys.executable, str(home / "process.py")))
    return home


@asynccontextmanager
async def living(flow: Flow) -> AsyncIterator[Callable[[Callable[[], Awaitable[bool]]], Awaitable[None]]]:
    """The flow alive, and a way to wait until something holds."""
    alive = asyncio.create_task(flow.live())

    async def until(holds: Callable[[], Awaitable[bool]]) -> None:
        async with asyncio.timeout(60):
            while not await holds():
                assert not alive.done(), alive.exception()
                await asyncio.sleep(0.02)

    try:
        yield until
    finally:
        alive.cancel()
        with suppress(asyncio.CancelledError):
            await alive


async def codes(flow: Flow) -> list[str]:
    return sorted(row[0] for row in await flow.catalogue.reading.execute_fetchall("SELECT code FROM problems"))


async def understood(flow: Flow) -> int:
    return sum("classes" in record for record in await records(flow))


@pytest.fixture
def looking(catalogue: Catalogue, data: DataFolder) -> Flow:
    """A flow that analyses, and scans only when asked."""
    return Flow(data, catalogue, Settings.load({"analyzers": "classes", "rescan_minutes": 0, "readers": 1}, {}))


async def test_problems_of_reading_and_of_analysis_are_tried_again_while_the_flow_lives(
    looking: Flow, photos: Path, paint: Paint, stricken: Any, analyzers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        paint(photos / f"{number}.jpg", number)
    (photos / "text.jpg").write_text("no picture")
    (analyzers / "broken").touch()
    await looking.store.add_root(photos)
    async with living(looking) as until:

        async def failed() -> bool:
            return await codes(looking) == ["crashed"] * 3 + ["unknown-format"] and not looking.scanning

        await until(failed)
        # Another decoder has come, and the analyzers work again.
        stamp = (photos / "text.jpg").stat()
        (photos / "text.jpg").write_bytes(paint(photos.parent / "spare.jpg", 7).read_bytes())
        os.utime(photos / "text.jpg", ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
        (analyzers / "broken").unlink()
        assert await looking.store.retry_problems() == 4
        looking.ask()

        async def well() -> bool:
            return await understood(looking) == 4 and not await codes(looking)

        await until(well)

        # What was read while the models looked is counted anew when they are through.
        async def counted() -> bool:
            progress = looking.progress()["analyze"]
            return bool(progress["done"] == progress["total"] == 4)

        await until(counted)


async def test_analysis_without_its_models_says_so_and_goes_on_when_asked_after_they_came(looking: Flow, photos: Path, paint: Paint, analyzers: Path) -> None:
    paint(photos / "a.jpg")
    (analyzers / "absent").touch()
    await looking.store.add_root(photos)
    async with living(looking) as until:

        async def told() -> bool:
            return looking.why_not_analyzing is not None and len(await records(looking)) == 1 and not looking.scanning

        await until(told)
        assert looking.why_not_analyzing == "The model is missing: run `make models`."
        (analyzers / "absent").unlink()
        looking.ask()

        async def well() -> bool:
            return await understood(looking) == 1

        await until(well)
        assert looking.why_not_analyzing is None


async def test_a_photo_is_looked_at_again_while_the_flow_lives_and_keeps_what_is_known(looking: Flow, photos: Path, paint: Paint, analyzers: Path) -> None:
    paint(photos / "a.jpg")
    await looking.store.add_root(photos)
    async with living(looking) as until:

        async def looked() -> bool:
            return list(await looking.catalogue.reading.execute_fetchall("SELECT checksum FROM results")) == [("c",)]

        await until(looked)
        before = await records(looking)
        assert await looking.look_again([before[0]["id"]]) == ("classes",)
        assert await records(looking) == before
        await until(looked)
        assert await records(looking) == before


async def test_a_scan_that_finds_nothing_new_wakes_no_analyzer(looking: Flow, photos: Path, paint: Paint, analyzers: Path) -> None:
    paint(photos / "a.jpg")
    await looking.store.add_root(photos)
    await looking.run()
    before = (analyzers / "starts").read_text()
    assert before == "list look "
    await looking._scan(Report())
    assert not looking._woken.is_set()


async def test_photos_are_not_heaped_up_for_analyzers_that_are_switched_off(flow: Flow, photos: Path, paint: Paint) -> None:
    paint(photos / "a.jpg")
    await flow.run()
    assert not flow._fresh
    assert flow.progress()["analyze"]["total"] == 0


@pytest.mark.parametrize("size", ["thumb", "thumb2x", "preview"])
async def test_a_picture_that_was_deleted_from_the_data_folder_is_made_again(flow: Flow, photos: Path, paint: Paint, size: str) -> None:
    for number in range(3):
        paint(photos / f"{number}.jpg", number)
    await flow.run()
    before = await records(flow)
    flow.data.picture(before[1]["id"], size).unlink()
    assert counts(await flow.run()) == (3, 0, 0, 0, 0), "a scan of a living server does not look for every picture"
    flow.miss()
    assert counts(await flow.run()) == (2, 1, 0, 0, 0)
    assert flow.data.has_pictures(before[1]["id"])
    assert await records(flow) == before
    # A scan of its own, and the first one of a server, look without being told.
    flow.data.picture(before[0]["id"], size).unlink()
    assert counts(await Flow(flow.data, flow.catalogue, flow.settings).run()) == (2, 1, 0, 0, 0)


async def test_a_picture_that_is_missed_during_a_scan_is_looked_for_by_the_next(
    flow: Flow, photos: Path, paint: Paint, monkeypatch: pytest.MonkeyPatch
) -> None:
    paint(photos / "a.jpg")
    await flow.run()
    (record,) = await records(flow)

    async def missed(*_: object) -> None:
        flow.data.picture(record["id"], "thumb").unlink(missing_ok=True)
        flow.miss()

    with monkeypatch.context() as once:
        once.setattr(flow.store, "root_state", missed)
        await flow.run()
    assert counts(await flow.run()) == (0, 1, 0, 0, 0)


async def test_missed_pictures_of_a_disk_that_is_away_do_not_make_scan_follow_scan(flow: Flow) -> None:
    flow.miss()
    assert flow._asked.is_set()
    flow._asked.clear()
    flow.miss()
    assert not flow._asked.is_set()


async def test_files_of_one_size_are_told_apart_without_listing_them(flow: Flow, photos: Path, paint: Paint) -> None:
    for number in range(4):
        with paint(photos / f"{number}.jpg", number).open("ab") as file:
            file.write(b"\0" * (20_000 - file.tell()))
    await flow.run()
    shutil.copyfile(photos / "0.jpg", photos / "copy.jpg")
    with paint(photos / "new.jpg", 9).open("ab") as file:
        file.write(b"\0" * (20_000 - file.tell()))
    assert counts(await flow.run()) == (4, 1, 1, 0, 0)


async def test_a_walk_through_a_huge_tree_ends_soon_after_the_flow_does(flow: Flow, photos: Path, paint: Paint, monkeypatch: pytest.MonkeyPatch) -> None:
    paint(photos / "a.jpg")
    walking, ended = threading.Event(), threading.Event()

    def endless(*_: object) -> Iterator[tuple[bytes, os.stat_result]]:
        status = os.stat(photos / "a.jpg")
        try:
            for number in count():
                walking.set()
                yield b"%d.txt" % number, status
        finally:
            ended.set()

    monkeypatch.setattr(scan, "_walk", endless)
    run = asyncio.create_task(flow.run())
    assert await asyncio.to_thread(walking.wait, 30)
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    assert await asyncio.to_thread(ended.wait, 30)
