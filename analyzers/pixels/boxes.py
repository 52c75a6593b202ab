"""Boxes in, fewer boxes out: overlap, suppression, and fractions of a picture.

Boxes are rows of ``left, top, right, bottom`` in pixels, float32 (n, 4), unless a name says otherwise.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Boxes = npt.NDArray[np.float32]
Scores = npt.NDArray[np.float32]


def area(boxes: Boxes) -> npt.NDArray[np.float32]:
    """(n,) square pixels; 0 for boxes turned inside out."""
    sides = np.clip(boxes[..., 2:] - boxes[..., :2], 0, None)
    return np.asarray(sides[..., 0] * sides[..., 1], np.float32)


def shared(box: Boxes, others: Boxes) -> npt.NDArray[np.float32]:
    """(n,) square pixels that one box (4,) has in common with each of the others."""
    corners = np.concatenate([np.maximum(box[:2], others[:, :2]), np.minimum(box[2:], others[:, 2:])], axis=1)
    return area(corners)


def overlap(box: Boxes, others: Boxes) -> npt.NDArray[np.float32]:
    """(n,) intersection over union, 0..1."""
    common = shared(box, others)
    return np.asarray(common / np.maximum(area(box) + area(others) - common, 1e-6), np.float32)


def inside(box: Boxes, others: Boxes) -> npt.NDArray[np.float32]:
    """(n,) how much of the smaller of the two lies in the other, 0..1: near 1 for a part of a thing within the whole of it."""
    return np.asarray(shared(box, others) / np.maximum(np.minimum(area(box), area(others)), 1e-6), np.float32)


def suppress(boxes: Boxes, scores: Scores, most: float) -> list[int]:
    """Greedy non-maximum suppression: rows to keep, best first, no two overlapping by more than ``most``. Ties keep their order."""
    left = np.argsort(-scores, kind="stable")
    kept: list[int] = []
    while left.size:
        best, left = int(left[0]), left[1:]
        kept.append(best)
        left = left[overlap(boxes[best], boxes[left]) <= most]
    return kept


def suppress_each(boxes: Boxes, scores: Scores, kinds: npt.NDArray[np.intp], most: float) -> list[int]:
    """The same among boxes of one kind only; rows to keep, best first."""
    kept: list[int] = []
    for kind in np.unique(kinds):
        rows = np.flatnonzero(kinds == kind)
        kept.extend(int(rows[row]) for row in suppress(boxes[rows], scores[rows], most))
    return sorted(kept, key=lambda row: (-scores[row], row))


def fractions(box: Boxes, width: int, height: int) -> tuple[float, float, float, float]:
    """The part of one box inside the picture as ``x, y, w, h`` of 0..1, to four digits."""
    left, right = np.clip(box[[0, 2]], 0, width) / width
    top, bottom = np.clip(box[[1, 3]], 0, height) / height
    return (round(float(left), 4), round(float(top), 4), round(float(right - left), 4), round(float(bottom - top), 4))
