"""The demo library: openly licensed photos, each with its credit, for a first look without photos of one's own.

In: ``assets/demo.toml`` and the photos that set-up fetched into ``assets/demo``. Out: a photo root inside the data folder and its credits.
"""

from __future__ import annotations

import io
import tomllib
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypedDict

from PIL import ExifTags, Image

from vitrine.config.errors import UserError
from vitrine.config.paths import ASSETS

LIST = ASSETS / "demo.toml"
PHOTOS = ASSETS / "demo"


class Credit(TypedDict):
    """Whom to thank for one photo, as ``GET /api/library`` tells it."""

    file: str
    title: str
    author: str
    licence: str
    source: str
    """Address of the photo's own page."""


@dataclass(frozen=True)
class Demo:
    """The library that ``prepare`` made."""

    folder: Path
    """A photo root."""
    credits: list[Credit]


def prepare(data: Path) -> Demo:
    """Put the demo photos below the data folder; what is already there is left untouched, so that a rescan finds nothing new.

    Each copy carries its credit, and the day and place that are known of it, as EXIF; its pixels are those of the original.
    Raises UserError when the photos were never fetched.
    """
    folder = data / "demo" / "Demo"
    folder.mkdir(parents=True, exist_ok=True)
    entries = tomllib.loads(LIST.read_text("utf-8"))["photos"]
    for entry in entries:
        source, target = PHOTOS / entry["file"], folder / entry["file"]
        if target.exists():
            continue
        try:
            content = _annotated(source.read_bytes(), entry)
        except FileNotFoundError:
            raise UserError("The demo photos are not here; fetch them with `make models`, or name a folder of your own photos.") from None
        part = target.with_name(target.name + ".part")
        part.write_bytes(content)
        part.replace(target)
    return Demo(folder, [Credit(file=e["file"], title=e["title"], author=e["author"], licence=e["licence"], source=e["source"]) for e in entries])


def _annotated(content: bytes, entry: dict[str, Any]) -> bytes:
    """Return the same picture with its credit, day and place as EXIF."""
    with Image.open(io.BytesIO(content)) as image:
        exif = image.getexif()
        if image.format == "JPEG":
            # The file's own metadata is worth more than ours. Without any, ours goes right behind the start marker: no pixel is coded anew.
            if exif:
                return content
            block = _exif(exif, entry).tobytes()
            return content[:2] + b"\xff\xe1" + (len(block) + 2).to_bytes(2, "big") + block + content[2:]
        out = io.BytesIO()
        image.save(out, image.format, exif=_exif(exif, entry))
        return out.getvalue()


def _exif(exif: Image.Exif, entry: dict[str, Any]) -> Image.Exif:
    exif[ExifTags.Base.ImageDescription] = entry["title"]
    # EXIF text is ASCII by the standard; accents would come back garbled.
    exif[ExifTags.Base.Artist] = unicodedata.normalize("NFKD", entry["author"]).encode("ascii", "ignore").decode()
    exif[ExifTags.Base.Copyright] = f"{entry['licence']}, {entry['source']}"
    if taken := entry.get("taken"):
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = datetime.fromisoformat(taken).strftime("%Y:%m:%d %H:%M:%S")
    if "lat" in entry:
        gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
        gps[ExifTags.GPS.GPSLatitudeRef] = "N" if entry["lat"] >= 0 else "S"
        gps[ExifTags.GPS.GPSLatitude] = _sexagesimal(entry["lat"])
        gps[ExifTags.GPS.GPSLongitudeRef] = "E" if entry["lon"] >= 0 else "W"
        gps[ExifTags.GPS.GPSLongitude] = _sexagesimal(entry["lon"])
    return exif


def _sexagesimal(degrees: float) -> tuple[float, float, float]:
    """Degrees, minutes and seconds, as EXIF stores an angle."""
    minutes, seconds = divmod(round(abs(degrees) * 3600, 2), 60)
    whole, minutes = divmod(minutes, 60)
    return whole, minutes, seconds
