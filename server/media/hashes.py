"""Short names for content and looks. In: a file or a small picture. Out: content id, perceptual hash, ThumbHash, palette."""

from __future__ import annotations

import base64
import hashlib
import math
from functools import lru_cache
from io import BufferedReader, BytesIO

import imagehash
import numpy as np
import numpy.typing as npt
from PIL import Image

Plane = npt.NDArray[np.float64]


def content_id(file: BufferedReader | BytesIO) -> str:
    """BLAKE2b-128 of everything from the present position on, as 32 hex digits; streamed, so the size does not matter."""
    return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def perceptual_hash(picture: Image.Image) -> str:
    """64-bit DCT hash (imagehash ``phash``) as 16 hex digits; pictures that look alike differ in few bits."""
    return str(imagehash.phash(picture, hash_size=8, highfreq_factor=4))


def palette(picture: Image.Image, most: int = 6) -> list[str]:
    """Up to ``most`` dominant colours of an RGB picture as ``#rrggbb``, most frequent first.

    Median cut into 16 colours at 64 px, then colours nearer than 48 in RGB (about a third of a step between named colours) are
    joined with the more frequent one, and what covers less than 1.5 % is left out.
    """
    small = picture.resize((64, 64), Image.Resampling.BOX)
    cut = small.quantize(16, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    table = cut.getpalette() or []
    counts = sorted(((count, int(index)) for count, index in cut.getcolors(256) or [] if isinstance(index, int)), reverse=True)
    kept: list[tuple[int, tuple[int, int, int]]] = []
    for count, index in counts:
        colour = (table[3 * index], table[3 * index + 1], table[3 * index + 2])
        near = next((at for at, (_, other) in enumerate(kept) if math.dist(colour, other) < 48), None)
        if near is None:
            kept.append((count, colour))
        else:
            kept[near] = (kept[near][0] + count, kept[near][1])
    least = 0.015 * 64 * 64
    kept.sort(key=lambda entry: -entry[0])
    return [f"#{red:02x}{green:02x}{blue:02x}" for count, (red, green, blue) in kept if count >= least][:most]


@lru_cache(maxsize=64)
def _cosines(size: int, terms: int) -> Plane:
    """DCT-II basis: ``terms`` rows of ``size`` samples."""
    samples = np.arange(size) + 0.5
    basis: Plane = np.cos(np.pi / size * np.arange(terms)[:, None] * samples[None, :])
    return basis


def _channel(plane: Plane, across: int, down: int) -> tuple[float, list[float], float]:
    """DC term, AC terms scaled to 0..1, and their scale, of the triangle of low frequencies that ThumbHash keeps."""
    height, width = plane.shape
    terms = _cosines(height, down) @ plane @ _cosines(width, across).T / (width * height)
    ac = [float(terms[y, x]) for y in range(down) for x in range(across) if (x or y) and x * down < across * (down - y)]
    scale = max((abs(term) for term in ac), default=0.0)
    return float(terms[0, 0]), [0.5 + 0.5 / scale * term if scale else term for term in ac], scale


def thumb_hash(picture: Image.Image) -> str:
    """ThumbHash of an opaque RGB picture, base64: a blurred placeholder in some 25 bytes that also tells the shape.

    The reference (https://evanw.github.io/thumbhash/, MIT; package ``thumbhash``) loops in Python for 100 ms; these are the same sums
    as two matrix products, checked against the package byte by byte in the tests.
    """
    small = picture if max(picture.size) <= 100 else picture.copy()
    small.thumbnail((100, 100), Image.Resampling.BOX)
    width, height = small.size
    red, green, blue = np.moveaxis(np.asarray(small.convert("RGB"), dtype=np.float64) / 255, 2, 0)
    lx, ly = max(1, _round(7 * width / max(width, height))), max(1, _round(7 * height / max(width, height)))
    l_dc, l_ac, l_scale = _channel((red + green + blue) / 3, max(3, lx), max(3, ly))
    p_dc, p_ac, p_scale = _channel((red + green) / 2 - blue, 3, 3)
    q_dc, q_ac, q_scale = _channel(red - green, 3, 3)
    wide = width > height
    head = _round(63 * l_dc) | _round(31.5 + 31.5 * p_dc) << 6 | _round(31.5 + 31.5 * q_dc) << 12 | _round(31 * l_scale) << 18
    tail = (ly if wide else lx) | _round(63 * p_scale) << 3 | _round(63 * q_scale) << 9 | wide << 15
    nibbles = [_round(15 * term) for term in l_ac + p_ac + q_ac]
    nibbles += [0] * (len(nibbles) % 2)
    packed = bytes(low | high << 4 for low, high in zip(nibbles[::2], nibbles[1::2], strict=True))
    return base64.b64encode(head.to_bytes(3, "little") + tail.to_bytes(2, "little") + packed).decode("ascii")


def _round(value: float) -> int:
    """Half up, as JavaScript's ``Math.round`` does; Python's ``round`` goes to even."""
    return math.floor(value + 0.5)
