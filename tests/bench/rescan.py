"""A second scan: how long ``vitrine scan`` takes when nothing changed, that it then opens no picture, and what a large tree costs.

``python -m tests.bench.rescan`` (sizes of the trees: VITRINE_BENCH_SIZES). What is timed is the command as a person runs it, its start included.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from tests.bench.library import make
from tests.bench.table import heading, load, row, sizes, timed, workshop
from vitrine.config.paths import DataFolder

RUNS = 5
PHOTOS = 1_000
FULL = 400_000
COMMAND = (sys.executable, "-c", "from vitrine.server.cli import main; main()", "scan", "--no-analyze", "--json", "--data")

# Counts what the main process and its workers open below the root, and how many decoders were ever started.
WITNESS = """
import json, os, sys
from vitrine.server.cli import main
root, opened, started = os.fsencode(sys.argv.pop(1)), [], []
def heard(event, given):
    if event == "open" and isinstance(given[0], (str, bytes)) and os.fsencode(given[0]).startswith(root):
        opened.append(given[0])
    elif event in ("os.fork", "os.posix_spawn", "subprocess.Popen", "_posixsubprocess.fork_exec"):
        started.append(event)
sys.addaudithook(heard)
try:
    main()
finally:
    print(json.dumps({"opened": len(opened), "started": len(started)}))
"""


def paint(folder: Path, count: int) -> None:
    """Small real JPEGs, each another."""
    for number in range(count):
        rows = np.random.default_rng(number).integers(0, 256, (6, 9, 3), dtype=np.uint8)
        place = folder / f"{number // 100:03d}"
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rows).resize((320, 240), Image.Resampling.BICUBIC).save(place / f"IMG_{number:05d}.jpg", "JPEG")


def scan(data: DataFolder, *roots: Path) -> tuple[dict[str, object], float]:
    """One whole run of the command: its report, and the most memory it had at once, in MB."""
    with tempfile.TemporaryFile("w+") as told:
        process = subprocess.Popen([*COMMAND, str(data.root), *map(str, roots)], stdout=told)
        _, process.returncode, used = os.wait4(process.pid, 0)
        told.seek(0)
        if process.returncode:
            raise SystemExit(f"vitrine scan failed: {told.read()}")
        report: dict[str, object] = json.loads(told.read())
    return report, used.ru_maxrss * 1024 / 1e6


def small() -> None:
    """A thousand real photos, twice."""
    with tempfile.TemporaryDirectory() as folder:
        photos, data = Path(folder) / "photos", DataFolder(Path(folder) / "data")
        paint(photos, PHOTOS)
        first = timed(lambda: scan(data, photos))
        row(f"{PHOTOS:,} small photos: first scan, all of them read", [first], "s")
        row(f"{PHOTOS:,} small photos: scan again", [timed(lambda: scan(data)) for _ in range(RUNS)], "s", 1)
        report, _ = scan(data)
        row(f"{PHOTOS:,} small photos: found unchanged (of {PHOTOS})", [float(str(report["unchanged"]))], "files")
        watched = subprocess.run(
            [sys.executable, "-c", WITNESS, str(photos), *COMMAND[3:], str(data.root)], capture_output=True, text=True, check=True
        ).stdout.splitlines()[-1]
        seen = json.loads(watched)
        row(f"{PHOTOS:,} small photos: files opened by the scan again", [seen["opened"]], "files", 0.5)
        row(f"{PHOTOS:,} small photos: processes started by the scan again", [seen["started"]], "processes", 0.5)


def large(count: int) -> float:
    """A tree that the catalogue knows already; seconds of one rescan."""
    data = make(workshop() / str(count), count)
    # The first run reads the folders into the system's cache, as any rescan of a running server finds them.
    _, peak = scan(data)
    seconds = [timed(lambda: scan(data)) for _ in range(3)]
    row(f"{count:,} files, none changed: scan again", seconds, "s", 60 if count == FULL else None)
    row(f"{count:,} files, none changed: most memory", [peak], "MB")
    return sorted(seconds)[1]


def main() -> None:
    heading("Scanning again")
    small()
    times = {count: large(count) for count in sizes(20_000, 100_000)}
    if len(times) > 1 and FULL not in times:
        (few, least), (many, most) = min(times.items()), max(times.items())
        each = (most - least) / (many - few)
        row(f"{FULL:,} files, extrapolated from these ({1e6 * each:.0f} µs a file)", [most + each * (FULL - many)], "s", 60)
    print(f"\n{load()}; {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
