"""Analyze: the server's end of the analyzer process. In: photos that lack a result. Out: raw results, or a problem after two deaths.

The process is the only one that loads TensorFlow and ONNX Runtime. It may crash, hang or run out of memory: the photos it was looking at are
tried once more, each alone, and those that kill it again are set aside; everything else goes on.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from vitrine.config.errors import UserError
from vitrine.config.wire import AnalyzerFacts, Answer

WINDOW = 48
"""Jobs under way at once: enough for full batches of several models, few enough that a death suspects little."""

MOST_DEATHS = 10
"""Deaths in a row without a single result after which no picture is to blame but the process itself."""

NICE = 10
"""Politeness of the analyzer process, -20..19."""

COMMAND = (sys.executable, "-m", "vitrine.analyzers")


@dataclass(frozen=True)
class Wanted:
    """One photo and the analyzers that have not looked at it yet."""

    photo: str
    preview: Path
    analyzers: tuple[str, ...]


@dataclass(frozen=True)
class Result:
    """One analyzer's raw answer."""

    analyzer: str
    version: str
    checksum: str
    ms: float
    result: dict[str, object]


@dataclass
class Looked:
    """Everything the wanted analyzers said of one photo."""

    photo: str
    results: list[Result] = field(default_factory=list)
    failures: list[tuple[str, str, str]] = field(default_factory=list)
    """Analyzer, code, and one sentence."""


async def facts(analyzers: Sequence[str]) -> list[AnalyzerFacts]:
    """Name, version and checksum of each analyzer, without loading any model. Raises UserError when one is unknown or its files are missing."""
    process = await asyncio.create_subprocess_exec(
        *COMMAND, "--list", "--analyzers", ",".join(analyzers), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await process.communicate()
    if process.returncode != 0:
        words = err.decode("utf-8", "replace").strip().splitlines()
        raise UserError(words[-1].removeprefix("Error: ") if words else "The analyzers cannot be listed; run: vitrine doctor")
    ready: Answer = orjson.loads(out)
    return ready["analyzers"]


More = Callable[[int], Awaitable[list[Wanted]]]
"""Asks for up to so many further photos; an empty list means: none at present."""


class Analyzers:
    """The analyzer process, started when there is work and stopped when there is none."""

    def __init__(self, names: Sequence[str], *, batch: int, silence_s: float, log: Path) -> None:
        """``log`` takes what the model libraries have to say, anew at each start."""
        self._names = tuple(names)
        self._batch = batch
        self._silence_s = silence_s
        self._log = log
        self._process: asyncio.subprocess.Process | None = None

    async def look(self, more: More) -> AsyncIterator[Looked]:
        """Yield each photo once all its analyzers answered, in any order, until ``more`` has no more and all is answered.

        Raises UserError when the process does not start, or dies of everything.
        """
        under_way: dict[str, Wanted] = {}
        partial: dict[str, Looked] = {}
        suspects: deque[Wanted] = deque()
        looking: list[str] = []
        alone = False
        deaths = 0
        while True:
            # After a death one photo at a time, so that the next death names its cause.
            alone = bool(suspects) or (alone and bool(under_way))
            jobs: list[Wanted] = []
            if alone:
                jobs = [suspects.popleft()] if suspects and not under_way else []
            elif len(under_way) <= WINDOW // 2:
                # Whoever asks anew may be told of photos that are under way.
                jobs = [job for job in await more(WINDOW - len(under_way)) if job.photo not in under_way]
            for job in jobs:
                under_way[job.photo] = job
                partial[job.photo] = Looked(job.photo)
                await self._send(job)
            if not under_way:
                return
            answer = await self._answer()
            if answer is None:
                await self.close()
                deaths += 1
                if alone:
                    (job,) = under_way.values()
                    yield _set_aside(job, partial[job.photo])
                else:
                    blamed = [photo for photo in looking if photo in under_way]
                    # Those it was not looking at come last: they wait for nobody's second try.
                    suspects.extend(under_way[photo] for photo in (*blamed, *(photo for photo in under_way if photo not in blamed)))
                if deaths == MOST_DEATHS:
                    raise UserError(f"The analyzer process dies of every picture; {self._log.name} in the data folder says why.")
                under_way.clear()
                partial.clear()
                looking = []
            elif answer["kind"] == "looking":
                looking = answer["ids"]
            elif answer["kind"] == "result" and answer["id"] in partial:
                deaths = 0
                partial[answer["id"]].results.append(Result(answer["analyzer"], answer["version"], answer["checksum"], answer["ms"], answer["result"]))
            elif answer["kind"] == "problem" and answer["id"] in partial:
                partial[answer["id"]].failures.append((answer["analyzer"], "analyzer", answer["message"]))
            elif answer["kind"] == "done" and answer["id"] in under_way:
                del under_way[answer["id"]]
                yield partial.pop(answer["id"])

    async def _start(self) -> asyncio.subprocess.Process:
        with self._log.open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                *COMMAND,
                "--analyzers",
                ",".join(self._names),
                "--batch",
                str(self._batch),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                limit=64 * 1024 * 1024,
                start_new_session=True,
            )
        self._process = process
        # Reading pictures and serving people come first.
        with suppress(ProcessLookupError):
            os.setpriority(os.PRIO_PROCESS, process.pid, NICE)
        ready = await self._answer()
        if ready is None or ready["kind"] != "ready":
            await self.close()
            raise UserError(f"The analyzer process does not start; {self._log.name} in the data folder says why.")
        return process

    async def _send(self, job: Wanted) -> None:
        process = self._process or await self._start()
        assert process.stdin is not None
        line = {"kind": "job", "id": job.photo, "preview": str(job.preview), "analyzers": list(job.analyzers)}
        # A broken pipe shows itself as the end of the answers, where the death is dealt with.
        with suppress(ConnectionError):
            process.stdin.write(orjson.dumps(line) + b"\n")
            await process.stdin.drain()

    async def _answer(self) -> Answer | None:
        """The next line, or None when the process died, fell silent, or spoke nonsense."""
        assert self._process is not None
        assert self._process.stdout is not None
        try:
            line = await asyncio.wait_for(self._process.stdout.readline(), self._silence_s)
            answer: Answer | None = orjson.loads(line) if line.endswith(b"\n") else None
        except (TimeoutError, ValueError):
            return None
        return answer if isinstance(answer, dict) and "kind" in answer else None

    async def close(self) -> None:
        """Stop the process; it holds nothing that is not stored. The next job starts it again."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def _set_aside(job: Wanted, looked: Looked) -> Looked:
    """What was answered before the second death stays; the rest becomes a problem."""
    answered = {result.analyzer for result in looked.results} | {name for name, _, _ in looked.failures}
    sentence = "The analyzer crashed or hung on this picture twice; the picture is set aside."
    looked.failures += [(name, "crashed", sentence) for name in job.analyzers if name not in answered]
    return looked
