"""Watch: hear what happens below the roots. In: folders. Out: the paths that were touched, once they have been quiet for a moment.

The system itself tells (inotify, FSEvents; through watchfiles), one thread a root. A folder that cannot be listened to - a network disk, too
many folders for the system's limit - is left to the scans, and the log says so once. What is told here is a hint, never a fact: ``glance``
looks at the disk before anything is believed.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from watchfiles import Change
from watchfiles._rust_notify import RustNotify

from vitrine.server.scan import SKIPPED_FOLDERS

log = logging.getLogger("vitrine.watch")

QUIET_S = 1.0
"""How long nothing may have happened to a path before it is handed on: a file that is being copied is read when it is whole."""

MOST = 1000
"""Paths that are there, handed on at once."""

GROUP_MS, STEP_MS = 400, 50
"""Longest time over which the listener gathers, and the pause that ends a gathering."""

NETWORK = frozenset(
    (
        "nfs",
        "nfs4",
        "cifs",
        "smb3",
        "smbfs",
        "9p",
        "afs",
        "ceph",
        "glusterfs",
        "lustre",
        "virtiofs",
        "vboxsf",
        "prl_fs",
        "davfs",
        "davfs2",
        "sshfs",
        "rclone",
        "s3fs",
    )
)
"""File systems that other machines change without this one being told."""


@dataclass
class _Ear:
    """Listens below one root."""

    identity: tuple[int, int]
    stop: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None


class Watch:
    """Listens below any number of roots; use as an async context, from one task."""

    def __init__(self, suffixes: frozenset[str], missed: Callable[[], None]) -> None:
        """``suffixes``: lower-case endings of pictures. ``missed`` is called when something may have gone unheard, so that a scan is needed."""
        self._suffixes = suffixes
        self._missed = missed
        self._ears: dict[int, _Ear] = {}
        self._deaf: dict[int, str] = {}
        self._touched: dict[tuple[int, bytes], float] = {}
        self._gone: dict[tuple[int, bytes], float] = {}
        self._woken = asyncio.Event()
        self._closed = False

    async def __aenter__(self) -> Watch:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, why: BaseException | None, trace: TracebackType | None) -> None:
        self._closed = True
        for ear in self._ears.values():
            ear.stop.set()
        for ear in self._ears.values():
            if ear.thread is not None:
                await asyncio.to_thread(ear.thread.join)
        self._ears.clear()

    async def over(self, root: int, folder: Path) -> bool:
        """Listen below ``folder``; returns, when the system has been asked, whether it can be heard. To be called before each scan of it.

        Does nothing where it listens already, unless another folder or disk is in that place now.
        """
        try:
            status = os.stat(folder)
        except OSError:
            self._leave(root)
            return False
        ear, identity = self._ears.get(root), (status.st_dev, status.st_ino)
        if ear is not None and ear.identity == identity and ear.thread is not None and ear.thread.is_alive():
            return True
        self._leave(root)
        if self._closed:
            return False
        deaf = f"it lies on a network disk ({kind})" if (kind := _network(folder)) else await self._begin(root, folder, _Ear(identity))
        if deaf and self._deaf.get(root) != deaf:
            log.warning("Changes below %s are noticed by the regular scans only: %s.", folder, deaf)
        self._deaf[root] = deaf
        return not deaf

    async def stirring(self) -> bool:
        """Wait until something happens at all, quiet or not; tells whether it is something that is there."""
        while not self._touched and not self._gone:
            self._woken.clear()
            await self._woken.wait()
        return bool(self._touched)

    async def touched(self, within_s: float | None = None) -> tuple[int, list[bytes]] | None:
        """A root and the paths below it that were touched and have been quiet since; None when there are none for so many seconds.

        What is there now comes before what left, so that a renamed picture is never without a file. Nothing that left is told while more
        is leaving: whether a folder was tidied up or all of a root is on its way out is known only at the end.
        """
        clock = asyncio.get_running_loop().time
        until = None if within_s is None else clock() + within_s
        while True:
            now = clock()
            if due := self._due(now):
                return due
            times = [*self._touched.values(), *self._gone.values()]
            moments = ([min(times) + QUIET_S] if times else []) + ([until] if until is not None else [])
            if until is not None and now >= until:
                return None
            self._woken.clear()
            try:
                # A path is never due sooner than a moment from now, or its root's last farewell would have made it so.
                await asyncio.wait_for(self._woken.wait(), max(0.05, min(moments) - now) if moments else None)
            except TimeoutError:
                continue

    def again(self, root: int, paths: list[bytes]) -> None:
        """These were not quiet after all."""
        now = asyncio.get_running_loop().time()
        self._touched.update(((root, path), now) for path in paths)

    def _due(self, now: float) -> tuple[int, list[bytes]] | None:
        here = [key for key, at in self._touched.items() if now - at >= QUIET_S]
        calm = {root for root, _ in self._gone} - {root for (root, _), at in self._gone.items() if now - at < QUIET_S}
        left = [key for key in self._gone if key[0] in calm]
        if not here and not left:
            return None
        root = (here or left)[0][0]
        chosen = [key for key in here if key[0] == root][:MOST]
        # Whatever left is told at once, so that it can be seen when that is everything.
        chosen += [key for key in left if key[0] == root] if len(chosen) < MOST else []
        for key in chosen:
            self._touched.pop(key, None)
            self._gone.pop(key, None)
        return root, [path for _, path in chosen]

    def _hear(self, root: int, ear: _Ear, paths: list[tuple[bytes, bool]]) -> None:
        """Some paths were touched, or are gone; runs in the event loop."""
        if self._ears.get(root) is not ear:
            return
        now = asyncio.get_running_loop().time()
        for path, gone in paths:
            if not path:
                self._missed()
                continue
            (self._touched if gone else self._gone).pop((root, path), None)
            (self._gone if gone else self._touched)[root, path] = now
        self._woken.set()

    def _lose(self, root: int, ear: _Ear, why: str) -> None:
        """The listener ended by itself; the scan that is asked for starts another."""
        if self._ears.get(root) is ear:
            log.info("Listening begins anew: %s.", why)
            self._leave(root)
            self._missed()

    def _leave(self, root: int) -> None:
        if (ear := self._ears.pop(root, None)) is not None:
            ear.stop.set()

    async def _begin(self, root: int, folder: Path, ear: _Ear) -> str:
        """Start to listen; returns why that cannot be, or nothing."""
        loop = asyncio.get_running_loop()
        ready: asyncio.Future[str] = loop.create_future()

        def answer(why: str) -> None:
            if not ready.done():
                ready.set_result(why)

        self._ears[root] = ear
        ear.thread = threading.Thread(target=self._listen, args=(root, folder, ear, loop, answer), name=f"watch {root}", daemon=True)
        ear.thread.start()
        deaf = await ready
        if deaf:
            self._leave(root)
        return deaf

    def _listen(self, root: int, folder: Path, ear: _Ear, loop: asyncio.AbstractEventLoop, answer: Callable[[str], None]) -> None:
        """What the thread of a root does."""
        try:
            # Walks the folders once: that is why it must not happen in the event loop.
            notify = RustNotify([str(folder)], False, False, 0, True, False)
        except (OSError, RuntimeError, ValueError) as why:
            loop.call_soon_threadsafe(answer, _plain(why))
            return
        loop.call_soon_threadsafe(answer, "")
        base = os.fsencode(folder)
        with notify:
            while not ear.stop.is_set():
                try:
                    heard = notify.watch(GROUP_MS, STEP_MS, 5000, ear.stop)
                except RuntimeError as why:
                    # A name that is no UTF-8 silences watchfiles for good.
                    loop.call_soon_threadsafe(self._lose, root, ear, _plain(why))
                    return
                if isinstance(heard, set):
                    paths = [(path, change == Change.deleted) for change, name in heard if (path := self._path(base, os.fsencode(name))) is not None]
                    if paths:
                        loop.call_soon_threadsafe(self._hear, root, ear, paths)

    def _path(self, base: bytes, full: bytes) -> bytes | None:
        """The path below the root, empty for the root itself; None for what no scan would look at."""
        if full == base:
            return b""
        path = full.removeprefix(base.rstrip(b"/") + b"/")
        *folders, name = path.split(b"/")
        if path == full or name.startswith(b"._") or any(each.startswith(b".") or each in SKIPPED_FOLDERS for each in folders) or name in SKIPPED_FOLDERS:
            return None
        if os.path.splitext(name)[1].decode("ascii", "replace").lower() in self._suffixes:
            return path
        # A folder may be called anything; what is no longer there may have been one.
        return path if (os.path.isdir(full) and not name.startswith(b".")) or not os.path.lexists(full) else None


def _plain(why: Exception) -> str:
    if "limit reached" in str(why):
        return "there are more folders than the system lets one user watch (raise fs.inotify.max_user_watches)"
    if isinstance(why, PermissionError):
        return "a folder in it may not be read"
    return str(why).split(". about")[0].rstrip(".") or type(why).__name__


def _network(folder: Path) -> str | None:
    """The kind of network disk that ``folder`` lies on; None for a local one, and where the system does not tell (proc(5), mountinfo)."""
    try:
        lines = Path("/proc/self/mountinfo").read_bytes().splitlines()
    except OSError:
        return None
    here = os.path.realpath(os.fsencode(folder)) + b"/"
    best, found = -1, None
    for line in lines:
        mount, _, rest = line.partition(b" - ")
        point = mount.split(b" ")[4].decode("unicode_escape").encode("latin-1").rstrip(b"/") + b"/"
        # Later lines cover earlier ones.
        if here.startswith(point) and len(point) >= best:
            best, found = len(point), rest.split(b" ")[0].decode("ascii", "replace").removeprefix("fuse.")
    return found if found in NETWORK else None
