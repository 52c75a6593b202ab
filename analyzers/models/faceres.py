"""FaceRes: face crops in; age, gender and identity out.

The network was trained as HSE-FaceRec (Savchenko, "Efficient facial representations for age, gender and identity recognition",
2019) on Caffe's input, blue-green-red less the training mean. Fed so rather than with plain RGB, two people come apart further
(d' 5.7 against 4.5 on the photos measured in docs/analyzers.md) and ages err by 10.2 years rather than 11.6.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vitrine.analyzers.models.graphs import Array
from vitrine.analyzers.pixels.crops import Pixels

OUTPUTS = ("gender_pred/Sigmoid", "age_pred/Softmax", "global_pooling/Mean")
MEAN_BGR = np.array([103.939, 116.779, 123.68], np.float32)
CROPS = 3
"""A tight crop, a middle one, a wide one mirrored. Age and gender are better from the first and last, identity from the last two."""
OLD, STRETCH = 45.0, 0.5
"""Its ages shrink towards the middle: people it takes for over 60 were 10 years older. What exceeds OLD is stretched by this."""


@dataclass(frozen=True)
class Person:
    """What one face tells."""

    age: float
    """Years."""
    male: float
    """0 female .. 1 male."""
    vector: npt.NDArray[np.float32]
    """(1024,), unit length; the cosine of two tells whether they are one person (same from about 0.6 on)."""


def feed(portraits: Sequence[Pixels]) -> Array:
    """(n, 224, 224, 3) as the network wants it."""
    return np.stack(portraits)[..., ::-1].astype(np.float32) - MEAN_BGR


def people(outputs: list[Array]) -> list[Person]:
    """One person for each CROPS rows."""
    male, ages, vectors = (each.reshape(-1, CROPS, each.shape[-1]) for each in outputs)
    genders = male[:, ::2].mean(axis=(1, 2))
    years = [_median(distribution) for distribution in ages[:, ::2].mean(axis=1)]
    identities = _unit(_unit(vectors[:, 1:]).mean(axis=1))
    return [Person(age + STRETCH * max(0.0, age - OLD), float(gender), vector) for age, gender, vector in zip(years, genders, identities, strict=True)]


def _median(distribution: Array) -> float:
    """The age that half of the distribution (100,) lies below."""
    return float(np.interp(0.5, np.cumsum(distribution), np.arange(len(distribution))))


def _unit(vectors: Array) -> Array:
    lengths: Array = np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)
    return np.asarray(vectors / lengths)
