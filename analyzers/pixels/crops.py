"""A picture and where to look in, a square of pixels out."""

from __future__ import annotations

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
