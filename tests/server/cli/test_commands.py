"""The command line: what people type, what they read, and what the shell is told."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.server.conftest import Paint
from vitrine.config.paths import DataFolder
from vitrine.config.settings import SETTINGS
from vitrine.server.catalogue import sole_use
from vitrine.server.cli import COMMANDS, main


class Shell:
    """A shell whose data folder is that of the test, with analysis left out."""

    def __init__(self, data: DataFolder) -> None:
        self.data = data

    def __call__(self, *words: str | Path) -> Result:
        """Run ``vitrine WORDS``; ``--data`` is put behind the words that are no query."""
        environment = {"VITRINE_ANALYZE": "no", "VITRINE_DATA": str(self.data.root)}
        return CliRunner().invoke(main, [str(word) for word in words], env=environment)

    def json(self, *words: str | Path) -> Any:
        """The JSON that a command prints."""
        return json.loads(self(*words, "--json").stdout)


@pytest.fixture
def shell(data: DataFolder) -> Shell:
    """A shell without a library."""
    return Shell(data)


@pytest.fixture
def library(shell: Shell, photos: Path, paint: Paint) -> Shell:
    """A shell whose library holds three photos and a broken file."""
    for number in range(3):
        paint(photos / "Havana" / f"harbour-{number}.jpg", number, taken=f"202{number}:06:14 17:42:00")
    (photos / "broken.jpg").write_text("no picture")
    assert shell("scan", photos).exit_code == 1
    return shell


def test_help_lists_every_command_with_its_line(shell: Shell) -> None:
    said = shell("--help")
    assert said.exit_code == 0
    for name, line in COMMANDS.items():
        assert re.search(rf"{name}\s+{re.escape(line)}", said.output)
        assert shell(name, "--help").exit_code == 0


def test_wrong_use_exits_2_with_one_sentence(shell: Shell, tmp_path: Path) -> None:
    uses: list[list[str | Path]] = [["nonsense"], ["records"], ["search", "x"], ["scan", tmp_path / "nowhere"], ["scan"]]
    uses += [["settings", "set", "prot", "1"], ["serve", "--port", "x"]]
    for words in uses:
        said = shell(*words)
        assert said.exit_code == 2, (words, said.output)
        assert "Traceback" not in said.output
        assert said.stderr.strip()


def test_a_scan_says_what_it_did_and_a_second_one_does_nothing(library: Shell, photos: Path) -> None:
    first = library.json("scan")
    assert (first["unchanged"], first["read"], first["problems"]) == (4, 0, 0)
    said = library("scan")
    assert said.exit_code == 0
    assert said.stdout.splitlines()[0] == "4 unchanged, 0 read, 0 known under another name, 0 missing, 0 problems"


def test_a_scan_names_the_folder_that_is_offline(library: Shell, photos: Path, tmp_path: Path) -> None:
    photos.rename(tmp_path / "away")
    said = library("scan")
    assert said.exit_code == 1
    assert "cannot be read" in said.stdout
    assert len(library("records").stdout.splitlines()) == 5


def test_records_are_the_lines_that_clients_get(library: Shell) -> None:
    lines = [json.loads(line) for line in library("records").stdout.splitlines()]
    assert [line["kind"] for line in lines] == ["hello", "photo", "photo", "photo", "end"]
    assert [line["taken"][:4] for line in lines[1:-1]] == ["2022", "2021", "2020"]
    assert [json.loads(line)["kind"] for line in library("records", "--since", lines[-1]["to"]).stdout.splitlines()] == ["hello", "end"]


def test_search_finds_by_words_and_says_why(library: Shell) -> None:
    found = library("search", "havana", "2021")
    assert found.exit_code == 0
    assert "harbour-1.jpg" in found.stdout
    assert found.stdout.splitlines()[-1] == "1 photos"
    hits = library.json("search", "harbour", "-2021")["hits"]
    assert sorted(hit["path"].rsplit("/", 1)[1] for hit in hits) == ["harbour-0.jpg", "harbour-2.jpg"]
    assert all(hit["reasons"] for hit in hits)


def test_a_search_that_finds_nothing_says_which_word_and_exits_1(library: Shell) -> None:
    said = library("search", "zeppelin")
    assert said.exit_code == 1
    assert "Nothing found for “zeppelin”" in said.stdout


def test_the_doctor_lists_each_problem_with_its_sentence(library: Shell) -> None:
    said = library("doctor")
    assert said.exit_code == 1
    assert re.search(r"photos/broken\.jpg: .+\. \(unknown-format\)", said.stdout)
    report = library.json("doctor")
    assert {check["name"] for check in report["checks"]} >= {"settings", "models", "pages", "disk", "catalogue", "folder photos"}
    assert [problem["code"] for problem in report["problems"]] == ["unknown-format"]


def test_the_doctor_tells_a_damaged_catalogue(library: Shell) -> None:
    content = bytearray(library.data.catalogue.read_bytes())
    content[4096:12000] = os.urandom(12000 - 4096)
    library.data.catalogue.write_bytes(content)
    said = library("doctor")
    assert said.exit_code == 1
    assert "bad" in said.stdout
    assert "Traceback" not in said.output


def test_a_running_vitrine_keeps_others_out_of_its_data_folder(library: Shell) -> None:
    with sole_use(library.data):
        said = library("scan")
    assert said.exit_code == 2
    assert "Another Vitrine" in said.stderr


def test_a_data_folder_below_the_photos_is_refused(shell: Shell, photos: Path) -> None:
    shell.data = DataFolder(photos / "data")
    said = shell("scan", photos)
    assert said.exit_code == 2
    assert "never writes below a photo folder" in said.stderr
    assert not list(photos.iterdir())


def test_a_root_leaves_without_a_file_being_touched(library: Shell, photos: Path) -> None:
    before = sorted(photos.rglob("*"))
    assert [row["name"] for row in library.json("roots", "list")] == ["photos"]
    assert "3 photos left" in library("roots", "remove", "photos").stdout
    assert library.json("roots", "list") == []
    assert sorted(photos.rglob("*")) == before
    assert library("roots", "remove", "photos").exit_code == 2


def test_people_get_links_and_passwords(shell: Shell) -> None:
    link = shell("user", "link").stdout.strip()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/welcome/[\w-]{32}", link)
    assert shell.json("user", "list") == [{"name": "owner", "owner": True, "password": False}]
    assert shell("user", "password", "--password", "correct horse").exit_code == 0
    assert shell.json("user", "list")[0]["password"] is True
    assert shell("user", "password", "--password", "short").exit_code == 2
    assert "correct horse" not in shell.data.document.read_text()


def test_a_backup_brings_back_what_was_there(library: Shell, tmp_path: Path) -> None:
    before = library("records").stdout.splitlines()[1:]
    with sole_use(library.data):
        assert library.json("backup", tmp_path / "safe", "--pictures")["photos"] == 3, "also while the gallery runs"
        assert library("restore", tmp_path / "safe", "--replace").exit_code == 2, "but a restore waits until it has stopped"
    assert "never overwrites" in library("backup", tmp_path / "safe").stderr
    assert "--replace" in library("restore", tmp_path / "safe").stderr
    said = library("restore", tmp_path / "safe", "--replace")
    assert said.exit_code == 0
    assert "3 photos as of" in said.stdout
    assert "before-restore-" in said.stdout
    assert library("records").stdout.splitlines()[1:] == before
    wrong = library("restore", tmp_path / "nowhere")
    assert (wrong.exit_code, "is no backup" in wrong.stderr) == (2, True)


def test_verify_says_what_is_damaged_and_exits_1(library: Shell, photos: Path) -> None:
    said = library("verify", "--files")
    assert said.exit_code == 0
    assert re.fullmatch(r"3 photos, 9 pictures, 3 originals \(0\.0 GB\): everything is what it was\n", said.stdout)
    path = photos / "Havana" / "harbour-1.jpg"
    times = path.stat()
    path.write_bytes(path.read_bytes()[:-3] + b"rot")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    next(library.data.pictures.rglob("*.thumb.jpg")).unlink()
    said = library("verify", "--files")
    assert said.exit_code == 1
    assert [line.split(":")[0] for line in said.stdout.splitlines()] == ["picture", "bit-rot", "3 photos, 9 pictures, 3 originals (0.0 GB)"]
    assert [finding["kind"] for finding in library.json("verify")["findings"]] == ["picture"]


def test_settings_can_be_listed_changed_and_taken_back(shell: Shell) -> None:
    assert shell.json("settings", "list").keys() == {setting.name for setting in SETTINGS}
    assert shell("settings", "set", "port", "9000").exit_code == 0
    assert shell.json("settings", "list")["port"] == 9000
    assert shell("settings", "unset", "port").exit_code == 0
    assert shell.json("settings", "list")["port"] == 8750
    wrong = shell("settings", "set", "port", "many")
    assert (wrong.exit_code, "whole number" in wrong.stderr) == (2, True)
    near = shell("settings", "set", "prot", "1")
    assert "did you mean port?" in near.stderr


NAMES = ["<img src=x onerror=alert(7)>.jpg", "a\x1b[31mred.jpg", "two\nlines.jpg", "-rf.jpg", "rtl_\u202egnp.jpg", "caf\udce9.jpg"]


def test_no_file_name_reaches_the_terminal_unmasked(shell: Shell, photos: Path, paint: Paint) -> None:
    for number, name in enumerate(NAMES):
        paint(photos / name, number, taken="2020:01:01 00:00:00")
        (photos / f"bad {name}").write_text("no picture")
    assert shell("scan", photos).exit_code == 1
    for said in (shell("search", "2020"), shell("doctor"), shell("roots", "list")):
        assert not set(said.stdout) & {"\x1b", "\u202e", "\r"}
    assert len([line for line in shell("search", "2020").stdout.splitlines() if "photos/" in line]) == len(NAMES)
