r"""The flow: what happens to a photo, in this order. The first file to read.

    scan -> read -> store -> stream                              pictures first
                \-> analyze -> enrich -> store -> stream          intelligence after

===========  ==================================================================================================
scan         ``scan.scan``      walk the roots, compare with the catalogue: new, changed, missing (a thread); between the scans
             ``glance.glance``  the same for what ``watch.Watch`` hears was touched
read         ``read.read``      one decode a photo: id, metadata, hashes, preview, thumbnails (worker processes)
analyze      ``analyze.Analyzers``  models look at the preview: classes, objects, faces, nudity (a process of its own)
enrich       ``enrich.enrich``  raw results become words and believed findings (pure functions)
store        ``store.Store``    rows and records in SQLite, each change with the next sequence number (one writer)
stream       ``stream.records``, ``stream.News``  lines since a number, then word of each change (every client)
===========  ==================================================================================================

Stages do not know each other; this module carries things from one to the next. Whatever stops it, it goes on where it was: what is stored is
done, what is not stored is found again by comparing.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypedDict

from vitrine.config.errors import PROBLEM_CODES, Problem, UserError
from vitrine.config.paths import DataFolder
from vitrine.config.settings import Settings
from vitrine.config.wire import AnalyzerFacts
from vitrine.server import analyze, enrich, scan, store, stream
from vitrine.server.backlog import Backlog
from vitrine.server.catalogue import Catalogue
from vitrine.server.glance import glance
from vitrine.server.media.formats import SUFFIXES
from vitrine.server.readers import Readers
from vitrine.server.watch import QUIET_S, Watch

log = logging.getLogger("vitrine.flow")

FLUSH_S = 0.25
"""Longest time a finished photo waits to be stored with others."""

AT_ONCE = 500
"""Files of one transaction, so that nobody waits long behind it."""

DOUBT_S = 600
"""Shortest time between two scans for pictures that somebody missed: a root that is offline cannot give them back."""


REST_S = 30
"""How long the workers wait for another touched picture before they end."""

KNOWN = (
    "SELECT f.path, f.bytes, f.mtime_ns, f.inode, f.photo, f.photo IS NOT NULL OR coalesce(p.code NOT IN (?, ?, ?), 0)"
    " FROM files f LEFT JOIN problems p ON f.photo IS NULL AND p.root = f.root AND p.path = f.path WHERE f.root = ?"
)
"""The known files of a root, and whether they need not be read; the first values are ``store.UNSETTLED``."""


class StageProgress(TypedDict):
    """How far one stage is; ``rate`` is photos a second over the last minute."""

    done: int
    total: int
    rate: float
    left_s: float | None


@dataclass
class Meter:
    """Counts one stage's work and knows its present speed."""

    done: int = 0
    total: int = 0
    _ticks: deque[tuple[float, int]] = field(default_factory=deque)

    def add(self, count: int = 1) -> None:
        """So many more are done."""
        self.done += count
        at = time.monotonic()
        self._ticks.append((at, count))
        while self._ticks and self._ticks[0][0] < at - 60:
            self._ticks.popleft()

    def progress(self) -> StageProgress:
        """The present state, for people."""
        at = time.monotonic()
        recent = [(then, count) for then, count in self._ticks if then >= at - 60]
        span = at - recent[0][0] if recent else 0.0
        rate = sum(count for _, count in recent[1:]) / span if span > 0.5 else 0.0
        left = (self.total - self.done) / rate if rate > 0 and self.total > self.done else None
        return {"done": self.done, "total": self.total, "rate": round(rate, 1), "left_s": None if left is None else round(left)}


@dataclass
class Report:
    """What one run over the roots did, for ``vitrine scan``."""

    unchanged: int = 0
    read: int = 0
    known: int = 0
    """New files whose content was there already: moved or copied, nothing was decoded."""
    problems: int = 0
    missing: int = 0
    analyzed: dict[str, int] = field(default_factory=dict)
    offline: dict[str, str] = field(default_factory=dict)
    other: dict[str, int] = field(default_factory=dict)


class Flow:
    """Carries photos through the stages; one per data folder."""

    def __init__(self, data: DataFolder, catalogue: Catalogue, settings: Settings, news: stream.News | None = None) -> None:
        self.data = data
        self.catalogue = catalogue
        self.settings = settings
        self.news = news or stream.News()
        self.reading = Meter()
        self.analyzing = Meter()
        self.scanning = False
        self.why_not_analyzing: str | None = None
        thresholds = enrich.Thresholds.of(settings)
        self.store = store.Store(catalogue, partial(enrich.enrich, thresholds=thresholds))
        self._belief = f"{enrich.VERSION}:{thresholds}"
        self._fresh: deque[str] = deque()
        """Read while the analyzers are at work; what was stored before, they find in the catalogue."""
        self._looking = False
        self._unfinished = False
        """Whether analysis is under way, or ended before everything was looked at."""
        self._overlooked = True
        """Whether photos may lack a result that the present walk over the backlog has passed."""
        self._watch: Watch | None = None
        self._meanwhile: set[tuple[int, bytes]] = set()
        """Files read on their own account during the present scan."""
        self._woken = asyncio.Event()
        self._asked = asyncio.Event()
        self._doubted: float | None = None
        """Since when pictures are missed in the data folder; every photo's are looked for at the start."""
        self._whole = False
        self._problems = 0

    @property
    def analyzers(self) -> tuple[str, ...]:
        """Those that the settings name."""
        return tuple(name for name in self.settings.text("analyzers").replace(" ", "").split(",") if name)

    # scan

    async def run(self, *, analyzing: bool = True) -> Report:
        """Scan every root, read what is new, analyse what lacks a result; returns when all is done."""
        report = Report()
        scanned = asyncio.create_task(self._scan(report))
        analysed = asyncio.create_task(self._analyze(report)) if analyzing and self.settings.flag("analyze") else None
        try:
            await scanned
            if analysed is not None:
                await analysed
        finally:
            await _cancelled(scanned)
            if analysed is not None:
                await _cancelled(analysed)
        await self.tell()
        return report

    async def look(self) -> Report:
        """Analyse what lacks a result, without a scan; returns when all is done."""
        report = Report()
        await self._believe()
        await self._analyze(report)
        return report

    async def look_again(self, photos: Sequence[str], analyzers: Sequence[str] = ()) -> tuple[str, ...]:
        """Have photos looked at again soon, by these analyzers or by all; what is known of them stays until then. Returns the analyzers."""
        names = tuple(analyzers) or self.analyzers
        await self.store.outdate(photos, names)
        self._overlooked = True
        if self._looking:
            self._fresh.extendleft(photos)
        self._woken.set()
        return names

    async def live(self) -> None:
        """Scan now and whenever asked or the interval is over, follow what is touched in between, and analyse what comes of it; until cancelled."""
        report = Report()
        async with asyncio.TaskGroup() as tasks:
            if self.settings.flag("watch"):
                self._watch = Watch(SUFFIXES, self.ask)
                tasks.create_task(self._follow(self._watch, report))
            tasks.create_task(self._again_and_again(lambda: self._scan(report), self._asked, self.settings.number("rescan_minutes") * 60))
            if self.settings.flag("analyze"):
                tasks.create_task(self._again_and_again(lambda: self._analyze(report), self._woken, 0))

    async def _again_and_again(self, work: Callable[[], Awaitable[None]], wake: asyncio.Event, interval_s: float) -> None:
        while True:
            wake.clear()
            try:
                await work()
            except UserError as why:
                log.error("%s", why)
            with suppress(TimeoutError):
                await asyncio.wait_for(wake.wait(), interval_s or None)

    def ask(self) -> None:
        """Scan again soon, and look again for what lacks a result."""
        self._overlooked = True
        self._asked.set()
        self._woken.set()

    def miss(self) -> None:
        """A photo's picture is not in the data folder: the next scan looks for everyone's, and comes soon unless it just did."""
        now = time.monotonic()
        if self._doubted is None or now - self._doubted > DOUBT_S:
            self._doubted = now
            self._whole = False
            self.ask()

    async def _scan(self, report: Report) -> None:
        self.scanning = True
        self.reading = Meter()
        self._meanwhile.clear()
        doubted = self._doubted
        try:
            await self._believe()
            async with Readers(self.data, self.settings) as readers:
                for number, raw in await self.catalogue.reading.execute_fetchall("SELECT id, path FROM roots ORDER BY id"):
                    if self._watch is not None:
                        # Listening begins before the walk, so that nothing falls between them.
                        await self._watch.over(number, Path(os.fsdecode(raw)))
                    found = await self._compared(number, bytes(raw))
                    report.unchanged += found.unchanged
                    for ending, count in found.other.items():
                        report.other[ending] = report.other.get(ending, 0) + count
                    known_before = report.known
                    await self._read(readers, number, Path(os.fsdecode(raw)), found.fresh, report)
                    if found.none_left and report.known == known_before:
                        found.offline = found.offline or scan.REPLACED
                    await self.store.root_state(number, found.offline)
                    if found.offline:
                        report.offline[os.fsdecode(raw)] = found.offline
                    else:
                        # What came back since the walk is not missing.
                        await self._part(number, [path for path in found.missing if (number, path) not in self._meanwhile], report)
                    for place in found.unreadable:
                        report.offline[os.fsdecode(os.path.join(raw, place))] = "This cannot be read; what is known of it stays."
            # Somebody may have missed another one meanwhile.
            self._whole = self._doubted == doubted
        except (sqlite3.Error, ExceptionGroup) as why:
            raise _plain(why) from why
        finally:
            self.scanning = False
            if self._unfinished:
                self._woken.set()
        await self.tell()

    async def _compared(self, root: int, folder: bytes) -> scan.Findings:
        """Walk one root in a thread, which stops soon after nobody waits for it any more."""
        if os.path.realpath(bytes(self.data.root)).startswith(folder.rstrip(b"/") + b"/"):
            return scan.Findings(offline="The data folder lies inside this folder, where Vitrine must not write; choose another with --data.")
        known: dict[bytes, scan.Known] = {}
        async with self.catalogue.apart() as db, db.execute(KNOWN, (*store.UNSETTLED, root)) as cursor:
            while rows := list(await cursor.fetchmany(AT_ONCE)):
                torn = set() if self._whole else await asyncio.to_thread(self._torn, {row[4] for row in rows if row[4]})
                for path, size, mtime_ns, inode, photo, settled in rows:
                    known[bytes(path)] = scan.Known(scan.Stamp(size, mtime_ns, inode), bool(settled) and photo not in torn)
        stopped = threading.Event()
        try:
            return await asyncio.to_thread(scan.scan, folder, known, SUFFIXES, follow_links=self.settings.flag("follow_links"), stopped=stopped)
        finally:
            stopped.set()

    def _torn(self, photos: set[str]) -> set[str]:
        """Photos that lack a picture in the data folder and have to be read again."""
        return {photo for photo in photos if not self.data.has_pictures(photo)}

    async def _part(self, root: int, missing: list[bytes], report: Report) -> None:
        report.missing += len(missing)
        for start in range(0, len(missing), AT_ONCE):
            await self.store.missing_files(root, missing[start : start + AT_ONCE])
            await self.tell()

    # watch -> glance: a scan of what was touched

    async def _follow(self, watch: Watch, report: Report) -> None:
        """Read what is touched below the roots as soon as it is quiet, also during a scan; until cancelled."""
        async with watch:
            while True:
                arriving = await watch.stirring()
                async with Readers(self.data, self.settings) as readers:
                    if arriving:
                        await readers.warm()
                    while (touched := await watch.touched(REST_S)) is not None:
                        try:
                            await self._glance(watch, readers, *touched, report)
                        except (sqlite3.Error, ExceptionGroup, UserError) as why:
                            if not isinstance(plain := _plain(why), UserError):
                                raise plain from why
                            log.error("%s", plain)

    async def _glance(self, watch: Watch, readers: Readers, root: int, paths: list[bytes], report: Report) -> None:
        rows = list(
            await self.catalogue.reading.execute_fetchall("SELECT path, state, (SELECT count(*) FROM files WHERE root = id) FROM roots WHERE id = ?", (root,))
        )
        if not rows:
            return
        raw, state, files = rows[0]
        known: dict[bytes, scan.Known] = {}
        for path in paths:
            # Everything below a folder lies between "folder/" and "folder0", for "0" follows "/".
            for where, values in ((" AND f.path = ?", (path,)), (" AND f.path >= ? AND f.path < ?", (path + b"/", path + b"0"))):
                for name, size, mtime_ns, inode, _, settled in await self.catalogue.reading.execute_fetchall(KNOWN + where, (*store.UNSETTLED, root, *values)):
                    known[bytes(name)] = scan.Known(scan.Stamp(size, mtime_ns, inode), bool(settled))
        links = self.settings.flag("follow_links")
        found = await asyncio.to_thread(glance, bytes(raw), paths, known, SUFFIXES, quiet_s=QUIET_S, follow_links=links)
        if found.offline or state == "offline" or (len(found.missing) == files > 0 and not found.fresh):
            # All of a root at once, going or coming, is a matter for a scan, which knows a disk that was taken away.
            self.ask()
            return
        watch.again(root, found.restless)
        if self.scanning:
            self._meanwhile.update((root, path) for path, _ in found.fresh)
        await self._read(readers, root, Path(os.fsdecode(raw)), found.fresh, report)
        await self._part(root, found.missing, report)

    # read -> store

    async def _read(self, readers: Readers, root: int, folder: Path, fresh: list[tuple[bytes, scan.Stamp]], report: Report) -> None:
        """Read new and changed files, newest first, and store them in small groups so that they can be seen at once."""
        fresh.sort(key=lambda item: -item[1].mtime_ns)
        self.reading.total += len(fresh)
        waiting = iter(fresh)
        outcomes: asyncio.Queue[store.Read | None] = asyncio.Queue(maxsize=64)

        async def reader() -> None:
            for path, stamp in waiting:
                outcome = await readers.read(folder / os.fsdecode(path), stamp.bytes, self._is_known)
                await outcomes.put(store.Read(store.FileRow(root, path, *stamp), outcome))

        async def all_readers() -> None:
            async with asyncio.TaskGroup() as group:
                for _ in range(readers.width):
                    group.create_task(reader())
            await outcomes.put(None)

        async def keeper() -> None:
            while (first := await outcomes.get()) is not None:
                # A moment's wait lets one transaction hold what several workers finished.
                await asyncio.sleep(FLUSH_S)
                reads: list[store.Read | None] = [first]
                while reads[-1] is not None and not outcomes.empty():
                    reads.append(outcomes.get_nowait())
                await self._keep([read for read in reads if read is not None], readers, report)
                if reads[-1] is None:
                    return

        async with asyncio.TaskGroup() as group:
            group.create_task(all_readers())
            group.create_task(keeper())

    async def _keep(self, reads: list[store.Read], readers: Readers, report: Report) -> None:
        if not reads:
            return
        await readers.name_places([read.outcome for read in reads if isinstance(read.outcome, dict)])
        for read in reads:
            if isinstance(read.outcome, Problem):
                report.problems += 1
            elif isinstance(read.outcome, str):
                report.known += 1
            else:
                report.read += 1
        await self.store.save_reads(reads)
        self.reading.add(len(reads))
        fresh = [read.outcome["id"] for read in reads if isinstance(read.outcome, dict)]
        if self._looking:
            self.analyzing.total += len(fresh)
            self._fresh.extend(fresh)
        if fresh:
            self._woken.set()
        await self.tell()
        full = next((read.outcome for read in reads if isinstance(read.outcome, Problem) and read.outcome.code == "no-space"), None)
        if full is not None:
            # The others would fail alike, each after its decoding.
            raise UserError(full.message)

    async def _is_known(self, size: int, photo: str | None = None) -> bool:
        """Whether the catalogue has this photo; without one, whether it has any of this size, for only then can a new file be one under another name."""
        sql, value = ("SELECT 1 FROM photos WHERE bytes = ? LIMIT 1", size) if photo is None else ("SELECT 1 FROM photos WHERE id = ?", photo)
        return bool(list(await self.catalogue.reading.execute_fetchall(sql, (value,))))

    # analyze -> enrich -> store

    async def _analyze(self, report: Report) -> None:
        """Let the analyzers look at every photo that lacks one of their results, the freshly read first; until none is left and no scan brings more."""
        names = self.analyzers
        self._unfinished = self._overlooked = True
        try:
            facts = {each["name"]: each for each in await analyze.facts(names)}
            self.why_not_analyzing = None
            self._looking = True
            analyzers = analyze.Analyzers(
                names, batch=self.settings.whole("analyze_batch"), silence_s=self.settings.number("analyze_timeout_s"), log=self.data.analyzers_log
            )
            backlog = Backlog(self.catalogue, list(facts.values()))
            try:
                while True:
                    self._woken.clear()
                    if self._overlooked:
                        self._overlooked = False
                        backlog = Backlog(self.catalogue, list(facts.values()))
                        photos, lacking = await backlog.count()
                        self.analyzing = Meter(done=photos - lacking, total=photos)
                    async for looked in analyzers.look(partial(self._wanted, backlog)):
                        await self._understood(looked, facts, report)
                    if self._fresh or self._overlooked:
                        continue
                    if not self.scanning:
                        # Photos that left, and copies, were counted and never looked at.
                        self.analyzing.total = self.analyzing.done
                        # Whatever woke it is dealt with; the end of the scan would otherwise start the analyzers once more for nothing.
                        self._woken.clear()
                        self._unfinished = False
                        return
                    await self._woken.wait()
            finally:
                self._looking = False
                self._fresh.clear()
                await analyzers.close()
        except UserError as why:
            self.why_not_analyzing = str(why)
            log.error("Photos can be seen but not yet searched by what is in them. %s", why)
        except sqlite3.Error as why:
            raise _plain(why) from why
        await self.tell()

    async def _wanted(self, backlog: Backlog, most: int) -> list[analyze.Wanted]:
        """Up to ``most`` photos that lack a result."""
        while ids := [self._fresh.popleft() for _ in range(min(most, len(self._fresh)))] or await backlog.page(most):
            wanted = [analyze.Wanted(photo, self.data.picture(photo, "preview"), await backlog.lacks(photo)) for photo in dict.fromkeys(ids)]
            if found := [each for each in wanted if each.analyzers]:
                return found
        return []

    async def _understood(self, looked: analyze.Looked, facts: dict[str, AnalyzerFacts], report: Report) -> None:
        results: list[tuple[AnalyzerFacts, float, dict[str, Any]]] = [
            (facts[result.analyzer], result.ms, result.result) for result in looked.results if result.analyzer in facts
        ]
        failures = [(facts[name], code, sentence) for name, code, sentence in looked.failures if name in facts]
        for each, _, _ in results:
            report.analyzed[each["name"]] = report.analyzed.get(each["name"], 0) + 1
        report.problems += len(failures)
        await self.store.save_results(looked.photo, results, failures)
        self.analyzing.add()
        self.analyzing.total = max(self.analyzing.total, self.analyzing.done)
        await self.tell()

    async def _believe(self) -> None:
        """Compose all records anew when a threshold or the rules of enrich changed since the last run; no pixel is read for it."""
        row = list(await self.catalogue.reading.execute_fetchall("SELECT value FROM meta WHERE name = 'belief'"))
        if row and row[0][0] == self._belief:
            return
        await self.store.compose_all()
        async with self.catalogue.writing() as db:
            await db.execute("INSERT OR REPLACE INTO meta VALUES ('belief', ?)", (self._belief,))

    # -> stream

    def progress(self) -> dict[str, Any]:
        """The state of all stages, as clients see it."""
        return {
            "scanning": self.scanning,
            "paused": False,
            "read": self.reading.progress(),
            "analyze": self.analyzing.progress(),
            "problems": self._problems,
        }

    async def tell(self) -> None:
        """Tell the clients what changed."""
        (row,) = await self.catalogue.reading.execute_fetchall("SELECT (SELECT coalesce(max(seq), 0) FROM records), (SELECT count(*) FROM problems)")
        self._problems = row[1]
        self.news.tell("change", {"to": row[0]})
        self.news.tell("progress", self.progress())


async def _cancelled(task: asyncio.Task[Any]) -> None:
    """End a task that is no longer wanted; its own error has been, or will be, raised elsewhere."""
    if not task.done():
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def _plain(why: Exception) -> Exception:
    """What a failure means for a person, where it means anything: the first of a group speaks for all."""
    while isinstance(why, ExceptionGroup):
        why = why.exceptions[0]
    if not isinstance(why, sqlite3.Error):
        return why
    if "full" in str(why):
        return UserError(PROBLEM_CODES["no-space"])
    return UserError(f"The catalogue cannot be written ({why}); check the disk of the data folder, then run: vitrine doctor")
