"""Classes 26 to 30: whatever stands in names, metadata and queries arrives as inert text, through a real scan and a real server."""

from __future__ import annotations

import http.cookiejar
import json
import os
import re
import subprocess
import urllib.request
from collections.abc import Iterator
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote

import pytest
from PIL import Image, PngImagePlugin

from tests.hostile.conftest import VITRINE, paint

MARKUP = "<img src=x onerror=alert(1)>\"'&lt;script&gt;</script>"
SQL = "'; DROP TABLE records; --"
ESCAPES = "\x1b]0;owned\x07\x1b[2J"

NAMES = [
    "<img src=x onerror=alert(1)>.jpg",
    "\"'`${7*7}{{7*7}}.jpg",
    SQL + ".jpg",
    "line\r\nSet-Cookie: owned=1\r\n\r\n.jpg",
    f"{ESCAPES}.jpg",
    "--help.jpg",
    "-rf.jpg",
    "@list.jpg",
    "-o ProxyCommand=touch owned.jpg",
    "$(touch owned)`touch owned`.jpg",
    "..jpg.jpg",
    "\u202egpj.exe.jpg",
    "%2e%2e%2f%00.jpg",
    "semi;colon=a, b.jpg",
]
"""Each of them a name that some system let pass."""


def hostile_picture(path: Path, seed: Path) -> None:
    """A JPEG whose every text field is an attack."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x013B], exif[0x010E], exif[0x8298] = MARKUP, SQL, MARKUP + ESCAPES, MARKUP, "x\r\nSet-Cookie: owned=1"
    exif.get_ifd(0x8769).update({0xA434: MARKUP, 0x9286: b"ASCII\0\0\0" + MARKUP.encode(), 0x9003: "2024:01:01 00:00:00<script>"})
    exif.get_ifd(0x8825).update({0x001B: MARKUP.encode(), 0x001C: b"ASCII\0\0\0" + SQL.encode()})
    with Image.open(seed) as image:
        image.save(path, "JPEG", exif=exif, comment=MARKUP.encode())


class Visitor:
    """A signed-in browser without a page."""

    def __init__(self, address: str, link: str) -> None:
        self.address = address
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), jar)
        self._opener.open(link, timeout=30).read()

    def get(self, path: str, body: object = None, method: str = "GET") -> tuple[int, Message, bytes]:
        """Status, headers and content of an answer."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data=data, method=method)
        try:
            with self._opener.open(request, timeout=30) as answer:
                return answer.status, answer.headers, answer.read()
        except HTTPError as refused:
            with refused:
                return refused.code, refused.headers, refused.read()

    def json(self, path: str, **more: Any) -> Any:
        """The content of an answer that is JSON and says so."""
        status, headers, content = self.get(path, **more)
        assert status == 200, content
        assert headers["Content-Type"].split(";")[0] in ("application/json", "application/x-ndjson")
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'self'" in headers["Content-Security-Policy"]
        assert headers["Set-Cookie"] is None
        return json.loads(content) if "ndjson" not in headers["Content-Type"] else [json.loads(line) for line in content.splitlines()]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Photos in a folder, with names and metadata, that attack whoever shows them."""
    home = tmp_path_factory.mktemp("library")
    folder = home / "-rf <b>holiday"
    seeds = paint(home / "seeds", len(NAMES) + 2)
    folder.mkdir()
    for name, seed in zip(NAMES, seeds, strict=False):
        (folder / name).write_bytes(seed.read_bytes())
    hostile_picture(folder / "metadata.jpg", seeds[-1])
    # An HTML page and an SVG picture that call themselves photos, and a PNG that is a page, too.
    (folder / "page.jpg").write_bytes(b"<!DOCTYPE html><script>alert(1)</script>")
    (folder / "drawing.png").write_bytes(b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "<html><script>alert(1)</script></html>")
    with Image.open(seeds[-2]) as image:
        image.save(folder / "polyglot.png", "PNG", pnginfo=text)
    return home


@pytest.fixture(scope="module")
def visitor(library: Path) -> Iterator[Visitor]:
    """A visit to a real server over that library, whose output is held to be clean at the end."""
    command = [*VITRINE, "serve", "--data", str(library / "data"), "--port", "0", "--", str(library / "-rf <b>holiday")]
    environment = os.environ | {"VITRINE_ANALYZE": "no"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, cwd=library) as server:
        assert server.stdout is not None
        address = link = None
        while not link:
            line = server.stdout.readline()
            assert line, server.communicate()[1]
            address = (re.match(r"Vitrine is at (\S+)", line) or [None, address])[1]
            link = (re.match(r"Sign in once with (\S+)", line) or [None, link])[1]
        assert address is not None
        visitor = Visitor(address, link)
        while len(visitor.json("/api/records")) < len(NAMES) + 4 or visitor.json("/api/jobs")["scanning"]:
            assert server.poll() is None
        try:
            yield visitor
        finally:
            server.terminate()
            out, told = server.communicate(timeout=20)
        assert server.returncode == 0
        assert "\x1b" not in out + told
        assert "Traceback" not in told
    assert not list(library.rglob("owned*")), "no tool took a name for an option or a command"


def photos(visitor: Visitor) -> dict[str, Any]:
    """Every record by the name of its file."""
    return {record["path"].split("/", 1)[1]: record for record in visitor.json("/api/records")[1:-1]}


def test_every_name_arrives_as_it_is_in_json_that_no_browser_takes_for_a_page(visitor: Visitor) -> None:
    found = photos(visitor)
    assert found.keys() == {*NAMES, "metadata.jpg", "polyglot.png"}
    assert {record["path"].split("/")[0] for record in found.values()} == {"-rf <b>holiday"}


def test_metadata_arrives_as_inert_text_without_control_characters(visitor: Visitor) -> None:
    record = photos(visitor)["metadata.jpg"]
    assert (record["camera"]["make"], record["camera"]["model"], record["camera"]["lens"]) == (MARKUP, SQL, MARKUP)
    details = visitor.json(f"/api/photos/{record['id']}")
    assert MARKUP in details["exif"]["Artist"]
    assert not [value for value in details["exif"].values() if re.search(r"[\x00-\x1f\x7f]", value)]


def test_what_people_enter_comes_back_as_it_was_and_changes_nothing_else(visitor: Visitor) -> None:
    before = photos(visitor)
    record = before["--help.jpg"]
    entered = {"caption": MARKUP + SQL, "tags": [MARKUP, SQL, "=1+1", "@SUM(1)"]}
    changed = visitor.json(f"/api/photos/{record['id']}", body=entered, method="PATCH")["record"]
    assert {key: changed[key] for key in entered} == entered
    after = photos(visitor)
    assert {name: each for name, each in after.items() if name != "--help.jpg"} == {name: each for name, each in before.items() if name != "--help.jpg"}


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_no_name_breaks_out_of_a_header(visitor: Visitor, name: str) -> None:
    record = photos(visitor)[name]
    status, headers, content = visitor.get(f"/media/{record['id']}/original?download=1")
    assert (status, len(content)) == (200, record["bytes"])
    assert headers["Set-Cookie"] is None
    assert headers["Content-Disposition"] == f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]


def test_a_page_that_calls_itself_a_photo_is_a_problem_and_never_served(visitor: Visitor) -> None:
    found = {problem["path"].split("/", 1)[1]: problem for problem in visitor.json("/api/problems")["problems"]}
    assert {name: problem["code"] for name, problem in found.items()} == {"page.jpg": "unknown-format", "drawing.png": "unknown-format"}


def test_a_picture_that_is_a_page_too_is_only_ever_sent_as_a_picture(visitor: Visitor) -> None:
    record = photos(visitor)["polyglot.png"]
    for size in ("thumb", "thumb2x", "preview", "original"):
        _, headers, _ = visitor.get(f"/media/{record['id']}/{size}")
        assert headers["Content-Type"] == ("image/png" if size == "original" else "image/jpeg")
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")


QUERIES = [
    "' OR 1=1 --", '" OR ""="', "x') UNION SELECT * FROM meta --", "path:*", "NEAR(a b)", "a* OR b*", "((((", "-", "--", '"', "rating:'; DROP TABLE records",
    "%", "_", "\x00", "\r\nSet-Cookie: a=b", "{}", "[]", "$where", "../..", "or or or", "-" * 500, "(" * 900,
]  # fmt: skip


@pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))
def test_no_query_leaves_its_language(visitor: Visitor, query: str) -> None:
    answer = visitor.json(f"/api/search?q={quote(query)}")
    assert answer["total"] <= len(NAMES) + 2
    assert "sqlite" not in json.dumps(answer).lower()
    assert len(photos(visitor)) == len(NAMES) + 2, "nothing was dropped"


BODIES = [
    b'{"rating": NaN}', b'{"rating": 1e999}', b'{"caption": "\\ud800"}', b"[" * 100_000, b'{"tags": ' + b"[" * 20_000, b"\xff\xfe", b'{"rating": 5, "id": "x"}',
    b'{"seq": 0}', b'{"rating": "5; DROP TABLE marks"}', b'{"caption = 1, rating": 5}',
]  # fmt: skip


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_no_body_reaches_the_catalogue_but_what_may(visitor: Visitor, body: bytes) -> None:
    record = photos(visitor)["-rf.jpg"]
    request = urllib.request.Request(f"{visitor.address}/api/photos/{record['id']}", data=body, method="PATCH")
    with pytest.raises(HTTPError) as refused:
        visitor._opener.open(request, timeout=30)
    with refused.value as answer:
        assert answer.code in (400, 413)
        assert json.loads(answer.read())["error"]["message"].endswith(".")
    assert photos(visitor)["-rf.jpg"] == record


def test_names_are_clean_in_the_terminal_and_are_no_options_to_any_command(visitor: Visitor, library: Path) -> None:
    for words in (["search", "--", "-car"], ["search", "help"], ["records"], ["doctor"], ["roots", "list"]):
        environment = os.environ | {"VITRINE_DATA": str(library / "data")}
        done = subprocess.run([*VITRINE, *words], capture_output=True, text=True, timeout=60, check=False, env=environment)
        assert done.returncode in (0, 1), done.stderr
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", done.stdout + done.stderr), words
        assert "Traceback" not in done.stderr
