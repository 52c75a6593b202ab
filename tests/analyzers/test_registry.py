"""Declared, not wired: a file in the folder is an analyzer."""

import subprocess
import sys
from pathlib import Path

import pytest

from vitrine.analyzers import registry
from vitrine.config.errors import UserError
from vitrine.config.models import MODELS

ONE = """
from vitrine.analyzers.contract import Analyzer

class Brightness(Analyzer[None]):
    name = "{name}"
    about = "How bright it is."
    version = "1"
    model = "emotion"

    def load(self):
        return None

    def look(self, network, pictures):
        return [{{"mean": 0.5}} for _ in pictures]
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty package to put analyzers into."""
    folder = tmp_path / f"looks_{tmp_path.name}"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    return folder


def test_the_four_analyzers_are_found_without_being_listed_anywhere() -> None:
    assert list(registry.discover()) == ["classes", "faces", "nudity", "objects"]


@pytest.mark.parametrize("kind", registry.discover().values(), ids=lambda kind: kind.name)
def test_an_analyzer_says_who_it_is_and_names_models_of_the_catalogue(kind: registry.Kind) -> None:
    assert kind.about.endswith(".")
    assert kind.version
    assert {kind.model, *kind.needs} <= set(MODELS)
    assert len(kind.facts()["checksum"]) == 16


def test_adding_an_analyzer_is_adding_its_file(package: Path) -> None:
    (package / "brightness.py").write_text(ONE.format(name="brightness"))
    assert [kind.name for kind in registry.discover(package.name).values()] == ["brightness"]


def test_two_analyzers_of_one_name_are_refused(package: Path) -> None:
    (package / "one.py").write_text(ONE.format(name="same"))
    (package / "two.py").write_text(ONE.format(name="same"))
    with pytest.raises(TypeError, match="both call themselves same"):
        registry.discover(package.name)


def test_an_unknown_name_is_a_sentence_that_lists_the_known_ones() -> None:
    with pytest.raises(UserError, match=r"no analyzer 'faecs'; there are classes, faces, nudity, objects\."):
        registry.chosen(["classes", "faecs"])


def test_no_name_means_all() -> None:
    assert list(registry.chosen([""])) == list(registry.discover())


def test_knowing_the_analyzers_needs_no_model_runtime() -> None:
    asked = "import sys; from vitrine.analyzers.registry import discover; [k.facts() for k in discover().values()]; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout.split()
    assert not {"tensorflow", "keras", "onnxruntime", "nudenet", "cv2"} & set(loaded)
