"""The stored pictures: sizes, never larger than the original, whole or not there."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.server.media.conftest import scene
from vitrine.config.paths import DataFolder
from vitrine.server.media import pictures

PHOTO = "ab" * 16


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 3000), st.integers(1, 3000))
def test_no_size_is_larger_than_its_limit_or_the_picture(width, height):
    sizes = pictures.scaled(Image.new("RGB", (width, height)))
    for size in pictures.SIZES:
        made = sizes[size.name]
        assert max(made.size) == min(size.longest, max(width, height))
        assert min(made.size) >= 1
        assert abs(made.width / max(made.size) - width / max(width, height)) <= 1.5 / max(made.size)


def test_each_size_is_stored_as_a_jpeg_of_its_own(tmp_path):
    data = DataFolder(tmp_path)
    data.make()
    assert pictures.missing(data, PHOTO)
    pictures.store(pictures.scaled(scene(2000, 1500)), data, PHOTO)
    assert not pictures.missing(data, PHOTO)
    for size in pictures.SIZES:
        with Image.open(data.picture(PHOTO, size.name)) as stored:
            assert (stored.format, max(stored.size)) == ("JPEG", size.longest)
    assert len(list(data.picture(PHOTO, "thumb").parent.iterdir())) == len(pictures.SIZES)


def test_a_failed_write_leaves_nothing_behind(tmp_path, monkeypatch):
    data = DataFolder(tmp_path)
    data.make()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OSError, match="No space"):
        pictures.store(pictures.scaled(scene()), data, PHOTO)
    assert list(data.picture(PHOTO, "thumb").parent.iterdir()) == []
