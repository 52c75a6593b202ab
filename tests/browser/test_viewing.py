"""Looking, marking and typing fast: nothing a reader does is lost because something else is still on its way."""

import json
import urllib.request
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import servers
from tests.browser.test_tour import SERVER_GONE, paint, tiles, until

expect.set_options(timeout=20_000)
STILL = {"VITRINE_ANALYZE": "no"}
COUNT = 8
PASSWORD = "a long enough one"


def shown(page: Page) -> str | None:
    """The id of the photo whose picture stands on the stage, decoded and with a size."""
    found: str | None = page.evaluate(
        """() => { const stage = document.querySelector('.stage')?.getBoundingClientRect();
            if (!stage) return null;
            const middle = stage.left + stage.width / 2;
            const seen = [...document.querySelectorAll('.pswp__img')].find(img => { const box = img.getBoundingClientRect();
              return img.complete && img.naturalWidth > 0 && box.width > 50 && box.left < middle && box.right > middle; });
            return seen ? new URL(seen.src).pathname.split('/')[2] : null; }"""
    )
    return found


def records(tab, server):
    return [json.loads(line) for line in tab.page.request.get(server.address + "/api/records?since=0").text().splitlines()]


def lay_out(folder: Path) -> Path:
    """Eight photos, of which the newest two share a day and one of these was taken in Havana."""
    paint(folder, COUNT - 2)
    for number, place in enumerate((True, False)):
        exif = Image.Exif()
        exif.get_ifd(0x8769)[0x9003] = f"2024:06:14 1{number}:00:00"
        if place:
            exif.get_ifd(0x8825).update({1: "N", 2: (23.0, 8.0, 7.0), 3: "W", 4: (82.0, 21.0, 34.0)})
        Image.new("RGB", (320, 240), (40 + 90 * number, 120, 160)).save(folder / f"new{number}.jpg", exif=exif)
    return folder


@pytest.fixture(scope="module")
def standing(chromium, tmp_path_factory):
    """One server for the tests of this file that leave it as it was, with an owner who has a password."""
    home = tmp_path_factory.mktemp("standing")
    with servers(home) as start:
        server = start(lay_out(home / "photos"), environment=STILL)
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        opener.open(server.link)
        headers = {"Content-Type": "application/json", "Origin": server.address}
        body = json.dumps({"name": "owner", "password": PASSWORD}).encode()
        opener.open(urllib.request.Request(server.address + "/api/session/password", body, headers, method="PUT"))
        until(lambda: json.load(opener.open(server.address + "/api/library"))["roots"][0]["photos"] == COUNT, 60)
        yield server


@pytest.fixture
def gallery(standing, tab):
    """Signed in, before the whole gallery."""
    answer = tab.page.request.post(standing.address + "/api/session", data={"name": "owner", "password": PASSWORD}, headers={"Origin": standing.address})
    assert answer.ok
    tab.page.goto(standing.address)
    expect(tiles(tab)).to_have_count(COUNT)
    return standing


@pytest.fixture
def newcomer(serve, tab, tmp_path: Path):
    """Come by the one-time link to a server of one's own."""
    server = serve(lay_out(tmp_path / "photos"), environment=STILL)
    tab.sign_in(server)
    expect(tiles(tab)).to_have_count(COUNT)
    return server


def test_keys_count_from_the_moment_a_photo_is_asked_for(gallery, tab):
    page = tab.page
    ids = [href.rsplit("/", 1)[1] for href in page.eval_on_selector_all(".tile-open", "all => all.map(one => one.getAttribute('href'))")]
    first = tiles(tab).first.locator(".tile-open")
    for wait in (0, 60, 140):
        first.focus()
        page.keyboard.press("Enter")
        page.wait_for_timeout(wait)
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowLeft")
        until(lambda: shown(page) == ids[1], 10)
        assert page.url.endswith(ids[1])
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()
        expect(page.locator(f".tile-open[href$='{ids[1]}']")).to_be_focused()
        first.focus()
        page.keyboard.press("Enter")
        page.wait_for_timeout(wait)
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()
        assert "/photo/" not in page.url


def test_tags_are_typed_removed_and_taken_back_with_keys_alone(gallery, tab):
    page = tab.page
    tiles(tab).first.locator(".tile-open").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".tag-new")).to_be_visible()
    page.keyboard.press("#")
    expect(page.locator(".tag-new")).to_be_focused()
    page.keyboard.type("old harbour")
    page.keyboard.press("Enter")
    # The second comes before the server has answered for the first.
    page.keyboard.type("sea")
    page.keyboard.press("Enter")
    tags = page.locator(".tag")
    expect(tags).to_have_text(["old harbour", "sea"])
    until(lambda: any(record.get("tags") == ["old harbour", "sea"] for record in records(tab, gallery)), 10)
    assert tab.violations() == []
    page.keyboard.press("Backspace")
    expect(tags).to_have_text(["old harbour"])
    expect(page.locator(".pill")).to_contain_text("Tag “sea” removed")
    until(lambda: any(record.get("tags") == ["old harbour"] for record in records(tab, gallery)), 10)
    page.keyboard.press("Control+z")
    expect(tags).to_have_text(["old harbour", "sea"])
    page.keyboard.type("not this")
    page.keyboard.press("Escape")
    expect(tags).to_have_count(2)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.goto(gallery.address + "/?q=tag:sea")
    expect(tiles(tab)).to_have_count(1)


def test_the_chart_shows_the_coast_around_a_place(gallery, tab):
    page = tab.page
    page.goto(f"{gallery.address}/photo/{next(record['id'] for record in records(tab, gallery) if 'lat' in record)}")
    land = page.locator(".locator-land")
    expect(land).to_have_count(1)
    assert len(land.get_attribute("d") or "") > 500
    expect(page.locator(".locator")).to_contain_text("N, 82")
    assert tab.violations() == []


def test_typing_loses_no_letter_while_results_arrive(gallery, tab):
    page = tab.page
    text = "new sea -harbour 2024 newest"
    page.keyboard.press("/")
    page.keyboard.type(text, delay=35)
    field = page.get_by_role("combobox")
    assert field.input_value() == text
    page.wait_for_timeout(500)
    assert field.input_value() == text
    page.keyboard.press("Enter")
    page.wait_for_url("**/?q=*")
    assert page.evaluate("new URLSearchParams(location.search).get('q')") == text
    expect(page.get_by_role("listbox")).to_be_hidden()


def test_going_back_from_a_search_leads_to_where_one_was(gallery, tab):
    page = tab.page
    page.set_viewport_size({"width": 900, "height": 420})
    page.locator(".grid").hover()
    page.mouse.wheel(0, 500)
    until(lambda: page.evaluate("document.querySelector('.grid').scrollTop") > 200, 10)
    page.wait_for_timeout(300)
    before = page.evaluate("document.querySelector('.grid').scrollTop")
    page.keyboard.press("/")
    page.keyboard.type("2024")
    page.keyboard.press("Enter")
    expect(page.locator(".search-chip")).to_have_text(["2024"])
    expect(tiles(tab)).to_have_count(2)
    assert page.evaluate("document.querySelector('.grid').scrollTop") == 0
    page.go_back()
    expect(page.locator(".search-chip")).to_have_count(0)
    until(lambda: abs(page.evaluate("document.querySelector('.grid').scrollTop") - before) < 4, 10)


def test_a_group_is_selected_with_a_key_and_with_its_heading(gallery, tab):
    page = tab.page
    tiles(tab).first.locator(".tile-open").focus()
    page.keyboard.press("g")
    expect(page.locator(".tile.is-picked")).to_have_count(2)
    page.keyboard.press("g")
    expect(page.locator(".tile.is-picked")).to_have_count(0)
    page.locator(".grid-head").first.hover()
    page.locator(".grid-head-tick").first.click()
    expect(page.locator(".tile.is-picked")).to_have_count(2)
    assert tab.violations() == []


def test_a_mark_made_without_a_server_is_seen_after_a_reload(newcomer, tab):
    page = tab.page
    page.wait_for_function("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    expect(tiles(tab)).to_have_count(COUNT)
    tab.expected += [*SERVER_GONE, "401"]
    newcomer.stop()
    tiles(tab).first.locator(".tile-open").focus()
    page.keyboard.press("f")
    expect(page.locator(".tile.is-favourite")).to_have_count(1)
    page.wait_for_timeout(300)
    page.reload()
    expect(page.locator(".tile.is-favourite")).to_have_count(1)


def test_whoever_came_by_a_link_is_asked_once_for_a_password(newcomer, tab):
    page = tab.page
    invitation = page.get_by_role("button", name="Set a password")
    expect(invitation).to_be_visible()
    assert tab.violations() == []
    page.get_by_role("button", name="Not now").click()
    page.reload()
    expect(tiles(tab)).to_have_count(COUNT)
    expect(page.get_by_role("button", name="Account: owner")).to_be_visible()
    expect(invitation).to_be_hidden()
    page.evaluate("localStorage.removeItem('vitrine.uninvited')")
    page.reload()
    invitation.click()
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("A password is set")
    page.goto(newcomer.address)
    expect(tiles(tab)).to_have_count(COUNT)
    expect(page.get_by_role("button", name="Account: owner")).to_be_visible()
    expect(invitation).to_be_hidden()


def test_a_device_that_forgot_everything_says_so_and_its_reader_stays_signed_in(gallery, tab):
    page = tab.page
    page.goto(gallery.address + "/settings")
    page.get_by_role("button", name="Forget everything").click()
    expect(page.locator("main")).to_contain_text("has forgotten everything")
    assert page.evaluate("caches.keys().then(names => names.filter(name => name.includes('media')))") == []
    assert tab.violations() == []
    page.get_by_role("button", name="Open the photos again").click()
    expect(tiles(tab)).to_have_count(COUNT)


def test_a_photo_no_browser_can_show_stays_on_its_preview_and_can_be_downloaded(serve, tab, tmp_path: Path):
    (tmp_path / "photos").mkdir()
    pillow_heif.from_pillow(Image.linear_gradient("L").resize((3000, 2000)).convert("RGB")).save(tmp_path / "photos" / "phone.heic")
    server = serve(tmp_path / "photos", environment=STILL)
    tab.sign_in(server)
    expect(tiles(tab)).to_have_count(1)
    asked: list[str] = []
    tab.page.on("request", lambda request: asked.append(request.url))
    tiles(tab).first.locator(".tile-open").click()
    # At once, while it still opens: that must not lose the picture.
    tab.page.keyboard.press("z")
    until(lambda: shown(tab.page), 10)
    if not tab.page.locator(".pswp--zoomed-in").count():
        tab.page.wait_for_timeout(500)
        tab.page.keyboard.press("z")
    expect(tab.page.locator(".pswp--zoomed-in")).to_have_count(1)
    tab.page.wait_for_timeout(500)
    assert not any(url.endswith("/original") for url in asked)
    assert shown(tab.page)
    with tab.page.expect_download() as download:
        tab.page.get_by_role("link", name="Download the original").click()
    assert download.value.suggested_filename == "phone.heic"
