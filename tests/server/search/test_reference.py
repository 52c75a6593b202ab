"""The search against a slow, obvious one: for random libraries and random conditions, look at every record and decide."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from vitrine.server.search import Search
from vitrine.server.search.parse import LONGEST, parse

SHARED: dict[str, Any] = json.loads((Path(__file__).resolve().parents[2] / "search_cases.json").read_text("utf-8"))
WORDS = SHARED["words"]
Record = dict[str, Any]
Rule = Callable[[Record], bool]

CLASSES = sorted(WORDS["classes"])
OBJECTS = sorted(WORDS["objects"])
PLACES = [
    {"city": "Miami", "country": "United States"},
    {"city": "New York City", "country": "United States"},
    {"city": "York", "country": "United Kingdom"},
    {},
]
TAGS = ["family", "my holiday", "Café"]


def labels(record: Record) -> list[tuple[str, str]]:
    return [("classes", label) for label, _ in record["classes"]] + [("objects", row[0]) for row in record["objects"]]


def thing(word: str) -> Rule:
    """Some label is the word, or has it among its synonyms or ancestors."""

    def holds(record: Record) -> bool:
        return any(word in (label, *WORDS[table][label]["synonyms"], *WORDS[table][label]["ancestors"]) for table, label in labels(record))

    return holds


@dataclass(frozen=True)
class Condition:
    """What a person types, and what it must mean."""

    text: str
    holds: Rule


def face(**looks: Any) -> Rule:
    def fits(row: list[Any]) -> bool:
        _, _, _, _, _, age, gender, emotion, _ = row
        wanted = (looks.get("gender", gender), looks.get("emotion", emotion))
        return wanted == (gender, emotion) and bool(looks.get("low", 0) <= age <= looks.get("high", 127))

    return lambda record: any(map(fits, record["faces"]))


def number(record: Record, key: str) -> float | None:
    value: float | None = {**record, **record["camera"]}.get(key)
    return value


def compared(key: str, sign: str, bound: int) -> Rule:
    def holds(record: Record) -> bool:
        value = number(record, key)
        return value is not None and {"<": value < bound, "<=": value <= bound, ">": value > bound, ">=": value >= bound, ":": value == bound}[sign]

    return holds


CONDITIONS = st.one_of(
    st.sampled_from(
        [Condition(f'"{word}"', thing(word)) for word in ("animal", "vehicle", "dog", "cat", "car", "food", "dress", "hound", "wheeled vehicle", "glass")]
    ),
    st.sampled_from(
        [
            Condition('"miami"', lambda record: record["place"].get("city") == "Miami"),
            Condition('"york"', lambda record: "York" in record["place"].get("city", "")),
            Condition("country:united", lambda record: "country" in record["place"]),
            Condition('city="york"', lambda record: record["place"].get("city") == "York"),
            Condition("tag:family", lambda record: "family" in record["tags"]),
            Condition('tag:"cafe"', lambda record: "Café" in record["tags"]),
            Condition("favourite:yes", lambda record: "favourite" in record),
            Condition("rating>=3", lambda record: record.get("rating", 0) >= 3),
            Condition("year:2020", lambda record: record.get("taken", "").startswith("2020")),
            Condition("taken<2021", lambda record: "taken" in record and record["taken"] < "2021"),
            Condition("month:may", lambda record: record.get("taken", "")[5:7] == "05"),
            Condition("hour>=18", lambda record: "taken" in record and int(record["taken"][11:13]) >= 18),
            Condition("orientation:portrait", lambda record: record["height"] > record["width"]),
            Condition("face:1", lambda record: len(record["faces"]) == 1),
        ]
    ),
    st.sampled_from(
        [
            Condition("(woman)", face(gender="female")),
            Condition("(happy man)", face(gender="male", emotion="happy")),
            Condition("(sad woman in her 20s)", face(gender="female", emotion="sad", low=20, high=29)),
            Condition("(kids)", face(high=12)),
            Condition("(aged 30 to 40)", face(low=30, high=40)),
        ]
    ),
    st.builds(
        lambda key, sign, bound: Condition(f"{key}{sign}{bound}", compared(key, sign, bound)),
        st.sampled_from(["iso", "width", "height"]),
        st.sampled_from(["<", "<=", ">", ">=", ":"]),
        st.sampled_from([100, 400, 1000]),
    ),
)


def negative(condition: Condition) -> Condition:
    return Condition(f"-({condition.text})", lambda record: not condition.holds(record))


def both(parts: list[Condition]) -> Condition:
    return Condition("(" + " ".join(part.text for part in parts) + ")", lambda record: all(part.holds(record) for part in parts))


def either(parts: list[Condition]) -> Condition:
    return Condition("(" + " or ".join(part.text for part in parts) + ")", lambda record: any(part.holds(record) for part in parts))


QUERIES = st.recursive(
    CONDITIONS,
    lambda inner: st.one_of(inner.map(negative), st.lists(inner, min_size=1, max_size=3).map(both), st.lists(inner, min_size=1, max_size=3).map(either)),
    max_leaves=6,
)

SCORES = st.integers(25, 100).map(lambda hundredth: hundredth / 100)
FACES = st.tuples(st.integers(0, 90), st.sampled_from(["female", "male"]), st.sampled_from(["happy", "sad", "neutral"]), SCORES)


@st.composite
def records(draw: st.DrawFn, number: int) -> Record:
    """A record with what conditions ask about; no word of it is in its path."""
    record: Record = {
        "kind": "photo", "seq": number + 1, "id": f"{number:032x}", "path": f"Root/{number}.jpg", "bytes": 1000, "type": "image/jpeg",
        "added": "2026-01-01T00:00:00Z",
        "width": draw(st.sampled_from([100, 400, 1000, 1001])), "height": draw(st.sampled_from([100, 400, 1000, 1001])),
        "classes": [[label, draw(SCORES)] for label in draw(st.lists(st.sampled_from(CLASSES), max_size=2, unique=True))],
        "objects": [[label, draw(SCORES), 0.1, 0.1, 0.2, 0.2] for label in draw(st.lists(st.sampled_from(OBJECTS), max_size=3))],
        "faces": [[at, 0.1, 0.1, 0.2, 0.2, *face] for at, face in enumerate(draw(st.lists(FACES, max_size=3)))],
        "place": draw(st.sampled_from(PLACES)), "tags": draw(st.lists(st.sampled_from(TAGS), max_size=2, unique=True)),
        "camera": draw(st.sampled_from([{}, {"iso": 100}, {"iso": 400}, {"iso": 6400}])),
    }  # fmt: skip
    if draw(st.booleans()):
        record["taken"] = draw(st.sampled_from(["2019-05-04T17:59:59", "2020-05-04T18:00:00Z", "2020-12-31T23:59:59+13:00", "2021-01-01T00:00:00"]))
    if draw(st.booleans()):
        record["rating"] = draw(st.integers(1, 5))
    if draw(st.booleans()):
        record["favourite"] = True
    return record


LIBRARIES = st.integers(0, 8).flatmap(lambda size: st.tuples(*(records(number) for number in range(size)))).map(list)


@settings(deadline=None, max_examples=60)
@given(LIBRARIES, LIBRARIES, QUERIES)
def test_a_query_finds_exactly_the_photos_for_which_it_holds(before: list[Record], library: list[Record], query: Condition) -> None:
    search = Search(WORDS, lambda: date(2024, 5, 6))
    for record in [*before, *library]:
        search.add(record)
    for record in before[len(library) :]:
        search.remove(record["id"])
    answer = search.find(query.text)
    assert answer.mistake is None
    assert sorted(hit.id for hit in answer.hits) == [record["id"] for record in library if query.holds(record)], query.text


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=60) | st.text(alphabet='()"-|:<>=., ornotand1290dg', max_size=60))
def test_any_text_is_a_query(text: str) -> None:
    search = Search(WORDS, lambda: date(2024, 5, 6))
    for record in SHARED["library"][:3]:
        search.add(record)
    answer = search.find(text)
    assert answer.total == len(answer.hits) <= 3
    for chip in answer.chips:
        assert 0 <= chip.start <= chip.end <= len(text)


@settings(deadline=None, max_examples=60)
@given(st.text())
def test_what_is_read_lies_within_the_text(text: str) -> None:
    tree = parse(text)
    assert 0 <= tree.start <= tree.end <= min(len(text), LONGEST)


def test_a_deeply_nested_query_is_read() -> None:
    search = Search(WORDS)
    search.add(SHARED["library"][0])
    assert search.find("(" * 900 + "dress" + ")" * 900).total == 1
    assert search.find("-" * 1000 + "dress").mistake is None
