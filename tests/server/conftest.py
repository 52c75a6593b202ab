"""What the server's tests share: real pictures, a catalogue, a library that was really read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
from PIL import Image

from vitrine.config.paths import DataFolder
from vitrine.config.reading import Reading
from vitrine.server.catalogue import Catalogue
from vitrine.server.store import FileRow, Store

Paint = Callable[..., Path]


@pytest.fixture
def data(tmp_path: Path) -> DataFolder:
    """A data folder that is not there yet."""
    return DataFolder(tmp_path / "data")


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """An empty photo root."""
    folder = tmp_path / "photos"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def paint() -> Paint:
    """Write a JPEG whose content follows from ``seed``; same seed, same bytes."""

    def painted(path: Path, seed: int = 0, size: tuple[int, int] = (96, 64), taken: str | None = None) -> Path:
        rows = np.random.default_rng(seed).integers(0, 256, (6, 9, 3), dtype=np.uint8)
        picture = Image.fromarray(rows).resize(size, Image.Resampling.BICUBIC)
        exif = Image.Exif()
        if taken:
            exif.get_ifd(0x8769)[0x9003] = taken
        path.parent.mkdir(parents=True, exist_ok=True)
        picture.save(path, "JPEG", quality=85, exif=exif)
        return path

    return painted


@pytest_asyncio.fixture
async def catalogue(data: DataFolder) -> AsyncIterator[Catalogue]:
    """A fresh catalogue, open for writing."""
    opened = await Catalogue.open(data)
    yield opened
    await opened.close()


@pytest.fixture
def store(catalogue: Catalogue) -> Store:
    """A store whose enrichment only says which analyzers had something to say."""
    return Store(catalogue, lambda reading, results: {"terms": sorted(results)})


def a_reading(number: int, taken: str | None = "2024-05-01T10:00:00") -> Reading:
    """A reading as the read stage gives it, its id made of ``number``."""
    return Reading(
        id=f"{number:032x}",
        bytes=1000 + number,
        width=400,
        height=300,
        type="image/jpeg",
        animated=False,
        taken=taken,
        lat=0.0,
        lon=-82.3596,
        altitude=12.5,
        place={"city": "Havana", "country": "Cuba"},
        camera={"make": "Google", "iso": 52},
        phash="c3d4a1b2f0e19876",
        thumbhash="3OcRJYB4d3h/iIeHeEh3eIhw+j2w",
        palette=["#8fb8de"],
        exif={"Image Make": "Google"},
    )


def a_file(root: int, name: str, size: int = 1000) -> FileRow:
    """A file row as the scan stage gives it."""
    return FileRow(root, name.encode("utf-8", "surrogateescape"), size, 1_700_000_000_000_000_000, 7)
