"""Stream: the records as lines, and word of each change."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest

from tests.server.conftest import a_file, a_reading
from vitrine.config.records import SCHEMA
from vitrine.server import stream
from vitrine.server.catalogue import Catalogue
from vitrine.server.store import Read, Store


async def streamed(catalogue: Catalogue, since: int) -> list[dict[str, Any]]:
    text = b"".join([piece async for piece in stream.records(catalogue, since)])
    assert text.endswith(b"\n")
    return [orjson.loads(line) for line in text.splitlines()]


async def fill(store: Store, tmp_path: Any, dates: list[str | None]) -> int:
    root = await store.add_root(tmp_path)
    await store.save_reads([Read(a_file(root, f"{number}.jpg"), a_reading(number, taken)) for number, taken in enumerate(dates, 1)])
    return root


async def test_a_cold_client_gets_the_newest_first_and_the_undated_last(store: Store, catalogue: Catalogue, tmp_path: Any) -> None:
    await fill(store, tmp_path, ["2020-01-01T00:00:00", None, "2024-01-01T00:00:00+02:00", "1999-12-31T23:59:59"])
    hello, *lines, end = await streamed(catalogue, 0)
    assert hello == {"kind": "hello", "library": catalogue.library, "epoch": catalogue.library, "schema": SCHEMA, "from": 0, "to": 4, "total": 4}
    assert [int(line["id"], 16) for line in lines] == [3, 1, 4, 2]
    assert end == {"kind": "end", "to": 4}


async def test_a_client_that_knows_a_number_gets_changes_and_removals_in_order(store: Store, catalogue: Catalogue, tmp_path: Any) -> None:
    root = await fill(store, tmp_path, ["2020-01-01T00:00:00"] * 3)
    await store.missing_files(root, [b"1.jpg"])
    await store.mark(f"{3:032x}", {"favourite": True})
    hello, *lines, end = await streamed(catalogue, 3)
    assert (hello["from"], hello["to"], hello["total"], end["to"]) == (3, 5, 2, 5)
    assert [(line["kind"], line["seq"], int(line["id"], 16)) for line in lines] == [("gone", 4, 1), ("photo", 5, 3)]


async def test_a_cold_client_hears_nothing_of_photos_that_left(store: Store, catalogue: Catalogue, tmp_path: Any) -> None:
    root = await fill(store, tmp_path, ["2020-01-01T00:00:00"] * 2)
    await store.missing_files(root, [b"1.jpg"])
    assert [int(line["id"], 16) for line in (await streamed(catalogue, 0))[1:-1]] == [2]


async def test_what_changes_while_an_answer_is_sent_comes_with_the_next_one(
    store: Store, catalogue: Catalogue, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "PAGE", 10)
    monkeypatch.setattr(stream, "PIECE", 1)
    root = await fill(store, tmp_path, [f"2020-01-{1 + number % 28:02}T00:00:00" for number in range(100)])
    held: dict[str, dict[str, Any]] = {}
    turns = 0
    async for piece in stream.records(catalogue, 0):
        for line in map(orjson.loads, piece.splitlines()):
            held |= {line["id"]: line} if "id" in line else {}
        if turns % 9 == 0:
            await store.missing_files(root, [b"%d.jpg" % (turns + 1)])
            await store.save_reads([Read(a_file(root, f"{turns + 2}.jpg"), a_reading(turns + 2, f"20{10 + turns % 20}-02-02T00:00:00"))])
            await store.save_reads([Read(a_file(root, f"{turns + 500}.jpg"), a_reading(turns + 500, "2020-01-15T00:00:00"))])
        turns += 1
    for since in (line["to"] for line in [orjson.loads(piece)] if line["kind"] == "end"):
        for line in (await streamed(catalogue, since))[1:-1]:
            held[line["id"]] = line
    now = {line["id"]: line for line in (await streamed(catalogue, 0))[1:-1]}
    assert {photo: line for photo, line in held.items() if line["kind"] == "photo"} == now


async def test_a_number_from_the_future_gets_everything_anew(store: Store, catalogue: Catalogue, tmp_path: Any) -> None:
    await fill(store, tmp_path, ["2020-01-01T00:00:00"] * 2)
    hello, *lines, _ = await streamed(catalogue, 3)
    assert (hello["from"], len(lines)) == (0, 2), "the catalogue was put back to an older copy"


async def test_pieces_are_about_64_kib_and_never_split_a_line(store: Store, catalogue: Catalogue, tmp_path: Any) -> None:
    await fill(store, tmp_path, ["2020-01-01T00:00:00"] * 400)
    pieces = [piece async for piece in stream.records(catalogue, 0)]
    assert len(pieces) > 2
    assert all(piece.endswith(b"\n") for piece in pieces)
    assert all(stream.PIECE <= len(piece) < stream.PIECE + 4096 for piece in pieces[:-1])


async def test_listeners_get_the_latest_of_each_kind_and_nothing_twice() -> None:
    news = stream.News()
    with news.listening() as heard:
        news.tell("change", {"to": 1})
        news.tell("change", {"to": 2})
        news.tell("progress", {"done": 1})
        assert heard.is_set()
        assert sorted(news.since(0)) == [("change", b'{"to":2}'), ("progress", b'{"done":1}')]
        turn = news.turn
        heard.clear()
        news.tell("change", {"to": 2})
        assert not heard.is_set()
        assert news.since(turn) == []
        asyncio.get_running_loop().call_soon(news.tell, "change", {"to": 3})
        await asyncio.wait_for(heard.wait(), 5)
        assert news.since(turn) == [("change", b'{"to":3}')]
