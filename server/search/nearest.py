"""A word that is not known in, the known words that are written most like it out. The client's ``nearest.ts`` does the same."""

from __future__ import annotations

from collections.abc import Iterable


def edits(a: str, b: str, most: int) -> int:
    """Edits (insert, delete, replace, swap neighbours) from ``a`` to ``b``; more than ``most`` counts as ``most + 1``. Optimal string alignment distance."""
    if abs(len(a) - len(b)) > most:
        return most + 1
    before: list[int] = []
    above = list(range(len(b) + 1))
    for i in range(1, len(a) + 1):
        row = [i]
        for j in range(1, len(b) + 1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] != b[j - 1]))
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
        before, above = above, row
    return min(above[-1], most + 1)


def nearest(word: str, words: Iterable[str], count: int) -> list[str]:
    """Up to ``count`` of ``words``, the most alike first, then in their own order; at most one edit in three letters, and two in all."""
    most = min(2, (len(word) + 1) // 3)
    if not most:
        return []
    found = [(distance, known) for known in words if 0 < (distance := edits(word, known, most)) <= most]
    return [known for _, known in sorted(found, key=lambda pair: pair[0])[:count]]
