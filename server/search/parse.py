"""A query's text in, its grammar as a tree out: groups, "or", negation, fields, phrases and runs of words, each with its place in the text.

What the words mean is not asked here (``understand.py``), and no text is refused: what is unfinished counts as far as it goes.
The client's ``parse.ts`` does the same.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from vitrine.server.search.folding import fold


@dataclass
class Word:
    """One word of a run, folded. ``open``: it is the last; ``negated``: "not" or its like stands before it; ``anew``: "and" does."""

    text: str
    start: int
    end: int
    open: bool
    negated: bool = False
    anew: bool = False


@dataclass
class Value:
    """One value of a field."""

    text: str
    quoted: bool


@dataclass
class Group:
    """``any`` or ``all`` of some trees."""

    kind: str
    of: list[Tree]
    start: int
    end: int


@dataclass
class Not:
    """A tree that must not hold."""

    of: Tree
    start: int
    end: int


@dataclass
class Words:
    """Words in a row."""

    words: list[Word]
    start: int
    end: int


@dataclass
class Phrase:
    """Words in quotes; ``open`` while the second quote is missing."""

    text: str
    open: bool
    start: int
    end: int


@dataclass
class Field:
    """``key:value``; several values mean any of them."""

    key: str
    comparison: str
    open: bool
    start: int
    end: int
    values: list[Value] = field(default_factory=list)


Tree = Group | Not | Words | Phrase | Field

LONGEST = 2_000
"""Longer queries are cut here: nobody types them, and a saved one is never longer."""

DEEPEST = 20
"""Groups within groups; deeper ones are read as if their parentheses were not there."""

_SPACE = re.compile(r"\s+")
_FIELD = re.compile(r"([^\W\d_]+)(<=|>=|[:=<>])")
_VALUE = re.compile(r'[^\s()",|]+')
_CHUNK = re.compile(r'[^\s()"|]+')
_PART = re.compile(r"[^\W_]+")
_DATES = re.compile(r"[0-9]{4}(-[0-9]{1,2}){0,2}(\.\.[0-9]{4}(-[0-9]{1,2}){0,2})?")
_NEGATIONS = {"not", "without", "no"}


def parse(text: str) -> Tree:
    """Read a query; never fails."""
    return _Parser(text[:LONGEST]).query(0)


def _empty(tree: Tree) -> bool:
    return isinstance(tree, Group) and not tree.of


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.end = len(text.rstrip())

    def query(self, depth: int) -> Tree:
        start = self.at
        clauses: list[Tree] = []
        while True:
            clause = self.clause(depth)
            if not _empty(clause):
                clauses.append(clause)
            if not self.skip_or():
                break
        if len(clauses) == 1:
            return clauses[0]
        return Group("any" if clauses else "all", clauses, start, self.at)

    def clause(self, depth: int) -> Tree:
        first = self.at
        items: list[Tree] = []
        negated = anew = False
        start = -1

        def add(item: Tree) -> None:
            items.append(Not(item, start, item.end) if negated else item)

        while True:
            self.skip(_SPACE)
            if not negated:
                start = self.at
            sign = self.text[self.at : self.at + 1]
            if sign in ("", "|"):
                break
            if sign == ")":
                if depth:
                    break
                self.at += 1
            elif sign == "(":
                self.at += 1
                if depth >= DEEPEST:
                    continue
                group = self.query(depth + 1)
                if self.text[self.at : self.at + 1] == ")":
                    self.at += 1
                if not _empty(group):
                    group.start, group.end = start, self.at
                    add(group)
                    negated = anew = False
            elif sign == '"':
                add(self.phrase())
                negated = anew = False
            elif sign == "-" and not self.text[self.at + 1 : self.at + 2].isspace() and self.at + 1 < len(self.text):
                self.at += 1
                negated = not negated
            elif match := self.skip(_FIELD):
                add(self.field(match))
                negated = anew = False
            else:
                before = self.at
                chunk = self.skip(_CHUNK)
                assert chunk is not None
                word = fold(chunk[0])
                if word == "or" and self.at < len(self.text):
                    self.at = before
                    break
                if word == "and":
                    anew = True
                elif word in _NEGATIONS:
                    negated = True
                else:
                    words = self.pieces(chunk[0], before)
                    if not words:
                        continue
                    words[0].negated, words[0].anew = negated, anew
                    if negated:
                        words[0].start = start
                    if items and isinstance(items[-1], Words):
                        items[-1].words += words
                        items[-1].end = self.at
                    else:
                        items.append(Words(words, words[0].start, self.at))
                    negated = anew = False
        return items[0] if len(items) == 1 else Group("all", items, first, self.at)

    def pieces(self, chunk: str, start: int) -> list[Word]:
        spans = [(0, len(chunk))] if _DATES.fullmatch(chunk) else _runs(chunk)
        words: list[Word] = []
        for left, right in spans:
            text = fold(chunk[left:right])
            # Folding may take a compatibility character apart, or leave nothing of it.
            parts = [text] if _DATES.fullmatch(text) else _PART.findall(text)
            words += [Word(part, start + left, start + right, start + right == self.end) for part in parts]
        return words

    def skip_or(self) -> bool:
        if self.text[self.at : self.at + 1] == "|":
            self.at += 1
            return True
        chunk = _CHUNK.match(self.text, self.at)
        if chunk is None or fold(chunk[0]) != "or":
            return False
        self.at = chunk.end()
        return True

    def phrase(self) -> Phrase:
        start = self.at
        close = self.text.find('"', start + 1)
        text = self.text[start + 1 : None if close < 0 else close]
        self.at = len(self.text) if close < 0 else close + 1
        return Phrase(text, close < 0, start, self.at)

    def field(self, match: re.Match[str]) -> Field:
        values: list[Value] = []
        while True:
            if self.text[self.at : self.at + 1] == '"':
                values.append(Value(self.phrase().text, True))
            elif bare := self.skip(_VALUE):
                values.append(Value(bare[0], False))
            if self.text[self.at : self.at + 1] != ",":
                break
            self.at += 1
        return Field(fold(match[1]), match[2], self.at >= self.end, match.start(), self.at, values)

    def skip(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.text, self.at)
        if found:
            self.at = found.end()
        return found


def _runs(chunk: str) -> list[tuple[int, int]]:
    """Spans of letters, marks, digits and apostrophes."""
    runs: list[tuple[int, int]] = []
    start = -1
    for at, sign in enumerate(chunk + " "):
        if sign.isalnum() or sign in "'’" or unicodedata.category(sign).startswith("M"):
            if start < 0:
                start = at
        elif start >= 0:
            runs.append((start, at))
            start = -1
    return runs
