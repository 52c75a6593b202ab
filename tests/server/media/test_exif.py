"""What the camera wrote, as exiftool prints it."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from tests.conftest import ROOT
from tests.server.media.conftest import encoded, scene
from vitrine.server.media import exif, formats, pixels

Tags = dict[int, Any]

PHOTOS = ROOT.parent / "shared" / "photos" / "exif"


def facts_of(file: BinaryIO) -> exif.Facts:
    kind = formats.sniff(file.read(4096))
    assert kind is not None
    file.seek(0)
    with Image.open(file, formats=pixels.DECODERS[kind]) as image:
        return exif.facts(image, file)


def tagged(image: Tags | None = None, detail: Tags | None = None, gps: Tags | None = None) -> Image.Exif:
    block = Image.Exif()
    for tag, value in (image or {}).items():
        block[tag] = value
    for pointer, values in ((0x8769, detail), (0x8825, gps)):
        if values:
            block[pointer] = values
    return block


def read(form: str = "JPEG", **directories) -> exif.Facts:
    return facts_of(encoded(scene(), form, exif=tagged(**directories)))


GPS = {1: "N", 2: (IFDRational(48), IFDRational(51), IFDRational(3000, 100)), 3: "W", 4: (IFDRational(2), IFDRational(17), IFDRational(0))}


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
def test_every_format_tells_the_same_facts(form):
    found = read(
        form,
        image={0x010F: "Canon", 0x0110: "Canon EOS 6D"},
        detail={
            0x9003: "2019:06:06 07:29:51",
            0x9291: "07",
            0x9011: "+02:00",
            0x8827: 1000,
            0x829D: IFDRational(56, 10),
            0x829A: IFDRational(1, 60),
            0x920A: IFDRational(65),
            0xA434: "EF24-105mm f/4L IS USM",
            0xA405: 65,
        },
        gps=GPS | {5: b"\x01", 6: IFDRational(1234, 10)},
    )
    assert found.taken == "2019-06-06T07:29:51.07+02:00"
    assert (found.lat, found.lon, found.altitude) == (48.8583333, -2.2833333, -123.4)
    assert found.camera == {
        "make": "Canon",
        "model": "Canon EOS 6D",
        "lens": "EF24-105mm f/4L IS USM",
        "iso": 1000,
        "aperture": 5.6,
        "exposure": 0.01666666667,
        "focal": 65.0,
        "focal35": 65.0,
    }
    assert found.tags["Model"] == "Canon EOS 6D"


def test_a_tiff_is_its_own_block():
    file = io.BytesIO(tagged(image={0x0110: "Scanner"}, detail={0x9003: "2019:06:06 07:29:51"}).tobytes()[6:])
    picture = Image.new("RGB", (4, 4))
    picture.format = "TIFF"
    found = exif.facts(picture, file)
    assert (found.taken, found.camera) == ("2019-06-06T07:29:51", {"model": "Scanner"})


@pytest.mark.parametrize(
    ("detail", "image", "taken"),
    [
        ({0x9003: "2014:09:12 17:20:30", 0x9004: "2002:12:08 12:00:00"}, {0x0132: "2020:01:01 00:00:00"}, "2014-09-12T17:20:30"),
        ({0x9004: "2002:12:08 12:00:00"}, {}, "2002-12-08T12:00:00"),
        ({}, {0x0132: "2020:01:01 10:00:00"}, "2020-01-01T10:00:00"),
        ({0x9003: "0000:00:00 00:00:00", 0x9004: "2002:12:08 12:00:00"}, {}, "2002-12-08T12:00:00"),
        ({0x9003: "not a date at all!!"}, {}, None),
        ({0x9003: "    :  :     :  :  "}, {}, None),
        ({0x9003: "2021:02:30 10:00:00"}, {}, None),
        ({0x9003: "1204:01:01 10:00:00"}, {}, None),
        ({0x9003: "2023-10-06T08:35:36", 0x9010: "-04:00"}, {}, "2023-10-06T08:35:36-04:00"),
        ({0x9003: "2023:10:06 08:35:36", 0x9011: "Z"}, {}, "2023-10-06T08:35:36Z"),
        ({0x9003: "2023:10:06 08:35:36", 0x9011: "+99:99"}, {}, "2023-10-06T08:35:36"),
        ({0x9003: "2023:10:06 08:35:60"}, {}, "2023-10-06T08:35:59"),
    ],
)
def test_the_date_is_that_of_the_taking_and_never_a_zero_or_a_word(detail, image, taken):
    assert read(detail=detail, image=image).taken == taken


@pytest.mark.parametrize(
    "change",
    [
        {4: None, 3: None},
        {2: (IFDRational(95), IFDRational(0), IFDRational(0))},
        {4: (IFDRational(190), IFDRational(0), IFDRational(0))},
        {2: (IFDRational(0), IFDRational(0), IFDRational(0)), 4: (IFDRational(0), IFDRational(0), IFDRational(0))},
        {2: (IFDRational(5, 0), IFDRational(0), IFDRational(0))},
        {1: "X"},
    ],
    ids=["latitude only", "latitude of 95", "longitude of 190", "0, 0", "no number", "no hemisphere"],
)
def test_a_position_that_cannot_be_is_absent(change):
    found = read(gps={tag: value for tag, value in (GPS | change).items() if value is not None})
    assert (found.lat, found.lon, found.altitude) == (None, None, None)


@pytest.mark.parametrize(
    ("detail", "camera"),
    [
        ({0x829D: IFDRational(28, 0), 0x829A: IFDRational(0, 0)}, {}),
        ({0x9202: IFDRational(6), 0x9201: IFDRational(7)}, {"aperture": 8.0, "exposure": 0.0078125}),
        ({0x8827: (400, 0)}, {"iso": 400}),
        ({0x8827: 65535, 0x8832: 102400}, {"iso": 102400}),
        ({0xA405: 0}, {}),
    ],
)
def test_exposure_is_told_as_numbers_or_not_at_all(detail, camera):
    assert read(detail=detail).camera == camera


def test_text_of_tags_is_inert():
    found = read(image={0x010E: "<script>\x1b[31m\u202ealert</script>".encode(), 0x010F: "  Sony\0junk"})
    assert found.camera["make"] == "Sony"
    assert found.tags["ImageDescription"] == "<script> [31m alert</script>"


def test_long_and_many_tags_are_bounded():
    found = read(image={0x010E: "x" * 50_000, **{0xC000 + number: "tag" for number in range(600)}})
    assert len(found.tags["ImageDescription"]) <= exif.MOST_CHARACTERS
    assert len(found.tags) <= exif.MOST_TAGS


@pytest.mark.parametrize("value", ["é", "日本語", "ÔvôrhangajХужирт"])
def test_text_is_utf8_where_it_is(value):
    assert exif.text(value.encode().decode("latin-1")) == value
    assert exif.text("caf\xe9") == "café"


@settings(max_examples=200, deadline=None)
@given(st.binary(min_size=1, max_size=400))
def test_any_metadata_block_gives_facts(block):
    image = Image.new("RGB", (4, 4))
    for start in (b"", b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08", b"Exif\0\0II*\0\x08\0\0\0"):
        image.info["exif"] = start + block
        assert isinstance(exif.facts(image, io.BytesIO(b"")), exif.Facts)


def test_a_directory_that_points_to_itself_and_a_count_of_four_gigabytes_cost_nothing():
    entry = (0x010E).to_bytes(2, "little") + (2).to_bytes(2, "little") + (0xFFFFFFFF).to_bytes(4, "little") + (8).to_bytes(4, "little")
    loop = (0x8769).to_bytes(2, "little") + (4).to_bytes(2, "little") + (1).to_bytes(4, "little") + (8).to_bytes(4, "little")
    image = Image.new("RGB", (4, 4))
    image.info["exif"] = b"II*\0\x08\0\0\0" + (2).to_bytes(2, "little") + entry + loop + (8).to_bytes(4, "little")
    assert exif.facts(image, io.BytesIO(b"")).camera == {}


def truth() -> list[dict[str, str]]:
    if not (PHOTOS / "SOURCES.csv").exists():
        return []
    with open(PHOTOS / "SOURCES.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def same(found: object, wanted: str, digits: float) -> bool:
    """Equal to the printed number; ``digits`` allows for photos whose tags were copied as rounded text."""
    return found is not None and abs(float(str(found)) - float(wanted)) <= digits * abs(float(wanted))


@pytest.mark.skipif(not truth(), reason="the photos with ground truth are not beside this checkout: ../shared/photos/exif")
@pytest.mark.parametrize("row", truth(), ids=lambda row: row["file"])
def test_real_photos_tell_what_exiftool_prints(row):
    with open(Path(PHOTOS, row["file"]), "rb") as file:
        found = facts_of(file)
    camera = found.camera
    # Tags of photos that were made smaller went through text, which rounds: 4.67 mm became 4.7 mm.
    digits = 0.02 if "downscaled" in row["derived"] else 1e-9
    assert camera.get("make", "") == row["make"]
    assert camera.get("model", "") == row["model"]
    if row["lens"]:
        assert camera.get("lens") == row["lens"]
    if row["datetime_original"] or row["create_date"]:
        wanted = (row["datetime_original"] or row["create_date"]).replace(":", "-", 2).replace(" ", "T")
        assert found.taken == wanted + (f".{row['subsec']}" if row["subsec"] else "") + row["offset"]
    else:
        assert found.taken is None
    for name, column in (("iso", "iso"), ("aperture", "fnumber"), ("exposure", "exposure_s"), ("focal", "focal_mm")):
        if row[column]:
            # Nikon's pair: the second number is the value.
            wanted = row[column].split()[-1]
            assert same(camera.get(name), wanted, digits), (name, camera.get(name), wanted)
        elif name in ("aperture", "exposure"):
            # exiftool, too, computes them from the APEX values then, and calls them by other names.
            assert 0 < float(str(camera.get(name, 1))) < 100
        else:
            assert name not in camera
    for value, column in ((found.lat, "latitude"), (found.lon, "longitude")):
        if row[column] and row["file"] != "exif_051.jpg":
            assert same(value, row[column], 1e-6), (column, value, row[column])
        else:
            assert value is None
