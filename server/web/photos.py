"""One photo. In: its id. Out: details, its pictures and original, and the change of what people entered."""

from __future__ import annotations

import os
import zlib
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import orjson
from aiohttp import web
from aiohttp.abc import AbstractStreamWriter

from vitrine.server.store import Change
from vitrine.server.web.gallery import GALLERY, NOT_FOUND, Gallery, Refusal, answer, body_of

routes = web.RouteTableDef()

ID = "{id:[0-9a-f]{32}}"
FOREVER = "private, max-age=31536000, immutable"
SHOWN = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif", "image/avif", "image/bmp"})
"""Types a browser may show in place; anything else is offered as a download, never run."""

MEDIA_POLICY = "default-src 'none'; style-src 'none'; sandbox"
CAPTION_LENGTH = 10_000
TAG_LENGTH = 200
TAGS = 200


@routes.get(f"/api/photos/{ID}")
async def details(request: web.Request) -> web.StreamResponse:
    """What is too heavy for the record's line: every tag of the file, raw results, all files of this content."""
    gallery = request.app[GALLERY]
    photo = request.match_info["id"]
    db = gallery.catalogue.reading
    line = await _record(gallery, photo)
    (kept,) = await db.execute_fetchall("SELECT reading, exif FROM photos WHERE id = ?", (photo,))
    files = await db.execute_fetchall(
        "SELECT roots.name, files.path, files.bytes, files.mtime_ns FROM files JOIN roots ON roots.id = files.root WHERE photo = ? ORDER BY root, files.path",
        (photo,),
    )
    results = await db.execute_fetchall("SELECT analyzer, version, ms, result FROM results WHERE photo = ? ORDER BY analyzer", (photo,))
    return answer(
        {
            "record": orjson.loads(line),
            "files": [
                {
                    "path": f"{name}/{path.decode('utf-8', 'replace')}",
                    "bytes": size,
                    "modified": datetime.fromtimestamp(min(max(mtime_ns // 10**9, 0), 253402300799), UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                }
                for name, path, size, mtime_ns in files
            ],
            "exif": orjson.loads(zlib.decompress(kept[1])),
            "altitude": orjson.loads(kept[0])["altitude"],
            "results": {analyzer: {"version": version, "ms": ms, "result": orjson.loads(result)} for analyzer, version, ms, result in results},
        }
    )


@routes.patch(f"/api/photos/{ID}")
async def change(request: web.Request) -> web.StreamResponse:
    """Rating, favourite, caption, tags."""
    gallery = request.app[GALLERY]
    body = await body_of(request)
    record = await gallery.flow.store.mark(request.match_info["id"], _checked(body))
    if record is None:
        raise Refusal(404, *NOT_FOUND)
    await gallery.flow.tell()
    return answer({"record": record})


@routes.post(f"/api/photos/{ID}/analyze")
async def analyze(request: web.Request) -> web.StreamResponse:
    """Have the analyzers look at this photo again, all of them or those named."""
    gallery = request.app[GALLERY]
    photo = request.match_info["id"]
    await _record(gallery, photo)
    body = await body_of(request) if request.can_read_body else {}
    names = body.get("analyzers", [])
    known = gallery.flow.analyzers
    if not isinstance(names, list) or any(name not in known for name in names):
        raise Refusal(400, "unknown", f"analyzers is a list of {', '.join(known)}.", "analyzers")
    if not gallery.settings.flag("analyze"):
        raise Refusal(409, "off", "Looking into photos is switched off; the setting analyze turns it on.")
    return answer({"analyzers": await gallery.flow.look_again([photo], names)}, status=202)


def _checked(body: dict[str, Any]) -> Change:
    """What may be stored; the first value that may not is refused by name."""
    change: Change = {}
    for name, value in body.items():
        match name:
            case "rating" if value is None or (type(value) is int and 1 <= value <= 5):
                change["rating"] = value
            case "favourite" if isinstance(value, bool):
                change["favourite"] = value
            case "caption" if value is None or (isinstance(value, str) and len(value) <= CAPTION_LENGTH):
                change["caption"] = (value or "").strip() or None
            case "tags" if (
                isinstance(value, list) and len(value) <= TAGS and all(isinstance(tag, str) and len(tag) <= TAG_LENGTH and tag.isprintable() for tag in value)
            ):
                change["tags"] = list(dict.fromkeys(tag.strip() for tag in value if tag.strip()))
            case "rating":
                raise Refusal(400, "wrong", "A rating is 1 to 5, or null for none.", name)
            case "favourite":
                raise Refusal(400, "wrong", "favourite is true or false.", name)
            case "caption":
                raise Refusal(400, "wrong", f"A caption has at most {CAPTION_LENGTH} characters.", name)
            case "tags":
                raise Refusal(400, "wrong", f"Tags are at most {TAGS} words of at most {TAG_LENGTH} printable characters.", name)
            case _:
                raise Refusal(400, "unknown", "Only rating, favourite, caption and tags can be changed.", name[:64])
    return change


@routes.get("/media/" + ID + "/{size:thumb|thumb2x|preview}")
async def picture(request: web.Request) -> web.StreamResponse:
    """A stored picture; the address names the content, so it never changes."""
    gallery = request.app[GALLERY]
    photo = request.match_info["id"]
    await _record(gallery, photo)
    path = gallery.data.picture(photo, request.match_info["size"])
    if not path.is_file():
        # Somebody cleared the data folder; the picture is made again from the original.
        gallery.flow.miss()
        raise Refusal(404, "missing", "The picture is being made again; try later.")
    return web.FileResponse(path, headers={"Cache-Control": FOREVER, "Content-Type": "image/jpeg", "Content-Security-Policy": MEDIA_POLICY})


@routes.get("/media/" + ID + "/original")
async def original(request: web.Request) -> web.StreamResponse:
    """The file itself, as long as one that holds this very content is there."""
    gallery = request.app[GALLERY]
    photo = request.match_info["id"]
    record = orjson.loads(await _record(gallery, photo))
    rows = await gallery.catalogue.reading.execute_fetchall(
        "SELECT roots.path, files.path, files.bytes, files.mtime_ns FROM files JOIN roots ON roots.id = files.root WHERE photo = ? ORDER BY root, files.path",
        (photo,),
    )
    for root, path, size, mtime_ns in rows:
        handle = _opened(bytes(root), bytes(path), gallery.settings.flag("follow_links"))
        if handle is None:
            continue
        status = os.fstat(handle)
        # A file that changed since it was read is another content under this address.
        if (status.st_size, status.st_mtime_ns) != (size, mtime_ns):
            os.close(handle)
            continue
        inline = record["type"] in SHOWN and "download" not in request.query
        name = bytes(path).rsplit(b"/", 1)[-1].decode("utf-8", "replace")
        headers = {
            "Cache-Control": FOREVER,
            "Content-Type": record["type"],
            "Content-Security-Policy": MEDIA_POLICY,
            "Content-Disposition": f"{'inline' if inline else 'attachment'}; filename*=UTF-8''{quote(name, safe='')}",
        }
        return HandleResponse(handle, headers)
    raise Refusal(404, "offline", "The original is not there at present; connect its disk, or scan again.")


class HandleResponse(web.FileResponse):
    """Sends an open file, and closes it: nobody can exchange the file between the check and the reading."""

    def __init__(self, handle: int, headers: dict[str, str]) -> None:
        super().__init__(f"/dev/fd/{handle}", headers=headers)
        self._handle = handle

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Send headers and content."""
        try:
            return await super().prepare(request)
        finally:
            os.close(self._handle)


def _opened(root: bytes, path: bytes, follow_links: bool) -> int | None:
    """A handle on ``path`` below ``root``, or None. Each step refuses links, so no exchange of a folder leads out of the root."""
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK
    folders: list[int] = []
    try:
        if follow_links:
            real, home = os.path.realpath(os.path.join(root, path)), os.path.realpath(root)
            if not real.startswith(home + b"/"):
                return None
            root, path = home, os.path.relpath(real, home)
        folders.append(os.open(root, flags | os.O_DIRECTORY))
        *steps, name = path.split(b"/")
        for step in steps:
            folders.append(os.open(step, flags | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folders[-1]))
        return os.open(name, flags | os.O_NOFOLLOW, dir_fd=folders[-1])
    except OSError:
        return None
    finally:
        for handle in folders:
            os.close(handle)


async def _record(gallery: Gallery, photo: str) -> bytes:
    """The photo's line; every route about a photo asks here, so there is one place that says who may see it."""
    rows = list(await gallery.catalogue.reading.execute_fetchall("SELECT line FROM records WHERE id = ? AND gone = 0", (photo,)))
    if not rows:
        raise Refusal(404, *NOT_FOUND)
    return bytes(rows[0][0])
