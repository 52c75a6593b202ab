"""The bare time of models: each call of a network in, seconds by model out, without what comes before and after the call."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock


@dataclass
class Spent:
    """What one model has had to do."""

    calls: int = 0
    rows: int = 0
    """Squares of pixels it was given: several a picture for some models."""
    seconds: float = 0.0


class Clock:
    """Adds up calls, from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._spent: dict[str, Spent] = {}

    @contextmanager
    def running(self, model: str, rows: int) -> Iterator[None]:
        """Time one call."""
        begun = time.perf_counter()
        yield
        seconds = time.perf_counter() - begun
        with self._lock:
            spent = self._spent.setdefault(model, Spent())
            spent.calls, spent.rows, spent.seconds = spent.calls + 1, spent.rows + rows, spent.seconds + seconds

    def taken(self) -> dict[str, Spent]:
        """Everything since the last time, by model; then from nought."""
        with self._lock:
            spent, self._spent = self._spent, {}
            return spent


CLOCK = Clock()
"""The analyzer process's one."""
