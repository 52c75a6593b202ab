"""The search of one library. In: its records, as they come and go, and a query. Out: an answer with the reason for each hit.

Everything stays in memory, small: a photo is a few numbers and postings. The client's ``finder.ts`` and ``evaluate.ts`` do the same.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from heapq import nsmallest
from typing import Any

from vitrine.config.records import EMOTIONS, GENDERS
from vitrine.server.search.answer import Answer, Chip, Hit, Nothing, Reason
from vitrine.server.search.everyday import OFFERED
from vitrine.server.search.evidence import NAME_CERTAINTY, NEAR, NSFW, OBJECT, RANK, THINGS, Record
from vitrine.server.search.folding import singular
from vitrine.server.search.index import CERTAINTY, FAVOURITE, NSFW_FLAG, VIDEO, Index
from vitrine.server.search.nearest import nearest
from vitrine.server.search.plan import CountPlan, GroupPlan, Looks, MarkPlan, MeasurePlan, NotPlan, PeoplePlan, PersonPlan, Plan, WordPlan, label_of
from vitrine.server.search.understand import understand

_BEYOND = 1e12
"""Sorts behind every real date: photos that tell none follow those that do, by when they were added."""
_FINE = 1e4
"""Scores are compared by this much, so that the order does not hang on the last bit of a logarithm."""
_NEAR_WORDS = 3
_MOST_BOXES = 12
"""A photo of a crowd of dogs says so without a reason for each."""
_DIGITS = re.compile("([0-9]+)")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Search:
    """Answers queries about one library."""

    def __init__(self, words: Mapping[str, Any], today: Callable[[], date] = date.today) -> None:
        """``words`` is the table of ``/api/words``: synonyms and ancestors of each label; ``today`` is what "yesterday" counts from."""
        self._index = Index(words)
        self._today = today

    def add(self, record: Record) -> None:
        """Take in a photo's record (``config/records.py``), in the place of the one before."""
        self._index.add(record)

    def remove(self, photo: str) -> None:
        """Let go of a photo; one that is not here is no error."""
        self._index.remove(photo)

    def __len__(self) -> int:
        """Photos that can be found."""
        return self._index.photos

    def find(self, query: str, limit: int | None = None) -> Answer:
        """The best ``limit`` photos (all when None) for which the query holds; a ``limit:`` in the query can only lower that."""
        understood = understand(query, self._index, self._today())
        chips = tuple(_chips(understood.clauses))
        if understood.mistake is not None:
            return Answer(0, (), chips, mistake=understood.mistake)
        evaluation = _Evaluation(self._index)
        hits = evaluation.all(understood.clauses)
        scores = evaluation.scores(understood.clauses, hits)
        total = len(hits) if understood.limit is None else min(len(hits), understood.limit)
        sort = understood.sort or ("relevance" if understood.clauses else "newest")
        order = self._ordered(hits, scores, sort, total if limit is None else min(total, limit))
        found: list[Hit] = []
        for version in order:
            reasons = tuple(reason for clause in understood.clauses for reason in evaluation.reasons(clause, version))
            found.append(Hit(self._index.ids[version], round(scores.get(version, 0.0), 4), reasons))
        return Answer(total, tuple(found), chips, None if hits else self._nothing(understood.clauses, evaluation))

    def _ordered(self, hits: set[int], scores: Mapping[int, float], sort: str, count: int) -> list[int]:
        """The first ``count`` of them."""
        index = self._index
        taken, added, size = (index.columns[name] for name in ("taken", "added", "bytes"))

        def newest(version: int) -> float:
            return -taken[version] if taken[version] == taken[version] else _BEYOND - added[version]

        def oldest(version: int) -> float:
            return taken[version] if taken[version] == taken[version] else _BEYOND + added[version]

        keys: dict[str, Callable[[int], tuple[Any, ...]]] = {
            "relevance": lambda version: (-math.floor(scores.get(version, 0.0) * _FINE + 0.5), newest(version), index.ids[version]),
            "newest": lambda version: (newest(version), index.ids[version]),
            "oldest": lambda version: (oldest(version), index.ids[version]),
            "added": lambda version: (-added[version], index.ids[version]),
            "size": lambda version: (-size[version], index.ids[version]),
            "name": lambda version: (_natural(index.name_line(version)), index.ids[version]),
        }
        return nsmallest(count, hits, key=keys[sort])

    def _nothing(self, clauses: list[Plan], evaluation: _Evaluation) -> Nothing | None:
        empty = next((clause for clause in clauses if not isinstance(clause, NotPlan) and not evaluation.holding(clause)), None)
        if empty is None:
            return None
        if not isinstance(empty, WordPlan):
            return Nothing(label_of(empty), ())
        typed = " ".join(empty.words)
        known = [word for word in OFFERED if empty.open and len(typed) > 1 and word.startswith(typed) and self._finds(word)]
        known += [word for word in nearest(typed, self._index.written(), _NEAR_WORDS * 4) if evaluation.look(_plain(word), open_=False)]
        return Nothing(empty.label, tuple(dict.fromkeys(known))[:_NEAR_WORDS])

    def _finds(self, query: str) -> bool:
        return bool(_Evaluation(self._index).all(understand(query, self._index, self._today()).clauses))


class _Evaluation:
    """One question: sets of versions that hold plans, each worked out once."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self._sets: dict[int, set[int]] = {}
        self._found: dict[int, tuple[list[int], bool]] = {}

    def holding(self, plan: Plan) -> set[int]:
        """Versions for which the plan holds, all of them live; not to be changed."""
        if id(plan) not in self._sets:
            self._sets[id(plan)] = self._evaluate(plan)
        return self._sets[id(plan)]

    def all(self, plans: Iterable[Plan]) -> set[int]:
        """Versions for which all hold."""
        sets = sorted((self.holding(plan) for plan in plans), key=len)
        return set.intersection(*sets) if sets else self._live()

    def scores(self, plans: Iterable[Plan], hits: set[int]) -> dict[int, float]:
        """What each hit earns: the rarity of what was asked times the certainty of what was seen."""
        scores = dict.fromkeys(hits, 0.0)
        for plan in plans:
            for version, score in self._score(plan, hits).items():
                scores[version] += score
        return scores

    def reasons(self, plan: Plan, version: int) -> list[Reason]:
        """Why a version holds: one reason for each word that says something positive."""
        if isinstance(plan, NotPlan) or version not in self.holding(plan):
            return []
        if isinstance(plan, GroupPlan):
            reasons = [reason for part in plan.of for reason in self.reasons(part, version)]
            return reasons if plan.kind == "all" else _surest(reasons)
        if isinstance(plan, WordPlan):
            return self._word_reasons(plan, version)
        if isinstance(plan, CountPlan):
            return [Reason(plan.label, text, certainty / 100) for certainty, _, text in sorted(self._said(plan.word, version), key=lambda said: -said[0])][
                :_MOST_BOXES
            ]
        if isinstance(plan, PersonPlan):
            return self._person_reasons(plan, version)
        if isinstance(plan, PeoplePlan):
            seen = self._people[version]
            return [Reason(plan.label, "1 person" if seen == 1 else f"{seen} people")]
        if isinstance(plan, MeasurePlan):
            return [Reason(plan.label, self._measured(plan.measure, version))]
        return [] if plan.mark == "undated" else [Reason(plan.label, plan.mark)]

    def look(self, plan: WordPlan, open_: bool) -> set[int]:
        """Versions that a word finds, taken as finished or as a beginning."""
        found: set[int] = set()
        live = self.index.live
        for entry in self._entries(plan, open_):
            found.update(posting // CERTAINTY for posting in self.index.entries[entry].postings)
        if plan.named:
            found.update(self.index.named(_name_words(plan, open_), open_))
        return {version for version in found if live[version]}

    def _live(self) -> set[int]:
        return {version for version, alive in enumerate(self.index.live) if alive}

    def _evaluate(self, plan: Plan) -> set[int]:
        if isinstance(plan, GroupPlan):
            return self.all(plan.of) if plan.kind == "all" else set().union(*(self.holding(part) for part in plan.of))
        if isinstance(plan, NotPlan):
            return self._live() - self.holding(plan.of)
        if isinstance(plan, WordPlan):
            return self._word(plan)[1]
        if isinstance(plan, CountPlan):
            entries, _ = self._word(plan.word)
            counts = _tally(posting // CERTAINTY for entry in entries for posting in self.index.entries[entry].postings)
            return self._within(counts, plan.least, plan.most)
        if isinstance(plan, PersonPlan):
            return self._within(_tally(version for version, _ in self._fitting(plan.looks)), plan.least, plan.most)
        if isinstance(plan, PeoplePlan):
            return self._within(self._people, plan.least, plan.most)
        if isinstance(plan, MeasurePlan):
            value, low, high = self._value(plan.measure), plan.low, plan.high
            around = plan.measure == "hour" and low > high
            return {version for version in self._live() if (value(version) >= low or value(version) <= high if around else low <= value(version) <= high)}
        return {version for version in self._live() if self._marked(plan, version)}

    def _word(self, plan: WordPlan) -> tuple[list[int], set[int]]:
        """Entries and versions that a word finds: exactly, or, when that finds nothing and it is the last one, those that it begins."""
        open_ = False
        found = self._sets.get(id(plan))
        if found is None:
            found = self.look(plan, open_=False)
            if plan.open and not found:
                open_ = True
                found = self.look(plan, open_=True)
            self._sets[id(plan)] = found
            self._found[id(plan)] = self._entries(plan, open_), open_
        return self._found[id(plan)][0], found

    def _entries(self, plan: WordPlan, open_: bool) -> list[int]:
        index = self.index
        if plan.kinds == (NSFW,):
            number = index.number(NSFW, plan.words[0])
            return [] if number is None else [number]
        entries = index.open(plan.words) if open_ else index.exact(plan.stems)
        if plan.kinds is not None:
            entries = [entry for entry in entries if index.entries[entry].kind in plan.kinds]
        if plan.whole:
            line = f" {' '.join(plan.stems)} "
            entries = [entry for entry in entries if index.entries[entry].line == line]
        return entries

    def _score(self, plan: Plan, hits: set[int]) -> dict[int, float]:
        if isinstance(plan, NotPlan):
            return {}
        if isinstance(plan, GroupPlan):
            total: dict[int, float] = {}
            for part in plan.of:
                for version, score in self._score(part, hits).items():
                    before = total.get(version, 0.0)
                    total[version] = before + score if plan.kind == "all" else max(before, score)
            return total
        own = self.holding(plan)
        rarity = math.log(1 + self.index.photos / max(1, len(own)))
        certainty = self._certainty(plan)
        return {version: rarity * (certainty.get(version, 0) if certainty is not None else 100) / 100 for version in hits & own}

    def _certainty(self, plan: Plan) -> dict[int, int] | None:
        if isinstance(plan, CountPlan):
            plan = plan.word
        best: dict[int, int] = {}
        if isinstance(plan, WordPlan):
            entries, _ = self._word(plan)
            for entry in entries:
                for posting in self.index.entries[entry].postings:
                    version, certainty = divmod(posting, CERTAINTY)
                    if certainty > best.get(version, -1):
                        best[version] = certainty
            if plan.named:
                open_ = self._found[id(plan)][1]
                for version in self.index.named(_name_words(plan, open_), open_):
                    best[version] = max(NAME_CERTAINTY, best.get(version, 0))
            return best
        if isinstance(plan, PersonPlan):
            for version, certainty in self._fitting(plan.looks):
                best[version] = max(certainty, best.get(version, 0))
            return best
        return None

    def _fitting(self, looks: Looks) -> Iterator[tuple[int, int]]:
        """Version and certainty for every face that fits."""
        for version, face in zip(self.index.face_versions, self.index.faces, strict=True):
            if _fits(face, looks):
                yield version, face % CERTAINTY

    @cached_property
    def _faces(self) -> dict[int, int]:
        """Faces by version, where there are any."""
        return _tally(self.index.face_versions)

    @cached_property
    def _people(self) -> dict[int, int]:
        number = self.index.number(OBJECT, "person")
        people = _tally(() if number is None else (posting // CERTAINTY for posting in self.index.entries[number].postings))
        for version, faces in self._faces.items():
            people[version] = max(faces, people.get(version, 0))
        return dict.fromkeys(self._live(), 0) | people

    def _within(self, counts: Mapping[int, int], least: int, most: int) -> set[int]:
        return {version for version in self._live() if least <= counts.get(version, 0) <= most}

    def _value(self, measure: str) -> Callable[[int], float]:
        columns, taken = self.index.columns, self.index.columns["taken"]
        if measure == "size":
            return lambda version: columns["width"][version] * columns["height"][version] / 1e6
        if measure == "rating":
            return lambda version: self.index.rating[version]
        if measure == "face":
            return lambda version: self._faces.get(version, 0)
        if measure in columns:
            return lambda version: columns[measure][version]
        parts: dict[str, Callable[[datetime], float]] = {
            "date": lambda time: time.month * 100 + time.day,
            "month": lambda time: time.month,
            "day": lambda time: time.day,
            "weekday": lambda time: time.isoweekday(),
            "hour": lambda time: time.hour,
        }
        part = parts[measure]
        return lambda version: part(_EPOCH + timedelta(seconds=taken[version])) if taken[version] == taken[version] else math.nan

    def _marked(self, plan: MarkPlan, version: int) -> bool:
        width, height, flags = self.index.columns["width"][version], self.index.columns["height"][version], self.index.flags[version]
        return {
            "undated": math.isnan(self.index.columns["taken"][version]),
            "landscape": width > height,
            "portrait": width < height,
            "square": width == height,
            "favourite": bool(flags & FAVOURITE),
            "video": bool(flags & VIDEO),
            "nsfw": bool(flags & NSFW_FLAG),
        }[plan.mark]

    def _said(self, plan: WordPlan, version: int) -> list[tuple[int, str, str]]:
        """Certainty, kind and text of all that a word finds in a version."""
        said: list[tuple[int, str, str]] = []
        for number in self._word(plan)[0]:
            entry = self.index.entries[number]
            at = bisect_left(entry.postings, version * CERTAINTY)
            while at < len(entry.postings) and entry.postings[at] // CERTAINTY == version:
                said.append((entry.postings[at] % CERTAINTY, entry.kind, entry.text))
                at += 1
        return said

    def _word_reasons(self, plan: WordPlan, version: int) -> list[Reason]:
        said = self._said(plan, version)
        if not said:
            return [Reason(plan.label, self.index.names[version])]
        certainty, kind, text = min(said, key=lambda one: (-one[0], RANK[one[1]], one[2]))
        return [Reason(plan.label, f"near {text}" if kind == NEAR else text, certainty / 100 if kind in THINGS else None)]

    def _person_reasons(self, plan: PersonPlan, version: int) -> list[Reason]:
        """For each word about the person: the face that fits all of them best."""
        start = bisect_left(self.index.face_versions, version)
        end = bisect_left(self.index.face_versions, version + 1)
        faces = [(at - start, self.index.faces[at]) for at in range(start, end) if _fits(self.index.faces[at], plan.looks)]
        if not faces:
            return []
        place, face = max(faces, key=lambda one: (one[1] % CERTAINTY, -one[0]))
        reasons: list[Reason] = []
        for part in plan.parts:
            seen = [
                *([GENDERS[face >> 14 & 3]] if part.looks.gender else []),
                *([EMOTIONS[face >> 16 & 7]] if part.looks.emotion else []),
                *([f"age {face >> 7 & 127}"] if part.looks.age else []),
            ]
            reasons.append(Reason(part.label, f"face {place + 1}, {', '.join(seen)}", face % CERTAINTY / 100))
        return reasons

    def _measured(self, measure: str, version: int) -> str:
        """The number that was compared, as photographers write it."""
        columns = self.index.columns
        if measure in ("taken", "date", "month", "day", "weekday"):
            return (_EPOCH + timedelta(seconds=columns["taken"][version])).strftime("%Y-%m-%d")
        if measure == "hour":
            return (_EPOCH + timedelta(seconds=columns["taken"][version])).strftime("%H:%M")
        value = self._value(measure)(version)
        exposure = f"1/{_whole(1 / value)} s" if 0 < value < 0.5 else f"{value:g} s"
        return {
            "size": f"{_whole(value)} MP", "bytes": f"{_whole(value / 1000)} kB", "width": "", "height": "", "rating": f"{value:g} of 5",
            "face": f"{value:g} face{'' if value == 1 else 's'}",
            "iso": f"ISO {value:g}", "aperture": f"f/{value:g}", "exposure": exposure, "focal": f"{value:g} mm",
        }[measure] or f"{columns['width'][version]:g} x {columns['height'][version]:g}"  # fmt: skip


def _chips(clauses: list[Plan]) -> list[Chip]:
    """One chip for each clause, and for each word about a person, since those may stand apart."""
    chips: list[Chip] = []
    for clause in clauses:
        if isinstance(clause, PersonPlan):
            chips += [Chip(part.label, False, part.start, part.end) for part in clause.parts]
        else:
            chips.append(Chip(label_of(clause), isinstance(clause, NotPlan), clause.start, clause.end))
    return sorted(chips, key=lambda chip: chip.start)


def _surest(reasons: list[Reason]) -> list[Reason]:
    """One reason a word: where any of several things would do, the one that is surest."""
    best: dict[str, Reason] = {}
    for reason in reasons:
        held = best.get(reason.word)
        if held is None or (1 if reason.score is None else reason.score) > (1 if held.score is None else held.score):
            best[reason.word] = reason
    return list(best.values())


def _fits(face: int, looks: Looks) -> bool:
    low, high = looks.age or (0, 127)
    return low <= face >> 7 & 127 <= high and looks.gender in (None, GENDERS[face >> 14 & 3]) and looks.emotion in (None, EMOTIONS[face >> 16 & 7])


def _plain(word: str) -> WordPlan:
    words = word.split(" ")
    return WordPlan([singular(one) for one in words], words, False, None, False, False, word, 0, 0)


def _name_words(plan: WordPlan, open_: bool) -> list[str]:
    return [*plan.stems[:-1], plan.words[-1]] if open_ else plan.stems


def _tally(versions: Iterable[int]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for version in versions:
        counts[version] = counts.get(version, 0) + 1
    return counts


def _natural(name: str) -> str:
    """Digits filled up with zeros: "img 2" before "img 10"."""
    return "".join(part.zfill(12) if part.isdigit() else part for part in _DIGITS.split(name))


def _whole(value: float) -> int:
    """Rounded half up, as the client does."""
    return math.floor(value + 0.5)
