"""Job lines in, answer lines out, as ``config/wire.py`` states: decodes previews ahead, looks in batches, survives bad pictures.

A reader thread takes lines and hands previews to decoding threads. Two analyzers look at a time, so that one prepares pixels while the
other's network computes; within a batch the one that took longest last time begins. Pictures in memory are bounded by the batch and by
``AHEAD``; beyond that the pipe fills and the server waits.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from queue import Empty, Queue
from typing import Any

from vitrine.analyzers.contract import Analyzer, Picture, Result
from vitrine.analyzers.pixels import preview
from vitrine.config.errors import Problem, UserError
from vitrine.config.wire import Answer, Job

log = logging.getLogger("vitrine.analyzers")

AHEAD = 8
"""Previews decoded beyond the batch at work: at most 5 MB each."""
LARGEST_BATCH = 64
DECODERS = 2
LOOKERS = 2

Write = Callable[[Answer], None]


@dataclass
class Work:
    """A job and what came of its preview: a picture, or the sentence why there is none."""

    job: Job
    decoding: Future[Picture]
    fault: str = ""
    wanted: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        return self.job["id"]


def parse(line: str) -> Job | None:
    """The job of a line; None, and a word in the log, for anything else."""
    try:
        raw = json.loads(line)
        if raw["kind"] != "job":
            raise ValueError("not a job")
        return {"kind": "job", "id": str(raw["id"]), "preview": str(raw["preview"]), "analyzers": [str(name) for name in raw["analyzers"]]}
    except (ValueError, KeyError, TypeError) as error:
        log.warning("a line that is no job was skipped: %s", error)
        return None


class Runner:
    """Looks at jobs with these analyzers until the lines end."""

    def __init__(self, analyzers: Mapping[str, Analyzer[Any]], batch: int, write: Write) -> None:
        self.analyzers = analyzers
        self.batch = max(1, min(batch, LARGEST_BATCH))
        self._write = write
        self._writing = threading.Lock()
        self._looking: dict[str, list[str]] = {}
        self._spent: dict[str, float] = {}

    def write(self, answer: Answer) -> None:
        """One line at a time, whichever thread has something to say."""
        with self._writing:
            self._write(answer)

    def run(self, lines: Iterable[str]) -> None:
        """Answer every job of the lines, in batches of what has come in by then: no job waits for a later one."""
        queue: Queue[Work | None] = Queue(self.batch + AHEAD)
        self.write({"kind": "ready", "analyzers": [analyzer.facts() for analyzer in self.analyzers.values()]})
        with ThreadPoolExecutor(LOOKERS, "look") as lookers, ThreadPoolExecutor(DECODERS, "decode") as decoders:
            threading.Thread(target=self._take, args=(lines, decoders, queue), name="take", daemon=True).start()
            ended = False
            while not ended:
                batch, ended = self._gather(queue)
                self._answer(batch, lookers)

    @staticmethod
    def _take(lines: Iterable[str], decoders: ThreadPoolExecutor, queue: Queue[Work | None]) -> None:
        for line in lines:
            if line.strip() and (job := parse(line)):
                try:
                    decoding = decoders.submit(preview.decode, job["preview"])
                except RuntimeError:
                    # The pool is closed: nobody is left to answer to.
                    return
                queue.put(Work(job, decoding))
        queue.put(None)

    def _gather(self, queue: Queue[Work | None]) -> tuple[list[Work], bool]:
        """What is there, at least one, at most a batch; and whether the lines have ended."""
        batch: list[Work] = []
        work = queue.get()
        while work is not None:
            batch.append(work)
            if len(batch) == self.batch:
                return batch, False
            try:
                work = queue.get_nowait()
            except Empty:
                return batch, False
        return batch, True

    def _answer(self, batch: Sequence[Work], lookers: ThreadPoolExecutor) -> None:
        for work in batch:
            try:
                work.decoding.result()
            except Problem as problem:
                work.fault = problem.message
            for name in dict.fromkeys(work.job["analyzers"]):
                if work.fault or name not in self.analyzers:
                    self._problem(work, name, work.fault or f"There is no analyzer called {name}.")
                else:
                    work.wanted.append(name)
        slowest_first = sorted(self.analyzers.values(), key=lambda analyzer: -self._spent.get(analyzer.name, 0))
        for look in [lookers.submit(self._look_in_turn, analyzer, batch) for analyzer in slowest_first]:
            look.result()
        for work in batch:
            self.write({"kind": "done", "id": work.id})

    def _look_in_turn(self, analyzer: Analyzer[Any], batch: Sequence[Work]) -> None:
        """All that one analyzer is wanted for, as many at once as it takes."""
        begun = time.perf_counter()
        waiting = [work for work in batch if analyzer.name in work.wanted]
        for start in range(0, len(waiting), analyzer.at_once):
            self._look(analyzer, waiting[start : start + analyzer.at_once])
        with self._writing:
            self._looking.pop(analyzer.name, None)
        self._spent[analyzer.name] = time.perf_counter() - begun

    def _say_looking(self, analyzer: str, ids: list[str]) -> None:
        """Name every photo that any analyzer looks at from now on: should the process die, one of them is the cause."""
        with self._writing:
            self._looking[analyzer] = ids
            under_way = dict.fromkeys(photo for photos in self._looking.values() for photo in photos)
            self._write({"kind": "looking", "analyzer": analyzer, "ids": list(under_way)})

    def _look(self, analyzer: Analyzer[Any], batch: Sequence[Work]) -> None:
        """One call of an analyzer. When it fails on several, each is tried alone, so that one bad picture spoils no other."""
        self._say_looking(analyzer.name, [work.id for work in batch])
        begun = time.perf_counter()
        try:
            results = self._results(analyzer, [work.decoding.result() for work in batch])
        except Exception as error:
            if len(batch) > 1:
                for work in batch:
                    self._look(analyzer, [work])
                return
            log.exception("%s failed", analyzer.name)
            sentence = str(error) if isinstance(error, UserError) else f"The analyzer {analyzer.name} failed on this picture ({type(error).__name__})."
            self._problem(batch[0], analyzer.name, sentence)
            return
        spent = round((time.perf_counter() - begun) * 1000 / len(batch), 1)
        name, version, checksum = analyzer.name, analyzer.version, analyzer.facts()["checksum"]
        for work, result in zip(batch, results, strict=True):
            self.write({"kind": "result", "id": work.id, "analyzer": name, "version": version, "checksum": checksum, "ms": spent, "result": dict(result)})

    @staticmethod
    def _results(analyzer: Analyzer[Any], pictures: Sequence[Picture]) -> list[Result]:
        results = analyzer(pictures)
        if len(results) != len(pictures):
            raise ValueError(f"{len(results)} results for {len(pictures)} pictures")
        # A result that JSON cannot carry is the analyzer's failure too, not the runner's.
        json.dumps(results, allow_nan=False)
        return results

    def _problem(self, work: Work, name: str, message: str) -> None:
        version = self.analyzers[name].version if name in self.analyzers else ""
        self.write({"kind": "problem", "id": work.id, "analyzer": name, "version": version, "message": message})
