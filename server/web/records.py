"""The records and their news. In: a sequence number. Out: NDJSON, server-sent events, and the words that follow from labels."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress

import orjson
from aiohttp import hdrs, web
from backports import zstd

from vitrine.server import stream
from vitrine.server.web.gallery import GALLERY, Refusal, answer, user_of
from vitrine.server.web.gate import cookie

routes = web.RouteTableDef()

PACKING: dict[int, int] = {zstd.CompressionParameter.compression_level: 2, zstd.CompressionParameter.window_log: 18}
"""For 100,000 records (84 MB): 16.4 MB in 0.23 s; level 3 is larger (16.7), level 8 gives 14.7 MB in 1.3 s, gzip 17.2 MB in 1.5 s. A window of
256 KB holds all that repeats, and keeps small what a slow client costs."""

HEARTBEAT_S = 15
"""Silence after which the event stream says that it still lives; also how soon a revoked session's stream ends."""


@routes.get("/api/records")
async def records(request: web.Request) -> web.StreamResponse:
    """Every record (``since=0``), or what changed since a sequence number."""
    raw = request.query.get("since", "0")
    if not (raw.isascii() and raw.isdigit() and len(raw) < 16):
        raise Refusal(400, "bad-number", "since is a sequence number: 0 or more.", "since")
    gallery = request.app[GALLERY]
    response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson", "Cache-Control": "no-store", "Vary": "Accept-Encoding"})
    packer = zstd.ZstdCompressor(options=PACKING) if _takes_zstd(request) else None
    if packer is not None:
        response.headers["Content-Encoding"] = "zstd"
    else:
        response.enable_compression()
    await response.prepare(request)
    # Someone who leaves in the middle is no failure; the connection to the catalogue is closed either way.
    with suppress(ConnectionError):
        async with aclosing(stream.records(gallery.catalogue, int(raw))) as pieces:
            async for piece in pieces:
                # Flushed piece by piece: the first photos must not wait for those that follow.
                await response.write(packer.compress(piece, packer.FLUSH_BLOCK) if packer else piece)
        await response.write_eof(packer.flush() if packer else b"")
    return response


def _takes_zstd(request: web.Request) -> bool:
    """Whether ``Accept-Encoding`` names zstd and does not refuse it (RFC 9110, 12.5.3)."""
    for offer in request.headers.get(hdrs.ACCEPT_ENCODING, "").lower().split(","):
        name, _, weight = offer.replace(" ", "").partition(";q=")
        if name == "zstd":
            return weight.strip("0.") != "" or not weight
    return False


@routes.get("/api/events")
async def events(request: web.Request) -> web.StreamResponse:
    """Server-sent events: ``change`` with the newest sequence number, ``progress`` with the state of the stages."""
    gallery = request.app[GALLERY]
    news = gallery.flow.news
    access = request.cookies.get(cookie(request, "access"), "")
    name = user_of(request).name
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"})
    await response.prepare(request)
    turn = -1
    with suppress(ConnectionError), news.listening() as heard:
        while (user := gallery.accounts.user_of(access)) is not None and user.name == name:
            heard.clear()
            fresh, turn = news.since(turn), news.turn
            for kind, data in fresh:
                await response.write(b"event: %s\ndata: %s\n\n" % (kind.encode("ascii"), data))
            try:
                await asyncio.wait_for(heard.wait(), HEARTBEAT_S)
            except TimeoutError:
                await response.write(b": alive\n\n")
    return response


@routes.get("/api/words")
async def words(request: web.Request) -> web.StreamResponse:
    """Synonyms, ancestors and definition of every label; asked for again only when its version changes."""
    table = await request.app[GALLERY].finder.words()
    etag = f'"{table["version"]}"'
    if request.headers.get("If-None-Match") == etag:
        return web.Response(status=304, headers={"ETag": etag})
    response = web.Response(body=orjson.dumps(table), content_type="application/json", headers={"ETag": etag, "Cache-Control": "private, no-cache"})
    response.enable_compression()
    return response


@routes.get("/api/search")
async def search(request: web.Request) -> web.StreamResponse:
    """The same language as the client's, answered by the server."""
    query = request.query.get("q", "")
    if len(query) > 1000:
        raise Refusal(400, "too-long", "A query has at most 1,000 characters.", "q")
    limit = request.query.get("limit", "100")
    if not (limit.isascii() and limit.isdigit() and len(limit) < 7):
        raise Refusal(400, "bad-number", "limit is a whole number.", "limit")
    found = await request.app[GALLERY].finder.find(query, int(limit))
    return answer(found.json())
