"""A picture, or a part of it, in; the square a model wants out, and the way back for what the model found."""

from __future__ import annotations

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
    def of(cls, picture: Image.Image, side: int, part: Part | None = None, centred: bool = True) -> Letterbox:
        """Fit the part, or the whole, into ``side`` px. ``centred`` puts it in the middle, else top left."""
        left, top, right, bottom = part or (0.0, 0.0, float(picture.width), float(picture.height))
        scale = side / max(right - left, bottom - top)
        width, height = max(1, round((right - left) * scale)), max(1, round((bottom - top) * scale))
        x, y = ((side - width) // 2, (side - height) // 2) if centred else (0, 0)
        square = Image.new("RGB", (side, side))
        square.paste(picture.resize((width, height), Image.Resampling.BICUBIC, (left, top, right, bottom)), (x, y))
        return cls(np.asarray(square), scale, (x - left * scale, y - top * scale))

    def back(self, points: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Model pixels (..., 2k) as x, y, x, y ... to picture pixels."""
        offset = np.tile(np.float32(self.offset), points.shape[-1] // 2)
        return ((points - offset) / np.float32(self.scale)).astype(np.float32)
