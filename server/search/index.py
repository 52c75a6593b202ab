"""Records in, postings out: for each thing, place, camera, folder, tag ... the photos that have it, and how surely.

A posting list belongs to what a photo *says* (the label "gown"); what a word *means* (dress: gown, jean, ...) is kept beside it, by label.
A change appends a *version* and lets the one before die. The client's ``index.ts`` and ``holdings.ts`` do the same.
"""

from __future__ import annotations

import bisect
from array import array
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from vitrine.config.records import EMOTIONS, GENDERS
from vitrine.server.search.evidence import BOUND, CLASS, NSFW, OBJECT, OFFERED, THINGS, Record, evidence_of, hundredths, name_line, name_of
from vitrine.server.search.folding import singular, words_of

CERTAINTY = 128
"""Postings are version times this, plus certainty in hundredths."""

FAVOURITE, VIDEO, NSFW_FLAG = 1, 2, 4
_EPOCH = date(1970, 1, 1)
_NAN = float("nan")
_NAMES_A_BLOCK = 4096
MEASURES = ("taken", "added", "bytes", "width", "height", "iso", "aperture", "exposure", "focal")


class Entry:
    """One thing said by photos: its kind, its text, its words singular each between two spaces, and its postings, ascending by version."""

    __slots__ = ("kind", "line", "postings", "text")

    def __init__(self, kind: str, text: str) -> None:
        self.kind = kind
        self.text = text
        self.line = f" {' '.join(singular(word) for word in words_of(text))} "
        self.postings = array("Q")


class Index:
    """The whole library, searchable: some 350 bytes a photo."""

    def __init__(self, words: Mapping[str, Any]) -> None:
        self.words = words
        self.entries: list[Entry] = []
        self.ids: list[str] = []
        self.names: list[str] = []
        self.live = bytearray()
        self.photos = 0
        self.columns: dict[str, array[float]] = {name: array("d") for name in MEASURES}
        self.rating = bytearray()
        self.flags = bytearray()
        self.face_versions = array("I")
        self.faces = array("I")
        self._version: dict[str, int] = {}
        self._by_value: dict[tuple[str, str], int] = {}
        self._phrases: dict[str, list[int]] = {}
        self._written: dict[str, None] = {}
        self._sorted: list[str] = []
        self._bound: set[str] = set()
        self._longest: dict[str, int] = {}
        self._blocks: list[str] = []
        self._ends: list[array[int]] = []
        for table in (words.get("classes", {}), words.get("objects", {})):
            for label, facts in table.items():
                for phrase in (label, *facts["synonyms"]):
                    self._bind([singular(word) for word in words_of(phrase)])

    @property
    def versions(self) -> int:
        """Records ever added."""
        return len(self.live)

    def add(self, record: Record) -> None:
        """Take in a photo's record, in the place of the one before."""
        self.remove(record["id"])
        version = self.versions
        self._version[record["id"]] = version
        self.ids.append(record["id"])
        self.names.append(name_of(record["path"]))
        self.live.append(1)
        self.photos += 1
        camera = record.get("camera", {})
        values = {"taken": _seconds(record.get("taken")), "added": _seconds(record["added"])} | {name: record[name] for name in ("bytes", "width", "height")}
        for name, column in self.columns.items():
            column.append(values[name] if name in values else camera.get(name, _NAN))
        self.rating.append(record.get("rating", 0))
        self.flags.append(FAVOURITE * ("favourite" in record) | VIDEO * record["type"].startswith("video/") | NSFW_FLAG * ("nsfw" in record))
        for kind, text, certainty in evidence_of(record):
            self.entries[self._entry(kind, text)].postings.append(version * CERTAINTY + certainty)
        for face in record.get("faces", ()):
            self.face_versions.append(version)
            self.faces.append(face_of(face))
        line = name_line(record["path"])
        if version % _NAMES_A_BLOCK == 0:
            self._blocks.append("")
            self._ends.append(array("I"))
        self._blocks[-1] += line
        self._ends[-1].append(len(self._blocks[-1]))

    def remove(self, photo: str) -> None:
        """Let go of a photo; one that is not here is no error."""
        version = self._version.pop(photo, None)
        if version is not None:
            self.live[version] = 0
            self.photos -= 1

    def exact(self, stems: list[str]) -> list[int]:
        """Numbers of the entries that these words, one after the other, find."""
        found = self._phrases.get(" ".join(stems), [])
        if len(stems) == 1:
            return found
        # "hot dog" is written "hotdog" by other models.
        together = self._phrases.get("".join(stems), [])
        return list(dict.fromkeys([*found, *together, *self._inside(stems[0], f" {' '.join(stems)} ")]))

    def open(self, words: list[str]) -> list[int]:
        """Numbers of the entries that these words (as written, the last one unfinished) find."""
        found = {entry: None for phrase in self._beginning(" ".join(words)) for entry in self._phrases.get(_stemmed(phrase), ())}
        if len(words) > 1:
            stems = [singular(word) for word in words[:-1]]
            found |= dict.fromkeys(self._inside(stems[0], f" {' '.join(stems)} {words[-1]}"))
        return list(found)

    def number(self, kind: str, text: str) -> int | None:
        """The entry of exactly that, if a photo ever said it."""
        return self._by_value.get((kind, text))

    def named(self, words: list[str], open_: bool) -> Iterator[int]:
        """Versions with these words one after the other in the file's name."""
        sought = f" {' '.join(words)}{'' if open_ else ' '}"
        for number, (block, ends) in enumerate(zip(self._blocks, self._ends, strict=True)):
            hit = block.find(sought)
            while hit >= 0:
                line = bisect.bisect_right(ends, hit)
                yield number * _NAMES_A_BLOCK + line
                hit = block.find(sought, ends[line])

    def name_line(self, version: int) -> str:
        """The words of the file's name, singular, each between two spaces."""
        number, line = divmod(version, _NAMES_A_BLOCK)
        ends = self._ends[number]
        return self._blocks[number][ends[line - 1] if line else 0 : ends[line]]

    def written(self) -> list[str]:
        """Every name as people write it, sorted."""
        if len(self._sorted) != len(self._written):
            self._sorted = sorted(self._written)
        return self._sorted

    # What understanding a query asks (``understand.Lexicon``).

    def binds(self, stems: list[str]) -> bool:
        """Whether these words are the name of one thing, here or in the table of words."""
        return " ".join(stems) in self._bound

    def reach(self, stem: str) -> int:
        """How many words a name that begins with ``stem`` may have; 1 when there is none of several."""
        return self._longest.get(stem, 1)

    def knows(self, stems: list[str]) -> bool:
        """Whether they find an entry."""
        return bool(self.exact(stems))

    def begins(self, words: list[str]) -> bool:
        """Whether an entry begins with them."""
        return bool(self.open(words))

    def counts(self, stems: list[str]) -> bool:
        """Whether they find objects."""
        return any(self.entries[entry].kind == OBJECT for entry in self.exact(stems))

    def _entry(self, kind: str, text: str) -> int:
        number = self._by_value.get((kind, text))
        if number is None:
            number = self._by_value[kind, text] = len(self.entries)
            self.entries.append(Entry(kind, text))
            self._teach(kind, text, number)
        return number

    def _teach(self, kind: str, text: str, number: int) -> None:
        for words in self._said_of(kind, text):
            stems = [singular(word) for word in words]
            entries = self._phrases.setdefault(" ".join(stems), [])
            if len(words) > 1 and kind in BOUND:
                self._bind(stems)
            if not entries or entries[-1] != number:
                entries.append(number)
            self._written[" ".join(words)] = None

    def _said_of(self, kind: str, text: str) -> list[list[str]]:
        words = words_of(text)
        if not words or kind == NSFW:
            return []
        if kind in THINGS:
            facts = self.words.get("classes" if kind == CLASS else "objects", {}).get(text, {})
            return [words, *(said for phrase in (*facts.get("synonyms", ()), *facts.get("ancestors", ())) if (said := words_of(phrase)))]
        single = [[word] for word in words]
        return [words, *single] if len(words) > 1 and kind in OFFERED else single

    def _bind(self, stems: list[str]) -> None:
        if len(stems) > 1:
            self._bound.add(" ".join(stems))
            self._longest[stems[0]] = max(len(stems), self.reach(stems[0]))

    def _inside(self, stem: str, sought: str) -> list[int]:
        return [entry for entry in self._phrases.get(stem, ()) if self.entries[entry].kind not in THINGS and sought in self.entries[entry].line]

    def _beginning(self, text: str) -> Iterator[str]:
        written = self.written()
        at = bisect.bisect_left(written, text)
        while at < len(written) and written[at].startswith(text):
            yield written[at]
            at += 1


def face_of(face: list[Any]) -> int:
    """A face as one number: certainty in bits 0-6, age in 7-13, gender in 14-15, emotion in 16-18."""
    _, _, _, _, _, age, gender, emotion, score = face
    return int(hundredths(score) | max(0, min(127, round(age))) << 7 | GENDERS.index(gender) << 14 | EMOTIONS.index(emotion) << 16)


def _stemmed(phrase: str) -> str:
    return " ".join(singular(word) for word in phrase.split(" "))


def _seconds(time: str | None) -> float:
    """Seconds since 1970 of the clock that a record's time shows; its offset is left aside. NaN without one."""
    if time is None:
        return _NAN
    try:
        days = (date(int(time[:4]), int(time[5:7]), int(time[8:10])) - _EPOCH).days
        clock = time[11:].rstrip("Z").split("+")[0].split("-")[0]
        hours, minutes, seconds = clock.split(":")
        return days * 86_400 + int(hours) * 3600 + int(minutes) * 60 + float(seconds)
    except ValueError:
        return _NAN
