"""One bar on the terminal for work that tells how far it is; nothing elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from vitrine.config.progress import Tell, silent


@contextmanager
def bar(*, quiet: bool = False) -> Iterator[Tell]:
    """Draw what is told to the function given; ``quiet``, or without a terminal, draw nothing."""
    if quiet or not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    with Progress(
        TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn(), console=Console(stderr=True), transient=True
    ) as bars:
        row = bars.add_task("", total=None)
        yield lambda what, done, total: bars.update(row, description=what, completed=done, total=total or None)
