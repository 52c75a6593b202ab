"""What labels mean, by WordNet."""

from __future__ import annotations

import json

import pytest

from vitrine.config.errors import UserError
from vitrine.config.paths import LEXICON
from vitrine.server import words
from vitrine.server.words import TOO_HIGH, Words, label_table, labels

HERE = any((folder / "data.noun").exists() for folder in (LEXICON, *words.ELSEWHERE))
needs_lexicon = pytest.mark.skipif(not HERE, reason="the word lists are not fetched yet: make setup")


@pytest.fixture(scope="module")
def wordnet() -> Words:
    """WordNet, loaded once."""
    return Words.open()


@pytest.fixture(scope="module")
def table(tmp_path_factory) -> words.Table:
    """The whole table."""
    return label_table(LEXICON, tmp_path_factory.mktemp("data") / "words.json")


@needs_lexicon
@pytest.mark.parametrize(
    ("sense", "label", "ancestors"),
    [
        ("beagle%1:05:00::", "beagle", ["hound", "dog", "canine", "carnivore"]),
        ("convertible%1:06:00::", "convertible", ["car", "automobile", "motor vehicle", "vehicle"]),
        ("orange%1:13:00::", "orange", ["citrus", "fruit", "food"]),
        ("daisy%1:20:00::", "daisy", ["flower", "plant"]),
        ("gown%1:06:01::", "gown", ["clothing"]),
        ("barn%1:06:00::", "barn", ["building"]),
        ("scuba_diver%1:18:00::", "scuba diver", ["diver", "person"]),
        ("sandwich%1:13:00::", "sandwich", ["dish", "food"]),
    ],
)
def test_a_label_is_found_by_what_it_is_a_kind_of_nearest_first(wordnet, sense, label, ancestors):
    found = wordnet.facts(sense, label)["ancestors"]
    assert [word for word in found if word in ancestors] == ancestors


@needs_lexicon
def test_one_word_with_two_senses_stays_two_things(wordnet):
    bird, machine = wordnet.facts("crane%1:05:00::", "crane"), wordnet.facts("crane%1:06:00::", "crane")
    assert "bird" in bird["ancestors"]
    assert "bird" not in machine["ancestors"]


@needs_lexicon
def test_synonyms_are_names_that_mean_this_before_anything_else(wordnet):
    assert wordnet.facts("car%1:06:00::", "car")["synonyms"] == ["auto", "automobile", "motorcar"]
    assert {"cellphone", "mobile phone"} <= set(wordnet.facts("cellular_telephone%1:06:00::", "cell phone")["synonyms"])
    assert "can" not in wordnet.facts("toilet%1:06:02::", "toilet")["synonyms"]


@needs_lexicon
@pytest.mark.parametrize("sense", ["", "no such word%1:05:00::", "dog", "dog%1:99:00::", "%"])
def test_an_unknown_sense_means_nothing(wordnet, sense):
    assert wordnet.facts(sense, "thing") == {"synonyms": [], "ancestors": [], "about": ""}


@needs_lexicon
def test_every_label_has_its_facts(table):
    assert set(table["classes"]) == set(labels("imagenet"))
    assert set(table["objects"]) == set(labels("coco"))
    for label, facts in (table["classes"] | table["objects"]).items():
        assert facts["about"], label
        said = [*facts["synonyms"], *facts["ancestors"]]
        assert len(said) == len(set(said)), label
        assert label.casefold() not in said
        assert all(word == word.casefold() and "_" not in word for word in said)
        assert not TOO_HIGH & set(facts["ancestors"]), label


@needs_lexicon
def test_the_table_is_made_once_and_again_when_its_version_changes(tmp_path, monkeypatch):
    cache = tmp_path / "words.json"
    first = label_table(LEXICON, cache)
    stamp = cache.stat().st_mtime_ns
    assert label_table(LEXICON, cache) == first
    assert cache.stat().st_mtime_ns == stamp
    cache.write_text(json.dumps({"version": "old"}))
    assert label_table(LEXICON, cache)["version"] == first["version"]
    cache.write_text("{ damaged")
    assert label_table(LEXICON, cache) == first
    monkeypatch.setattr(words, "RULES", "other")
    assert words.version_of(LEXICON) != first["version"]


def test_missing_word_lists_are_said_in_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(words, "ELSEWHERE", ())
    with pytest.raises(UserError, match=r"WordNet.*missing.*make run"):
        label_table(tmp_path, tmp_path / "words.json")
    with pytest.raises(UserError):
        Words.open(tmp_path)


def test_the_standard_list_of_lexicographer_files_is_complete():
    assert len(words.LEXNAMES) == 45
    assert words.LEXNAMES[5] == "noun.animal"
