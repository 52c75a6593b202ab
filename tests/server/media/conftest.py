"""Small pictures made here, so that the tests stand without any photo."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageDraw

from vitrine.server.media import pixels


@pytest.fixture(autouse=True, scope="session")
def decoders():
    """The decoders as a worker has them."""
    pixels.prepare()


def scene(width: int = 64, height: int = 48) -> Image.Image:
    """Four quarters: red, green, blue, white; upright when red is top left."""
    picture = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, width // 2 - 1, height // 2 - 1), fill=(255, 0, 0))
    draw.rectangle((width // 2, 0, width, height // 2 - 1), fill=(0, 255, 0))
    draw.rectangle((0, height // 2, width // 2 - 1, height), fill=(0, 0, 255))
    return picture


def encoded(picture: Image.Image, form: str, **options) -> io.BytesIO:
    """The picture as a file of that format."""
    file = io.BytesIO()
    picture.save(file, form, **options)
    file.seek(0)
    return file


@pytest.fixture
def four() -> Image.Image:
    """``scene`` in its usual size."""
    return scene()
