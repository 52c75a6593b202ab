"""The table of costs: what is in it, and what it says when there is nothing to measure."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from vitrine.analyzers.bench import table
from vitrine.analyzers.models.bare import Clock, Spent


def test_a_clock_adds_up_by_model_and_starts_again_when_read() -> None:
    clock = Clock()
    for rows in (8, 4):
        with clock.running("blazeface", rows):
            pass
    with clock.running("emotion", 1):
        pass
    spent = clock.taken()
    assert {name: (each.calls, each.rows) for name, each in spent.items()} == {"blazeface": (2, 12), "emotion": (1, 1)}
    assert all(each.seconds >= 0 for each in spent.values())
    assert clock.taken() == {}


def test_the_table_has_the_dearest_model_first_and_compares_the_sum_with_the_pipeline() -> None:
    lines = table({"emotion": Spent(2, 8, 0.25), "blazeface": Spent(4, 64, 0.75)}, photos=10, wall_s=1.25)
    assert [line.split() for line in lines] == [
        ["model", "batch", "ms/photo", "share"],
        ["blazeface", "16.0", "75.0", "75%"],
        ["emotion", "4.0", "25.0", "25%"],
        ["sum", "of", "bare", "times", "100.0"],
        ["pipeline", "125.0", "8.00", "photos/s,", "10", "photos"],
        ["efficiency", "0.80"],
    ]


def measured(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "vitrine.analyzers", "--analyzers", "classes,nudity", "--bench", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)


@pytest.mark.models
def test_real_models_are_measured_on_the_photos_of_a_folder(previews: dict[str, Path], tmp_path: Path) -> None:
    for path in previews.values():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    done = measured(tmp_path)
    assert done.returncode == 0, done.stderr
    assert {line.split()[0] for line in done.stdout.splitlines()} == {"model", "efficientnet-lite0", "nudenet-320n", "sum", "pipeline", "efficiency"}
    assert re.search(r"photos/s, 4 photos$", done.stdout, re.MULTILINE)


@pytest.mark.models
def test_a_folder_without_pictures_is_one_sentence_and_exit_2(tmp_path: Path) -> None:
    done = measured(tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"There is no picture in {tmp_path}; name a folder of photos.\n"
