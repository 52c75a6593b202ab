"""One decode: upright, sRGB, bounded, in every mode a file may come in."""

from __future__ import annotations

import io
from typing import cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from tests.server.media.conftest import encoded, scene
from vitrine.config.errors import Problem
from vitrine.server.media import formats, pixels

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def decode(file: io.BytesIO, wanted: int = 1280, limit: int = 10**8) -> pixels.Decoded:
    kind = formats.sniff(file.getvalue()[:4096])
    assert kind is not None
    with pixels.opened(file, kind, limit) as image:
        return pixels.decode(image, kind, wanted)


def corners(picture: Image.Image) -> list[tuple[int, ...]]:
    right, bottom = picture.width - 3, picture.height - 3
    return [cast("tuple[int, ...]", picture.getpixel(at)) for at in ((2, 2), (right, 2), (2, bottom), (right, bottom))]


def close(found, wanted, most: int = 30) -> bool:
    return all(abs(a - b) <= most for one, other in zip(found, wanted, strict=True) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize(
    ("form", "options"),
    [
        ("JPEG", {"quality": 95}),
        ("PNG", {}),
        ("WEBP", {"quality": 95}),
        ("AVIF", {"quality": 95}),
        ("TIFF", {}),
        ("BMP", {}),
        ("JPEG2000", {}),
        ("HEIF", {"quality": 95}),
    ],
)
def test_every_format_gives_the_same_picture(four, form, options):
    found = decode(encoded(four, form, **options))
    assert (found.width, found.height, found.picture.mode) == (64, 48, "RGB")
    assert close(corners(found.picture), (RED, GREEN, BLUE, WHITE), 60)
    assert not found.animated


@pytest.mark.parametrize("number", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_every_orientation_comes_out_upright(four, form, number):
    inverse = {6: 8, 8: 6}.get(number, number)
    turned = four if number == 1 else four.transpose(pixels.ORIENTATIONS[inverse])
    exif = Image.Exif()
    exif[0x0112] = number
    found = decode(encoded(turned, form, exif=exif, **({"quality": 95} if form == "JPEG" else {})))
    assert (found.width, found.height) == found.picture.size == (64, 48)
    assert close(corners(found.picture), (RED, GREEN, BLUE, WHITE), 60)


@pytest.mark.parametrize("number", [0, 9, 255, 65535])
def test_an_orientation_that_does_not_exist_counts_as_upright(four, number):
    exif = Image.Exif()
    exif[0x0112] = number
    assert decode(encoded(four, "JPEG", exif=exif)).picture.size == (64, 48)


def test_a_large_jpeg_is_scaled_while_it_is_decoded():
    found = decode(encoded(scene(4000, 3000), "JPEG"))
    assert (found.width, found.height) == (4000, 3000)
    assert found.picture.size == (2000, 1500)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "LA", "CMYK", "I;16", "RGB"])
def test_a_large_picture_of_any_mode_is_reduced_to_less_than_twice_what_is_wanted(mode):
    grey = Image.fromarray(np.full((600, 1000), 200 * 257, dtype=np.uint16))
    picture = grey if mode == "I;16" else scene(1000, 600).convert(mode)
    found = decode(encoded(picture, "TIFF"), wanted=100)
    assert found.picture.mode == "RGB"
    assert 100 <= max(found.picture.size) < 400
    assert (found.width, found.height) == (1000, 600)
    if mode == "I;16":
        assert close([found.picture.getpixel((5, 5))], [(200, 200, 200)], 2)
    elif mode in ("RGB", "RGBA", "P"):
        assert close(corners(found.picture), (RED, GREEN, BLUE, WHITE), 40)


def test_what_is_transparent_becomes_white():
    picture = Image.new("RGBA", (20, 20), (255, 0, 0, 0))
    assert decode(encoded(picture, "PNG")).picture.getpixel((5, 5)) == WHITE
    palette = picture.convert("P")
    palette.info["transparency"] = palette.getpixel((0, 0))
    assert decode(encoded(palette, "PNG", transparency=palette.getpixel((0, 0)))).picture.getpixel((5, 5)) == WHITE


def test_sixteen_bits_of_grey_keep_their_brightness():
    picture = Image.fromarray(np.full((10, 10), 0x8000, dtype=np.uint16))
    assert close([decode(encoded(picture, "PNG")).picture.getpixel((5, 5))], [(128, 128, 128)], 1)


def test_floating_point_is_stretched_and_not_a_number_is_black():
    values = np.linspace(0, 1, 100, dtype=np.float32).reshape(10, 10)
    found = decode(encoded(Image.fromarray(values), "TIFF")).picture
    assert (found.getpixel((0, 0)), found.getpixel((9, 9))) == ((0, 0, 0), WHITE)
    values[3, 3] = np.nan
    assert decode(encoded(Image.fromarray(values), "TIFF")).picture.size == (10, 10)


def test_another_colour_space_is_converted_to_srgb(four):
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    assert close(corners(decode(encoded(four, "PNG", icc_profile=lab.tobytes())).picture), (RED, GREEN, BLUE, WHITE), 1)


@pytest.mark.parametrize("profile", [b"", b"\0" * 200, b"acsp" * 100, ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()])
def test_a_corrupt_or_unfitting_profile_is_ignored(four, profile):
    assert close(corners(decode(encoded(four, "PNG", icc_profile=profile)).picture), (RED, GREEN, BLUE, WHITE), 1)


def test_of_an_animation_the_first_frame_is_shown(four):
    others = [Image.new("RGB", four.size, "black")] * 3
    for form, kind in (("GIF", "image/gif"), ("WEBP", "image/webp"), ("PNG", "image/apng"), ("AVIF", "image/avif")):
        found = decode(encoded(four, form, save_all=True, append_images=others))
        assert (found.animated, found.type) == (True, kind)
        assert close(corners(found.picture), (RED, GREEN, BLUE, WHITE), 60)


def test_several_pictures_in_one_file_are_no_animation(four):
    for form in ("MPO", "TIFF"):
        assert not decode(encoded(four, form, save_all=True, append_images=[four])).animated


def test_a_picture_beyond_the_limit_is_refused_before_it_is_decoded(four):
    with pytest.raises(Problem) as caught:
        decode(encoded(four, "PNG"), limit=3071)
    assert caught.value.code == "too-large"
    assert "64 x 48" in caught.value.message
    assert decode(encoded(four, "PNG"), limit=3072).width == 64


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP", "TIFF", "AVIF", "HEIF"])
def test_a_cut_off_picture_is_a_problem_that_says_so(form):
    rng = np.random.default_rng(1)
    noise = Image.fromarray(rng.integers(0, 255, (200, 300, 3), dtype=np.uint8))
    whole = encoded(noise, form).getvalue()
    with pytest.raises(Problem) as caught:
        decode(io.BytesIO(whole[: len(whole) // 2]))
    assert caught.value.code == "broken"


def test_a_jpeg_without_its_end_marker_is_whole(four):
    whole = encoded(four, "JPEG").getvalue()
    assert decode(io.BytesIO(whole[:-2])).width == 64


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "HEIF"]),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=20),
)
def test_flipped_bytes_give_a_picture_or_a_problem(form, flips):
    content = bytearray(encoded(scene(), form).getvalue())
    for at, value in flips:
        content[at % len(content)] = value
    kind = formats.sniff(bytes(content[:4096]))
    if kind not in pixels.DECODERS:
        return
    found: pixels.Decoded | Problem
    try:
        found = decode(io.BytesIO(bytes(content)), limit=10**6)
    except Problem as problem:
        found = problem
    if isinstance(found, Problem):
        assert found.code in {"broken", "too-large", "too-hungry"}
        assert found.message.endswith(".")
    else:
        assert found.picture.mode == "RGB"
