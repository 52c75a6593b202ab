"""What every route shares: one object under one typed key, the JSON errors, and the reading of bodies."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web

from vitrine.config.paths import DataFolder
from vitrine.config.settings import Settings
from vitrine.server.catalogue import Catalogue
from vitrine.server.finder import Finder
from vitrine.server.flow import Flow
from vitrine.server.web.accounts import Accounts, User

BODY_BYTES = 64 * 1024
"""The largest JSON body any route takes."""


@dataclass
class Gallery:
    """Everything a route may need."""

    data: DataFolder
    settings: Settings
    catalogue: Catalogue
    flow: Flow
    accounts: Accounts
    finder: Finder
    credits: list[dict[str, str]] = field(default_factory=list)
    """Of the demo library; empty otherwise."""
    hashing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    """One password at a time: each takes 64 MB and a thread that others wait for."""


GALLERY = web.AppKey("gallery", Gallery)
USER = web.RequestKey("user", User)


class Refusal(Exception):
    """An answer that is a JSON error: status, a stable code, one sentence, and the field it is about."""

    def __init__(self, status: int, code: str, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.field = status, code, message, field

    def response(self) -> web.Response:
        """The error as every route answers it."""
        return answer({"error": {"code": self.code, "message": self.message, "field": self.field}}, status=self.status)


NOT_FOUND = ("not-found", "There is no such photo.")


def answer(body: object, *, status: int = 200, **headers: str) -> web.Response:
    """A JSON answer that no cache keeps unless a header says otherwise."""
    return web.Response(
        body=orjson.dumps(body),
        status=status,
        content_type="application/json",
        headers={"Cache-Control": "no-store"} | {k.replace("_", "-"): v for k, v in headers.items()},
    )


def user_of(request: web.Request) -> User:
    """Who asks; the gate let nobody else through."""
    return request[USER]


async def body_of(request: web.Request) -> dict[str, Any]:
    """The JSON object in the body; anything else is refused with one sentence."""
    if (request.content_length or 0) > BODY_BYTES:
        raise Refusal(413, "too-large", f"The body is larger than {BODY_BYTES // 1024} KiB.")
    try:
        body = orjson.loads(await request.read())
    except web.HTTPRequestEntityTooLarge:
        raise Refusal(413, "too-large", f"The body is larger than {BODY_BYTES // 1024} KiB.") from None
    except (orjson.JSONDecodeError, RecursionError):
        raise Refusal(400, "bad-json", "The body is no JSON object.") from None
    if not isinstance(body, dict):
        raise Refusal(400, "bad-json", "The body is no JSON object.")
    return body
