"""Watching: how long after a photo was written into a large library every client can have it, and what listening costs.

``python -m tests.bench.watch`` (sizes of the libraries: VITRINE_BENCH_SIZES). The time runs from the end of the write to the answer that holds the
record; a second of it is the quiet that Vitrine waits for.
"""

import json
import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from urllib.request import HTTPCookieProcessor, build_opener

import numpy as np
from PIL import Image

from tests.bench.library import make
from tests.bench.serving import Served, serving
from tests.bench.table import heading, load, peak_mb, row, sizes, workshop

RUNS = 5
WAIT_S = 60


def news(served: Served, since: int) -> tuple[int, list[dict[str, object]]]:
    """The newest number, and the lines since another."""
    with build_opener(HTTPCookieProcessor(served.cookies)).open(f"{served.address}/api/records?since={since}", timeout=60) as answer:
        lines = [json.loads(line) for line in answer.read().splitlines()]
    return lines[-1]["to"], lines[1:-1]


def until_news(served: Served, since: int) -> float:
    """Seconds until something is newer than ``since``."""
    begun = time.perf_counter()
    while not news(served, since)[1]:
        if time.perf_counter() - begun > WAIT_S:
            raise SystemExit("The server notices nothing.")
        time.sleep(0.02)
    return time.perf_counter() - begun


def paint(path: Path) -> None:
    """A photo of twelve megapixels that never was before, as a camera or a sync program puts it there."""
    rows = np.frombuffer(os.urandom(6 * 9 * 3), np.uint8).reshape(6, 9, 3)
    Image.fromarray(rows).resize((4000, 3000), Image.Resampling.BICUBIC).save(path, "JPEG", quality=85)


def measure(count: int) -> None:
    """One library."""
    data = make(workshop() / str(count), count)
    with closing(sqlite3.connect(data.catalogue)) as db:
        (raw,) = db.execute("SELECT path FROM roots").fetchone()
        (some,) = db.execute("SELECT path FROM files ORDER BY path LIMIT 1 OFFSET ?", (count // 2,)).fetchone()
        (newest,) = db.execute("SELECT max(seq) FROM records").fetchone()
    place = Path(os.fsdecode(raw)) / os.fsdecode(os.path.dirname(some))
    arrived, left = [], []
    with serving(data) as served:
        row(f"{count:,} photos: from the start to the end of the first scan, listening included", [served.scan_s], "s")
        for turn in range(RUNS):
            path = place / f"arrived-{turn}.jpg"
            paint(path)
            arrived.append(until_news(served, newest))
            newest, _ = news(served, newest)
            path.unlink()
            left.append(until_news(served, newest))
            newest, _ = news(served, newest)
        row(f"{count:,} photos: a 12-megapixel photo was written until it is in the stream", arrived, "s", 3)
        row(f"{count:,} photos: a photo was deleted until that is in the stream", left, "s", 3)
        row(f"{count:,} photos: most memory of the server", [peak_mb(served.process.pid)], "MB", 250)


def main() -> None:
    heading("Watching")
    for count in sizes(20_000, 100_000):
        measure(count)
    print(f"\n{load()}; {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
