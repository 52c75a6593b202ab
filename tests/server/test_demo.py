"""The demo library: credited, unchanged in its pixels, and the same after a second start."""

import io

import exifread
import pytest
from PIL import Image, ImageChops

from vitrine.config.errors import UserError
from vitrine.server import demo

fetched = pytest.mark.skipif(not demo.PHOTOS.is_dir(), reason="the demo photos were not fetched: run `make models`")


@fetched
def test_every_photo_has_a_credit_and_every_credit_a_photo(tmp_path):
    library = demo.prepare(tmp_path)
    assert {credit["file"] for credit in library.credits} == {path.name for path in library.folder.iterdir()}
    assert len(library.credits) >= 10
    assert all(credit[part] for credit in library.credits for part in ("title", "author", "licence", "source"))


@fetched
def test_the_copies_show_the_very_pixels_of_the_originals(tmp_path):
    for copy in demo.prepare(tmp_path).folder.iterdir():
        with Image.open(copy) as ours, Image.open(demo.PHOTOS / copy.name) as theirs:
            assert ours.mode == theirs.mode
            assert ImageChops.difference(ours, theirs).getbbox() is None, copy.name


@fetched
def test_a_second_start_rewrites_nothing(tmp_path):
    before = {path: path.stat().st_mtime_ns for path in demo.prepare(tmp_path).folder.iterdir()}
    after = {path: path.stat().st_mtime_ns for path in demo.prepare(tmp_path).folder.iterdir()}
    assert after == before


@fetched
def test_a_copy_carries_its_credit_and_place(tmp_path):
    photo = demo.prepare(tmp_path).folder / "Summer Palace.jpg"
    tags = exifread.process_file(io.BytesIO(photo.read_bytes()), details=False)
    assert str(tags["Image Artist"]) == "danielbuechele"
    assert str(tags["Image Copyright"]).startswith("CC BY 2.0")
    lat, lon = exifread.utils.get_gps_coords(tags)
    assert (lat, lon) == pytest.approx((39.9977, 116.2684), abs=1e-4)


def test_photos_that_were_never_fetched_are_one_clear_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(demo, "PHOTOS", tmp_path / "nowhere")
    with pytest.raises(UserError, match="make models"):
        demo.prepare(tmp_path)
