"""The read stage: photos a second for JPEGs of 12 megapixels through one and two worker processes, and the milliseconds of each step.

``python -m tests.bench.read``. The photos are painted with the detail of real ones (noise and edges: about 4 MB each), for decoding costs what
there is to decode.
"""

import io
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from pebble import ProcessPool
from PIL import Image

from tests.bench.table import heading, load, row, timed
from vitrine.config.paths import DataFolder
from vitrine.server.media import exif, hashes, pictures, pixels
from vitrine.server.read import Limits, read, start_worker

SIZE = (4032, 3024)
PHOTOS = 60
RUNS = 3
FLOOR = 20


def paint(folder: Path, count: int) -> list[Path]:
    """``count`` photos of 12 megapixels, all different files of a few painted pictures."""
    rng = np.random.default_rng(12)
    folder.mkdir()
    paths = []
    for kind in range(3):
        soft = np.asarray(Image.fromarray(rng.integers(0, 256, (24, 32, 3), dtype=np.uint8)).resize(SIZE, Image.Resampling.BICUBIC), dtype=np.int16)
        grain = rng.normal(0, 9, (SIZE[1], SIZE[0], 1)).astype(np.int16)
        tags = Image.Exif()
        tags[0x010F], tags[0x0110] = "Google", "Pixel 8 Pro"
        tags.get_ifd(0x8769)[0x9003] = "2024:06:10 12:00:00"
        stored = io.BytesIO()
        Image.fromarray(np.clip(soft + grain, 0, 255).astype(np.uint8)).save(stored, "JPEG", quality=88, exif=tags)
        for number in range(kind, count, 3):
            # What follows the end of the picture makes it another content, and costs nothing to decode.
            paths.append(folder / f"{number}.jpg")
            paths[-1].write_bytes(stored.getvalue() + number.to_bytes(4, "little"))
    return paths


def flow(paths: list[Path], processes: int) -> float:
    """Photos a second through worker processes as the flow starts them, once they are warm."""
    with tempfile.TemporaryDirectory() as folder, ProcessPool(processes, initializer=start_worker, initargs=(Limits().memory_mb,)) as pool:
        data = DataFolder(Path(folder))
        data.make()
        warm, rest = paths[: 2 * processes], paths[2 * processes :]
        for future in [pool.schedule(read, (path, data, Limits())) for path in warm]:
            future.result()
        begun = time.perf_counter()
        for future in [pool.schedule(read, (path, data, Limits())) for path in rest]:
            future.result()
        return len(rest) / (time.perf_counter() - begun)


def steps(path: Path) -> dict[str, float]:
    """Milliseconds of each step of one photo, in this process."""
    taken: dict[str, float] = {}

    def step(name: str, work: Callable[[], Any]) -> Any:
        begun = time.perf_counter()
        made = work()
        taken[name] = 1000 * (time.perf_counter() - begun)
        return made

    content = path.read_bytes()
    step("hash of the whole file", lambda: hashes.content_id(io.BytesIO(content)))
    with pixels.opened(io.BufferedReader(io.BytesIO(content)), "image/jpeg", 200_000_000) as image:
        step("metadata", lambda: exif.facts(image, io.BufferedReader(io.BytesIO(content))))
        decoded = step("scaled decode", lambda: pixels.decode(image, "image/jpeg", pictures.LONGEST))
    sizes = step("scaling to three sizes", lambda: pictures.scaled(decoded.picture))
    thumb = sizes["thumb"]
    step("perceptual hash, ThumbHash, palette", lambda: (hashes.perceptual_hash(thumb), hashes.thumb_hash(thumb), hashes.palette(thumb)))
    with tempfile.TemporaryDirectory() as folder:
        data = DataFolder(Path(folder))
        data.make()
        step("writing three JPEGs", lambda: pictures.store(sizes, data, "0" * 32))
    return taken


def main() -> None:
    heading("Reading photos of 12 megapixels")
    with tempfile.TemporaryDirectory() as folder:
        paths = paint(Path(folder) / "photos", PHOTOS)
        megabytes = statistics.mean(path.stat().st_size for path in paths) / 1e6
        row("a photo's file", [megabytes], "MB")
        for processes in (1, 2):
            row(f"reading, {processes} process{'es' if processes > 1 else ''}", [flow(paths, processes) for _ in range(RUNS)], "photos/s", FLOOR, at_least=True)
        pixels.prepare()
        steps(paths[0])
        taken = [steps(path) for path in paths[:9]]
        for name in taken[0]:
            row(f"step: {name}", [each[name] for each in taken], "ms")
        data = DataFolder(Path(folder) / "data")
        data.make()
        row("all steps of one photo, as the flow calls them", [1000 * timed(lambda path=path: read(path, data, Limits())) for path in paths[:9]], "ms")  # type: ignore[misc]
    print(f"\n{load()}")


if __name__ == "__main__":
    main()
