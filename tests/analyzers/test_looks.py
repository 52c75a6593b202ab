"""What the four analyzers say of real photos: the same in any batch, of any shape, and mostly right."""

import base64
import importlib.util
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.analyzers.conftest import PHOTOS, ROOT
from vitrine.analyzers.contract import Analyzer, Picture
from vitrine.analyzers.registry import discover
from vitrine.config.models import MODELS
from vitrine.config.paths import DataFolder

pytestmark = pytest.mark.models
KINDS = discover()


@cache
def analyzer(name: str) -> Analyzer[Any]:
    return KINDS[name]()


def alike(one: Any, other: Any) -> None:
    """The same structure and words, numbers within 1e-3."""
    assert type(one) is type(other)
    if isinstance(one, dict):
        assert one.keys() == other.keys()
        for key in one:
            if key == "vector":
                u, v = (np.frombuffer(base64.b64decode(text[key]), "<f2").astype(np.float32) for text in (one, other))
                np.testing.assert_allclose(u, v, atol=1e-3)
            else:
                alike(one[key], other[key])
    elif isinstance(one, list | tuple):
        assert len(one) == len(other)
        for left, right in zip(one, other, strict=True):
            alike(left, right)
    elif isinstance(one, float):
        assert one == pytest.approx(other, rel=1e-3, abs=1e-3)
    else:
        assert one == other


@pytest.mark.parametrize("name", KINDS)
def test_a_result_does_not_depend_on_the_rest_of_the_batch(name: str, pictures: dict[str, Picture]) -> None:
    batch = list(pictures.values())
    together = analyzer(name)([*batch, *batch[::-1]])
    for index, picture in enumerate(batch):
        alike(analyzer(name)([picture])[0], together[index])
        alike(together[index], together[-1 - index])


@pytest.mark.parametrize("size", [(1, 1), (1, 1280), (1280, 1), (3, 2)], ids=str)
@pytest.mark.parametrize("name", KINDS)
def test_a_picture_of_any_shape_has_a_result(name: str, size: tuple[int, int]) -> None:
    (result,) = analyzer(name)([Image.new("RGB", size, "grey")])
    assert isinstance(result, dict)


def test_a_face_has_its_box_landmarks_and_a_vector_of_unit_length(pictures: dict[str, Picture]) -> None:
    (face,) = analyzer("faces")([pictures["portrait"]])[0]["faces"]
    x, y, w, h = face["box"]
    assert (x, y) < (0.5, 0.5)
    assert 0.1 < w < 0.4
    right_eye, left_eye, nose, mouth, *_ = face["landmarks"]
    assert right_eye[0] < nose[0] < left_eye[0]
    assert right_eye[1] < nose[1] < mouth[1]
    assert all(x <= px <= x + w and y <= py <= y + h for px, py in (right_eye, left_eye, nose, mouth))
    assert 20 < face["age"] < 55
    assert face["emotion"][0][0] == "happy"
    assert sum(score for _, score in face["emotion"]) == pytest.approx(1, abs=0.01)
    vector = np.frombuffer(base64.b64decode(face["vector"]), "<f2").astype(np.float32)
    assert vector.shape == (1024,)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=2e-3)


def test_a_mirrored_person_is_the_same_person(pictures: dict[str, Picture]) -> None:
    portrait = pictures["portrait"]
    results = analyzer("faces")([portrait, portrait.transpose(Image.Transpose.FLIP_LEFT_RIGHT)])
    one, other = (np.frombuffer(base64.b64decode(result["faces"][0]["vector"]), "<f2").astype(np.float32) for result in results)
    assert float(one @ other) > 0.8


def test_labels_and_boxes_come_best_first(pictures: dict[str, Picture]) -> None:
    for result in analyzer("objects")(list(pictures.values())):
        scores = [box[1] for box in result["boxes"]]
        assert scores == sorted(scores, reverse=True)
        assert all(score >= MODELS["centernet"].scores["kept"] for score in scores)
    for result in analyzer("classes")(list(pictures.values())):
        scores = [score for _, score in result["labels"]]
        assert scores == sorted(scores, reverse=True)
        assert len(scores) <= 10


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    """The measuring code itself."""
    if not (PHOTOS / "classes" / "SOURCES.csv").exists():
        pytest.skip(f"no labelled photos at {PHOTOS}")
    spec = importlib.util.spec_from_file_location("accuracy", ROOT / "tests" / "bench" / "accuracy.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    before = list(sys.path)
    spec.loader.exec_module(module)
    sys.path[:] = before
    return module


@pytest.fixture
def sample(bench: ModuleType, tmp_path: Path):
    """Every n-th labelled photo of a folder, through the read stage."""

    def taken(folder: str, step: int) -> tuple[list[Picture], list[dict[str, str]]]:
        data = DataFolder(tmp_path)
        data.make()
        rows = [row for row in bench.truth(PHOTOS / folder) if row.get("hard") != "yes"][::step]
        return [bench.preview(PHOTOS / folder / row["file"], data) for row in rows], rows

    return taken


def test_most_photos_of_a_class_are_named_rightly(bench: ModuleType, sample) -> None:
    pictures, rows = sample("classes", 4)
    figures = bench.classes(bench.looked(analyzer("classes"), pictures, 8), rows)
    assert figures["top-1"] >= 0.85
    assert figures["top-5"] >= 0.95


def test_most_things_are_found_and_most_reported_are_there(bench: ModuleType, sample) -> None:
    pictures, rows = sample("objects", 2)
    figures = bench.objects(bench.looked(analyzer("objects"), pictures, 8), rows, MODELS["centernet"].scores["shown"])
    assert figures["found"] >= 0.8
    assert figures["right"] >= 0.8


def test_most_faces_are_found_and_known_again(bench: ModuleType, sample) -> None:
    pictures, rows = sample("faces", 2)
    figures = bench.faces(bench.looked(analyzer("faces"), pictures, 8), rows, MODELS["blazeface"].scores["shown"])
    assert figures["found"] >= 0.95
    assert figures["false in 20"] <= 1
    assert figures["gender"] >= 0.86
    assert figures["same person at 1 % false"] >= 0.88


def test_no_ordinary_photo_raises_an_alarm(bench: ModuleType, sample) -> None:
    pictures = [picture for folder in ("classes", "objects", "faces") for picture in sample(folder, 4)[0]]
    figures = bench.alarms(bench.looked(analyzer("nudity"), pictures, 8), MODELS["nudenet-320n"].scores["shown"])
    assert set(figures.values()) == {0.0}
