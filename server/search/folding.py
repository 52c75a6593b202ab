"""Text in, folded words out: what is compared with what. The client's ``folding.ts`` does the same.

Case, accents and plural do not matter; anything that is neither letter nor digit separates words, and so do letters and digits that meet.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from vitrine.server.search.everyday import PLURALS

_WORD = re.compile(r"[^\W\d_]+|\d+")
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "'": None, "’": None})


def fold(text: str) -> str:
    """Lower case without accents and apostrophes."""
    lowered = text.lower()
    if not lowered.isascii():
        lowered = "".join(c for c in unicodedata.normalize("NFKD", lowered) if not unicodedata.category(c).startswith("M"))
    return lowered.translate(_LETTERS)


def words_of(text: str) -> list[str]:
    """Folded words in their order, plural kept; a number is a word of its own ("RF24-105mm" is rf, 24, 105, mm)."""
    return _WORD.findall(fold(text))


@lru_cache(maxsize=20_000)
def singular(word: str) -> str:
    """One form for the singular and plural of an English word; not always a word (``cookie`` and ``cookies`` become ``cooky``)."""
    if word in PLURALS:
        return PLURALS[word]
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith("ie"):
        return word[:-2] + "y"
    if len(word) > 4 and word.endswith(("sses", "shes", "ches", "xes", "oes")):
        return word[:-2]
    if len(word) > 3 and word.endswith(("sse", "she", "che", "oe")):
        return word[:-1]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def stems_of(text: str) -> list[str]:
    """Folded words in their order, singular."""
    return [singular(word) for word in words_of(text)]
