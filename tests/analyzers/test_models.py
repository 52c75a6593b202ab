"""The catalogue of models and its labels."""

import csv
from pathlib import Path

import pytest

from vitrine.config import paths
from vitrine.config.models import LEXICON_FILES, MODELS
from vitrine.config.records import EMOTIONS

NAMED = [model for model in MODELS.values() if model.labels_file]


@pytest.mark.parametrize("model", NAMED, ids=lambda model: model.name)
def test_labels_are_unique_whatever_their_case_and_in_the_models_order(model) -> None:
    with (paths.LABELS / model.labels_file).open(newline="", encoding="utf-8") as rows:
        assert [int(row["index"]) for row in csv.DictReader(rows)] == list(range(len(model.labels)))
    assert len({label.name.casefold() for label in model.labels}) == len(model.labels)


@pytest.mark.parametrize(("name", "outputs"), [("efficientnet-lite0", 1000), ("centernet", 80), ("emotion", 7), ("nudenet-320n", 18)])
def test_a_model_has_a_label_for_each_output(name: str, outputs: int) -> None:
    assert len(MODELS[name].labels) == outputs


def test_emotions_are_those_of_the_record() -> None:
    assert {label.name for label in MODELS["emotion"].labels} == set(EMOTIONS)


def test_the_two_cranes_and_the_two_cardigans_stay_apart() -> None:
    senses = {label.name: label.sense for label in MODELS["efficientnet-lite0"].labels}
    assert senses["crane (bird)"] == "crane%1:05:00::"
    assert senses["crane (machine)"] == "crane%1:06:00::"
    assert senses["Cardigan (dog)"] != senses["cardigan"]


@pytest.mark.parametrize("name", ["efficientnet-lite0", "centernet"])
def test_every_sense_key_is_in_wordnet(name: str) -> None:
    index = paths.LEXICON / "index.sense"
    if not index.exists():
        pytest.skip("the lexicon is missing: run `make models`")
    keys = {line.split(" ", 1)[0] for line in index.read_text("utf-8").splitlines()}
    assert {label.sense for label in MODELS[name].labels} <= keys


def test_a_mouse_among_things_is_the_computers() -> None:
    assert {label.name: label.sense for label in MODELS["centernet"].labels}["mouse"] == "mouse%1:06:00::"


@pytest.mark.parametrize("file", [*(file for model in MODELS.values() for file in model.files), *LEXICON_FILES], ids=lambda file: Path(file.path).name)
def test_a_file_that_is_here_is_the_pinned_one(file) -> None:
    if not file.location.exists():
        pytest.skip(f"{file.path} of {file.package} is missing: run `make models`")
    assert file.fault() == ""
    assert file.location.stat().st_size == file.bytes
