"""Signing in and out. In: a password or a one-time link. Out: two HttpOnly cookies, or one sentence."""

from __future__ import annotations

import asyncio

from aiohttp import web

from vitrine.config.errors import UserError
from vitrine.server.web.accounts import TRIES_S, User
from vitrine.server.web.gallery import GALLERY, USER, Refusal, answer, body_of, user_of
from vitrine.server.web.gate import cookie, give

routes = web.RouteTableDef()


def _whoami(user: User) -> dict[str, object]:
    return {"user": {"name": user.name, "owner": user.owner, "password": user.password}}


@routes.get("/welcome/{token}", allow_head=False)
async def welcome(request: web.Request) -> web.StreamResponse:
    """Sign in with the one-time link from the terminal, then go to the gallery."""
    # A browser that fetches ahead, before anybody asked for the page, would use the link up.
    if "prefetch" in request.headers.get("Sec-Purpose", request.headers.get("Purpose", "")):
        raise Refusal(503, "too-early", "Open this link to sign in.")
    tokens = request.app[GALLERY].accounts.redeem(request.match_info["token"])
    response = web.Response(
        status=303, headers={"Location": "/" if tokens else "/sign-in?link=used", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    )
    if tokens:
        give(request, response, tokens)
    return response


@routes.get("/api/session")
async def whoami(request: web.Request) -> web.StreamResponse:
    """Who am I."""
    if USER not in request:
        raise Refusal(401, "sign-in", "Sign in first.")
    return answer(_whoami(user_of(request)))


@routes.post("/api/session")
async def sign_in(request: web.Request) -> web.StreamResponse:
    """Sign in with name and password."""
    accounts = request.app[GALLERY].accounts
    body = await body_of(request)
    name, password = body.get("name"), body.get("password")
    if not isinstance(name, str) or not name or len(name) > 256:
        raise Refusal(400, "wrong", "Enter your name.", "name")
    if not isinstance(password, str) or not password or len(password) > 1024:
        raise Refusal(400, "wrong", "Enter your password.", "password")
    address = request.remote or ""
    if not accounts.may_try(name, address):
        raise Refusal(429, "too-many", f"Too many wrong passwords; wait {TRIES_S // 60} minutes.")
    async with request.app[GALLERY].hashing:
        tokens = await asyncio.to_thread(accounts.sign_in, name, password, address)
    if tokens is None:
        raise Refusal(403, "wrong", "Name or password is wrong.")
    user = accounts.user_of(tokens.access)
    assert user is not None
    response = answer(_whoami(user))
    give(request, response, tokens)
    return response


@routes.post("/api/session/refresh")
async def refresh(request: web.Request) -> web.StreamResponse:
    """Exchange the refresh cookie for fresh ones."""
    accounts = request.app[GALLERY].accounts
    token = request.cookies.get(cookie(request, "refresh"))
    tokens = accounts.refresh(token) if token else None
    user = accounts.user_of(tokens.access) if tokens else None
    response = answer(_whoami(user)) if user else Refusal(401, "sign-in", "Sign in first.").response()
    give(request, response, tokens)
    return response


@routes.delete("/api/session")
async def sign_out(request: web.Request) -> web.StreamResponse:
    """Sign out at once, on every route."""
    if token := request.cookies.get(cookie(request, "access")):
        request.app[GALLERY].accounts.sign_out(token)
    # The browser also forgets what its caches hold of the library.
    response = answer({"user": None}, Clear_Site_Data='"cache"')
    give(request, response, None)
    return response


@routes.put("/api/session/password")
async def password(request: web.Request) -> web.StreamResponse:
    """Set my password and perhaps my name; ends all my other sessions."""
    accounts = request.app[GALLERY].accounts
    body = await body_of(request)
    try:
        async with request.app[GALLERY].hashing:
            user = await asyncio.to_thread(accounts.set_password, user_of(request).name, body.get("password"), body.get("name"))
    except UserError as why:
        raise Refusal(400, "wrong", str(why), "name" if "name" in str(why).lower().split("password")[0] else "password") from None
    response = answer(_whoami(user))
    give(request, response, accounts.begin(user.name))
    return response
