"""One photo over HTTP: details, pictures, original, and what people enter."""

from __future__ import annotations

import asyncio
import io
import os
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from vitrine.config.settings import Settings
from vitrine.server.web.gallery import Gallery


async def ids(gallery: Gallery) -> list[str]:
    return [row[0] for row in await gallery.catalogue.reading.execute_fetchall("SELECT id FROM records WHERE gone = 0 ORDER BY moment DESC")]


async def test_details_tell_what_the_line_does_not(owner: Any, gallery: Gallery) -> None:
    (photo, *_) = await ids(gallery)
    body = await (await owner.get(f"/api/photos/{photo}")).json()
    assert body["record"]["id"] == photo
    assert [file["path"] for file in body["files"]] == ["photos/trip/IMG_3.jpg"]
    assert any("2024:06:13" in value for value in body["exif"].values())
    assert str(gallery.data.root) not in str(body)


@pytest.mark.parametrize(("size", "longest"), [("thumb", 320), ("thumb2x", 640), ("preview", 1280)])
async def test_pictures_are_jpegs_no_larger_than_they_say_and_kept_for_ever(owner: Any, gallery: Gallery, size: str, longest: int) -> None:
    (photo, *_) = await ids(gallery)
    answer = await owner.get(f"/media/{photo}/{size}")
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert max(Image.open(io.BytesIO(await answer.read())).size) <= longest


async def test_the_original_is_the_file_itself(owner: Any, gallery: Gallery, photos: Path) -> None:
    (photo, *_) = await ids(gallery)
    content = (photos / "trip" / "IMG_3.jpg").read_bytes()
    answer = await owner.get(f"/media/{photo}/original")
    assert await answer.read() == content
    assert answer.headers["Content-Disposition"].startswith("inline; filename*=UTF-8''IMG_3.jpg")
    part = await owner.get(f"/media/{photo}/original", headers={"Range": "bytes=10-19"})
    assert (part.status, await part.read()) == (206, content[10:20])
    kept = await owner.get(f"/media/{photo}/original?download=1")
    assert kept.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("span", ["bytes=9999999-", "bytes=5-2", "bytes=-0", "lines=1-2", "bytes=" + "0-1," * 5000])
async def test_an_absurd_range_is_refused_or_ignored(owner: Any, gallery: Gallery, span: str) -> None:
    (photo, *_) = await ids(gallery)
    answer = await owner.get(f"/media/{photo}/original", headers={"Range": span})
    assert answer.status in (200, 206, 400, 416)
    assert len(await answer.read()) < 1_000_000


async def test_a_file_that_changed_is_not_sent_under_the_old_address(owner: Any, gallery: Gallery, photos: Path) -> None:
    (photo, *_) = await ids(gallery)
    (photos / "trip" / "IMG_3.jpg").write_bytes(b"another content")
    answer = await owner.get(f"/media/{photo}/original")
    assert (answer.status, (await answer.json())["error"]["code"]) == (404, "offline")


@pytest.mark.parametrize("part", ["file", "folder"])
async def test_a_link_put_in_the_place_of_a_file_leads_nowhere(owner: Any, gallery: Gallery, photos: Path, tmp_path: Path, part: str) -> None:
    (photo, *_) = await ids(gallery)
    path = photos / "trip" / "IMG_3.jpg"
    status = path.stat()
    outside = tmp_path / "outside"
    outside.mkdir()
    secret = outside / "IMG_3.jpg"
    secret.write_bytes(b"s" * status.st_size)
    os.utime(secret, ns=(status.st_atime_ns, status.st_mtime_ns))
    if part == "file":
        path.unlink()
        path.symlink_to(secret)
    else:
        path.parent.rename(tmp_path / "moved")
        (photos / "trip").symlink_to(outside)
    answer = await owner.get(f"/media/{photo}/original")
    assert answer.status == 404


async def test_what_a_person_enters_is_kept_and_told(owner: Any, gallery: Gallery) -> None:
    (photo, *_) = await ids(gallery)
    before = gallery.flow.news.turn
    answer = await owner.patch(
        f"/api/photos/{photo}", json={"rating": 4, "favourite": True, "caption": " <b>Harbour</b> ", "tags": ["sea", "sea", " holiday "]}
    )
    record = (await answer.json())["record"]
    assert (record["rating"], record["favourite"], record["caption"], record["tags"]) == (4, True, "<b>Harbour</b>", ["sea", "holiday"])
    assert gallery.flow.news.turn > before
    cleared = (await (await owner.patch(f"/api/photos/{photo}", json={"rating": None, "favourite": False, "caption": None, "tags": []})).json())["record"]
    assert not {"rating", "favourite", "caption", "tags"} & cleared.keys()


WRONG = [
    {"rating": 6},
    {"rating": True},
    {"rating": "5"},
    {"favourite": 1},
    {"caption": 3},
    {"caption": "x" * 20_000},
    {"tags": "sea"},
    {"tags": [1]},
    {"tags": ["a\nb"]},
    {"tags": ["x"] * 300},
    {"path": "/etc/passwd"},
    {"rating = 5; --": 1},
]


@pytest.mark.parametrize("body", WRONG)
async def test_what_may_not_be_entered_names_its_field_and_changes_nothing(owner: Any, gallery: Gallery, body: dict[str, object]) -> None:
    (photo, *_) = await ids(gallery)
    answer = await owner.patch(f"/api/photos/{photo}", json=body)
    assert answer.status == 400
    assert (await answer.json())["error"]["field"] == next(iter(body))
    assert not list(await gallery.catalogue.reading.execute_fetchall("SELECT * FROM marks"))


async def stamps(gallery: Gallery) -> list[tuple[str, str]]:
    rows = await gallery.catalogue.reading.execute_fetchall("SELECT analyzer, checksum FROM results ORDER BY analyzer")
    return [(analyzer, checksum) for analyzer, checksum in rows]


async def test_a_photo_is_looked_at_again_by_those_named_and_keeps_its_results_until_then(owner: Any, gallery: Gallery) -> None:
    (photo, *_) = await ids(gallery)
    for name, result in (("classes", {"labels": [["beagle", 0.9]]}), ("nudity", {"parts": []})):
        facts = {"name": name, "version": "1", "checksum": "c", "about": ""}
        await gallery.flow.store.save_results(photo, [(facts, 1.0, result)], [])  # type: ignore[list-item]
    gallery.settings = Settings.load({"analyze": True}, {})
    answer = await owner.post(f"/api/photos/{photo}/analyze", json={"analyzers": ["classes"]})
    assert (answer.status, await answer.json()) == (202, {"analyzers": ["classes"]})
    assert await stamps(gallery) == [("classes", ""), ("nudity", "c")]
    body = await (await owner.get(f"/api/photos/{photo}")).json()
    assert body["record"]["classes"] == [["beagle", 0.9]]
    assert body["results"]["classes"]["result"] == {"labels": [["beagle", 0.9]]}
    everyone = await owner.post(f"/api/photos/{photo}/analyze")
    assert (await everyone.json())["analyzers"] == list(gallery.flow.analyzers)
    assert await stamps(gallery) == [("classes", ""), ("nudity", "")]


@pytest.mark.parametrize(("body", "status", "code"), [({}, 409, "off"), ({"analyzers": ["nose"]}, 400, "unknown"), ({"analyzers": "classes"}, 400, "unknown")])
async def test_no_photo_is_looked_at_by_analyzers_that_are_off_or_unknown(owner: Any, gallery: Gallery, body: dict[str, Any], status: int, code: str) -> None:
    (photo, *_) = await ids(gallery)
    answer = await owner.post(f"/api/photos/{photo}/analyze", json=body)
    assert (answer.status, (await answer.json())["error"]["code"]) == (status, code)


@pytest.mark.parametrize("photo", ["0" * 32, "f" * 32])
async def test_an_unknown_photo_is_simply_not_there(owner: Any, photo: str) -> None:
    for path in (f"/api/photos/{photo}", f"/media/{photo}/thumb", f"/media/{photo}/original"):
        assert (await owner.get(path)).status == 404
    assert (await owner.patch(f"/api/photos/{photo}", json={"rating": 1})).status == 404
    assert (await owner.post(f"/api/photos/{photo}/analyze")).status == 404


async def test_a_photo_that_left_is_gone_from_every_route(owner: Any, gallery: Gallery, photos: Path) -> None:
    (photo, *_) = await ids(gallery)
    (photos / "trip" / "IMG_3.jpg").unlink()
    await asyncio.wait_for(gallery.flow.run(), 60)
    for path in (f"/api/photos/{photo}", f"/media/{photo}/thumb", f"/media/{photo}/preview", f"/media/{photo}/original"):
        assert (await owner.get(path)).status == 404
