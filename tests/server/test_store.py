"""Store: rows and records, each real change with the next sequence number."""

from __future__ import annotations

import base64
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator

from tests.server.conftest import a_file, a_reading
from vitrine.config.errors import Problem, UserError
from vitrine.config.records import json_schema
from vitrine.config.wire import AnalyzerFacts
from vitrine.server.catalogue import Catalogue
from vitrine.server.store import Read, Store

CLASSES = AnalyzerFacts(name="classes", version="1", checksum="abc", about="")
FACES = AnalyzerFacts(name="faces", version="1", checksum="abc", about="")
VALID = Draft202012Validator(json_schema())


async def lines(catalogue: Catalogue) -> list[dict[str, Any]]:
    return [orjson.loads(row[0]) for row in await catalogue.reading.execute_fetchall("SELECT line FROM records ORDER BY seq")]


async def one_photo(store: Store, tmp_path: Any, number: int = 1, name: str = "a.jpg") -> int:
    root = await store.add_root(tmp_path)
    await store.save_reads([Read(a_file(root, name), a_reading(number))])
    return root


async def test_a_read_photo_becomes_one_valid_record(store: Store, catalogue: Catalogue, tmp_path: Any) -> None:
    await one_photo(store, tmp_path)
    (record,) = await lines(catalogue)
    VALID.validate(record)
    assert record["seq"] == 1
    assert record["path"] == f"{tmp_path.name}/a.jpg"
    assert record["lat"] == 0.0, "zero degrees is a place, not a missing one"
    assert "animated" not in record


async def test_the_same_news_twice_takes_no_new_number(store: Store, catalogue: Catalogue, tmp_path: Any) -> None:
    root = await one_photo(store, tmp_path)
    changed = await store.save_reads([Read(a_file(root, "a.jpg"), a_reading(1))])
    assert changed == []
    assert [line["seq"] for line in await lines(catalogue)] == [1]


async def test_results_arrive_in_the_record_with_their_analyzers_version(store: Store, catalogue: Catalogue, tmp_path: Any) -> None:
    await one_photo(store, tmp_path)
    changed = await store.save_results(f"{1:032x}", [(CLASSES, 3.0, {"labels": [["beagle", 0.9]]})], [])
    (record,) = await lines(catalogue)
    assert changed == [f"{1:032x}"]
    assert (record["seq"], record["state"], record["terms"]) == (2, {"classes": "1"}, ["classes"])


async def test_identity_vectors_are_kept_apart_from_the_raw_result(store: Store, catalogue: Catalogue, tmp_path: Any) -> None:
    await one_photo(store, tmp_path)
    vector = bytes(range(256)) * 8
    await store.save_results(f"{1:032x}", [(FACES, 3.0, {"faces": [{"score": 0.9, "vector": base64.b64encode(vector).decode()}]})], [])
    assert list(await catalogue.reading.execute_fetchall("SELECT photo, face, vector FROM vectors")) == [(f"{1:032x}", 0, vector)]
    (row,) = await catalogue.reading.execute_fetchall("SELECT result FROM results")
    assert orjson.loads(row[0]) == {"faces": [{"score": 0.9}]}


async def test_a_copy_is_one_photo_with_two_files_and_outlives_the_first(store: Store, catalogue: Catalogue, tmp_path: Any) -> None:
    root = await one_photo(store, tmp_path)
    await store.save_reads([Read(a_file(root, "b.jpg"), f"{1:032x}")])
    assert [line.get("files") for line in await lines(catalogue)] == [2]
    await store.missing_files(root, [b"a.jpg"])
    (record,) = await lines(catalogue)
    assert record["kind"] == "photo"
    assert record["path"].endswith("/b.jpg")


async def test_the_last_file_takes_the_photo_along_and_the_return_brings_everything_back(store: Store, catalogue: Catalogue, tmp_path: Any) -> None:
    photo = f"{1:032x}"
    root = await one_photo(store, tmp_path)
    await store.save_results(photo, [(CLASSES, 3.0, {"labels": []})], [])
    await store.mark(photo, {"rating": 5, "caption": "Harbour", "tags": ["holiday"], "favourite": True})
    await store.missing_files(root, [b"a.jpg"])
    (gone,) = await lines(catalogue)
    VALID.validate(gone)
    assert gone == {"kind": "gone", "seq": 4, "id": photo}
    await store.save_reads([Read(a_file(root, "elsewhere.jpg"), photo)])
    (back,) = await lines(catalogue)
    VALID.validate(back)
    assert (back["rating"], back["caption"], back["tags"], back["favourite"], back["state"]) == (5, "Harbour", ["holiday"], True, {"classes": "1"})


async def test_a_file_that_now_holds_another_picture_lets_the_old_one_go(store: Store, catalogue: Catalogue, tmp_path: Any) -> None:
    root = await one_photo(store, tmp_path)
    await store.save_reads([Read(a_file(root, "a.jpg", 2000), a_reading(2))])
    assert [(line["kind"], line["id"]) for line in await lines(catalogue)] == [("gone", f"{1:032x}"), ("photo", f"{2:032x}")]


async def test_a_problem_is_kept_until_the_file_can_be_read(store: Store, catalogue: Catalogue, tmp_path: Any) -> None:
    root = await store.add_root(tmp_path)
    for _ in range(2):
        await store.save_reads([Read(a_file(root, "bad.jpg"), Problem("broken", "The picture is damaged."))])
    assert list(await catalogue.reading.execute_fetchall("SELECT code, message, attempts FROM problems")) == [("broken", "The picture is damaged.", 2)]
    assert await lines(catalogue) == []
    await store.save_reads([Read(a_file(root, "bad.jpg", 3000), a_reading(3))])
    assert list(await catalogue.reading.execute_fetchall("SELECT * FROM problems")) == []


async def test_names_that_are_no_utf8_keep_their_bytes_and_show_a_mark(store: Store, catalogue: Catalogue, tmp_path: Any) -> None:
    root = await store.add_root(tmp_path)
    await store.save_reads([Read(a_file(root, "caf\udce9.jpg"), a_reading(1))])
    assert list(await catalogue.reading.execute_fetchall("SELECT path FROM files")) == [(b"caf\xe9.jpg",)]
    (record,) = await lines(catalogue)
    assert record["path"].endswith("/caf�.jpg")


async def test_two_roots_of_one_name_are_told_apart(store: Store, catalogue: Catalogue, tmp_path: Any) -> None:
    for parent in ("x", "y"):
        (tmp_path / parent / "Photos").mkdir(parents=True)
        await store.add_root(tmp_path / parent / "Photos")
    assert await store.add_root(tmp_path / "x" / "Photos") == 1
    assert list(await catalogue.reading.execute_fetchall("SELECT name FROM roots ORDER BY id")) == [("Photos",), ("Photos 2",)]


async def test_a_folder_inside_a_root_is_shown_already_and_one_around_it_is_refused(store: Store, catalogue: Catalogue, tmp_path: Any) -> None:
    root = await store.add_root(tmp_path / "photos")
    assert await store.add_root(tmp_path / "photos" / "2024" / "June") == root
    with pytest.raises(UserError, match="vitrine roots remove 'photos'"):
        await store.add_root(tmp_path)
    # The same beginning is not the same folder.
    assert await store.add_root(tmp_path / "photos-private") != root
    assert len(list(await catalogue.reading.execute_fetchall("SELECT * FROM roots"))) == 2


async def test_forgetting_a_root_takes_its_photos_out_and_keeps_what_was_entered(store: Store, catalogue: Catalogue, tmp_path: Any) -> None:
    root = await one_photo(store, tmp_path)
    await store.mark(f"{1:032x}", {"rating": 3})
    assert await store.forget_root(root) == 1
    assert [line["kind"] for line in await lines(catalogue)] == ["gone"]
    assert list(await catalogue.reading.execute_fetchall("SELECT rating FROM marks")) == [(3,)]


async def test_marking_a_photo_that_is_not_there_does_nothing(store: Store, catalogue: Catalogue) -> None:
    assert await store.mark("0" * 32, {"rating": 3}) is None
    assert list(await catalogue.reading.execute_fetchall("SELECT * FROM marks")) == []


@pytest.mark.parametrize(
    ("change", "field", "value"), [({"rating": None}, "rating", None), ({"favourite": False}, "favourite", None), ({"tags": []}, "tags", None)]
)
async def test_what_was_entered_can_be_taken_away(store: Store, tmp_path: Any, change: Any, field: str, value: object) -> None:
    await one_photo(store, tmp_path)
    await store.mark(f"{1:032x}", {"rating": 2, "favourite": True, "tags": ["x"]})
    record = await store.mark(f"{1:032x}", change)
    assert record is not None
    assert record.get(field) is value


async def test_composing_all_anew_changes_only_what_differs(catalogue: Catalogue, store: Store, tmp_path: Any) -> None:
    await one_photo(store, tmp_path)
    assert await store.compose_all() == []
    other = Store(catalogue, lambda reading, results: {"terms": ["bright"]})
    assert await other.compose_all() == [f"{1:032x}"]
