"""Short names for content and looks."""

from __future__ import annotations

import base64
import hashlib
import io
from itertools import chain

import numpy as np
import thumbhash
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageEnhance

from tests.server.media.conftest import scene
from vitrine.server.media import hashes


@given(st.binary(max_size=5000))
def test_the_content_id_is_blake2b_of_all_bytes(content):
    assert hashes.content_id(io.BytesIO(content)) == hashlib.blake2b(content, digest_size=16).hexdigest()


def test_pictures_that_look_alike_differ_in_few_bits():
    rng = np.random.default_rng(3)
    one = Image.fromarray(rng.integers(0, 255, (12, 16, 3), dtype=np.uint8)).resize((320, 240), Image.Resampling.BICUBIC)
    brighter = ImageEnhance.Brightness(one).enhance(1.1).resize((160, 120))
    other = Image.fromarray(rng.integers(0, 255, (12, 16, 3), dtype=np.uint8)).resize((320, 240), Image.Resampling.BICUBIC)

    def apart(first: Image.Image, second: Image.Image) -> int:
        return (int(hashes.perceptual_hash(first), 16) ^ int(hashes.perceptual_hash(second), 16)).bit_count()

    assert len(hashes.perceptual_hash(one)) == 16
    assert apart(one, brighter) <= 6
    assert apart(one, other) >= 16


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_the_thumbhash_is_that_of_the_reference(width, height, seed):
    rng = np.random.default_rng(seed)
    picture = Image.fromarray(rng.integers(0, 255, (height, width, 3), dtype=np.uint8))
    rgba = list(chain(*(pixel.tolist() for pixel in np.asarray(picture.convert("RGBA")).reshape(-1, 4))))
    reference = bytes(thumbhash.rgba_to_thumb_hash(width, height, rgba))
    ours = base64.b64decode(hashes.thumb_hash(picture))
    assert len(ours) == len(reference)
    # Halves round up here as in JavaScript, and to even in the Python reference; sums differ in the last bit.
    nibbles = [(byte >> shift & 15) for byte in ours for shift in (0, 4)]
    wanted = [(byte >> shift & 15) for byte in reference for shift in (0, 4)]
    assert sum(mine != theirs for mine, theirs in zip(nibbles, wanted, strict=True)) <= 2


def test_the_palette_holds_the_plain_colours_most_frequent_first():
    picture = scene(300, 200)
    picture.paste((255, 255, 255), (0, 0, 300, 40))
    found = hashes.palette(picture)
    assert found[0] == "#ffffff"
    assert set(found) == {"#ffffff", "#ff0000", "#00ff00", "#0000ff"}


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_palette_never_has_more_than_six_colours(seed):
    noise = Image.fromarray(np.random.default_rng(seed).integers(0, 255, (30, 30, 3), dtype=np.uint8))
    assert 1 <= len(hashes.palette(noise)) <= 6
