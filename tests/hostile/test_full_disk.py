"""Class 35: a full disk. One clear sentence, nothing damaged, and the work continues when there is room."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.hostile.conftest import VITRINE, paint

COUNT = 120

# Runs where it may mount: a small disk for the data folder, a scan that fills it, room made, and a scan that ends it.
FILLING = """
import json, os, shutil, subprocess, sys
data, photos, size, *vitrine = sys.argv[1:]
os.makedirs(data)
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=" + size, "none", data], check=True)
def scan():
    command = [*vitrine, "scan", photos, "--data", data, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, env=os.environ | {"VITRINE_ANALYZE": "no"})
    return {"code": done.returncode, "out": done.stdout, "err": done.stderr}
seen = [scan(), scan()]
subprocess.run(["mount", "-o", "remount,size=200m", data], check=True)
seen.append(scan())
shutil.copytree(data, data + "-kept")
print(json.dumps(seen))
"""


# The pictures fill the larger one first, the catalogue the smaller one.
@pytest.mark.parametrize("size", ["3m", "700k"])
def test_a_full_data_folder_is_one_sentence_and_the_work_continues_when_there_is_room(tmp_path: Path, size: str) -> None:
    apart = ["unshare", "--mount", "--map-root-user"]
    if not shutil.which("unshare") or subprocess.run([*apart, "mount", "-t", "tmpfs", "none", tmp_path], capture_output=True, check=False).returncode:
        pytest.skip("this machine does not let us mount a small disk: unshare --mount --map-root-user")
    paint(tmp_path / "photos", COUNT)
    command = [*apart, sys.executable, "-c", FILLING, tmp_path / "data", tmp_path / "photos", size, *VITRINE]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    *full, last = json.loads(done.stdout)
    for seen in full:
        assert seen["code"] == 2, seen
        assert "Traceback" not in seen["err"]
        (sentence,) = seen["err"].splitlines()
        assert sentence == "vitrine: The data folder's disk is full; make room, and the work continues."
    assert last["code"] == 0, last
    kept = Path(f"{tmp_path}/data-kept")
    with closing(sqlite3.connect(kept / "catalogue.db")) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("SELECT count(*) FROM records WHERE gone = 0").fetchone() == (COUNT,)
        assert db.execute("SELECT count(*) FROM problems").fetchone() == (0,)
    assert len(list((kept / "pictures").rglob("*.jpg"))) == 3 * COUNT
    assert not list((kept / "pictures" / "unfinished").glob("*"))
