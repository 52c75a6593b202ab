"""The real application over a real library: scanned pictures, a real catalogue, a signed-in client."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer

from tests.server.conftest import Paint
from vitrine.config.paths import DataFolder
from vitrine.config.settings import Settings
from vitrine.server import document
from vitrine.server.catalogue import Catalogue
from vitrine.server.finder import Finder
from vitrine.server.flow import Flow
from vitrine.server.web.accounts import Accounts
from vitrine.server.web.app import application
from vitrine.server.web.gallery import Gallery

COUNT = 4
"""Photos in the library of these tests."""


SETTINGS = Settings.load({"analyze": False, "rescan_minutes": 0}, {})


@pytest.fixture(scope="session")
def once_read(tmp_path_factory: pytest.TempPathFactory, paint: Paint) -> Path:
    """A library of ``COUNT`` photos and one broken file, read for real, once; each test gets a copy of its own."""
    home = tmp_path_factory.mktemp("library")
    for number in range(COUNT):
        paint(home / "photos" / "trip" / f"IMG_{number}.jpg", number, taken=f"2024:06:1{number} 17:42:00")
    (home / "photos" / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no more")

    async def read() -> None:
        catalogue = await Catalogue.open(DataFolder(home / "data"))
        flow = Flow(DataFolder(home / "data"), catalogue, SETTINGS)
        await flow.store.add_root(home / "photos")
        await flow.run()
        await catalogue.close()

    asyncio.run(read())
    return home


@pytest_asyncio.fixture
async def gallery(once_read: Path, tmp_path: Path) -> AsyncIterator[Gallery]:
    """The library of this test."""
    shutil.copytree(once_read, tmp_path, dirs_exist_ok=True)
    data, settings = DataFolder(tmp_path / "data"), SETTINGS
    catalogue = await Catalogue.open(data)
    async with catalogue.writing() as db:
        await db.execute("UPDATE roots SET path = ?", (bytes(tmp_path / "photos"),))
    flow = Flow(data, catalogue, settings)
    await flow.tell()
    yield Gallery(data, settings, catalogue, flow, Accounts(document.opened(data.document)), Finder(catalogue, data.words))
    await catalogue.close()


@pytest_asyncio.fixture
async def stranger(gallery: Gallery) -> AsyncIterator[TestClient]:  # type: ignore[type-arg]
    """Somebody who has not signed in."""
    async with TestClient(TestServer(application(gallery, flowing=False))) as client:
        yield client


@pytest_asyncio.fixture
async def owner(gallery: Gallery, stranger: TestClient) -> TestClient:  # type: ignore[type-arg]
    """The owner, signed in with a one-time link."""
    answer = await stranger.get(f"/welcome/{gallery.accounts.link(gallery.accounts.owner().name)}", allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/")
    return stranger


@pytest.fixture
def password() -> str:
    """A password long enough."""
    return "correct horse"
