"""Classes 34 and 43 to 45, through a real scan: clocks that are wrong, files that change or ask for all memory, folders within folders, odd names."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sqlite3
import struct
import threading
import unicodedata
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.hostile.conftest import Vitrine, paint
from vitrine.config.paths import DataFolder
from vitrine.config.settings import Settings
from vitrine.server import stream
from vitrine.server.catalogue import Catalogue
from vitrine.server.flow import Flow


def scanned(vitrine: Vitrine, data: Path, *roots: Path, **settings: object) -> dict[str, Any]:
    """The report of a scan."""
    process = vitrine("scan", *roots, "--data", data, "--json", **({"analyze": "no"} | settings))
    out, told = process.communicate(timeout=120)
    assert process.returncode in (0, 1), told
    report: dict[str, Any] = json.loads(out)
    return report


def records(vitrine: Vitrine, data: Path, since: int = 0) -> list[dict[str, Any]]:
    """The lines a client gets."""
    out, told = vitrine("records", "--data", data, "--since", str(since)).communicate(timeout=60)
    hello, *lines, end = [json.loads(line) for line in out.splitlines()]
    assert (hello["kind"], end["kind"]) == ("hello", "end"), told
    return lines


def dated(path: Path, taken: str | None, seed: Path) -> None:
    exif = Image.Exif()
    if taken is not None:
        exif.get_ifd(0x8769)[0x9003] = taken
    path.parent.mkdir(exist_ok=True)
    with Image.open(seed) as image:
        image.save(path, "JPEG", exif=exif)


def test_dates_of_any_century_are_in_order_and_impossible_ones_count_as_none(vitrine: Vitrine, tmp_path: Path) -> None:
    dates = ["2106:02:07 06:28:16", "2038:01:19 03:14:08", "2024:02:29 12:00:00", "1970:01:01 00:00:00", "1904:01:01 00:00:00", "1826:07:01 00:00:00"]
    none = ["0000:00:00 00:00:00", "    :  :     :  :  ", "2023:02:29 12:00:00", "9999:99:99 99:99:99", "1700:01:01 00:00:00", None]
    seeds = paint(tmp_path / "seeds", len(dates) + len(none))
    for number, (taken, seed) in enumerate(zip([*reversed(dates), *none], seeds, strict=True)):
        path = tmp_path / "photos" / f"{number}.jpg"
        dated(path, taken, seed)
        # Times of files are as wrong as cameras' clocks: before 1970, and long after today.
        os.utime(path, (-2_000_000_000 + number, -2_000_000_000) if number % 2 else (4_294_967_296, 4_294_967_296 + number))
    assert scanned(vitrine, tmp_path / "data", tmp_path / "photos")["read"] == len(seeds)
    lines = records(vitrine, tmp_path / "data")
    assert [line["taken"] for line in lines if "taken" in line] == [f"{taken[:10].replace(':', '-')}T{taken[11:]}" for taken in dates]
    assert ["taken" in line for line in lines] == [True] * len(dates) + [False] * len(none)
    assert scanned(vitrine, tmp_path / "data", tmp_path / "photos")["unchanged"] == len(seeds)


def test_a_clock_that_is_set_back_loses_no_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def live() -> tuple[list[bytes], list[bytes]]:
        catalogue = await Catalogue.open(DataFolder(tmp_path / "data"))
        flow = Flow(DataFolder(tmp_path / "data"), catalogue, Settings.load({"analyze": False}, {}))
        await flow.store.add_root(tmp_path / "photos")
        answers: list[list[bytes]] = []
        for year, count in (("2050", 2), ("2001", 3)):
            paint(tmp_path / "photos", count)
            monkeypatch.setattr("vitrine.server.store.now", lambda year=year: f"{year}-01-01T00:00:00Z")
            await flow.run()
            known = json.loads(answers[0][-1])["to"] if answers else 0
            answers.append(b"".join([piece async for piece in stream.records(catalogue, known)]).splitlines())
        await catalogue.close()
        return answers[0], answers[1]

    first, second = asyncio.run(live())
    assert len(first) == 4
    (line,) = map(json.loads, second[1:-1])
    assert (line["path"], line["added"], line["seq"]) == ("photos/0002.jpg", "2001-01-01T00:00:00Z", 3)


def test_files_that_change_while_they_are_read_end_as_what_they_are_in_the_end(vitrine: Vitrine, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    paths, contents = paint(folder, 30), [path.read_bytes() for path in paint(tmp_path / "others", 60)[30:]]
    ended = threading.Event()

    def change() -> None:
        while not ended.is_set():
            for path, content in zip(paths, contents, strict=True):
                path.write_bytes(content[: len(content) // 2])
                path.write_bytes(content)

    restless = threading.Thread(target=change)
    restless.start()
    try:
        scanned(vitrine, tmp_path / "data", folder)
    finally:
        ended.set()
        restless.join()
    scanned(vitrine, tmp_path / "data", folder)
    assert scanned(vitrine, tmp_path / "data", folder)["unchanged"] == 30
    shown = {line["path"].split("/")[1]: line for line in records(vitrine, tmp_path / "data")}
    assert {name: line["bytes"] for name, line in shown.items()} == {path.name: len(content) for path, content in zip(paths, contents, strict=True)}
    calm = tmp_path / "calm"
    scanned(vitrine, calm, folder)
    same = ("id", "width", "height", "phash", "thumbhash", "palette")
    assert {line["id"]: [line[key] for key in same] for line in records(vitrine, calm)} == {line["id"]: [line[key] for key in same] for line in shown.values()}
    with closing(sqlite3.connect(tmp_path / "data" / "catalogue.db")) as db:
        assert db.execute("SELECT count(*) FROM problems").fetchone() == (0,)


def test_the_same_folder_by_several_ways_is_one_folder(vitrine: Vitrine, tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    paint(photos / "2024", 3)
    (tmp_path / "link").symlink_to(photos)
    data = tmp_path / "data"
    assert scanned(vitrine, data, photos, tmp_path / "link", photos / "2024", photos / "2024" / "..", Path(f"{photos}/"))["read"] == 3
    assert all("files" not in line for line in records(vitrine, data))
    around = vitrine("scan", tmp_path, "--data", data)
    assert "lies inside" in around.communicate(timeout=60)[1]
    assert around.returncode == 2


def test_the_gallery_never_shows_its_own_previews(vitrine: Vitrine, tmp_path: Path) -> None:
    data = tmp_path / "home" / "data"
    paint(tmp_path / "home" / "photos", 2)
    scanned(vitrine, data, tmp_path / "home" / "photos")
    for root in (data / "pictures", tmp_path / "home", data):
        refused = vitrine("scan", root, "--data", data)
        assert refused.communicate(timeout=60)[1].startswith("vitrine: ")
        assert refused.returncode == 2
    # The data folder moved into a root that was remembered.
    shutil.move(data, tmp_path / "home" / "photos" / "data")
    report = scanned(vitrine, tmp_path / "home" / "photos" / "data")
    assert (report["read"], report["missing"]) == (0, 0)
    assert "must not write" in next(iter(report["offline"].values()))


def test_names_that_differ_only_by_case_or_form_or_are_very_long_are_all_there(vitrine: Vitrine, tmp_path: Path) -> None:
    names = ["Ärger.jpg", unicodedata.normalize("NFD", "Ärger.jpg"), "ärger.jpg", "ärger.JPG", "x" * 251 + ".jpg", "ü" * 125 + ".jpg", " .jpg", "a\\b.jpg"]
    raw = [*(name.encode() for name in names), b"latin-\xe4.jpg", b"\xff\xfe.jpg"]
    for name, seed in zip(raw, paint(tmp_path / "seeds", len(raw)), strict=True):
        (tmp_path / "photos").mkdir(exist_ok=True)
        try:
            Path(os.fsdecode(bytes(tmp_path / "photos") + b"/" + name)).write_bytes(seed.read_bytes())
        except OSError:
            pytest.skip("this disk takes only some of these names")
    assert scanned(vitrine, tmp_path / "data", tmp_path / "photos")["read"] == len(raw)
    assert scanned(vitrine, tmp_path / "data")["unchanged"] == len(raw)
    assert len({line["id"] for line in records(vitrine, tmp_path / "data")}) == len(raw)


def test_a_file_that_asks_for_all_memory_is_one_problem_and_the_others_are_there(vitrine: Vitrine, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    paint(folder, 2)
    # A TIFF directory with one tag as long as the file, which is a hole of 1.9 GB.
    size = 1_900_000_000
    with (folder / "hole.tif").open("wb") as file:
        file.write(b"II\x2a\0\x08\0\0\0" + struct.pack("<HHHII", 1, 0x010E, 2, size - 100, 26) + b"\0" * 8)
        file.truncate(size)
    report = scanned(vitrine, tmp_path / "data", folder, read_timeout_s=120)
    assert (report["read"], report["problems"]) == (2, 1)
