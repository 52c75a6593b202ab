"""A picture and where to look in, a square of pixels out."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from PIL import Image

Pixels = npt.NDArray[np.uint8]
"""Height, width, 3; RGB 0..255."""


def centre(picture: Image.Image, side: int, margin: float = 256 / 224) -> Pixels:
    """The middle square, ``side`` px, after scaling the short side to ``margin`` times that: how ImageNet models are evaluated."""
    crop = min(picture.size) / margin
    left, top = (picture.width - crop) / 2, (picture.height - crop) / 2
    return np.asarray(picture.resize((side, side), Image.Resampling.BICUBIC, (left, top, left + crop, top + crop)))


def turned(picture: Image.Image, centre: tuple[float, float], side: float, angle: float, px: int) -> Pixels:
    """The square of ``side`` picture pixels around ``centre``, its x axis turned by ``angle`` (radians, clockwise on screen), as ``px`` px.

    What lies outside the picture is black. Large squares are box-averaged first, so that nothing aliases.
    """
    shrink = max(1, int(side / px))
    reach = side * 0.75
    left, top = max(0, int(centre[0] - reach)), max(0, int(centre[1] - reach))
    right, bottom = min(picture.width, math.ceil(centre[0] + reach)), min(picture.height, math.ceil(centre[1] + reach))
    if left >= right or top >= bottom:
        return np.zeros((px, px, 3), np.uint8)
    near = picture.crop((left, top, right, bottom)).reduce(shrink) if shrink > 1 else picture.crop((left, top, right, bottom))
    x, y = (centre[0] - left) / shrink, (centre[1] - top) / shrink
    step = side / shrink / px
    across, down = step * math.cos(angle), step * math.sin(angle)
    half = px / 2
    # Pillow wants the map from output to input: rows (a, b, c) and (d, e, f).
    affine = (across, -down, x - half * across + half * down, down, across, y - half * down - half * across)
    return np.asarray(near.transform((px, px), Image.Transform.AFFINE, affine, Image.Resampling.BICUBIC))
