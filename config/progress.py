"""How long work says how far it is. In: what is being done. Out: a bar on a terminal, or nothing."""

from __future__ import annotations

from collections.abc import Callable

Tell = Callable[[str, int, int], None]
"""Hears what is being done, how much of it is done, and how much there is (0: unknown)."""


def silent(what: str, done: int, total: int) -> None:
    """Nobody listens."""
