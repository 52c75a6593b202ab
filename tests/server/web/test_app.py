"""The application as a whole: what it does when the flow ends, and how it ends itself."""

from __future__ import annotations

import asyncio
import logging

import pytest
from aiohttp import ClientSession, CookieJar
from aiohttp.test_utils import TestClient, TestServer

from vitrine.server.web.app import application, start
from vitrine.server.web.gallery import Gallery


async def test_a_flow_that_fails_is_in_the_log_and_photos_are_served_all_the_same(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def bug() -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(gallery.flow, "live", bug)
    with caplog.at_level(logging.CRITICAL, "vitrine.flow"):
        async with TestClient(TestServer(application(gallery))) as client:
            assert (await client.get("/api/health")).status == 200
    (told,) = caplog.records
    assert "nothing new is read" in told.message
    assert told.exc_info is not None


async def test_open_event_streams_do_not_hold_the_end_up(gallery: Gallery) -> None:
    runner, port = await start(application(gallery), "127.0.0.1", 0)
    home = f"http://127.0.0.1:{port}"
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as client:
        await client.get(f"{home}/welcome/{gallery.accounts.link(gallery.accounts.owner().name)}", allow_redirects=False)
        stream = await client.get(f"{home}/api/events")
        assert (await stream.content.readline()).startswith(b"event: ")
        await asyncio.wait_for(runner.cleanup(), 20)
        stream.close()
