"""What a search answers: hits with their reasons, what was understood, and an honest nothing. Plain data, ready for JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Reason:
    """Why a photo is a hit: ``word`` of the query, the ``evidence`` for it, and the model's score 0..1 where there is one."""

    word: str
    evidence: str
    score: float | None = None

    def __str__(self) -> str:
        """``dress <- gown 0.71``."""
        return f"{self.word} <- {self.evidence}" + ("" if self.score is None else f" {self.score:.2f}")

    def json(self) -> dict[str, Any]:
        """As ``/api/search`` says it."""
        return {"word": self.word, "evidence": self.evidence} | ({} if self.score is None else {"score": self.score})


@dataclass(frozen=True)
class Hit:
    """One photo that holds the query. ``score`` is rarity times certainty, summed over what was asked; it compares within one answer only."""

    id: str
    score: float
    reasons: tuple[Reason, ...]

    def json(self) -> dict[str, Any]:
        """As ``/api/search`` says it."""
        return {"id": self.id, "score": self.score, "reasons": [reason.json() for reason in self.reasons]}


@dataclass(frozen=True)
class Chip:
    """One thing that was understood, and where it stands in the query."""

    label: str
    negated: bool
    start: int
    end: int

    def json(self) -> dict[str, Any]:
        """As the client's chips: ``from`` and ``to`` are offsets into the query."""
        return {"label": self.label, "negated": self.negated, "from": self.start, "to": self.end}


@dataclass(frozen=True)
class Nothing:
    """The word that found nothing, and those of this library that are written most like it."""

    word: str
    nearest: tuple[str, ...]

    def json(self) -> dict[str, Any]:
        """As ``/api/search`` says it."""
        return {"word": self.word, "nearest": list(self.nearest)}


@dataclass(frozen=True)
class Answer:
    """``total`` photos hold the query; ``hits`` are the first of them. A query with a ``mistake`` (one sentence) finds nothing."""

    total: int
    hits: tuple[Hit, ...]
    chips: tuple[Chip, ...]
    nothing: Nothing | None = None
    mistake: str | None = None

    def json(self) -> dict[str, Any]:
        """The body of ``/api/search``."""
        return {
            "total": self.total,
            "hits": [hit.json() for hit in self.hits],
            "chips": [chip.json() for chip in self.chips],
            "nothing": self.nothing and self.nothing.json(),
            "mistake": self.mistake,
        }
