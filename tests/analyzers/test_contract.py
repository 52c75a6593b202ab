"""The base owns verifying, loading, locking and unloading; an analyzer only looks."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from vitrine.analyzers.contract import Analyzer, Picture
from vitrine.config import models
from vitrine.config.errors import UserError

PICTURE = Image.new("RGB", (8, 8))


class Count(Analyzer[list[int]]):
    """Loads a list, and notes in it each picture it saw and how many looks were going on."""

    name = "count"
    about = "Counts."
    version = "1"
    model = "count"

    def __init__(self) -> None:
        super().__init__()
        self.loads = 0
        self.looking = 0
        self.together = 0

    def load(self) -> list[int]:
        self.loads += 1
        return []

    def look(self, network: list[int], pictures: Sequence[Picture]) -> list[dict[str, int]]:
        self.looking += 1
        self.together = max(self.together, self.looking)
        time.sleep(0.01)
        network.extend([1] * len(pictures))
        self.looking -= 1
        return [{"seen": len(network)} for _ in pictures]


@pytest.fixture
def count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Count:
    """An analyzer of a model whose one file is a real, verified one."""
    (tmp_path / "count.bin").write_bytes(b"weights")
    file = models.File("npm", "count", "1.0.0", "count.bin", "count.bin", "9f5d98e6d66ed05a06a11f1dca03bf2ef8ccd83f4a6cca6d4ffe4f3ad7e9b6cb", 7, tmp_path)
    monkeypatch.setitem(models.MODELS, "count", replace(models.MODELS["emotion"], name="count", files=(file,)))
    return Count()


def right(file: models.File) -> models.File:
    import hashlib

    return replace(file, sha256=hashlib.sha256(file.location.read_bytes()).hexdigest())


@pytest.fixture
def ready(count: Count, monkeypatch: pytest.MonkeyPatch) -> Count:
    model = models.MODELS["count"]
    monkeypatch.setitem(models.MODELS, "count", replace(model, files=tuple(right(file) for file in model.files)))
    return count


def test_the_model_is_loaded_at_the_first_picture_and_only_once(ready: Count) -> None:
    assert ready.loads == 0
    assert ready([PICTURE]) == [{"seen": 1}]
    assert ready([PICTURE, PICTURE]) == [{"seen": 3}, {"seen": 3}]
    assert ready.loads == 1


def test_an_unloaded_analyzer_loads_again(ready: Count) -> None:
    ready([PICTURE])
    ready.unload()
    assert ready([PICTURE]) == [{"seen": 1}]
    assert ready.loads == 2


def test_looks_from_several_threads_take_turns(ready: Count) -> None:
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: ready([PICTURE]), range(8)))
    assert (ready.loads, ready.together) == (1, 1)


def test_a_wrong_model_file_is_a_sentence_that_says_what_to_do(count: Count) -> None:
    with pytest.raises(UserError, match=r"count\.bin is not the one Vitrine was tested with \(count\.bin of count 1\.0\.0\): run `make models`"):
        count([PICTURE])
    assert count.loads == 0


def test_a_missing_model_file_is_a_sentence_that_says_what_to_do(ready: Count, tmp_path: Path) -> None:
    (tmp_path / "count.bin").unlink()
    with pytest.raises(UserError, match=r"count\.bin is missing .*run `make models`"):
        ready([PICTURE])


def test_the_checksum_changes_with_any_file(count: Count, monkeypatch: pytest.MonkeyPatch) -> None:
    before = Count.facts()["checksum"]
    model = models.MODELS["count"]
    monkeypatch.setitem(models.MODELS, "count", replace(model, files=tuple(right(file) for file in model.files)))
    assert Count.facts()["checksum"] != before
