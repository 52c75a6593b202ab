"""The record: one line a photo. The one schema from which the validator, the TypeScript types and the docs page are made.

In: nothing. Out: ``RECORD`` (fields in line order), JSON Schema (``json_schema``), TypeScript (``typescript``) and Markdown (``markdown``).
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

SCHEMA = 1
"""Raised when a client that knows the last number would misread a line; the client then starts over."""


class Shape(ABC):
    """What a value looks like on the wire."""

    @abstractmethod
    def schema(self) -> dict[str, Any]:
        """JSON Schema (draft 2020-12) of the value."""

    @abstractmethod
    def typescript(self) -> str:
        """The value's type in the client."""


@dataclass(frozen=True)
class Text(Shape):
    """A string; ``pattern`` is an ECMA regular expression, ``one_of`` a closed list."""

    pattern: str | None = None
    one_of: tuple[str, ...] = ()

    def schema(self) -> dict[str, Any]:
        if self.one_of:
            return {"enum": list(self.one_of)}
        return {"type": "string"} | ({"pattern": self.pattern} if self.pattern else {})

    def typescript(self) -> str:
        return " | ".join(f'"{word}"' for word in self.one_of) if self.one_of else "string"


@dataclass(frozen=True)
class Number(Shape):
    """A number with its range; ``whole`` allows integers only."""

    low: float | None = None
    high: float | None = None
    whole: bool = False

    def schema(self) -> dict[str, Any]:
        bounds: dict[str, Any] = {"type": "integer" if self.whole else "number"}
        if self.low is not None:
            bounds["minimum"] = self.low
        if self.high is not None:
            bounds["maximum"] = self.high
        return bounds

    def typescript(self) -> str:
        return "number"


@dataclass(frozen=True)
class Flag(Shape):
    """True, or absent."""

    def schema(self) -> dict[str, Any]:
        return {"const": True}

    def typescript(self) -> str:
        return "true"


@dataclass(frozen=True)
class List(Shape):
    """Any number of one shape, in a stated order."""

    of: Shape

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": self.of.schema()}

    def typescript(self) -> str:
        inner = self.of.typescript()
        return f"({inner})[]" if "|" in inner else f"{inner}[]"


@dataclass(frozen=True)
class Row(Shape):
    """A fixed tuple of named cells, sent without their names."""

    cells: tuple[tuple[str, Shape], ...]

    def schema(self) -> dict[str, Any]:
        return {
            "type": "array",
            "prefixItems": [shape.schema() for _, shape in self.cells],
            "minItems": len(self.cells),
            "items": False,
        }

    def typescript(self) -> str:
        return "[" + ", ".join(f"{name}: {shape.typescript()}" for name, shape in self.cells) + "]"


@dataclass(frozen=True)
class Group(Shape):
    """An object of optional named values."""

    members: tuple[tuple[str, Shape], ...]

    def schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {name: shape.schema() for name, shape in self.members},
            "additionalProperties": False,
        }

    def typescript(self) -> str:
        return "{ " + "; ".join(f"{name}?: {shape.typescript()}" for name, shape in self.members) + " }"


@dataclass(frozen=True)
class Table(Shape):
    """An object from any word to one shape."""

    of: Shape

    def schema(self) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": self.of.schema()}

    def typescript(self) -> str:
        return f"Record<string, {self.of.typescript()}>"


@dataclass(frozen=True)
class Field:
    """One field of the record: its name, shape, meaning and an example. Optional fields are absent rather than null."""

    name: str
    shape: Shape
    about: str
    example: Any
    required: bool = False


SCORE = Number(0, 1)
SIDE = Number(0, 1)
BOX = (("x", SIDE), ("y", SIDE), ("w", SIDE), ("h", SIDE))
EMOTIONS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
GENDERS = ("female", "male")
BELIEVED_CLASS = 0.25
"""Lowest score at which search believes a class. Records carry weaker ones, for the score slider of the details: of the labels of 0.25 and more 94 %
are right or near relatives of the right one, of all from 0.05 only 79 % (100 photos of ImageNet's classes)."""
VERDICTS = ("suggestive", "explicit")

RECORD: tuple[Field, ...] = (
    Field("kind", Text(one_of=("photo",)), "What the line is.", "photo", required=True),
    Field("seq", Number(1, whole=True), "Sequence number of the photo's last change; grows over the whole library.", 48212, required=True),
    Field(
        "id",
        Text("^[0-9a-f]{32}$"),
        "BLAKE2b-128 of the file's content; the same in every folder and library.",
        "5d41402abc4b2a76b9719d911017c592",
        required=True,
    ),
    Field(
        "path",
        Text(),
        "Root name and path inside it, of the first file that holds this content; for showing and searching, never for opening.",
        "Photos/Havana/IMG_4417.jpg",
        required=True,
    ),
    Field("bytes", Number(0, whole=True), "Size of the file.", 4299161, required=True),
    Field("width", Number(1, whole=True), "Pixels, upright.", 4032, required=True),
    Field("height", Number(1, whole=True), "Pixels, upright.", 3024, required=True),
    Field("type", Text("^(image|video)/"), "Media type by content, not by name.", "image/jpeg", required=True),
    Field("animated", Flag(), "The file holds several frames; the first is shown.", True),
    Field("files", Number(2, whole=True), "How many files hold this content, when more than one.", 2),
    Field(
        "taken",
        Text(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|Z)?$"),
        "When the picture was taken: local time, with offset when the file tells it.",
        "2025-06-14T17:42:00-04:00",
    ),
    Field(
        "added",
        Text(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"),
        "When Vitrine first saw the content; orders photos that tell no date.",
        "2026-01-02T10:00:00Z",
        required=True,
    ),
    Field("lat", Number(-90, 90), "Latitude in degrees, WGS 84.", 23.1353),
    Field("lon", Number(-180, 180), "Longitude in degrees, WGS 84.", -82.3596),
    Field(
        "place",
        Group((("city", Text()), ("state", Text()), ("country", Text()), ("continent", Text()), ("near", Text()))),
        "Where that is, in words; `near` is the nearest city above 100,000 people.",
        {"city": "Havana", "country": "Cuba", "continent": "North America"},
    ),
    Field(
        "camera",
        Group(
            (
                ("make", Text()),
                ("model", Text()),
                ("lens", Text()),
                ("iso", Number(0, whole=True)),
                ("aperture", Number(0)),
                ("exposure", Number(0)),
                ("focal", Number(0)),
                ("focal35", Number(0)),
            )
        ),
        "Exposure as the file tells it: f-number, seconds, millimetres, 35 mm equivalent.",
        {"make": "Google", "model": "Pixel 8 Pro", "iso": 52, "aperture": 1.7, "exposure": 0.000625, "focal": 6.9},
    ),
    Field("phash", Text("^[0-9a-f]{16}$"), "64-bit DCT hash of the picture.", "c3d4a1b2f0e19876", required=True),
    Field("thumbhash", Text(), "ThumbHash, base64: a blurred placeholder.", "3OcRJYB4d3h/iIeHeEh3eIhw+j2w", required=True),
    Field("palette", List(Text("^#[0-9a-f]{6}$")), "Dominant colours, most frequent first.", ["#8fb8de", "#bdb0a2"]),
    Field(
        "classes",
        List(Row((("label", Text()), ("score", SCORE)))),
        "What the picture shows as a whole, up to five labels, best first; search believes those of 0.25 and more.",
        [["convertible", 0.74]],
    ),
    Field("objects", List(Row((("label", Text()), ("score", SCORE), *BOX))), "Things with their boxes, best first.", [["car", 0.91, 0.12, 0.5, 0.4, 0.3]]),
    Field(
        "faces",
        List(
            Row(
                (
                    ("id", Number(0, whole=True)),
                    *BOX,
                    ("age", Number(0, 120, whole=True)),
                    ("gender", Text(one_of=GENDERS)),
                    ("emotion", Text(one_of=EMOTIONS)),
                    ("score", SCORE),
                )
            )
        ),
        "Faces, largest first; `id` counts within the photo.",
        [[0, 0.6, 0.4, 0.05, 0.09, 26, "female", "happy", 0.82]],
    ),
    Field("nsfw", Text(one_of=VERDICTS), "Verdict of the nudity analyzer; absent when safe or not yet looked at.", "explicit"),
    Field("terms", List(Text()), "Words that hold for the whole photo and follow from no label: light, lens, time of day.", ["bright", "outdoors", "wide"]),
    Field("rating", Number(1, 5, whole=True), "Stars given by a person.", 4),
    Field("favourite", Flag(), "Marked with the heart.", True),
    Field("caption", Text(), "Written by a person.", "The old harbour"),
    Field("tags", List(Text()), "Given by a person.", ["holiday"]),
    Field("state", Table(Text()), "Analyzer to version, for each that has looked at the photo.", {"classes": "1"}),
)

GONE: tuple[Field, ...] = (
    Field("kind", Text(one_of=("gone",)), "What the line is.", "gone", required=True),
    Field("seq", Number(1, whole=True), "Sequence number of the removal.", 48213, required=True),
    Field("id", Text("^[0-9a-f]{32}$"), "The photo that left the library.", "5d41402abc4b2a76b9719d911017c592", required=True),
)


def json_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) that every line between hello and end satisfies."""

    def of(fields: tuple[Field, ...]) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {field.name: field.shape.schema() | {"description": field.about} for field in fields},
            "required": [field.name for field in fields if field.required],
            "additionalProperties": False,
        }

    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "oneOf": [of(RECORD), of(GONE)]}


def typescript() -> str:
    """The text of ``client/src/lib/records.ts``."""
    lines = ["// Made from config/records.py by `make generate`; a test fails when it is stale.", "", f"export const SCHEMA = {SCHEMA};"]
    lines += ["", "/** Lowest score at which search believes a class. */", f"export const BELIEVED_CLASS = {BELIEVED_CLASS};"]
    for name, fields, about in (("PhotoRecord", RECORD, "One photo."), ("GoneRecord", GONE, "A photo that left the library.")):
        lines += ["", f"/** {about} */", f"export interface {name} {{"]
        for field in fields:
            lines += [f"  /** {field.about} */", f"  {field.name}{'' if field.required else '?'}: {field.shape.typescript()};"]
        lines.append("}")
    return "\n".join(lines) + "\n"


def markdown() -> str:
    """The field tables of ``docs/records.md``."""
    parts = []
    for title, fields in (("Photo", RECORD), ("Gone", GONE)):
        parts += [f"## {title}", "", "| field | always | example | meaning |", "|---|---|---|---|"]
        for field in fields:
            example = json.dumps(field.example, ensure_ascii=False)
            parts.append(f"| `{field.name}` | {'yes' if field.required else ''} | `{example}` | {field.about} |")
        parts.append("")
    return "\n".join(parts)
