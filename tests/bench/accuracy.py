"""How right and how fast the analyzers are, through the flow's own shape: file -> upright sRGB preview -> model -> threshold.

``python tests/bench/accuracy.py [PHOTOS] [--batch N]``: PHOTOS holds ``classes``, ``objects`` and ``faces``, each with a SOURCES.csv of
ground truth (columns: its README); by default ``../shared/photos`` beside the checkout. Prints one table. Not a test: nothing here fails
but for a missing folder.
"""

import argparse
import base64
import csv
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() not in (ROOT, ROOT / "tests" / "bench")]
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from vitrine.analyzers.contract import Analyzer, Picture  # noqa: E402
from vitrine.analyzers.pixels.preview import decode  # noqa: E402
from vitrine.analyzers.registry import discover  # noqa: E402
from vitrine.config.models import MODELS  # noqa: E402
from vitrine.config.paths import LABELS, DataFolder  # noqa: E402
from vitrine.config.records import VERDICTS  # noqa: E402
from vitrine.server.enrich import nsfw  # noqa: E402
from vitrine.server.read import Limits, read  # noqa: E402

Row = dict[str, str]
Results = dict[str, Any]


def preview(path: Path, data: DataFolder) -> Picture:
    """What the flow's own read stage makes of a file, as the runner decodes it."""
    return decode(str(data.picture(read(path, data, Limits())["id"], "preview")))


def truth(folder: Path) -> list[Row]:
    """The folder's ground truth, one row a photo."""
    with (folder / "SOURCES.csv").open(newline="", encoding="utf-8") as rows:
        return list(csv.DictReader(rows))


def looked(analyzer: Analyzer[Any], pictures: Sequence[Picture], batch: int) -> list[Results]:
    """All results, in batches as the runner makes them."""
    return [dict(result) for start in range(0, len(pictures), batch) for result in analyzer(pictures[start : start + batch])]


def classes(results: Iterable[Results], rows: Iterable[Row]) -> dict[str, float]:
    """Share of photos whose class is the first, or among the first five."""
    with (LABELS / "imagenet.csv").open(newline="", encoding="utf-8") as file:
        wnids = {row["name"]: row["wnid"] for row in csv.DictReader(file)}
    ranks = [[wnids[name] for name, _ in result["labels"]] for result in results]
    hits = [(row["wnid"] in found[:1], row["wnid"] in found[:5]) for found, row in zip(ranks, rows, strict=True)]
    return {"top-1": float(np.mean([first for first, _ in hits])), "top-5": float(np.mean([five for _, five in hits]))}


def objects(results: Iterable[Results], rows: Iterable[Row], least: float) -> dict[str, float]:
    """Share of the classes that must be found and were, and of those found that are there."""
    found = wanted = right = reported = 0
    for result, row in zip(results, rows, strict=True):
        seen = {label for label, score, *_ in result["boxes"] if score >= least}
        must = [set(entry.split(":")[0].split("|")) for entry in row["must_detect"].split(";") if entry]
        there = {entry for entry in row["may_detect"].split(";") if entry}.union(*must)
        wanted, found = wanted + len(must), found + sum(bool(seen & either) for either in must)
        reported, right = reported + len(seen), right + len(seen & there)
    return {"found": found / max(1, wanted), "right": right / max(1, reported)}


def faces_expected(row: Row) -> tuple[int, int]:
    """Fewest and most faces that a photo shows."""
    if row["task"] == "detection":
        return int(row["faces_min"]), int(row["faces_max"])
    if row["task"] == "age_gender":
        return 1, 1
    low, _, high = row["other_faces"].partition("-")
    people = len(row["persons"].split(";"))
    return people + int(low), people + int(high or low)


def faces(results: Sequence[Results], rows: Sequence[Row], least: float) -> dict[str, float]:
    """Faces found and false ones a photo; gender, age and identity of each photo's surest face."""
    found = wanted = false = 0
    genders: list[bool] = []
    ages: list[float] = []
    identities: list[tuple[str, np.ndarray]] = []
    for result, row in zip(results, rows, strict=True):
        seen = [face for face in result["faces"] if face["score"] >= least]
        low, high = faces_expected(row)
        found, wanted, false = found + min(low, len(seen)), wanted + low, false + max(0, len(seen) - high)
        if not seen or row["task"] == "detection" or ";" in row["persons"]:
            continue
        genders.append(seen[0]["gender"][0][0].upper() == row["gender"])
        if row["task"] == "age_gender":
            ages.append(abs(seen[0]["age"] - float(row["age"])))
        else:
            identities.append((row["persons"], np.frombuffer(base64.b64decode(seen[0]["vector"]), "<f2").astype(np.float32)))
    pairs = [(a == b, float(u @ v)) for i, (a, u) in enumerate(identities) for b, v in identities[:i]]
    bar = float(np.quantile([likeness for same, likeness in pairs if not same], 0.99))
    return {
        "found": found / wanted,
        "false in 20": 20 * false / len(rows),
        "gender": float(np.mean(genders)),
        "age within 10": float(np.mean([error <= 10 for error in ages])),
        "age error": float(np.mean(ages)),
        "same person at 1 % false": float(np.mean([likeness > bar for same, likeness in pairs if same])),
        "likeness at 1 % false": bar,
    }


def alarms(results: Iterable[Results], least: float) -> dict[str, float]:
    """Share of ordinary photos that the enrich stage would mark."""
    verdicts = [nsfw(result, least) for result in results]
    return {f"falsely {verdict}": float(np.mean([each == verdict for each in verdicts])) for verdict in VERDICTS}


def speed(analyzer: Analyzer[Any], pictures: Sequence[Picture], batch: int) -> dict[str, float]:
    """Milliseconds a photo once warm, alone and in batches."""
    figures = {}
    for size in (1, batch):
        analyzer(pictures[:size])
        begun = time.perf_counter()
        looked(analyzer, pictures, size)
        figures[f"ms a photo, batch {size}"] = (time.perf_counter() - begun) * 1000 / len(pictures)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", nargs="?", type=Path, default=ROOT.parent / "shared" / "photos")
    parser.add_argument("--batch", type=int, default=8)
    arguments = parser.parse_args()
    if not (arguments.photos / "classes" / "SOURCES.csv").exists():
        print(f"No labelled photos at {arguments.photos}: nothing to measure.")
        return
    rows = {name: truth(arguments.photos / name) for name in ("classes", "objects", "faces")}
    with tempfile.TemporaryDirectory() as folder:
        data = DataFolder(Path(folder))
        data.make()
        pictures = {name: [preview(arguments.photos / name / row["file"], data) for row in each] for name, each in rows.items()}
    analyzers = {name: kind() for name, kind in discover().items()}
    plain = [i for i, row in enumerate(rows["objects"]) if row["hard"] != "yes"]
    least = {name: MODELS[analyzer.model].scores["shown"] for name, analyzer in analyzers.items()}

    def on(name: str, folder: str) -> list[Results]:
        return looked(analyzers[name], pictures[folder], arguments.batch)

    boxed = on("objects", "objects")
    things = pictures["classes"] + pictures["objects"]
    measures: dict[str, Callable[[], dict[str, float]]] = {
        "classes": lambda: classes(on("classes", "classes"), rows["classes"]),
        f"objects, from {least['objects']}": lambda: objects([boxed[i] for i in plain], [rows["objects"][i] for i in plain], least["objects"]),
        f"objects with the hard ones, from {least['objects']}": lambda: objects(boxed, rows["objects"], least["objects"]),
        f"faces, from {least['faces']}": lambda: faces(on("faces", "faces"), rows["faces"], least["faces"]),
        f"nudity, from {least['nudity']}": lambda: alarms(looked(analyzers["nudity"], things + pictures["faces"], arguments.batch), least["nudity"]),
    }
    measures |= {f"{name}, speed": lambda analyzer=analyzer: speed(analyzer, pictures["objects"], arguments.batch) for name, analyzer in analyzers.items()}  # type: ignore[misc]
    for title, measure in measures.items():
        for figure, value in measure().items():
            print(f"{title:40} {figure:32} {value:9.3f}", flush=True)


if __name__ == "__main__":
    main()
