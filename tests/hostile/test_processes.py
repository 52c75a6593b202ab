"""Classes 34, 40 and 41: what runs beside the server ends with it, however it ends; and one data folder has one master."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.hostile.conftest import Vitrine, paint
from vitrine.config import models
from vitrine.config.errors import UserError


def processes(mark: str) -> dict[int, str]:
    """Every living process whose command or surroundings name ``mark``, by its number."""
    found = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            told = (folder / "environ").read_bytes() + (folder / "cmdline").read_bytes()
            # The third field: Z is dead already and only waits to be counted.
            state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if mark.encode() in told and state != "Z":
            found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    return found


def until(holds: object, within_s: float = 60) -> bool:
    """Wait until ``holds()`` is true; whether it became so."""
    assert callable(holds)
    end = time.monotonic() + within_s
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def needs_the_classifier() -> None:
    try:
        models.verify(models.MODELS["efficientnet-lite0"].files)
    except UserError as why:
        pytest.skip(f"the classifier is not here: {why}")


def at_work(mark: str) -> bool:
    """Whether a read worker and the analyzer process of this test both live."""
    commands = " ".join(processes(mark).values())
    return "multiprocessing" in commands and "--batch" in commands


def busy(vitrine: Vitrine, tmp_path: Path, command: str) -> tuple[subprocess.Popen[str], str]:
    """A Vitrine in the middle of reading and analysing, and the mark that all its processes carry."""
    needs_the_classifier()
    paint(tmp_path / "photos", 400)
    mark = f"mark-{os.getpid()}-{time.monotonic_ns()}"
    port = ["--port", "0"] if command == "serve" else []
    process = vitrine(command, tmp_path / "photos", "--data", tmp_path / "data", *port, analyzers="classes", readers=1, test_mark=mark)
    assert until(lambda: at_work(mark) or process.poll() is not None)
    assert process.poll() is None, process.communicate()[1]
    return process, mark


@pytest.mark.parametrize("command", ["serve", "scan"])
def test_a_killed_server_leaves_no_process_behind(vitrine: Vitrine, tmp_path: Path, command: str) -> None:
    process, mark = busy(vitrine, tmp_path, command)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    assert until(lambda: not processes(mark)), processes(mark)


@pytest.mark.parametrize(("command", "sign", "code"), [("serve", signal.SIGINT, 0), ("serve", signal.SIGTERM, 0), ("scan", signal.SIGINT, 130)])
def test_asked_to_stop_in_the_middle_everything_stops(vitrine: Vitrine, tmp_path: Path, command: str, sign: signal.Signals, code: int) -> None:
    process, mark = busy(vitrine, tmp_path, command)
    os.kill(process.pid, sign)
    _, told = process.communicate(timeout=15)
    assert process.returncode == code, told
    assert "Traceback" not in told
    assert "never awaited" not in told
    assert until(lambda: not processes(mark), 10), processes(mark)


def test_a_second_vitrine_on_one_data_folder_says_so_and_stops(vitrine: Vitrine, tmp_path: Path) -> None:
    paint(tmp_path / "photos", 2)
    first = vitrine("serve", tmp_path / "photos", "--data", tmp_path / "data", "--port", "0", analyze="no")
    assert first.stdout is not None
    assert "Vitrine is at" in first.stdout.readline()
    for words in (["serve", "--port", "0"], ["scan"], ["roots", "remove", "photos"]):
        second = vitrine(*words, "--data", tmp_path / "data")
        out, told = second.communicate(timeout=30)
        assert (second.returncode, out) == (2, ""), (words, told)
        assert re.fullmatch(rf"vitrine: Another Vitrine \(process {first.pid}\) is using .*\n", told)
    # What only reads is welcome beside it.
    listed = vitrine("records", "--data", tmp_path / "data")
    assert json.loads(listed.communicate(timeout=30)[0].splitlines()[0])["kind"] == "hello"
    first.terminate()
    first.communicate(timeout=15)
    assert first.returncode == 0
    after = vitrine("scan", "--data", tmp_path / "data", analyze="no")
    after.communicate(timeout=60)
    assert after.returncode == 0
