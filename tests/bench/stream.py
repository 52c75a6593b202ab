"""The stream of records, as the server gives it: seconds, first byte, bytes over the wire, memory; one client, twenty at once, and one that hardly reads.

``python -m tests.bench.stream`` (sizes: VITRINE_BENCH_SIZES). Answers are taken as they come and not unpacked: this is the server alone.
"""

import asyncio
import time
from dataclasses import dataclass

import aiohttp

from tests.bench.library import make
from tests.bench.serving import Served, serving
from tests.bench.table import heading, held_mb, peak_mb, row, sizes, workshop

RUNS = 3
CROWD = 20
SLOW = 10


@dataclass
class Pull:
    """One whole answer."""

    first_s: float
    all_s: float
    bytes: int


async def pull(session: aiohttp.ClientSession, path: str = "/api/records?since=0") -> Pull:
    """Read one answer to its end."""
    begun = time.perf_counter()
    first, size = 0.0, 0
    async with session.get(path) as answer:
        async for chunk in answer.content.iter_any():
            first = first or time.perf_counter() - begun
            size += len(chunk)
    return Pull(first, time.perf_counter() - begun, size)


def session(served: Served, encoding: str) -> aiohttp.ClientSession:
    """A client that takes one encoding and leaves it packed."""
    headers = {"Accept-Encoding": encoding, "Cookie": served.cookie()}
    timeout = aiohttp.ClientTimeout(total=300)
    return aiohttp.ClientSession(served.address, auto_decompress=False, headers=headers, timeout=timeout, connector=aiohttp.TCPConnector(limit=0))


async def slow(served: Served) -> float:
    """What the server holds for each of some clients that hardly read, in MB."""
    before = held_mb(served.process.pid)
    async with session(served, "zstd, gzip") as client:
        answers = [await client.get("/api/records?since=0") for _ in range(SLOW)]
        for _ in range(4):
            await asyncio.gather(*(answer.content.read(1024) for answer in answers))
            await asyncio.sleep(1)
        held = held_mb(served.process.pid)
        for answer in answers:
            answer.close()
    return max(0.0, held - before) / SLOW


async def measure(served: Served, count: int) -> None:
    budgets = {100_000: (4.0, 13.0, 250.0), 10_000: (1.0, None, None)}.get(count, (None, None, None))
    row(f"{count:,}: server at rest after a scan", [peak_mb(served.process.pid)], "MB", budgets[2])
    for encoding in ("zstd, gzip", "gzip"):
        async with session(served, encoding) as client:
            pulls = [await pull(client) for _ in range(RUNS)]
        name = f"{count:,}: cold stream, {encoding.split(',')[0]}"
        row(f"{name}, first byte", [1000 * each.first_s for each in pulls], "ms")
        row(f"{name}, all", [each.all_s for each in pulls], "s", budgets[0])
        row(f"{name}, wire", [each.bytes / 1e6 for each in pulls], "MB", budgets[1])
    row(f"{count:,}: server after {2 * RUNS} cold clients", [peak_mb(served.process.pid)], "MB", budgets[2])
    row(f"{count:,}: what a client costs that reads 1 kB a second", [await slow(served)], "MB", 1.0)
    async with session(served, "zstd, gzip") as client:
        alone = await pull(client)
        crowd = await asyncio.gather(*(pull(client) for _ in range(CROWD)))
    row(f"{count:,}: slowest of {CROWD} cold clients at once", [max(each.all_s for each in crowd)], "s", round(3 * alone.all_s, 2))
    row(f"{count:,}: server after {CROWD} cold clients at once", [peak_mb(served.process.pid)], "MB", budgets[2])
    async with session(served, "zstd, gzip") as client:
        newest = await pull(client, f"/api/records?since={count - 1}")
        row(f"{count:,}: one change", [newest.bytes / 1e3], "kB", 2.0)


def main() -> None:
    heading("The stream of records")
    for count in sizes(10_000, 100_000):
        with serving(make(workshop() / str(count), count)) as served:
            row(f"{count:,}: start and first scan", [served.scan_s], "s")
            asyncio.run(measure(served, count))


if __name__ == "__main__":
    main()
