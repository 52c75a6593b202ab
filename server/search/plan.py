"""What a query asks, understood: conditions that the index can answer, joined by all, any and not. The client's ``plan.ts`` says the same."""

from __future__ import annotations

from dataclasses import dataclass, field

MANY = 9_999
"""As good as any number of people or things."""


@dataclass(eq=False)
class WordPlan:
    """A word or a name of several words, to be found in anything a photo says, or only in evidence of some ``kinds``.

    ``stems`` are singular, for finished words; ``words`` as written, for an unfinished last one. ``named``: the file's name counts.
    ``whole``: the whole text of what is found must be these words.
    """

    stems: list[str]
    words: list[str]
    open: bool
    kinds: tuple[str, ...] | None
    named: bool
    whole: bool
    label: str
    start: int
    end: int


@dataclass
class Looks:
    """What words ask of one face; None asks nothing. ``age`` has both ends included."""

    gender: str | None = None
    emotion: str | None = None
    age: tuple[int, int] | None = None

    def clashes(self, other: Looks) -> bool:
        """Whether both ask for the same part."""
        parts = ((self.gender, other.gender), (self.emotion, other.emotion), (self.age, other.age))
        return any(mine is not None and theirs is not None for mine, theirs in parts)

    def take(self, other: Looks) -> None:
        """Ask for what ``other`` asks as well."""
        self.gender = other.gender if other.gender is not None else self.gender
        self.emotion = other.emotion if other.emotion is not None else self.emotion
        self.age = other.age if other.age is not None else self.age


@dataclass
class Part:
    """One word said of a person, and what it asks."""

    label: str
    looks: Looks
    start: int
    end: int


@dataclass(eq=False)
class PersonPlan:
    """Between ``least`` and ``most`` faces that fit the same looks."""

    looks: Looks
    parts: list[Part]
    start: int
    end: int
    least: int = 1
    most: int = MANY


@dataclass(eq=False)
class PeoplePlan:
    """How many people there are: faces, or persons seen as objects, whichever are more."""

    least: int
    most: int
    label: str
    start: int
    end: int


@dataclass(eq=False)
class CountPlan:
    """How many objects there are that a word finds."""

    word: WordPlan
    least: int
    most: int
    label: str
    start: int
    end: int


@dataclass(eq=False)
class MeasurePlan:
    """A number from ``low`` to ``high``, both included; for hours, low above high means around midnight."""

    measure: str
    low: float
    high: float
    label: str
    start: int
    end: int


@dataclass(eq=False)
class MarkPlan:
    """favourite, nsfw, video, undated, landscape, portrait or square."""

    mark: str
    label: str
    start: int
    end: int


@dataclass(eq=False)
class NotPlan:
    """What must not hold."""

    of: Plan
    start: int
    end: int


@dataclass(eq=False)
class GroupPlan:
    """``all`` or ``any`` of some."""

    kind: str
    of: list[Plan]
    start: int
    end: int


Plan = WordPlan | PersonPlan | PeoplePlan | CountPlan | MeasurePlan | MarkPlan | NotPlan | GroupPlan


@dataclass
class Understood:
    """All ``clauses`` must hold; none asks nothing."""

    clauses: list[Plan] = field(default_factory=list)
    sort: str | None = None
    limit: int | None = None
    mistake: str | None = None


def label_of(plan: Plan) -> str:
    """A plan in the words of the query."""
    if isinstance(plan, GroupPlan):
        return (" " if plan.kind == "all" else " or ").join(dict.fromkeys(map(label_of, plan.of)))
    if isinstance(plan, NotPlan):
        return f"not {label_of(plan.of)}"
    if isinstance(plan, PersonPlan):
        return " ".join(part.label for part in plan.parts)
    return plan.label
