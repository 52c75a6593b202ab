"""A picture, or a part of it, in; the square a model wants out, and the way back for what the model found."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from vitrine.analyzers.pixels.crops import Pixels

Part = tuple[float, float, float, float]
"""Left, top, right, bottom in pixels of the picture."""


@dataclass(frozen=True)
class Letterbox:
    """A square view of a part of a picture: scaled to fit, its rest black."""

    pixels: Pixels
    """(side, side, 3)."""
    scale: float
    """Model pixels for one picture pixel."""
    offset: tuple[float, float]
    """Where the picture's own origin lies in the square, model pixels."""

    @classmethod
    def of(cls, picture: Image.Image, side: int, part: Part | None = None, margin: float = 0.0) -> Letterbox:
        """Fit the part, or the whole, into the middle of ``side`` px; ``margin`` of the side stays black all around."""
        left, top, right, bottom = part or (0.0, 0.0, float(picture.width), float(picture.height))
        scale = side * (1 - 2 * margin) / max(right - left, bottom - top)
        width, height = max(1, round((right - left) * scale)), max(1, round((bottom - top) * scale))
        x, y = (side - width) // 2, (side - height) // 2
        square = Image.new("RGB", (side, side))
        square.paste(picture.resize((width, height), Image.Resampling.BICUBIC, (left, top, right, bottom)), (x, y))
        return cls(np.asarray(square), scale, (x - left * scale, y - top * scale))

    def back(self, points: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Model pixels (..., 2k) as x, y, x, y ... to picture pixels."""
        offset = np.tile(np.array(self.offset, np.float32), points.shape[-1] // 2)
        return np.asarray((points - offset) / self.scale, np.float32)


def tiles(width: int, height: int, overlap: float = 0.25, most: int = 5) -> list[Part]:
    """Parts that cover the picture, neighbours sharing at least ``overlap`` of their side.

    Squares about half as long as the picture; of panoramas longer parts, so that there are never more than ``most`` in a row.
    """
    side = min(width, height, max(width, height) / (2 - overlap))

    def spans(length: int) -> list[tuple[float, float]]:
        long = max(side, length / (most - (most - 1) * overlap))
        count = max(1, math.ceil((length - long * overlap) / (long * (1 - overlap)) - 1e-6))
        return [(step * (length - long) / max(1, count - 1), step * (length - long) / max(1, count - 1) + long) for step in range(count)]

    return [(left, top, right, bottom) for top, bottom in spans(height) for left, right in spans(width)]
