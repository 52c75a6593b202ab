"""A query's tree in, what it asks out. The words people say (``everyday.py``) are read before those that name things and places.

The client's ``understand.ts`` does the same.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Protocol, TypeVar

from vitrine.server.search import evidence as kinds
from vitrine.server.search.everyday import (
    AGE_ADJECTIVES,
    AGES,
    ALIASES,
    CHOICES,
    DECADES,
    DOINGS,
    EMOTIONS,
    FEASTS,
    GENDERS,
    GROUPS,
    HOURS,
    KEY_ALIASES,
    KEYS,
    KEYS_TO_COME,
    MONTHS,
    NOBODY,
    NUMBERS,
    PEOPLE,
    STOP,
    WEEKDAYS,
)
from vitrine.server.search.folding import singular, words_of
from vitrine.server.search.nearest import nearest
from vitrine.server.search.parse import Field, Group, Not, Phrase, Tree, Value, Word, Words, parse
from vitrine.server.search.plan import (
    MANY,
    CountPlan,
    GroupPlan,
    Looks,
    MarkPlan,
    MeasurePlan,
    NotPlan,
    Part,
    PeoplePlan,
    PersonPlan,
    Plan,
    Understood,
    WordPlan,
)

_STOPPED = frozenset(STOP)
_PERSONS = frozenset(PEOPLE)
_OLDEST = 127
_ALIKE = 0.01
"""How far numbers that photographers round may be from the one asked for."""
_YEAR = re.compile(r"(1[89]|20)[0-9]{2}")
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{1,2}))?(?:-([0-9]{1,2}))?")
_DECADE = re.compile(r"((?:1[89]|20)[0-9]0)s")
_AGE_DECADE = re.compile(r"([1-9]0)(s|ies|ties)")
_NUMBER = re.compile(r"f?/?([0-9]+(?:\.[0-9]+)?)(?:/([0-9]+(?:\.[0-9]+)?))?\s*([a-z]*)")
_UNFINISHED = re.compile(r"f?[0-9./-]*")
_SIGN = re.compile(r"(?:-+\s*|(?:not|no|without)\s+)+", re.IGNORECASE)
_MULTIPLES = {"k": 1e3, "kb": 1e3, "m": 1e6, "mb": 1e6, "g": 1e9, "gb": 1e9}

_KINDS: dict[str, tuple[str, ...]] = {
    "folder": (kinds.FOLDER,), "type": (kinds.TYPE,), "camera": (kinds.CAMERA,), "lens": (kinds.LENS,), "light": (kinds.TERM,),
    "zoom": (kinds.TERM,), "season": (kinds.TERM,),
    "city": (kinds.CITY,), "state": (kinds.STATE,), "country": (kinds.COUNTRY,), "continent": (kinds.CONTINENT,), "near": (kinds.NEAR, kinds.CITY),
    "class": (kinds.CLASS,), "object": (kinds.OBJECT,), "tag": (kinds.TAG,), "caption": (kinds.CAPTION,), "name": (),
}  # fmt: skip

_EPOCH = date(1970, 1, 1)
_DAY_S = 86_400
_TICK = 1e-6
"""Ends of periods are not part of them; ranges of plans include theirs."""

Result = TypeVar("Result")
Period = tuple[float, float]
"""Seconds since 1970 of the photo's own clock, from the first up to, not including, the last."""


class Lexicon(Protocol):
    """What understanding a query needs to know of the library's words."""

    def binds(self, stems: list[str]) -> bool:
        """Whether these words are the name of one thing."""

    def reach(self, stem: str) -> int:
        """How many words a name may have that begins with this one."""

    def knows(self, stems: list[str]) -> bool:
        """Whether they find anything by themselves."""

    def begins(self, words: list[str]) -> bool:
        """Whether something known begins with them."""

    def counts(self, stems: list[str]) -> bool:
        """Whether they find objects, which can be counted."""


class _Mistake(Exception):
    pass


def understand(text: str, lexicon: Lexicon, today: date) -> Understood:
    """What ``text`` asks of a library with these words; never fails, but may find a mistake."""
    reader = _Reader(text, lexicon, today)
    understood = Understood()
    try:
        plan = reader.plan(parse(text), top=True)
        understood.clauses = [] if plan is None else plan.of if isinstance(plan, GroupPlan) and plan.kind == "all" else [plan]
    except _Mistake as mistake:
        understood.mistake = str(mistake)
    understood.sort, understood.limit = reader.sort, reader.limit
    return understood


class _Reader:
    def __init__(self, text: str, lexicon: Lexicon, today: date) -> None:
        self.text = text
        self.lexicon = lexicon
        self.today = today
        self.sort: str | None = None
        self.limit: int | None = None
        self.person: PersonPlan | None = None
        """The person that words speak of until "and", or until two of them cannot both be true."""

    def plan(self, tree: Tree, top: bool = False) -> Plan | None:
        """None for what asks nothing."""
        if isinstance(tree, Words):
            return _joined("all", self.run(tree.words), tree.start, tree.end)
        if isinstance(tree, Phrase):
            return self.word(words_of(tree.text), tree.open, tree.start, tree.end, quoted=True)
        if isinstance(tree, Field):
            return self.field(tree)
        if isinstance(tree, Not):
            inner = tree.of
            of = self.apart(lambda: self.plan(inner))
            return of and NotPlan(of, tree.start, tree.end)
        if tree.kind == "all":
            return self.all(tree) if top else self.apart(lambda: self.all(tree))
        return _joined("any", [plan for one in tree.of if (plan := self.alone(one))], tree.start, tree.end)

    def alone(self, tree: Tree) -> Plan | None:
        return self.apart(lambda: self.plan(tree))

    def all(self, group: Group) -> Plan | None:
        of: list[Plan] = []
        for tree in group.of:
            if isinstance(tree, Words):
                of += self.run(tree.words)
            elif plan := self.plan(tree):
                of.append(plan)
        return _joined("all", of, group.start, group.end)

    def apart(self, read: Callable[[], Result]) -> Result:
        """People spoken of inside are others than those outside."""
        outside, self.person = self.person, None
        try:
            return read()
        finally:
            self.person = outside

    # Runs of words.

    def run(self, words: list[Word]) -> list[Plan]:
        plans: list[Plan] = []
        at = 0
        while at < len(words):
            if words[at].anew:
                self.person = None
            here = at
            plan, at = self.apart(lambda here=here: self.negative(words, here)) if words[at].negated else self.unit(words, at)  # type: ignore[misc]
            if plan:
                plans.append(plan)
        return plans

    def negative(self, words: list[Word], at: int) -> tuple[Plan | None, int]:
        """Negation holds for the next thing said, and for all words in a row about one person."""
        start = words[at].start
        if words[at].text == "one":
            return PeoplePlan(0, 0, self.text[start : words[at].end], start, words[at].end), at + 1
        while at + 1 < len(words) and words[at].text in _STOPPED:
            at += 1
        plan, after = self.unit(words, at)
        while self.person and after < len(words) and not words[after].anew and not words[after].negated:
            held, size = self.person, len(self.person.parts)
            more, further = self.unit(words, after)
            if more or self.person is not held or len(held.parts) == size:
                break
            after = further
        return (NotPlan(plan, start, words[after - 1].end) if plan else None), after

    def unit(self, words: list[Word], at: int) -> tuple[Plan | None, int]:
        """One thing said from word ``at`` on, and the word after it. A word that adds to a person spoken of before gives no plan."""
        for kind in (self.name, self.count, self.time, self.about, self.mark):
            if found := kind(words, at):
                return found
        return self.single(words[at]), at + 1

    def name(self, words: list[Word], at: int) -> tuple[Plan | None, int] | None:
        """The longest name of several words that is known."""
        following = _following(words, at)
        stems = [singular(word.text) for word in following]
        reach = min(len(stems), self.lexicon.reach(stems[0]))
        for size in range(reach, 1, -1):
            if self.lexicon.binds(stems[:size]):
                said = following[:size]
                return self.word([word.text for word in said], said[-1].open, said[0].start, said[-1].end), at + size
        texts = [word.text for word in following]
        # "golden r" is on its way to the retriever; "dog b" is a dog, and something else.
        if 1 < len(texts) <= reach and following[-1].open and not self.lexicon.knows(stems[:1]) and self.lexicon.begins(texts):
            return self.word(texts, True, following[0].start, following[-1].end), at + len(texts)
        return None

    def count(self, words: list[Word], at: int) -> tuple[Plan | None, int] | None:
        word = words[at]
        group = GROUPS.get(word.text) or ((0, 0) if word.text in NOBODY else None)
        if group:
            return PeoplePlan(*group, self.said(word.start, word.end), word.start, word.end), at + 1
        number = NUMBERS.get(word.text) or (int(word.text) if re.fullmatch("[0-9]{1,2}", word.text) else None)
        following = _following(words, at + 1) if at + 1 < len(words) and not words[at + 1].negated and not words[at + 1].anew else []
        if number is None or not following:
            return None
        stem, end = singular(following[0].text), following[0].end
        label = self.said(word.start, end)
        if stem in _PERSONS:
            return PeoplePlan(number, number, label, word.start, end), at + 2
        if stem in GENDERS or stem in AGES:
            looks = Looks(gender=GENDERS[stem]) if stem in GENDERS else Looks(age=AGES[stem])
            self.person = PersonPlan(Looks(looks.gender, looks.emotion, looks.age), [Part(label, looks, word.start, end)], word.start, end, number, number)
            return self.person, at + 2
        for size in range(min(len(following), self.lexicon.reach(stem)), 0, -1):
            said = following[:size]
            if self.lexicon.counts([singular(one.text) for one in said]):
                end = said[-1].end
                thing = self.word([one.text for one in said], False, word.start, end, kinds=(kinds.OBJECT,))
                assert thing is not None
                return CountPlan(thing, number, number, self.said(word.start, end), word.start, end), at + 1 + size
        return None

    # Time.

    def time(self, words: list[Word], at: int) -> tuple[Plan | None, int] | None:
        word, text = words[at], words[at].text

        def plan(measure: str, low: float, high: float, after: int) -> tuple[Plan, int]:
            end = words[after - 1].end
            return MeasurePlan(measure, low, high, self.said(word.start, end).replace("..", " – ", 1), word.start, end), after

        if text in ("before", "until", "after", "since"):
            found = self.period(words, _skip_stops(words, at + 1))
            if found is None:
                return None
            (low, high), after = found
            if text in ("before", "until"):
                return plan("taken", -math.inf, (low if text == "before" else high) - _TICK, after)
            return plan("taken", high if text == "after" else low, math.inf, after)
        if text == "between":
            first = self.period(words, _skip_stops(words, at + 1))
            if first is None or first[1] >= len(words) or not words[first[1]].anew:
                return None
            second = self.period(words, _skip_stops(words, first[1]))
            return plan("taken", first[0][0], second[0][1] - _TICK, second[1]) if second else None
        if period := self.period(words, at):
            dated, after = plan("taken", period[0][0], period[0][1] - _TICK, period[1])
            return (self.or_written(dated, word) if _YEAR.fullmatch(text) else dated), after
        stem = singular(text)
        if text in MONTHS:
            return plan("month", MONTHS.index(text) + 1, MONTHS.index(text) + 1, at + 1)
        if text in WEEKDAYS or stem in WEEKDAYS:
            weekday = WEEKDAYS.index(text if text in WEEKDAYS else stem) + 1
            return plan("weekday", weekday, weekday, at + 1)
        if stem == "weekend":
            return plan("weekday", 6, 7, at + 1)
        if hours := HOURS.get(text) or HOURS.get(stem):
            return plan("hour", *hours, at + 1)
        if feast := FEASTS.get(text):
            month, first_day, last_day = feast
            return plan("date", month * 100 + first_day, month * 100 + last_day, at + 1)
        return None

    def or_written(self, dated: Plan, year: Word) -> Plan:
        """A photo that tells no date is found by a year in its folder, name, tag or caption."""
        start, end = year.start, year.end
        written = WordPlan([year.text], [year.text], False, (kinds.FOLDER, kinds.TAG, kinds.CAPTION), True, False, self.said(start, end), start, end)
        undated = MarkPlan("undated", written.label, start, end)
        return GroupPlan("any", [dated, GroupPlan("all", [undated, written], start, end)], start, end)

    def period(self, words: list[Word], at: int) -> tuple[Period, int] | None:
        """A year, a month of a year, a day, or a range of these."""
        if at >= len(words):
            return None
        text, following, after = words[at].text, "", ""
        if at + 1 < len(words) and not words[at + 1].negated and not words[at + 1].anew:
            following = words[at + 1].text
            if at + 2 < len(words) and not words[at + 2].negated and not words[at + 2].anew:
                after = words[at + 2].text
        if decade := _DECADE.fullmatch(text):
            return (_year(int(decade[1]))[0], _year(int(decade[1]) + 9)[1]), at + 1
        if ".." in text:
            low, high = (_period_of(part) for part in text.split("..", 1))
            return ((low[0], high[1]), at + 1) if low and high else None
        if _YEAR.fullmatch(text) or "-" in text:
            found = _period_of(text)
            return (found, at + 1) if found else None
        if text in MONTHS and _YEAR.fullmatch(following):
            return _month(int(following), MONTHS.index(text) + 1), at + 2
        if re.fullmatch("[0-9]{1,2}", following) and text in MONTHS and _YEAR.fullmatch(after):
            found = _period_of(f"{after}-{MONTHS.index(text) + 1}-{following}")
            return (found, at + 3) if found else None
        if re.fullmatch("[0-9]{1,2}", text) and following in MONTHS and _YEAR.fullmatch(after):
            found = _period_of(f"{after}-{MONTHS.index(following) + 1}-{text}")
            return (found, at + 3) if found else None
        today = self.today
        if text == "today":
            return _days(today, 1), at + 1
        if text == "yesterday":
            return _days(today - timedelta(1), 1), at + 1
        if text not in ("last", "this"):
            return None
        back = int(text == "last")
        if following == "year":
            return _year(today.year - back), at + 2
        if following == "month":
            return _month(today.year - 1, 12) if back and today.month == 1 else _month(today.year, today.month - back), at + 2
        if following == "week":
            return _days(today - timedelta(today.weekday() + 7 * back), 7), at + 2
        return None

    # People.

    def about(self, words: list[Word], at: int) -> tuple[Plan | None, int] | None:
        word = words[at]
        if found := self.looks_of(words, at):
            looks, after = found
            end = words[after - 1].end
            return self.adorn(Part(self.said(word.start, end), looks, word.start, end)), after
        if singular(word.text) not in _PERSONS:
            return None
        # "happy people": the noun of the person who is being spoken of, not one more.
        if self.person and at > 0 and self.person.parts[-1].end == words[at - 1].end:
            return None, at + 1
        return PeoplePlan(1, MANY, self.said(word.start, word.end), word.start, word.end), at + 1

    def looks_of(self, words: list[Word], at: int) -> tuple[Looks, int] | None:
        text, stem = words[at].text, singular(words[at].text)
        following = words[at + 1].text if at + 1 < len(words) else ""
        if stem in GENDERS:
            return Looks(gender=GENDERS[stem]), at + 1
        if emotion := EMOTIONS.get(text) or EMOTIONS.get(stem):
            return Looks(emotion=emotion), at + 1
        if stem in AGES:
            return Looks(age=AGES[stem]), at + 1
        match = _AGE_DECADE.fullmatch(text)
        decade = int(match[1]) if match else DECADES.get(stem) if text.endswith("ies") else None
        if decade is not None:
            return Looks(age=(decade, decade + 9)), at + 1
        if text in AGE_ADJECTIVES and (_speaks_of_people(following) or _speaks_of_people(singular(following))):
            return Looks(age=AGE_ADJECTIVES[text]), at + 1

        def years(at: int) -> int | None:
            return min(_OLDEST, int(words[at].text)) if at < len(words) and re.fullmatch("[0-9]{1,3}", words[at].text) else None

        if text in ("aged", "age"):
            low = years(at + 1)
            if low is None:
                return None
            high = years(at + 3) if at + 2 < len(words) and words[at + 2].text == "to" else None
            return (Looks(age=(low, low)), at + 2) if high is None else (Looks(age=(low, high)), at + 4)
        old = years(at)
        if old is not None and singular(following) == "year" and at + 2 < len(words) and words[at + 2].text == "old":
            return Looks(age=(old, old)), at + 3
        return None

    def adorn(self, part: Part) -> Plan | None:
        """Say one more thing of the present person, or begin the next one, who is the plan that is returned."""
        held = self.person
        if held and not held.looks.clashes(part.looks):
            held.looks.take(part.looks)
            held.parts.append(part)
            held.end = max(held.end, part.end)
            return None
        self.person = PersonPlan(Looks(part.looks.gender, part.looks.emotion, part.looks.age), [part], part.start, part.end)
        return self.person

    # Everything else.

    def mark(self, words: list[Word], at: int) -> tuple[Plan | None, int] | None:
        word = words[at]
        stem = ALIASES.get(singular(word.text), singular(word.text))
        return (MarkPlan(stem, self.said(word.start, word.end), word.start, word.end), at + 1) if stem in ("favourite", "video") else None

    def single(self, word: Word) -> Plan | None:
        known = ALIASES.get(word.text, word.text)
        if known in _STOPPED or singular(known) in _STOPPED:
            return None
        # One letter begins nearly everything, so it says nothing yet.
        if word.open and re.fullmatch("[a-z0-9]", known) and not self.lexicon.knows([known]):
            return None
        said = self.word([known], word.open, word.start, word.end)
        seen = [self.word(words_of(thing), False, word.start, word.end, kinds=(kinds.CLASS, kinds.OBJECT)) for thing in DOINGS.get(known, ())]
        return _joined("any", [plan for plan in (said, *seen) if plan], word.start, word.end)

    def word(
        self,
        words: list[str],
        open_: bool,
        start: int,
        end: int,
        *,
        kinds: tuple[str, ...] | None = None,
        named: bool | None = None,
        whole: bool = False,
        quoted: bool = False,
    ) -> WordPlan | None:
        words = [part for word in words for part in words_of(word)]
        if not words:
            return None
        label = self.text[start:end].replace('"', "") if quoted else self.said(start, end)
        return WordPlan([singular(word) for word in words], words, open_, kinds, kinds is None if named is None else named, whole, label, start, end)

    def said(self, start: int, end: int) -> str:
        """What the text says there, without the sign of negation."""
        return _SIGN.sub("", self.text[start:end], count=1) if _SIGN.match(self.text[start:end]) else self.text[start:end]

    # Fields.

    def field(self, tree: Field) -> Plan | None:
        key = KEY_ALIASES.get(tree.key, tree.key)
        if key in KEYS_TO_COME:
            raise _Mistake(f'This version cannot search by "{key}" yet.')
        if key not in KEYS:
            near = nearest(tree.key, KEYS, 1)
            raise _Mistake(f'There is no key "{tree.key}"' + (f'; did you mean "{near[0]}"?' if near else "."))
        shape, wanted = KEYS[key]
        if not tree.values:
            return None
        if shape == "text" and tree.comparison not in (":", "="):
            raise _Mistake(f'"{key}" is a word and cannot be compared with "{tree.comparison}".')
        plans = [self.value(key, shape, wanted, tree, value, tree.open and at == len(tree.values) - 1) for at, value in enumerate(tree.values)]
        return _joined("any", [plan for plan in plans if plan], tree.start, tree.end)

    def value(self, key: str, shape: str, wanted: str, tree: Field, value: Value, open_: bool) -> Plan | None:
        start, end = tree.start, tree.end
        if shape == "text":
            whole = tree.comparison == "="
            words = words_of(value.text)
            if not value.quoted:
                words = [ALIASES.get(word, word) for word in words]
            return self.word(words, open_ and not whole and not value.quoted, start, end, kinds=_KINDS[key], named=key == "name", whole=whole, quoted=True)
        if shape == "word":
            return self.choice(key, value.text.lower(), open_, start, end)
        found = _range_of(key, value.text, tree.comparison)
        if found is None:
            if open_ and _begun(key, value.text):
                return None
            raise _Mistake(f'"{key}" wants {wanted}, not "{value.text}".')
        low, high = found
        if key == "limit":
            least = min(low, high)
            self.limit = max(0, math.floor(least)) if math.isfinite(least) else 0
            return None
        if key == "age":
            looks = Looks(age=(math.ceil(max(0, low)), math.floor(min(_OLDEST, high))))
            return self.adorn(Part(self.said(start, end), looks, start, end))
        return MeasurePlan("taken" if key == "year" else key, low, high, self.text[start:end].replace("..", " – ", 1), start, end)

    def choice(self, key: str, word: str, open_: bool, start: int, end: int) -> Plan | None:
        choices = CHOICES[key]
        if word not in choices:
            if open_ and any(choice.startswith(word) for choice in choices):
                return None
            raise _Mistake(f'"{key}" is one of {", ".join(choices)}, not "{word}".')
        label = self.text[start:end]
        if key == "sort":
            self.sort = word
            return None
        if key in ("gender", "emotion"):
            return self.adorn(Part(label, Looks(gender=word) if key == "gender" else Looks(emotion=word), start, end))
        if key == "orientation":
            return MarkPlan(word, label, start, end)
        if key == "nsfw" and word not in ("yes", "no"):
            return WordPlan([word], [word], False, (kinds.NSFW,), False, True, label, start, end)
        mark = MarkPlan(key, key, start, end)
        return mark if word == "yes" else NotPlan(mark, start, end)


def _following(words: list[Word], at: int) -> list[Word]:
    """Words from ``at`` on that may belong to one name: up to the next "and" or "not"."""
    end = at + 1
    while end < len(words) and not words[end].negated and not words[end].anew:
        end += 1
    return words[at:end]


def _skip_stops(words: list[Word], at: int) -> int:
    while at < len(words) and words[at].text in _STOPPED and words[at].text != "this":
        at += 1
    return at


def _speaks_of_people(word: str) -> bool:
    return word in GENDERS or word in EMOTIONS or word in AGES or word in _PERSONS


def _joined(kind: str, of: list[Plan], start: int, end: int) -> Plan | None:
    return GroupPlan(kind, of, start, end) if len(of) > 1 else of[0] if of else None


def _day(when: date) -> float:
    return float((when - _EPOCH).days * _DAY_S)


def _days(first: date, count: int) -> Period:
    return _day(first), _day(first) + count * _DAY_S


def _year(year: int) -> Period:
    return _seconds(year, 1, 1), _seconds(year + 1, 1, 1)


def _month(year: int, month: int) -> Period:
    return _seconds(year, month, 1), _seconds(year + 1, 1, 1) if month == 12 else _seconds(year, month + 1, 1)


def _seconds(year: int, month: int, day: int) -> float:
    """Like ``date``, but for the years 0 and 10000 too, which a query may name."""
    shift = 400 * (0 if 1 <= year <= 9999 else 1 if year < 1 else -1)
    return _day(date(year + shift, month, day)) - shift // 400 * 146_097 * _DAY_S


def _period_of(text: str) -> Period | None:
    """2019, 2019-05 or 2019-05-12; None for what is no date."""
    parts = _DATE.fullmatch(text)
    if not parts:
        return None
    year, month, day = int(parts[1]), parts[2], parts[3]
    try:
        if month is None:
            return _year(year)
        if day is None:
            return _month(year, int(month))
        start = _seconds(year, int(month), int(day))
    except ValueError:
        return None
    return start, start + _DAY_S


def _range_of(key: str, text: str, comparison: str) -> tuple[float, float] | None:
    """Lowest and highest number that a value stands for, both included; None for what is no such value."""
    ends = text.split("..")
    if len(ends) > 2:
        return None
    low, high = _extent_of(key, ends[0]), _extent_of(key, ends[-1])
    if low is None or high is None:
        return None
    return {
        ":": (low[0], high[1]),
        "=": (low[0], high[1]),
        "<": (-math.inf, low[0] - _TICK),
        "<=": (-math.inf, high[1]),
        ">": (high[1] + _TICK, math.inf),
        ">=": (low[0], math.inf),
    }[comparison]


def _begun(key: str, text: str) -> bool:
    """Whether it may become a value of that key: "12..", "1/", "ma"."""
    names = {"month": MONTHS, "weekday": WEEKDAYS}.get(key, ())
    return _UNFINISHED.fullmatch(text.lower()) is not None or any(name.startswith(text.lower()) for name in names)


def _extent_of(key: str, text: str) -> tuple[float, float] | None:
    """What a single number means: a year is all of its seconds, 50 mm is anything that rounds to it."""
    word = text.lower()
    if key in ("taken", "year"):
        period = None if key == "year" and not re.fullmatch("[0-9]{4}", word) else _period_of(word)
        return (period[0], period[1] - _TICK) if period else None
    names = {"month": MONTHS, "weekday": WEEKDAYS}.get(key, ())
    for number, name in enumerate(names, 1):
        if word in (name, name[:3]):
            return number, number
    parts = _NUMBER.fullmatch(word)
    if not parts:
        return None
    divisor = float(parts[2]) if parts[2] else 1.0
    value = float(parts[1]) / divisor * (_MULTIPLES.get(parts[3], 1) if key == "bytes" else 1) if divisor else math.inf
    if not math.isfinite(value):
        return None
    if key == "size":
        return value - 0.5, value + 0.5
    if key in ("aperture", "exposure", "focal", "bytes"):
        return value * (1 - _ALIKE), value * (1 + _ALIKE)
    return value, value
