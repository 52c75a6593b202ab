"""``python -m vitrine.analyzers --bench DIR``: a folder of photos in; a table of what each model costs, and how near the pipeline comes to that, out.

The bare time of a model is what its calls take on prepared pixels, one model after another, each with all cores. The pipeline does what it
does for the server: it decodes previews, prepares pixels, calls the same models and makes sense of their answers. Its efficiency is the sum of
the bare times by its own time; above 1 it hides all else behind the models.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps

from vitrine.analyzers.contract import Analyzer, Picture
from vitrine.analyzers.models.bare import CLOCK, Spent
from vitrine.analyzers.pixels import preview
from vitrine.analyzers.runner import Runner
from vitrine.config.errors import Problem, UserError
from vitrine.config.wire import Answer

MOST = 96
"""Photos measured: as many of a larger folder, evenly spread."""


def bench(folder: Path, analyzers: Mapping[str, Analyzer[Any]], batch: int) -> list[str]:
    """Lines of the table. Raises UserError when the folder holds no picture."""
    with tempfile.TemporaryDirectory() as previews:
        paths = _previews(folder, Path(previews))
        pictures = [preview.decode(str(path)) for path in paths]
        # Loads and warms; what follows is measured.
        _each(analyzers, pictures[:batch], batch)
        CLOCK.taken()
        _each(analyzers, pictures, batch)
        spent = CLOCK.taken()
        jobs = [json.dumps({"kind": "job", "id": path.stem, "preview": str(path), "analyzers": list(analyzers)}) for path in paths]
        begun = time.perf_counter()
        Runner(analyzers, batch, _heard).run(jobs)
        return table(spent, len(paths), time.perf_counter() - begun)


def _each(analyzers: Mapping[str, Analyzer[Any]], pictures: Sequence[Picture], batch: int) -> None:
    """One analyzer after another."""
    for analyzer in analyzers.values():
        for start in range(0, len(pictures), batch):
            analyzer(pictures[start : start + batch])


def _heard(answer: Answer) -> None:
    """Costs what the server's pipe costs, and keeps nothing."""
    json.dumps(answer)


def table(spent: Mapping[str, Spent], photos: int, wall_s: float) -> list[str]:
    """A line a model, dearest first, then the sum, the pipeline, and how the two compare."""
    bare_s = sum(each.seconds for each in spent.values())
    lines = [f"{'model':22}{'batch':>7}{'ms/photo':>10}{'share':>8}"]
    for name, each in sorted(spent.items(), key=lambda item: -item[1].seconds):
        lines.append(f"{name:22}{each.rows / each.calls:7.1f}{each.seconds * 1000 / photos:10.1f}{each.seconds / bare_s:8.0%}")
    lines.append(f"{'sum of bare times':22}{'':7}{bare_s * 1000 / photos:10.1f}")
    lines.append(f"{'pipeline':22}{'':7}{wall_s * 1000 / photos:10.1f}   {photos / wall_s:.2f} photos/s, {photos} photos")
    lines.append(f"{'efficiency':22}{'':7}{bare_s / wall_s:10.2f}")
    return lines


def _previews(folder: Path, home: Path) -> list[Path]:
    """Previews as the server would store them, of up to MOST pictures anywhere below the folder."""
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in Image.registered_extensions())
    made: list[Path] = []
    for number, path in enumerate(files[:: max(1, len(files) // MOST)][:MOST]):
        try:
            picture = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
            picture.thumbnail((preview.LONGEST, preview.LONGEST))
            picture.save(home / f"{number}.jpg", quality=88)
            preview.decode(str(home / f"{number}.jpg"))
        except (Problem, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
            continue
        made.append(home / f"{number}.jpg")
    if not made:
        raise UserError(f"There is no picture in {folder}; name a folder of photos.")
    return made
