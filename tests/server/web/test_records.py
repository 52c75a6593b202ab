"""Records, events and words over HTTP."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator

from tests.server.web.conftest import COUNT
from vitrine.config.records import json_schema
from vitrine.server.web.gallery import Gallery


async def lines(client: Any, since: object = 0) -> list[dict[str, Any]]:
    answer = await client.get("/api/records", params={"since": str(since)})
    assert answer.status == 200
    return [orjson.loads(line) for line in (await answer.read()).splitlines()]


async def test_every_line_between_hello_and_end_keeps_the_schema(owner: Any) -> None:
    hello, *records, end = await lines(owner)
    assert (hello["kind"], hello["total"], end) == ("hello", COUNT, {"kind": "end", "to": hello["to"]})
    assert [record["taken"][:10] for record in records] == ["2024-06-13", "2024-06-12", "2024-06-11", "2024-06-10"]
    for record in records:
        Draft202012Validator(json_schema()).validate(record)


async def test_a_client_that_knows_everything_gets_nothing_more(owner: Any) -> None:
    hello, *_ = await lines(owner)
    assert [line["kind"] for line in await lines(owner, hello["to"])] == ["hello", "end"]


async def test_the_stream_is_compressed_for_whoever_takes_it(owner: Any) -> None:
    answer = await owner.get("/api/records", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"


async def test_the_stream_is_packed_with_zstd_for_whoever_takes_it(owner: Any) -> None:
    plain = await (await owner.get("/api/records", headers={"Accept-Encoding": "identity"})).read()
    answer = await owner.get("/api/records", headers={"Accept-Encoding": "gzip, zstd;q=0.9"})
    assert (answer.headers["Content-Encoding"], answer.headers["Vary"]) == ("zstd", "Accept-Encoding")
    assert await answer.read() == plain


@pytest.mark.parametrize("offer", ["gzip, zstd;q=0", "gzip, zstd; q=0.000", "gzip, zstdx"])
async def test_who_refuses_zstd_does_not_get_it(owner: Any, offer: str) -> None:
    answer = await owner.get("/api/records", headers={"Accept-Encoding": offer})
    assert answer.headers["Content-Encoding"] == "gzip"


@pytest.mark.parametrize("since", ["-1", "x", "1.5", "", "9" * 40, "1 OR 1=1", "١"])
async def test_a_since_that_is_no_number_is_refused(owner: Any, since: str) -> None:
    answer = await owner.get("/api/records", params={"since": since})
    assert answer.status == 400
    assert (await answer.json())["error"]["field"] == "since"


def open_databases() -> int:
    return sum("connection_worker" in thread.name for thread in threading.enumerate())


async def test_a_client_that_leaves_in_the_middle_leaves_no_connection_open(owner: Any, gallery: Gallery) -> None:
    async with gallery.catalogue.writing() as db:
        await db.executemany("INSERT INTO records (seq, id, moment, line) VALUES (?, ?, '', ?)", [(1000 + n, f"{n:032x}", b"x" * 1000) for n in range(30_000)])
    before = open_databases()
    answer = await owner.get("/api/records", headers={"Accept-Encoding": "identity"})
    await answer.content.readexactly(1000)
    assert open_databases() == before + 1
    answer.close()
    for _ in range(100):
        if open_databases() == before:
            break
        await asyncio.sleep(0.1)
    assert open_databases() == before


async def next_event(stream: Any) -> tuple[str, Any]:
    kind = ""
    while True:
        line = (await asyncio.wait_for(stream.content.readline(), 10)).decode().strip()
        if line.startswith("event: "):
            kind = line[7:]
        elif line.startswith("data: "):
            return kind, orjson.loads(line[6:])


async def test_a_change_reaches_the_event_stream(owner: Any, gallery: Gallery) -> None:
    hello, record, *_ = await lines(owner)
    stream = await owner.get("/api/events")
    seen = dict([await next_event(stream), await next_event(stream)])
    assert seen["change"] == {"to": hello["to"]}
    assert seen["progress"]["problems"] == 1
    await owner.patch(f"/api/photos/{record['id']}", json={"favourite": True})
    assert await next_event(stream) == ("change", {"to": hello["to"] + 1})
    stream.close()


async def test_the_event_stream_ends_with_the_session(owner: Any, gallery: Gallery) -> None:
    stream = await owner.get("/api/events")
    await next_event(stream)
    (session,) = gallery.accounts._live
    gallery.accounts._live.pop(session)
    gallery.flow.news.tell("change", {"to": 999})
    rest = await asyncio.wait_for(stream.content.read(), 10)
    assert b"999" not in rest


async def test_problems_and_progress_are_told_without_any_path_of_the_server(owner: Any, gallery: Gallery) -> None:
    problems = (await (await owner.get("/api/problems")).json())["problems"]
    assert [(problem["path"], problem["stage"]) for problem in problems] == [("photos/broken.jpg", "read")]
    assert problems[0]["message"].endswith(".")
    library = await (await owner.get("/api/library")).json()
    assert library["roots"] == [{"name": "photos", "state": "online", "why": None, "photos": COUNT}]
    for answer in (problems, library, await (await owner.get("/api/jobs")).json()):
        assert str(gallery.data.root.parent) not in str(answer)


async def test_problems_can_be_tried_again(owner: Any) -> None:
    assert (await (await owner.post("/api/problems/retry")).json()) == {"retried": 1}
    assert (await (await owner.get("/api/problems")).json())["problems"] == []


async def test_health_is_open_and_says_nothing_of_the_library(stranger: Any) -> None:
    body = await (await stranger.get("/api/health")).json()
    assert body.keys() == {"status", "version", "schema"}


async def test_a_bug_leaves_no_trace_outside(owner: Any, gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    def bug(*_: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(gallery.flow, "progress", bug)
    answer = await owner.get("/api/jobs")
    assert answer.status == 500
    assert "secret" not in await answer.text()
    assert (await answer.json())["error"]["code"] == "bug"


TRAVERSAL = [
    "/../../etc/passwd",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/%252e%252e/etc/passwd",
    "/..%5c..%5cetc%5cpasswd",
    "/assets/../../setup.py",
    "/assets/%00.js",
    "/%c0%ae%c0%ae/etc/passwd",
    "//etc/passwd",
    "/media/..%2f..%2fcatalogue.db",
    "/vitrine.json",
    "/catalogue.db",
]


@pytest.mark.parametrize("path", TRAVERSAL)
async def test_no_spelling_of_a_path_reaches_a_file(owner: Any, path: str) -> None:
    import yarl

    answer = await owner.session.get(yarl.URL(f"http://{owner.host}:{owner.port}{path}", encoded=True))
    body = await answer.read()
    assert b"root:" not in body
    assert b"SQLite" not in body
    assert b"setuptools" not in body


async def test_every_answer_carries_the_safe_headers(owner: Any) -> None:
    for path in ("/", "/api/session", "/api/none", "/assets/none.js"):
        headers = (await owner.get(path)).headers
        assert "script-src 'self'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
