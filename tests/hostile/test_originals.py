"""Promise 1: originals are never touched. Every system call of a whole scan is watched."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.hostile.conftest import Vitrine, paint

CALLS = (
    "open,openat,openat2,creat,rename,renameat,renameat2,unlink,unlinkat,truncate,utime,utimes,utimensat,futimesat,mkdir,mkdirat,rmdir,"
    "chmod,fchmodat,chown,fchownat,link,linkat,symlink,symlinkat,setxattr,removexattr"
)
WRITING = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND|O_TMPFILE")


def touching(log: str, root: Path) -> list[str]:
    """Calls that would change something below ``root``."""
    found = []
    for line in log.splitlines():
        if str(root) not in line:
            continue
        call = line.split("(")[0].split()[-1]
        if not call.startswith("open") or WRITING.search(line):
            found.append(line)
    return found


def test_no_call_of_a_whole_scan_could_change_anything_below_a_root(tmp_path: Path, vitrine: Vitrine) -> None:
    if not shutil.which("strace"):
        pytest.skip("there is no strace to watch the calls: install the package strace")
    root, log = tmp_path / "photos", tmp_path / "calls.log"
    paint(root, 5)
    (root / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    process = vitrine(
        "scan", root, "--data", tmp_path / "data", before=("strace", "-f", "-qq", "-s", "4096", "-e", f"trace={CALLS}", "-o", str(log)), analyze="no"
    )
    _, told = process.communicate(timeout=240)
    assert process.returncode == 1, told
    text = log.read_text("utf-8", "replace")
    assert f"{root}/0000.jpg" in text, "the scan was watched"
    assert "catalogue.db" in text
    assert touching(text, root) == []


@pytest.mark.parametrize("line", ['1 openat(AT_FDCWD, "{}/a.jpg", O_RDWR|O_CLOEXEC) = 3', '1 unlink("{}/a.jpg") = 0', '1 rename("/tmp/x", "{}/a.jpg") = 0'])
def test_the_watch_would_see_a_change(tmp_path: Path, line: str) -> None:
    assert touching(line.format(tmp_path), tmp_path)
    assert not touching(f'1 openat(AT_FDCWD, "{tmp_path}/a.jpg", O_RDONLY|O_NOFOLLOW) = 3', tmp_path)
