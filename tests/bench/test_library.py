"""The generated library: what the benches measure must be what a real library would be."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator

from tests.bench.library import make
from vitrine.config.paths import DataFolder
from vitrine.config.records import json_schema
from vitrine.server import enrich, scan
from vitrine.server.catalogue import Catalogue
from vitrine.server.media.formats import SUFFIXES
from vitrine.server.store import Store

COUNT = 400


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    return make(tmp_path_factory.mktemp("library"), COUNT, seed=3, words=False)


@pytest.fixture
def rows(library: DataFolder) -> Iterator[Any]:
    with closing(sqlite3.connect(f"{library.catalogue.as_uri()}?mode=ro", uri=True)) as db:
        yield lambda sql: db.execute(sql).fetchall()


def test_every_record_keeps_the_schema(rows: Any) -> None:
    validator = Draft202012Validator(json_schema())
    lines = rows("SELECT line FROM records ORDER BY seq")
    assert len(lines) == COUNT
    for (line,) in lines:
        validator.validate(orjson.loads(line))


async def test_composing_every_record_anew_changes_nothing(library: DataFolder) -> None:
    catalogue = await Catalogue.open(library)
    try:
        assert await Store(catalogue, partial(enrich.enrich, thresholds=enrich.Thresholds())).compose_all() == []
    finally:
        await catalogue.close()


def test_a_scan_of_the_root_finds_every_file_unchanged(library: DataFolder, rows: Any) -> None:
    ((root,),) = rows("SELECT path FROM roots")
    known = {path: scan.Known(scan.Stamp(*stamp), True) for path, *stamp in rows("SELECT path, bytes, mtime_ns, inode FROM files")}
    found = scan.scan(root, known, SUFFIXES)
    assert (found.unchanged, found.fresh, found.missing) == (COUNT, [], [])


def test_one_day_holds_seven_in_a_hundred_and_some_photos_tell_no_date(rows: Any) -> None:
    days = dict(rows("SELECT substr(moment, 1, 10), count(*) FROM records GROUP BY 1"))
    assert max(days.values()) >= COUNT * 0.07
    assert days[""] == COUNT * 0.01
    assert len(days) > 10


def test_pictures_of_every_size_are_there_and_shared(library: DataFolder, rows: Any) -> None:
    for (photo,) in rows("SELECT id FROM photos"):
        for size in ("thumb", "thumb2x", "preview"):
            picture = library.picture(photo, size)
            assert picture.read_bytes()[:2] == b"\xff\xd8"
            assert picture.stat().st_nlink > 1


def test_the_same_seed_makes_the_same_library_and_another_seed_another(library: DataFolder, rows: Any, tmp_path: Path) -> None:
    def ids(data: DataFolder) -> list[Any]:
        with closing(sqlite3.connect(data.catalogue)) as db:
            return db.execute("SELECT id, json_remove(line, '$.path') FROM records ORDER BY seq").fetchall()

    assert ids(make(tmp_path / "again", 50, seed=3, words=False)) == ids(make(tmp_path / "twice", 50, seed=3, words=False))
    assert not {photo for photo, _ in ids(make(tmp_path / "other", 50, seed=4, words=False))} & {photo for (photo,) in rows("SELECT id FROM photos")}
