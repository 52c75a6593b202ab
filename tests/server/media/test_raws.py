"""Raw files: a small DNG made here, and real ones where they are beside the checkout."""

from __future__ import annotations

import io
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from PIL import Image
from PIL.TiffImagePlugin import IFDRational, ImageFileDirectory_v2

from tests.conftest import ROOT
from tests.server.media.conftest import encoded
from vitrine.config.errors import Problem
from vitrine.config.paths import DataFolder
from vitrine.server.media import raws
from vitrine.server.read import Limits, read

FORMATS = ROOT.parent / "shared" / "photos" / "formats"


def dng(path: Path, width: int = 240, height: int = 160, orientation: int = 1) -> Path:
    """A digital negative of plain red: an RGGB mosaic of 16 bits, without a stored picture."""
    mosaic = np.zeros((height, width), dtype="<u2")
    mosaic[::2, ::2] = 40_000
    tags = ImageFileDirectory_v2(b"II*\0\x08\0\0\0")
    values = {
        254: 0, 256: width, 257: height, 258: 16, 259: 1, 262: 32803, 271: "Maker", 272: "Model", 273: 0, 274: orientation, 277: 1,
        278: height, 279: width * height * 2,
        33421: (2, 2), 50706: b"\1\4\0\0", 50707: b"\1\1\0\0", 50708: "Maker Model",
        50721: tuple(IFDRational(value) for value in (1, 0, 0, 0, 1, 0, 0, 0, 1)), 50728: tuple(IFDRational(1) for _ in range(3)), 50778: 21,
    }  # fmt: skip
    kinds = {33421: 3, 33422: 1, 50706: 1, 50707: 1, 50721: 10, 50728: 5, 254: 4, 273: 4, 279: 4}
    for tag, value in values.items():
        if tag in kinds:
            tags.tagtype[tag] = kinds[tag]
        tags[tag] = value
    tags.tagtype[33422] = 1
    tags[33422] = b"\0\1\1\2"
    # Pillow moves the offset of the strip (273) behind the directory by itself.
    path.write_bytes(b"II*\0\x08\0\0\0" + tags.tobytes(8) + mosaic.tobytes())
    return path


@pytest.fixture
def folder(data: DataFolder) -> DataFolder:
    """An empty data folder."""
    data.make()
    return data


def test_raw_data_without_a_stored_picture_is_developed(tmp_path, folder):
    found = read(dng(tmp_path / "a.jpg"), folder, Limits())
    assert (found["type"], found["width"], found["height"]) == ("image/x-adobe-dng", 240, 160)
    assert found["camera"] == {"make": "Maker", "model": "Model"}
    with Image.open(folder.picture(found["id"], "preview")) as preview:
        red, green, blue = cast("tuple[int, int, int]", preview.getpixel((50, 40)))
    assert red > 2 * max(green, blue)


def test_a_raw_file_comes_out_upright(tmp_path, folder):
    found = read(dng(tmp_path / "a.dng", orientation=6), folder, Limits())
    assert (found["width"], found["height"]) == (160, 240)
    with Image.open(folder.picture(found["id"], "preview")) as preview:
        assert preview.height > preview.width


def test_raw_files_hold_the_pixel_limit_too(tmp_path, folder):
    with pytest.raises(Problem) as caught:
        read(dng(tmp_path / "a.dng", 2000, 1000), folder, Limits(max_megapixels=1))
    assert caught.value.code == "too-large"


def test_a_cut_off_raw_file_is_a_problem(tmp_path, folder):
    path = dng(tmp_path / "a.dng")
    path.write_bytes(path.read_bytes()[:600])
    with pytest.raises(Problem) as caught:
        read(path, folder, Limits())
    assert caught.value.code == "broken"


def test_an_ordinary_tiff_is_no_raw_file():
    assert raws.kind_of_tiff(encoded(Image.new("RGB", (8, 8)), "TIFF")) == "image/tiff"
    assert raws.kind_of_tiff(io.BytesIO(b"II*\0")) == "image/tiff"


@pytest.mark.skipif(not FORMATS.exists(), reason="the photos of many formats are not beside this checkout: ../shared/photos/formats")
@pytest.mark.parametrize(
    ("name", "size", "model"),
    [
        ("raw_canon6d_lossy.dng", (1224, 816), "Canon EOS 6D"),
        ("raw_bayer_synthetic.dng", (720, 540), "Bayer dev"),
        ("raw_nikon_d70s_reduced.nef", (2000, 3008), "NIKON D70s"),
        ("raw_fuji_metadata_only.raf", (3552, 3551), "FinePix S5Pro"),
    ],
)
def test_real_raw_files_are_shown_with_what_their_camera_told(folder, name, size, model):
    found = read(FORMATS / name, folder, Limits())
    assert found["camera"]["model"] == model
    assert found["taken"] is not None
    if "fuji" not in name:
        assert (found["width"], found["height"]) == size
