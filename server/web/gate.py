"""The gate: every request passes here first. In: a request. Out: the route's answer with safe headers, or a JSON error.

Outermost stands the only catch-all of the web face; then the same-origin check of every change; then the session.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

from vitrine.config.errors import UserError
from vitrine.server.web.accounts import Tokens
from vitrine.server.web.gallery import GALLERY, USER, Refusal

log = logging.getLogger("vitrine.web")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

OPEN = frozenset({"/api/health", "/api/session", "/api/session/refresh"})
"""API routes that answer without a session; everything else below /api and /media wants one."""

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

CSP = (
    "default-src 'self'; img-src 'self' blob: data:; style-src 'self'; script-src 'self'; worker-src 'self'; connect-src 'self'; "
    "object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)

HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


async def safe_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Put the headers every answer carries, unless the route set a stricter one."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.pop("Server", None)


@web.middleware
async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every failure into the one shape of errors; a bug leaves a traceback in the log and nothing outside."""
    try:
        return await handler(request)
    except Refusal as refusal:
        return refusal.response()
    except UserError as why:
        return Refusal(400, "refused", str(why)).response()
    except web.HTTPException as why:
        if why.status < 400:
            raise
        sentences = {404: "There is nothing here.", 405: "This cannot be done here.", 413: "The body is too large.", 416: "There is no such part of the file."}
        return Refusal(why.status, (why.reason or "refused").lower().replace(" ", "-"), sentences.get(why.status, "The request was refused.")).response()
    except Exception:
        log.exception("%s %s failed", request.method, masked(request.path))
        return Refusal(500, "bug", "Vitrine made a mistake; its log says more.").response()


@web.middleware
async def same_origin(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse changes that another site asks for. A program without these headers is no browser and carries no cookie by accident."""
    if request.method not in SAFE:
        site = request.headers.get("Sec-Fetch-Site")
        origin = request.headers.get("Origin")
        # A proxy in front may speak https where it speaks http to us.
        public = urlsplit(request.app[GALLERY].settings.text("public_url"))
        ours = {f"http://{request.host}", f"https://{request.host}", f"{public.scheme}://{public.netloc}"}
        if (site is not None and site not in ("same-origin", "none")) or (origin is not None and origin not in ours):
            raise Refusal(403, "cross-site", "Changes are accepted from Vitrine's own pages only.")
    return await handler(request)


@web.middleware
async def session(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let nobody see the library without a live session. Unknown paths and forbidden ones answer alike."""
    path = request.path
    access = request.cookies.get(cookie(request, "access"))
    user = request.app[GALLERY].accounts.user_of(access) if access else None
    if user is not None:
        request[USER] = user
    elif (path.startswith(("/api/", "/media/")) or path in ("/api", "/media", "/metrics")) and path not in OPEN:
        raise Refusal(401, "sign-in", "Sign in first.")
    return await handler(request)


def cookie(request: web.Request, kind: str) -> str:
    """The cookie's name: a browser sends cookies to every port of a host, so each library has its own."""
    return f"vitrine_{kind}_{request.app[GALLERY].catalogue.library[:8]}"


def give(request: web.Request, response: web.StreamResponse, tokens: Tokens | None) -> None:
    """Set both cookies, or take them away."""
    secure = request.scheme == "https" or request.app[GALLERY].settings.text("public_url").startswith("https:")
    for kind, path, seconds in (("access", "/", 15 * 60), ("refresh", "/api/session", 30 * 24 * 3600)):
        if tokens is None:
            response.del_cookie(cookie(request, kind), path=path)
        else:
            value = tokens.access if kind == "access" else tokens.refresh
            response.set_cookie(cookie(request, kind), value, max_age=seconds, path=path, httponly=True, samesite="Strict", secure=secure)


def masked(path: str) -> str:
    """A path as the log may show it: without one-time tokens, and without line breaks or terminal escapes."""
    head, slash, rest = path.lstrip("/").partition("/")
    shown = f"/{head}/..." if head in ("welcome", "s") and slash and rest else path
    return shown.encode("unicode_escape").decode("ascii")
