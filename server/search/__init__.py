"""The search language on the server: a query in, the photos that hold it out, best first, each with its reasons."""

from __future__ import annotations

from vitrine.server.search.answer import Answer, Chip, Hit, Nothing, Reason
from vitrine.server.search.search import Search

__all__ = ["Answer", "Chip", "Hit", "Nothing", "Reason", "Search"]
