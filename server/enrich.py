"""From raw results to what is believed. In: a reading and the raw results by analyzer. Out: the record fields classes, objects, faces, nsfw, terms.

Pure functions. Raw scores stay in the catalogue and thresholds live here, so changing one composes records anew without looking at a pixel.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vitrine.config.reading import Reading
from vitrine.config.records import EMOTIONS, GENDERS
from vitrine.config.settings import Settings

VERSION = "1"
"""Raised when the rules below change what they say of the same results."""

MOST_CLASSES = 5
MOST_OBJECTS = 60
MOST_FACES = 100

FULL_FRAME_DIAGONAL = math.hypot(36, 24)
"""Millimetres; equivalent focal lengths compare diagonals (CIPA DCG-001)."""


@dataclass(frozen=True)
class Thresholds:
    """Lowest scores that are believed; the settings of the same names."""

    min_class: float = 0.05
    min_object: float = 0.25
    min_face: float = 0.65
    min_nudity: float = 0.5

    @classmethod
    def of(cls, settings: Settings) -> Thresholds:
        """The thresholds in force."""
        return cls(settings.number("min_class"), settings.number("min_object"), settings.number("min_face"), settings.number("min_nudity"))


def enrich(reading: Reading, results: Mapping[str, Any], thresholds: Thresholds) -> dict[str, Any]:
    """The fields of a record that follow from ``results`` (analyzer name to result of ``config/wire.py``) and from the camera's own facts.

    A field of an analyzer that has not looked yet is absent; one that looked and found nothing has an empty list. Scores have two digits, boxes three.
    """
    fields: dict[str, Any] = {}
    if "classes" in results:
        fields["classes"] = classes(results["classes"], thresholds.min_class)
    if "objects" in results:
        fields["objects"] = objects(results["objects"], thresholds.min_object)
    if "faces" in results:
        fields["faces"] = faces(results["faces"], thresholds.min_face)
    if "nudity" in results and (verdict := nsfw(results["nudity"], thresholds.min_nudity)):
        fields["nsfw"] = verdict
    fields["terms"] = terms(reading)
    return fields


def classes(result: Mapping[str, Any], least: float) -> list[list[Any]]:
    """``[label, score]``, best first; a label that two outputs of the model share ("crane") counts once."""
    best: dict[str, float] = {}
    for label, score in result["labels"]:
        if score >= least:
            best[label] = max(score, best.get(label, 0.0))
    return [[label, _score(score)] for label, score in sorted(best.items(), key=lambda entry: -entry[1])[:MOST_CLASSES]]


def objects(result: Mapping[str, Any], least: float) -> list[list[Any]]:
    """``[label, score, x, y, w, h]``, best first."""
    believed = sorted((box for box in result["boxes"] if box[1] >= least), key=lambda box: -box[1])
    return [[label, _score(score), *_box((x, y, w, h))] for label, score, x, y, w, h in believed[:MOST_OBJECTS]]


def faces(result: Mapping[str, Any], least: float) -> list[list[Any]]:
    """``[id, x, y, w, h, age, gender, emotion, score]``, largest first; ``id`` is the face's place in the raw result, where its identity vector is."""
    believed = [(number, face) for number, face in enumerate(result["faces"]) if face["score"] >= least]
    believed.sort(key=lambda entry: -entry[1]["box"][2] * entry[1]["box"][3])
    return [
        [number, *_box(face["box"]), min(120, max(0, round(face["age"]))), _gender(face["gender"][0]), _emotion(face["emotion"]), _score(face["score"])]
        for number, face in believed[:MOST_FACES]
    ]


def _gender(word: str) -> str:
    return word if word in GENDERS else GENDERS[0]


def _emotion(scores: list[tuple[str, float]]) -> str:
    """The likeliest emotion; a face that shows none clearly is neutral."""
    known = [(score, word) for word, score in scores if word in EMOTIONS]
    score, word = max(known, default=(0.0, "neutral"))
    return word if score >= 0.3 else "neutral"


EXPLICIT = {"female genitalia exposed", "male genitalia exposed", "anus exposed"}
BARE = {"female breast exposed", "buttocks exposed"}
VEILED = {"female genitalia covered", "anus covered"}
"""Parts by what they mean; bellies, feet, armpits, faces, male and covered breasts are on every beach and mean nothing."""

SURER = 0.15
"""Bare breasts and buttocks are mistaken for elbows, knees and faces more often than the rest, so they must score this much higher to stand alone."""


def nsfw(result: Mapping[str, Any], least: float) -> str | None:
    """``explicit``, ``suggestive`` or None.

    Exposed genitals or anus, or two different bare parts, are explicit. One bare part that is certain enough is explicit too; a doubtful one is
    suggestive, and so are covered genitals that score high (underwear seen close). Tiny boxes, below 0.2 % of the picture, are not believed.
    """
    best: dict[str, float] = {}
    for part, score, _, _, w, h in result["parts"]:
        if score >= least and w * h >= 0.002:
            best[part] = max(score, best.get(part, 0.0))
    bare = {part for part in BARE if part in best}
    if EXPLICIT & best.keys() or len(bare) == len(BARE) or any(best[part] >= least + SURER for part in bare):
        return "explicit"
    if bare or any(best.get(part, 0.0) >= least + SURER for part in VEILED):
        return "suggestive"
    return None


def terms(reading: Reading) -> list[str]:
    """Words for light, lens and season, by what the camera wrote."""
    return [*light(reading), *lens(reading), *season(reading)]


def exposure_value(reading: Reading) -> float | None:
    """EV100 = log2(N^2 / t) - log2(ISO / 100): how bright the scene is (ISO 2720; APEX of CIPA DC-008 annex C). None when a part is missing."""
    camera = reading["camera"]
    aperture, exposure, iso = camera.get("aperture", 0.0), camera.get("exposure", 0.0), camera.get("iso", 0)
    if aperture < 0.5 or not 1e-6 < exposure < 3600 or iso < 1:
        return None
    return math.log2(aperture**2 / exposure) - math.log2(iso / 100)


def light(reading: Reading) -> list[str]:
    """``bright``, ``dark``, ``night``, ``indoors``, ``outdoors``, ``long-exposure``, ``flash``.

    By the table of scenes of ANSI PH2.7-1986: sunlight 13-16, overcast 12, sunset 9-12; offices 7-8, homes 5-7; streets at night 3-5, by moonlight
    below. Between 8.5 and 11 it can be either side of a window. A flash makes its own light, so nothing but itself is said of it.
    """
    words: list[str] = []
    if reading["camera"].get("exposure", 0.0) >= 1:
        words.append("long-exposure")
    if _flash(reading):
        return [*words, "flash"]
    value = exposure_value(reading)
    if value is None:
        return words
    hour = _hour(reading)
    if value >= 12:
        words.append("bright")
    if value >= 11:
        words.append("outdoors")
    elif value <= 4:
        words.append("dark")
        if hour is not None and (hour >= 19 or hour < 6):
            words.append("night")
    if 4 < value <= 8.5 and (hour is None or 6 <= hour <= 22):
        words.append("indoors")
    return words


def _flash(reading: Reading) -> bool:
    """Bit 0 of tag 0x9209: the flash fired."""
    text = reading["exif"].get("Flash", "")
    return text.isascii() and text.isdigit() and len(text) < 6 and int(text) & 1 == 1


def _hour(reading: Reading) -> int | None:
    """Hour of taking; midnight to the second means that the clock was never set, or only the day is known."""
    taken = reading["taken"]
    return int(taken[11:13]) if taken and not taken[11:].startswith("00:00:00") else None


def lens(reading: Reading) -> list[str]:
    """``ultrawide``, ``wide``, ``portrait``, ``zoom``, ``superzoom`` by 35 mm equivalent: below 20, 35, from 70 to 135, 300, beyond; ``macro`` by distance."""
    words: list[str] = []
    if _macro(reading):
        words.append("macro")
    focal = equivalent(reading)
    if focal is None:
        return words
    for most, word in ((20, "ultrawide"), (35, "wide"), (70, ""), (135, "portrait"), (300, "zoom"), (100_000, "superzoom")):
        if focal < most:
            return [*words, word] if word else words
    return words


def _macro(reading: Reading) -> bool:
    """The camera says macro (tag 0xA40C = 1) or a distance of at most 25 cm (0x9206)."""
    distance = _number(reading["exif"].get("SubjectDistance"))
    return reading["exif"].get("SubjectDistanceRange") == "1" or (distance is not None and 0 < distance <= 0.25)


def equivalent(reading: Reading) -> float | None:
    """35 mm equivalent focal length: told by the file, or from the size of the sensor (focal plane resolution), where a file tells only that."""
    camera, exif = reading["camera"], reading["exif"]
    if camera.get("focal35", 0) > 0:
        return camera["focal35"]
    focal, across, unit = camera.get("focal", 0.0), _number(exif.get("FocalPlaneXResolution")), exif.get("FocalPlaneResolutionUnit", "2")
    wide, high = _number(exif.get("ExifImageWidth")), _number(exif.get("ExifImageHeight"))
    millimetres = {"2": 25.4, "3": 10.0, "4": 1.0, "5": 0.001}.get(unit)
    if focal <= 0 or not across or not wide or not high or millimetres is None or across <= 0:
        return None
    diagonal = math.hypot(wide, high) / across * millimetres
    # Anything else is a picture that was scaled after the tag was written.
    return focal * FULL_FRAME_DIAGONAL / diagonal if 4 <= diagonal <= 60 else None


def season(reading: Reading) -> list[str]:
    """``spring``, ``summer``, ``autumn`` or ``winter`` where there are seasons and the place is known, by whole months as meteorologists count."""
    taken, lat = reading["taken"], reading["lat"]
    if taken is None or lat is None or abs(lat) < 23.44:
        return []
    quarter = (int(taken[5:7]) % 12 // 3 + (2 if lat < 0 else 0)) % 4
    return [("winter", "spring", "summer", "autumn")[quarter]]


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _score(score: float) -> float:
    return round(min(1.0, max(0.0, score)), 2)


def _box(box: tuple[float, float, float, float]) -> list[float]:
    """Clipped to the picture."""
    left, top = min(1.0, max(0.0, box[0])), min(1.0, max(0.0, box[1]))
    right, bottom = min(1.0, max(0.0, box[0] + box[2])), min(1.0, max(0.0, box[1] + box[3]))
    return [round(left, 3), round(top, 3), round(max(0.0, right - left), 3), round(max(0.0, bottom - top), 3)]
