"""Run ``tests/search_cases.json``, which the client's tests run as well."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from vitrine.config.records import json_schema
from vitrine.server.search import Search
from vitrine.server.search.everyday import KEYS, KEYS_TO_COME, typescript

HOUSE = Path(__file__).resolve().parents[3]
SHARED: dict[str, Any] = json.loads((HOUSE / "tests" / "search_cases.json").read_text("utf-8"))
CASES: list[dict[str, Any]] = SHARED["cases"]


@pytest.fixture(scope="module")
def search() -> Search:
    """The shared library."""
    return filled(SHARED["library"])


def filled(records: list[dict[str, Any]]) -> Search:
    search = Search(SHARED["words"], lambda: date.fromisoformat(SHARED["today"]))
    for record in records:
        search.add(record)
    return search


def test_the_shared_library_is_made_of_real_records() -> None:
    validator = jsonschema.Draft202012Validator(json_schema())
    for record in SHARED["library"]:
        validator.validate(record)


@pytest.mark.parametrize("case", CASES, ids=[case["query"] or "nothing asked" for case in CASES])
def test_the_query_finds_what_the_case_says(search: Search, case: dict[str, Any]) -> None:
    answer = search.find(case["query"])
    assert [hit.id for hit in answer.hits] == case["ids"]
    assert answer.total == len(case["ids"])
    assert [("-" if chip.negated else "") + chip.label for chip in answer.chips] == case.get("chips", [])
    assert answer.mistake == case.get("mistake")
    assert (answer.nothing and answer.nothing.json()) == case.get("nothing")
    reasons = [[str(reason) for reason in hit.reasons] for hit in answer.hits[:3]]
    assert (reasons if any(reasons) else []) == case.get("reasons", [])


def test_a_record_that_changed_is_found_by_what_it_says_now() -> None:
    search = filled([record | {"path": "Elsewhere/x.jpg", "classes": [["tench", 0.9]], "faces": []} for record in SHARED["library"]])
    for record in SHARED["library"]:
        search.add(record)
    assert len(search) == len(SHARED["library"])
    for case in CASES:
        assert [hit.id for hit in search.find(case["query"]).hits] == case["ids"], case["query"]


def test_a_photo_that_left_is_not_found() -> None:
    search = filled(SHARED["library"])
    for hit in search.find("dog").hits:
        search.remove(hit.id)
    search.remove("0" * 32)
    assert search.find("dog").total == 0
    assert len(search) == len(SHARED["library"]) - 5


def test_a_limit_cuts_the_hits_but_not_the_total(search: Search) -> None:
    answer = search.find("dog", 2)
    assert answer.total == 5
    assert [hit.id for hit in answer.hits] == [hit.id for hit in search.find("dog").hits][:2]


def test_the_clients_table_of_everyday_words_is_not_stale() -> None:
    assert (HOUSE / "client" / "src" / "search" / "everyday.ts").read_text("utf-8") == typescript()


def test_every_key_is_on_the_page_about_search() -> None:
    page = (HOUSE / "docs" / "search.md").read_text("utf-8")
    assert [key for key in (*KEYS, *KEYS_TO_COME) if f"`{key}" not in page] == []
