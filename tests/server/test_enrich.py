"""From raw results to what is believed."""

from __future__ import annotations

from typing import Any, cast

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitrine.config.reading import Camera, Place, Reading
from vitrine.config.records import EMOTIONS, RECORD
from vitrine.config.settings import Settings
from vitrine.server import enrich
from vitrine.server.enrich import Thresholds


def reading(taken: str | None = None, lat: float | None = None, exif: dict[str, str] | None = None, **camera: Any) -> Reading:
    return Reading(
        id="0" * 32, bytes=1, width=1, height=1, type="image/jpeg", animated=False, taken=taken, lat=lat, lon=None, altitude=None, place=Place(),
        camera=cast("Camera", camera), phash="0" * 16, thumbhash="", palette=[], exif=exif or {},
    )  # fmt: skip


def face(width: float, score: float = 0.9, age: float = 26.4, gender: str = "female", emotion=(("happy", 0.8), ("neutral", 0.1))) -> dict[str, Any]:
    return {"box": (0.1, 0.2, width, width), "score": score, "landmarks": [], "age": age, "gender": (gender, 0.9), "emotion": list(emotion), "vector": ""}


def parts(*found: tuple[str, float], side: float = 0.2) -> dict[str, Any]:
    return {"parts": [(part, score, 0.4, 0.4, side, side) for part, score in found]}


def test_thresholds_come_from_the_settings():
    assert Thresholds.of(Settings.load({}, {})) == Thresholds()
    assert Thresholds.of(Settings.load({"min_face": 0.7}, {})).min_face == 0.7


def test_what_no_analyzer_looked_at_is_absent_and_what_one_did_not_find_is_empty():
    assert enrich.enrich(reading(), {}, Thresholds()) == {"terms": []}
    assert enrich.enrich(reading(), {"classes": {"labels": []}, "nudity": parts()}, Thresholds()) == {"classes": [], "terms": []}


def test_classes_are_believed_from_the_threshold_on_best_first_and_once():
    result = {"labels": [("dress", 0.3), ("crane", 0.41234), ("crane", 0.5), ("fork", 0.24999)]}
    assert enrich.classes(result, 0.25) == [["crane", 0.5], ["dress", 0.3]]


def test_objects_are_rounded_and_stay_inside_the_picture():
    result = {"boxes": [("car", 0.35, 0.5, 0.5, 0.2, 0.2), ("dog", 0.91234, -0.1, 0.90001, 0.3, 0.5), ("cat", 0.29, 0, 0, 1, 1)]}
    assert enrich.objects(result, 0.3) == [["dog", 0.91, 0.0, 0.9, 0.2, 0.1], ["car", 0.35, 0.5, 0.5, 0.2, 0.2]]


def test_faces_are_largest_first_and_keep_their_number():
    result = {"faces": [face(0.1), face(0.3, age=63.6, gender="male"), face(0.5, score=0.59)]}
    assert enrich.faces(result, 0.6) == [[1, 0.1, 0.2, 0.3, 0.3, 64, "male", "happy", 0.9], [0, 0.1, 0.2, 0.1, 0.1, 26, "female", "happy", 0.9]]


def test_a_face_without_a_clear_emotion_is_neutral():
    assert enrich.faces({"faces": [face(0.2, emotion=[("sad", 0.2), ("fear", 0.19)])]}, 0.6)[0][7] == "neutral"
    assert enrich.faces({"faces": [face(0.2, emotion=[])]}, 0.6)[0][7] == "neutral"


@pytest.mark.parametrize(
    ("result", "verdict"),
    [
        (parts(("male genitalia exposed", 0.6)), "explicit"),
        (parts(("anus exposed", 0.55)), "explicit"),
        (parts(("female breast exposed", 0.8)), "explicit"),
        (parts(("female breast exposed", 0.55), ("buttocks exposed", 0.55)), "explicit"),
        (parts(("female breast exposed", 0.55)), "suggestive"),
        (parts(("buttocks exposed", 0.52)), "suggestive"),
        (parts(("female genitalia covered", 0.7)), "suggestive"),
        (parts(("female genitalia covered", 0.55)), None),
        (parts(("female breast exposed", 0.45)), None),
        (parts(("female genitalia exposed", 0.9), side=0.02), None),
        (parts(("belly exposed", 0.9), ("armpits exposed", 0.9), ("feet exposed", 0.9), ("male breast exposed", 0.9), ("face female", 0.9)), None),
        (parts(("female breast covered", 0.9), ("buttocks covered", 0.9)), None),
        (parts(), None),
    ],
)
def test_nudity_is_told_from_beach_and_doubt(result, verdict):
    assert enrich.nsfw(result, 0.5) == verdict


@pytest.mark.parametrize(
    ("camera", "value"),
    [
        ({"aperture": 16.0, "exposure": 1 / 100, "iso": 100}, 14.64),
        ({"aperture": 2.8, "exposure": 1 / 30, "iso": 800}, 4.88),
        ({"aperture": 1.0, "exposure": 1.0, "iso": 100}, 0.0),
        ({"aperture": 16.0, "iso": 100}, None),
        ({"aperture": 0.2, "exposure": 0.07, "iso": 100}, None),
        ({"aperture": 5.6, "exposure": 0.01, "iso": 0}, None),
    ],
)
def test_the_exposure_value_is_that_of_the_standard(camera, value):
    found = enrich.exposure_value(reading(**camera))
    assert found is None if value is None else found == pytest.approx(value, abs=0.01)


@pytest.mark.parametrize(
    ("taken", "camera", "exif", "words"),
    [
        ("2020-06-01T12:00:00", {"aperture": 16.0, "exposure": 1 / 100, "iso": 100}, {}, ["bright", "outdoors"]),
        ("2020-06-01T20:00:00", {"aperture": 8.0, "exposure": 1 / 60, "iso": 100}, {}, ["outdoors"]),
        ("2020-06-01T15:00:00", {"aperture": 2.8, "exposure": 1 / 60, "iso": 400}, {}, ["indoors"]),
        ("2020-06-01T23:00:00", {"aperture": 1.8, "exposure": 1 / 15, "iso": 1600}, {}, ["dark", "night"]),
        ("2020-06-01T13:00:00", {"aperture": 1.8, "exposure": 1 / 15, "iso": 1600}, {}, ["dark"]),
        ("2020-06-01T23:00:00", {"aperture": 11.0, "exposure": 30.0, "iso": 100}, {}, ["long-exposure", "dark", "night"]),
        ("2020-06-01T23:00:00", {"aperture": 2.8, "exposure": 1 / 60, "iso": 400}, {"Flash": "25"}, ["flash"]),
        ("2020-06-01T23:00:00", {"aperture": 2.8, "exposure": 1 / 60, "iso": 400}, {"Flash": "16"}, []),
        (None, {}, {"Flash": "<b>"}, []),
    ],
)
def test_light_is_said_by_the_exposure(taken, camera, exif, words):
    assert enrich.light(reading(taken, exif=exif, **camera)) == words


EOS_500D = {"FocalPlaneXResolution": "5315.436242", "FocalPlaneResolutionUnit": "2", "ExifImageWidth": "4752", "ExifImageHeight": "3168"}
"""A sensor of 22.3 x 14.9 mm."""


@pytest.mark.parametrize(
    ("camera", "exif", "words"),
    [
        ({"focal35": 14.0}, {}, ["ultrawide"]),
        ({"focal35": 26.0}, {}, ["wide"]),
        ({"focal35": 50.0}, {}, []),
        ({"focal35": 85.0}, {}, ["portrait"]),
        ({"focal35": 200.0}, {}, ["zoom"]),
        ({"focal35": 600.0}, {}, ["superzoom"]),
        ({"focal": 400.0}, {}, []),
        ({"focal": 40.0}, EOS_500D, []),
        ({"focal": 50.0}, EOS_500D, ["portrait"]),
        ({"focal": 50.0}, EOS_500D | {"FocalPlaneXResolution": "0"}, []),
        ({"focal": 50.0}, EOS_500D | {"ExifImageHeight": "x"}, []),
        ({}, {"SubjectDistance": "0.1"}, ["macro"]),
        ({"focal35": 28.0}, {"SubjectDistanceRange": "1"}, ["macro", "wide"]),
        ({}, {"SubjectDistance": "nan"}, []),
    ],
)  # fmt: skip
def test_lenses_are_named_by_their_equivalent_and_macro_by_distance(camera, exif, words):
    assert enrich.lens(reading(exif=exif, **camera)) == words


@pytest.mark.parametrize(
    ("taken", "lat", "words"),
    [
        ("2020-12-24T10:00:00", 48.0, ["winter"]),
        ("2020-12-24T10:00:00", -33.9, ["summer"]),
        ("2020-04-24T10:00:00", 48.0, ["spring"]),
        ("2020-04-24T10:00:00", -33.9, ["autumn"]),
        ("2020-07-24T10:00:00", 1.3, []),
        ("2020-07-24T10:00:00", None, []),
        (None, 48.0, []),
    ],
)
def test_seasons_follow_the_hemisphere(taken, lat, words):
    assert enrich.season(reading(taken, lat)) == words


NUMBER = st.floats(-1, 2)
RESULTS = st.fixed_dictionaries(
    {
        "classes": st.fixed_dictionaries({"labels": st.lists(st.tuples(st.text(max_size=5), NUMBER), max_size=12)}),
        "objects": st.fixed_dictionaries({"boxes": st.lists(st.tuples(st.text(max_size=5), NUMBER, NUMBER, NUMBER, NUMBER, NUMBER), max_size=5)}),
        "faces": st.fixed_dictionaries(
            {
                "faces": st.lists(
                    st.fixed_dictionaries(
                        {
                            "box": st.tuples(NUMBER, NUMBER, NUMBER, NUMBER),
                            "score": NUMBER,
                            "age": st.floats(-20, 200),
                            "gender": st.tuples(st.sampled_from(["female", "male"]), NUMBER),
                            "emotion": st.lists(st.tuples(st.sampled_from(EMOTIONS), NUMBER), max_size=7),
                        }
                    ),
                    max_size=4,
                )
            }
        ),
        "nudity": st.fixed_dictionaries(
            {"parts": st.lists(st.tuples(st.sampled_from(["anus exposed", "buttocks exposed"]), NUMBER, NUMBER, NUMBER, NUMBER, NUMBER))}
        ),
    }
)


@given(RESULTS)
def test_whatever_the_analyzers_say_the_fields_fit_the_record(results):
    fields = enrich.enrich(reading("2020-06-01T12:00:00", 48.0, focal35=20.0), results, Thresholds())
    shapes = {field.name: field.shape.schema() for field in RECORD}
    for name, value in fields.items():
        jsonschema.validate(value, shapes[name])
