"""``vitrine analyze``: what is looked at, what is looked at again, and what stays."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.server.conftest import Paint
from vitrine.config.paths import DataFolder
from vitrine.server import analyze
from vitrine.server.cli import main

# The analyzer process as the wire contract has it; it notes each photo it looks at, and how it was called to measure.
PROCESS = """
import json, os, sys
home = os.path.dirname(__file__)
def note(name, words): open(os.path.join(home, name), "a").write(words + "\\n")
def say(**line): print(json.dumps(line), flush=True)
if "--bench" in sys.argv:
    note("benches", " ".join(sys.argv[1:]))
    sys.exit(2)
names = sys.argv[sys.argv.index("--analyzers") + 1].split(",")
if set(names) - {"classes", "nudity"}: sys.exit("There is no such analyzer.")
say(kind="ready", analyzers=[{"name": name, "version": "1", "checksum": "c", "about": ""} for name in names])
results = {"classes": {"labels": [["beagle", 0.9]]}, "nudity": {"parts": []}}
for text in [] if "--list" in sys.argv else sys.stdin:
    job = json.loads(text)
    for name in job["analyzers"]:
        note("looks", name)
        say(kind="result", id=job["id"], analyzer=name, version="1", checksum="c", ms=1.0, result=results[name])
    say(kind="done", id=job["id"])
"""

Run = Callable[..., Result]


@pytest.fixture
def process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a stand-in for the analyzer process."""
    home = tmp_path / "process"
    home.mkdir()
    (home / "process.py").write_text(PROCESS)
    monkeypatch.setattr(analyze, "COMMAND", (sys.executable, str(home / "process.py")))
    return home


@pytest.fixture
def vitrine(data: DataFolder, photos: Path, paint: Paint, process: Path) -> Run:
    """A shell whose library holds three photos that nobody has looked into."""

    def run(*words: str | Path, **settings: str) -> Result:
        environment = {"VITRINE_ANALYZERS": "classes,nudity", "VITRINE_DATA": str(data.root), **settings}
        return CliRunner().invoke(main, [str(word) for word in words], env=environment)

    for number in range(3):
        paint(photos / f"harbour-{number}.jpg", number, taken=f"202{number}:06:14 17:42:00")
    assert run("scan", "--no-analyze", photos).exit_code == 0
    return run


def looked(run: Run, *words: str) -> Any:
    said = run("analyze", *words, "--json")
    assert said.exit_code == 0, said.output
    return json.loads(said.stdout)["analyzed"]


def test_exactly_what_is_missing_is_looked_at(vitrine: Run) -> None:
    assert looked(vitrine, "--only", "nudity") == {"nudity": 3}
    assert looked(vitrine) == {"classes": 3}
    assert looked(vitrine) == {}
    assert vitrine("analyze").stdout == "Looked into: nothing; every photo has its results\n"


def test_a_search_says_which_photos_are_looked_at_again(vitrine: Run) -> None:
    looked(vitrine)
    assert looked(vitrine, "--redo", "2021") == {"classes": 1, "nudity": 1}
    assert looked(vitrine, "--redo", "-2021", "--only", "classes") == {"classes": 2}
    assert looked(vitrine, "--redo", "beagle", "--only", "classes") == {"classes": 3}
    assert looked(vitrine, "--redo", "") == {"classes": 3, "nudity": 3}
    assert looked(vitrine, "--redo", "zeppelin") == {}


def test_what_is_known_stays_when_the_models_are_missing(vitrine: Run, process: Path) -> None:
    looked(vitrine)
    before = vitrine("records").stdout.splitlines()[1:]
    (process / "process.py").write_text("import sys; sys.exit('The model is missing: run `make models`.')")
    said = vitrine("analyze", "--redo", "")
    assert (said.exit_code, said.stderr) == (2, "vitrine: The model is missing: run `make models`.\n")
    assert vitrine("records").stdout.splitlines()[1:] == before


def test_an_unknown_analyzer_is_told_before_anything_changes(vitrine: Run) -> None:
    looked(vitrine)
    said = vitrine("analyze", "--only", "nose", "--redo", "")
    assert (said.exit_code, said.stderr) == (2, "vitrine: There is no such analyzer.\n")
    assert looked(vitrine) == {}


def test_to_measure_is_the_analyzer_process_s_own_work_and_its_exit_code_is_passed_on(vitrine: Run, process: Path, photos: Path) -> None:
    assert vitrine("analyze", "--bench", photos, "--only", "classes").exit_code == 2
    assert (process / "benches").read_text() == f"--bench {photos} --analyzers classes\n"
