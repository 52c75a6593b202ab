"""Boxes, letterboxes and crops: what is found in the model's square lies where it lay in the picture."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from vitrine.analyzers.pixels import boxes, crops
from vitrine.analyzers.pixels.letterbox import Letterbox, tiles

SIDES = st.integers(1, 1280)


def rows(*found: tuple[float, float, float, float]) -> np.ndarray:
    return np.array(found, np.float32)


def test_overlap_is_intersection_over_union() -> None:
    assert boxes.overlap(rows((0, 0, 2, 2))[0], rows((0, 0, 2, 2), (1, 0, 3, 2), (5, 5, 6, 6), (2, 0, 4, 2))).tolist() == pytest.approx([1, 1 / 3, 0, 0])


def test_a_part_lies_inside_its_whole() -> None:
    assert boxes.inside(rows((0, 0, 4, 4))[0], rows((1, 1, 2, 2), (3, 3, 5, 5))).tolist() == [1, 0.25]


def test_of_overlapping_boxes_the_best_stays() -> None:
    found, scores = rows((0, 0, 10, 10), (1, 1, 11, 11), (30, 30, 40, 40)), np.array([0.5, 0.9, 0.3], np.float32)
    assert boxes.suppress(found, scores, 0.5) == [1, 2]


def test_boxes_of_two_kinds_do_not_suppress_each_other() -> None:
    found, scores = rows((0, 0, 10, 10), (0, 0, 10, 10)), np.array([0.5, 0.9], np.float32)
    assert boxes.suppress_each(found, scores, np.array([0, 1]), 0.5) == [1, 0]
    assert boxes.suppress_each(found, scores, np.array([1, 1]), 0.5) == [1]


@given(st.tuples(*[st.floats(-500, 2000, width=32)] * 4), SIDES, SIDES)
def test_a_box_in_fractions_lies_within_the_picture(corners: tuple[float, float, float, float], width: int, height: int) -> None:
    left, top, right, bottom = min(corners[0], corners[2]), min(corners[1], corners[3]), max(corners[0], corners[2]), max(corners[1], corners[3])
    x, y, w, h = boxes.fractions(rows((left, top, right, bottom))[0], width, height)
    assert min(x, y, w, h) >= 0
    assert max(x + w, y + h) <= 1.0002


@given(SIDES, SIDES, st.sampled_from([0.0, 0.2]))
def test_a_letterbox_leads_back_to_the_picture(width: int, height: int, margin: float) -> None:
    view = Letterbox.of(Image.new("RGB", (width, height)), 128, margin=margin)
    assert view.pixels.shape == (128, 128, 3)
    corners = rows((0, 0, width, height)) * view.scale + np.tile(view.offset, 2)
    assert view.back(corners.astype(np.float32))[0] == pytest.approx([0, 0, width, height], abs=max(width, height) * 1e-4)


def test_a_letterbox_keeps_the_shape_of_what_it_shows() -> None:
    picture = Image.new("RGB", (400, 200))
    ImageDraw.Draw(picture).rectangle((300, 50, 349, 99), "white")
    view = Letterbox.of(picture, 100)
    found = np.argwhere(view.pixels[..., 0] > 128)
    (top, left), (bottom, right) = found.min(axis=0), found.max(axis=0) + 1
    assert view.back(rows((left, top, right, bottom)))[0] == pytest.approx([300, 50, 350, 100], abs=4)


@given(SIDES, SIDES)
def test_tiles_cover_the_picture_and_stay_within(width: int, height: int) -> None:
    found = tiles(width, height)
    for length, low, high in ((width, 0, 2), (height, 1, 3)):
        spans = sorted({(tile[low], tile[high]) for tile in found})
        assert spans[0][0] == 0
        assert spans[-1][1] == pytest.approx(length)
        assert all(after[0] <= before[1] for before, after in pairwise(spans))
        assert spans[-1][1] <= length + 1e-6
        assert len(spans) <= 5


@pytest.mark.parametrize("angle", [0, 0.5, -1.2, math.pi])
@pytest.mark.parametrize("side", [60, 400])
def test_a_turned_crop_is_level_and_centred(angle: float, side: int) -> None:
    """Two dots on a line at this angle come out level, a quarter of the crop apart, whatever the scale."""
    picture = Image.new("RGB", (600, 500))
    draw = ImageDraw.Draw(picture)
    for sign, colour in ((-1, (255, 0, 0)), (1, (0, 255, 0))):
        x, y = 300 + sign * math.cos(angle) * side / 8, 250 + sign * math.sin(angle) * side / 8
        draw.ellipse((x - side / 30, y - side / 30, x + side / 30, y + side / 30), colour)
    crop = crops.turned(picture, (300, 250), side, angle, 96)
    left, right = (np.argwhere(crop[..., channel] > 128).mean(axis=0) for channel in (0, 1))
    assert left == pytest.approx([47.5, 35.5], abs=1.5)
    assert right == pytest.approx([47.5, 59.5], abs=1.5)


@given(st.floats(-2000, 2000), st.floats(-2000, 2000), st.floats(1, 3000), st.floats(-4, 4))
def test_a_crop_of_anything_anywhere_is_a_square(x: float, y: float, side: float, angle: float) -> None:
    assert crops.turned(Image.new("RGB", (50, 40), "white"), (x, y), side, angle, 16).shape == (16, 16, 3)


def test_the_centre_is_the_middle_of_the_short_side() -> None:
    picture = Image.new("RGB", (300, 100), "red")
    picture.paste("blue", (110, 0, 190, 100))
    crop = crops.centre(picture, 32, margin=1.25)
    assert crop.shape == (32, 32, 3)
    assert (crop[2:-2, 2:-2] == (0, 0, 255)).all()
