"""What the camera wrote. In: an opened picture and its file. Out: ``Facts``: date, position, camera, and every tag as inert text.

The directories are parsed by Pillow (already open, bounded by the file's size, 1 ms a photo). exifread was measured against exiftool
on the same photos and was right less often, and took up to 200 ms a photo; see docs/decisions/0005-exif-by-pillow.md.
Values are those that exiftool prints, so a person who compares finds the same numbers.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, BinaryIO

from PIL import ExifTags, Image

from vitrine.config.reading import Camera
from vitrine.server.media import makernotes, tiff, xmp
from vitrine.server.media.tiff import number

MOST_TAGS = 400
MOST_CHARACTERS = 300
MOST_BYTES = 16 << 20
"""A metadata block larger than this is not looked at; real ones, with preview and maker notes, stay below 1 MB."""

FIRST_PHOTO = 1826
"""The year of the oldest photograph that survives; a date before it is a mistake."""

EXIF_POINTER, GPS_POINTER, MAKER_NOTE = 0x8769, 0x8825, 0x927C

Directory = Mapping[int, Any]


@dataclass
class Facts:
    """What the metadata tells; absent facts are None or missing."""

    taken: str | None = None
    lat: float | None = None
    lon: float | None = None
    altitude: float | None = None
    camera: Camera = field(default_factory=Camera)
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Directories:
    """The three tag directories of one file, values as Pillow decodes them; one broken tag costs that tag only."""

    image: Directory
    exif: Directory
    gps: Directory
    block: bytes
    """The TIFF block they came from, for maker notes with offsets into it; empty for TIFF files."""
    big_endian: bool


def facts(image: Image.Image, file: BinaryIO, raw: bool = False) -> Facts:
    """Read all facts; never raises for content: damaged metadata is as good as absent.

    Of a ``raw`` file the file's own directories are believed before those of the picture stored in it.
    """
    found = directories(Image.new("L", (1, 1)), file) if raw else None
    if found is None or not found.image:
        found = directories(image, file)
    packet = xmp.parse(image.info.get("xmp") or image.info.get("XML:com.adobe.xmp"))
    position = coordinates(found.gps) or _written_coordinates(packet)
    return Facts(
        taken=taken(found.exif, found.image, packet),
        lat=position[0] if position else None,
        lon=position[1] if position else None,
        altitude=altitude(found.gps) if position else None,
        camera=camera(found, packet),
        tags=texts(found),
    )


def directories(image: Image.Image, file: BinaryIO) -> Directories:
    """Find the TIFF block of any format (APP1, eXIf, EXIF chunk or item, the file itself) and read its directories; empty ones without one."""
    block = image.info.get("exif")
    if not isinstance(block, bytes):
        profile = image.info.get("Raw profile type exif")
        try:
            block = bytes.fromhex("".join(profile.split("\n")[3:])) if isinstance(profile, str) else b""
        except ValueError:
            block = b""
    block = re.sub(rb"^(Exif\0\0){1,2}", b"", block)
    source: BinaryIO = io.BytesIO(block)
    if not block:
        source = file
    found = tiff.header(source) if len(block) <= MOST_BYTES else None
    if found is None:
        return Directories({}, {}, {}, b"", False)
    head, first = found
    main = tiff.directory(head, source, first)
    exif, gps = (tiff.directory(head, source, main.get(pointer)) for pointer in (EXIF_POINTER, GPS_POINTER))
    return Directories(main, exif, gps, block, head[:2] == b"MM")


def taken(exif: Directory, image: Directory, packet: xmp.Packet = xmp.EMPTY) -> str | None:
    """When the picture was taken, as ISO 8601 with fraction and offset if told: DateTimeOriginal, DateTimeDigitized, XMP's dates, DateTime.

    The offset of another moment than the taking (OffsetTime) counts when the right one is missing, since it is that of the same clock.
    """
    offset = next((found for tag in (0x9011, 0x9012, 0x9010) if (found := _offset(text(exif.get(tag))))), "")
    for source, date, fraction in ((exif, 0x9003, 0x9291), (exif, 0x9004, 0x9292)):
        if moment := _moment(text(source.get(date))):
            digits = re.match(r"\d{1,9}", text(exif.get(fraction)))
            return moment + (f".{digits[0]}" if digits else "") + offset
    for name in ("exif:DateTimeOriginal", "photoshop:DateCreated", "xmp:CreateDate", "exif:DateTimeDigitized"):
        written = packet.first(name)
        if moment := _moment(written if "T" in written else f"{written}T00:00:00"):
            zone = re.search(r"(?:Z|[+-]\d\d:\d\d)$", written)
            return moment + (_offset(zone[0]) if zone else offset)
    moment = _moment(text(image.get(0x0132)))
    return moment and moment + offset


def _moment(written: str) -> str | None:
    """``YYYY:MM:DD hh:mm:ss`` (also with ``-`` or ``T``, without seconds) as ISO 8601; zero, impossible and wordy dates are absent."""
    found = re.match(r"(\d{4})[:\-/.](\d\d)[:\-/.](\d\d)[T ](\d\d):(\d\d)(?::(\d\d))?", written)
    if not found:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    try:
        # UTC stands in for the unknown zone; it is not printed.
        moment = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except ValueError:
        return None
    return moment.strftime("%Y-%m-%dT%H:%M:%S") if year >= FIRST_PHOTO else None


def _offset(written: str) -> str:
    found = re.fullmatch(r"([+-])(\d\d):?(\d\d)|Z", written)
    if not found:
        return ""
    if found[0] == "Z":
        return "Z"
    return f"{found[1]}{found[2]}:{found[3]}" if int(found[2]) <= 14 and int(found[3]) < 60 else ""


def coordinates(gps: Directory) -> tuple[float, float] | None:
    """Latitude and longitude in degrees (WGS 84), or None: half a position, one out of range and 0, 0 (a receiver without a fix) are none."""
    lat, lon = _degrees(gps.get(2), text(gps.get(1)), "NS"), _degrees(gps.get(4), text(gps.get(3)), "EW")
    return _position(lat, lon)


def _written_coordinates(packet: xmp.Packet) -> tuple[float, float] | None:
    return _position(packet.degrees("exif:GPSLatitude", "NS"), packet.degrees("exif:GPSLongitude", "EW"))


def _position(lat: float | None, lon: float | None) -> tuple[float, float] | None:
    if lat is None or lon is None or abs(lat) > 90 or abs(lon) > 180 or (abs(lat) < 1e-4 and abs(lon) < 1e-4):
        return None
    return round(lat, 7), round(lon, 7)


def _degrees(value: object, side: str, sides: str) -> float | None:
    parts = list(value) if isinstance(value, tuple) else [value]
    numbers = [number(part) for part in parts[:3]]
    if not numbers or numbers[0] is None or side[:1].upper() not in tuple(sides):
        return None
    degrees = math.fsum((part or 0.0) / math.pow(60, place) for place, part in enumerate(numbers))
    return -degrees if side[0].upper() == sides[1] else degrees


def altitude(gps: Directory) -> float | None:
    """Metres above sea level; values beyond any aircraft or sea are absent."""
    metres = number(gps.get(6))
    below = gps.get(5) in (1, b"\x01")
    return None if metres is None or not -12_000 < metres < 100_000 else round(-metres if below else metres, 3)


def camera(found: Directories, packet: xmp.Packet = xmp.EMPTY) -> Camera:
    """Make, model, lens and exposure: from EXIF, where that is silent from the maker's note, then from XMP."""
    exif, image = found.exif, found.image
    facts = Camera()
    if make := text(image.get(0x010F)) or packet.first("tiff:Make"):
        facts["make"] = make[:100]
    if model := text(image.get(0x0110)) or packet.first("tiff:Model"):
        facts["model"] = model[:100]
    note = exif.get(MAKER_NOTE)
    told = makernotes.read(note, make, found.block, found.big_endian) if isinstance(note, bytes) else makernotes.Note()
    if lens := text(exif.get(0xA434)) or text(told.lens) or packet.first("exifEX:LensModel", "aux:Lens"):
        facts["lens"] = lens[:150]
    iso = _sensitivity(exif)
    if (iso := told.iso if iso is None else iso) is not None:
        facts["iso"] = iso
    if aperture := told.aperture or number(exif.get(0x829D)) or _apex(exif.get(0x9202), 0.5):
        facts["aperture"] = aperture
    if exposure := told.exposure or number(exif.get(0x829A)) or _apex(exif.get(0x9201), -1.0):
        facts["exposure"] = exposure
    if focal := number(exif.get(0x920A)):
        facts["focal"] = focal
    if focal35 := number(exif.get(0xA405)):
        facts["focal35"] = focal35
    return facts


def _sensitivity(exif: Directory) -> int | None:
    """PhotographicSensitivity; 65535 means "see the longer tags" (CIPA DC-008, 4.6.5)."""
    values = exif.get(0x8827)
    iso = next((int(found) for value in _several(values) if (found := number(value)) is not None and found >= 0), None)
    if iso is None or iso == 65535:
        longer = next((int(found) for tag in (0x8833, 0x8832, 0x8831) if (found := number(exif.get(tag)))), None)
        return longer or iso
    return iso


def _several(value: object) -> Iterable[object]:
    return value if isinstance(value, tuple) else (value,)


def _apex(value: object, power: float) -> float | None:
    """APEX values are logarithms: aperture = 2^(v/2), exposure time = 2^-v (CIPA DC-008, annex C)."""
    exponent = number(value)
    return None if exponent is None or not -20 < exponent < 20 else tiff.ten_digits(math.pow(2, exponent * power))


_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")
"""Control characters, and marks that turn the reading direction of what stands beside them."""


def text(value: object) -> str:
    """Inert text of a tag: UTF-8 where it is, else Latin-1; control characters become spaces; ends are trimmed."""
    if isinstance(value, str):
        value = value.encode("latin-1", "replace")
    if not isinstance(value, bytes):
        return ""
    raw = value.split(b"\0", 1)[0][: 4 * MOST_CHARACTERS]
    try:
        plain = raw.decode("utf-8")
    except UnicodeDecodeError as failure:
        # Cutting may have split the last character.
        plain = raw[: failure.start].decode("utf-8") if failure.start > len(raw) - 4 and len(raw) == 4 * MOST_CHARACTERS else raw.decode("latin-1")
    return _UNSAFE.sub(" ", plain).strip()


def texts(found: Directories) -> dict[str, str]:
    """Every tag by its standard name, as text for the details panel; unknown tags by number, binary ones by length."""
    shown: dict[str, str] = {}
    for directory, names in ((found.image, ExifTags.TAGS), (found.exif, ExifTags.TAGS), (found.gps, ExifTags.GPSTAGS)):
        for tag, value in directory.items():
            if len(shown) == MOST_TAGS:
                return shown
            name = names.get(tag, f"0x{tag:04X}")
            if tag not in (EXIF_POINTER, GPS_POINTER, MAKER_NOTE, 0xA005) and name not in shown and (plain := _shown(tag, value)):
                shown[name] = plain[:MOST_CHARACTERS]
    return shown


def _shown(tag: int, value: object) -> str:
    if isinstance(value, str):
        return text(value)
    if isinstance(value, bytes):
        return _decoded(tag, value)
    if isinstance(value, tuple):
        parts = [_shown(tag, part) for part in value[:16]]
        return " ".join(parts) + (f" ... ({len(value)} values)" if len(value) > 16 else "")
    found = number(value)
    return "" if found is None else f"{found:.10g}"


def _decoded(tag: int, value: bytes) -> str:
    """Bytes that are text: comments with a character code in front, Windows' UTF-16 fields, versions; others by their length."""
    clipped = value[: 4 * MOST_CHARACTERS]
    if 0x9C9B <= tag <= 0x9C9F:
        return _UNSAFE.sub(" ", clipped.decode("utf-16-le", "replace").split("\0", 1)[0]).strip()
    if tag == 0x9286:
        if clipped[:8] == b"UNICODE\0":
            return _UNSAFE.sub(" ", clipped[8:].decode("utf-16-le" if clipped[9:10] == b"\0" else "utf-16-be", "replace").split("\0", 1)[0]).strip()
        clipped = clipped[8:] if clipped[:8] in (b"ASCII\0\0\0", b"JIS\0\0\0\0\0", b"\0\0\0\0\0\0\0\0") else clipped
    plain = clipped.rstrip(b"\0 ")
    if plain and all(32 <= byte < 127 or byte in (9, 10, 13) for byte in plain):
        return _UNSAFE.sub(" ", plain.decode("ascii")).strip()
    return f"({len(value)} bytes)" if plain else ""
