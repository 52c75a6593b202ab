"""Publish: write what is made from this package into the places that show it. In: nothing. Out: files, or their present staleness.

``python -m vitrine.config.publish`` writes; ``stale()`` names what differs, for the test that keeps them fresh.
"""

from __future__ import annotations

from collections.abc import Callable

from vitrine.config import errors, paths, records, settings

MARKS = ("<!-- made from config: do not edit between these lines -->", "<!-- end -->")
"""What stands between these two lines of a page is replaced; the rest is written by hand."""


def _problems() -> str:
    rows = [f"| `{code}` | {sentence} |" for code, sentence in errors.PROBLEM_CODES.items()]
    return "\n".join(["| code | meaning |", "|---|---|", *rows, ""])


MADE: dict[str, Callable[[], str]] = {
    "client/src/lib/records.ts": records.typescript,
    "docs/records.md": records.markdown,
    "docs/settings.md": settings.markdown,
    "docs/problems.md": _problems,
}
"""Each file by its path in the checkout; a Markdown page keeps what stands outside the marks."""


def _wanted(name: str) -> str:
    text = MADE[name]()
    if not name.endswith(".md"):
        return text
    page = (paths.HOUSE / name).read_text("utf-8")
    head, _, rest = page.partition(MARKS[0])
    _, _, tail = rest.partition(MARKS[1])
    return f"{head}{MARKS[0]}\n{text}{MARKS[1]}{tail}"


def stale() -> list[str]:
    """The files that are not what this package would write."""
    return [name for name in MADE if (paths.HOUSE / name).read_text("utf-8") != _wanted(name)]


def publish() -> list[str]:
    """Write every stale file; returns their names."""
    names = stale()
    for name in names:
        (paths.HOUSE / name).write_text(_wanted(name), "utf-8")
    return names


if __name__ == "__main__":
    for written in publish():
        print(f"wrote {written}")
