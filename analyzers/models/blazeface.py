"""BlazeFace's raw output in, faces with boxes and landmarks out.

The back-camera model sees 256 px and answers for 896 anchors: 16 x 16 cells with two each, then 8 x 8 cells with six each
(Bazarevsky et al., "BlazeFace", 2019; MediaPipe ``face_detection_back``).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vitrine.analyzers.models.graphs import Array
from vitrine.analyzers.pixels import boxes

SIDE = 256  # the anchors hold for this size alone
GRIDS = ((16, 2), (8, 6))
OUTPUTS = ("Identity", "Identity_1", "Identity_2", "Identity_3")
"""Logits of both grids, then their boxes."""
LANDMARKS = ("right eye", "left eye", "nose", "mouth", "right ear", "left ear")
"""As the person has them: the right eye is on the picture's left."""


def anchors() -> npt.NDArray[np.float32]:
    """(896, 2): centre of each anchor in input pixels, x then y."""
    parts = []
    for cells, each in GRIDS:
        middles = (np.arange(cells, dtype=np.float32) + 0.5) * (SIDE / cells)
        x, y = np.meshgrid(middles, middles)
        parts.append(np.repeat(np.stack([x.ravel(), y.ravel()], axis=1), each, axis=0))
    return np.concatenate(parts)


ANCHORS = anchors()


def faces(outputs: list[Array], least: float) -> list[npt.NDArray[np.float32]]:
    """For each picture of the batch (k, 17): left, top, right, bottom, six landmarks x, y (input pixels), score 0..1 >= ``least``."""
    logits = np.concatenate(outputs[:2], axis=1)[..., 0]
    raw = np.concatenate(outputs[2:], axis=1)
    scores = 1 / (1 + np.exp(-np.clip(logits, -50, 50)))
    found = []
    for score, row in zip(scores, raw, strict=True):
        sure = score >= least
        centre, size = row[sure, :2] + ANCHORS[sure], row[sure, 2:4]
        points = row[sure, 4:] + np.tile(ANCHORS[sure], len(LANDMARKS))
        found.append(np.concatenate([centre - size / 2, centre + size / 2, points, score[sure, None]], axis=1).astype(np.float32))
    return found


def merge(found: npt.NDArray[np.float32], overlap: float = 0.3, inside: float = 0.5) -> npt.NDArray[np.float32]:
    """(k, 17) from one or several views of a picture -> (m, 17), best first, one row a face.

    Rows that overlap the best by half steady it: box and landmarks are their mean, weighted by score. Rows that overlap less, or lie
    mostly inside it (the half of a face that a tile cut off), go.
    """
    left = found[np.argsort(-found[:, 16], kind="stable")]
    faces = []
    while len(left):
        best = left[0]
        common, within = boxes.overlap(best[:4], left[:, :4]), boxes.inside(best[:4], left[:, :4])
        near = left[common >= 0.5] if common[0] >= 0.5 else left[:1]
        steady = (near[:, :16] * near[:, 16:]).sum(axis=0) / near[:, 16].sum()
        faces.append(np.append(steady, best[16]))
        gone = (common > overlap) | (within > inside)
        gone[0] = True
        left = left[~gone]
    return np.asarray(faces, np.float32).reshape(-1, 17)
