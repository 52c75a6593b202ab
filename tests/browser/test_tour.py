"""The tour a newcomer takes: open, scroll, search, open a photo, go offline, reload, search again."""

import json
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from vitrine.config import models
from vitrine.config.errors import UserError

expect.set_options(timeout=30_000)

SERVER_GONE = [
    "ERR_CONNECTION_REFUSED",
    "ERR_CONNECTION_RESET",
    "ERR_EMPTY_RESPONSE",
    "ERR_FAILED",
    "ERR_INCOMPLETE_CHUNKED_ENCODING",
    "Failed to fetch",
    "503",
    "504",
]
"""What a browser writes into its console when the server is stopped under it."""

UNDERSTOOD_S = 240
"""Longest wait for the models on a slow machine."""


@pytest.fixture(scope="module")
def models_here():
    try:
        models.verify(file for model in models.MODELS.values() for file in model.files)
    except UserError as why:
        pytest.skip(f"the models are not here: {why}")


def get(tab, server, path):
    return json.loads(tab.page.request.get(server.address + path).text())


def until(condition, seconds):
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.2)
    return found


def paint(folder, count):
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        rows = np.random.default_rng(number).integers(0, 256, (6, 9, 3), dtype=np.uint8)
        exif = Image.Exif()
        exif.get_ifd(0x8769)[0x9003] = f"20{number % 25:02}:{1 + number % 12:02}:14 17:42:00"
        Image.fromarray(rows).resize((240, 160), Image.Resampling.BICUBIC).save(folder / f"IMG_{number:04}.jpg", exif=exif)


def tiles(tab):
    return tab.page.locator(".tile:visible")


def pictures_are_drawn(tab):
    """Every tile in view shows a picture that was really decoded."""
    return tab.page.evaluate(
        """() => { const seen = [...document.querySelectorAll('.tile')].filter(tile => { const box = tile.getBoundingClientRect();
            return box.width > 0 && box.bottom > 60 && box.top < innerHeight; });
          return seen.length > 0 && seen.every(tile => [...tile.querySelectorAll('img')].some(img => img.complete && img.naturalWidth > 0)); }"""
    )


def test_the_tour(serve, tab, models_here):
    """Open, search by what is in the pictures, look at one, lose the server, reload, search again."""
    server = serve("--demo")
    tab.sign_in(server)
    expect(tiles(tab).first).to_be_visible()
    until(lambda: pictures_are_drawn(tab), 30)
    total = until(
        lambda: (work := get(tab, server, "/api/jobs")) and not work["scanning"] and work["analyze"]["done"] == work["analyze"]["total"] > 0 and work,
        UNDERSTOOD_S,
    )
    assert total["problems"] == 0

    tab.page.keyboard.press("/")
    tab.page.keyboard.type("cat")
    expect(tiles(tab)).to_have_count(1)
    expect(tiles(tab).first.locator(".tile-why")).to_contain_text("cat")
    assert tab.violations() == []
    tab.page.keyboard.press("Enter")
    assert "q=cat" in tab.page.url

    tiles(tab).first.locator(".tile-open").click()
    dialog = tab.page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    details = tab.page.locator(".details")
    if not details.is_visible():
        tab.page.keyboard.press("i")
    expect(details).to_contain_text("Chelsea.png")
    expect(details).to_contain_text("cat")
    tab.page.keyboard.press("b")
    expect(tab.page.get_by_role("button", name="Boxes")).to_have_attribute("aria-pressed", "true")
    tab.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()

    tab.page.wait_for_function("navigator.serviceWorker.controller !== null || navigator.serviceWorker.ready.then(() => true)")
    tab.page.reload()
    expect(tiles(tab)).to_have_count(1)
    until(lambda: pictures_are_drawn(tab), 30)
    tab.page.keyboard.press("/")
    tab.page.keyboard.press("Escape")
    tab.page.goto(server.address)
    until(lambda: pictures_are_drawn(tab), 30)

    tab.expected += SERVER_GONE
    server.stop()
    tab.page.reload()
    until(lambda: pictures_are_drawn(tab), 30)
    tab.page.keyboard.press("/")
    tab.page.keyboard.type("cat")
    expect(tiles(tab)).to_have_count(1)
    until(lambda: pictures_are_drawn(tab), 30)
    assert tab.violations() == []


def test_a_long_library_is_drawn_only_where_it_is_seen_and_every_photo_can_be_reached(serve, tab, tmp_path: Path):
    count = 400
    paint(tmp_path / "photos", count)
    server = serve(tmp_path / "photos", environment={"VITRINE_ANALYZE": "no"})
    tab.sign_in(server)
    until(lambda: get(tab, server, "/api/library")["roots"][0]["photos"] == count, 120)
    expect(tab.page.locator(".rail")).to_contain_text(f"{count}")
    until(lambda: pictures_are_drawn(tab), 30)
    seen = set()
    assert tab.page.locator(".tile").count() < count / 2
    grid = tab.page.locator(".grid")
    grid.hover()
    for _ in range(120):
        seen |= set(tab.page.eval_on_selector_all(".tile-open", "all => all.map(one => one.getAttribute('href'))"))
        if len(seen) >= count:
            break
        tab.page.mouse.wheel(0, 600)
        tab.page.wait_for_timeout(60)
    assert len({href for href in seen if href}) == count
    until(lambda: pictures_are_drawn(tab), 30)


def test_broken_files_are_said_in_the_gallery_and_the_others_are_there(serve, tab, tmp_path: Path):
    paint(tmp_path / "photos", 3)
    (tmp_path / "photos" / "empty.jpg").touch()
    (tmp_path / "photos" / "<img src=x onerror=alert(7)>.jpg").write_text("no picture")
    server = serve(tmp_path / "photos", environment={"VITRINE_ANALYZE": "no"})
    tab.sign_in(server)
    until(lambda: len(get(tab, server, "/api/problems")["problems"]) == 2, 60)
    tab.page.goto(server.address + "/problems")
    expect(tab.page.locator("main")).to_contain_text("empty.jpg")
    expect(tab.page.locator("main")).to_contain_text("<img src=x onerror=alert(7)>.jpg")
    assert tab.violations() == []
    tab.page.goto(server.address)
    expect(tiles(tab)).to_have_count(3)


def test_what_is_entered_in_one_browser_is_seen_in_another_and_after_a_restart(serve, tab, open_browser, tmp_path: Path):
    from tests.browser.conftest import watched

    paint(tmp_path / "photos", 3)
    server = serve(tmp_path / "photos", environment={"VITRINE_ANALYZE": "no"})
    tab.sign_in(server)
    expect(tiles(tab)).to_have_count(3)
    tiles(tab).first.locator(".tile-open").focus()
    tab.page.keyboard.press("f")
    until(
        lambda: any(record.get("favourite") for record in map(json.loads, tab.page.request.get(server.address + "/api/records?since=0").text().splitlines())),
        20,
    )
    tab.expected += SERVER_GONE
    server.stop()
    again = serve(data=server.data, environment={"VITRINE_ANALYZE": "no"})
    other = watched(open_browser().pages[0])
    other.sign_in(again)
    other.page.goto(again.address + "/favourites")
    expect(tiles(other)).to_have_count(1)
    assert other.mistakes == []


def test_a_phone_shows_tabs_and_no_sideways_scrolling(serve, open_browser, tmp_path: Path):
    from tests.browser.conftest import watched

    paint(tmp_path / "photos", 12)
    server = serve(tmp_path / "photos", environment={"VITRINE_ANALYZE": "no"})
    phone = watched(open_browser(viewport={"width": 390, "height": 844}, device_scale_factor=2, has_touch=True, is_mobile=True).pages[0])
    phone.sign_in(server)
    expect(tiles(phone).first).to_be_visible(timeout=30_000)
    until(lambda: pictures_are_drawn(phone), 30)
    assert phone.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert phone.violations() == []
    assert phone.mistakes == []


def test_the_process_page_says_why_nothing_is_understood_and_which_folder_is_offline(serve, tab, tmp_path: Path):
    paint(tmp_path / "photos", 2)
    server = serve(tmp_path / "photos", environment={"VITRINE_ANALYZERS": "clasess"})
    tab.sign_in(server)
    expect(tiles(tab)).to_have_count(2)
    (tmp_path / "photos").rename(tmp_path / "away")
    tab.page.request.post(server.address + "/api/scan")
    until(lambda: get(tab, server, "/api/library")["roots"][0]["state"] == "offline", 30)
    until(lambda: get(tab, server, "/api/library")["analyzing"], 30)
    tab.page.goto(server.address + "/process")
    expect(tab.page.locator("main")).to_contain_text("clasess")
    expect(tab.page.locator("main")).to_contain_text("cannot be read")
    assert tab.violations() == []
    tab.page.goto(server.address)
    expect(tiles(tab)).to_have_count(2)
