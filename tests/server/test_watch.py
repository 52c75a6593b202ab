"""Watching: a real server notices what happens below its folders, and believes nothing it should not."""

from __future__ import annotations

import http.cookiejar
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.server.conftest import Paint
from vitrine.config.paths import DataFolder
from vitrine.server.media.formats import SUFFIXES
from vitrine.server.watch import Watch, _network

WAIT_S = 60
"""How long anything may take on a busy machine; nothing here measures speed."""


class Server:
    """``vitrine serve`` in a process of its own that never scans by itself again, seen by its owner."""

    def __init__(self, photos: Path, data: DataFolder, before: tuple[str, ...] = (), **settings: object) -> None:
        chosen = {"analyze": "no", "rescan_minutes": 0, **settings}
        environment = os.environ | {f"VITRINE_{name.upper()}": str(value) for name, value in chosen.items()}
        command = [*before, sys.executable, "-c", "from vitrine.server.cli import main; main()", "serve", photos, "--data", data.root, "--port", "0"]
        self.log = data.root.parent / "server.log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, stderr=log, text=True, env=environment)
        self._visitor = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
        self._address = ""

    def open(self) -> None:
        """Sign in, and wait until the first scan is over."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if found := re.match(r"Vitrine is at (\S+)", line):
                self._address = found[1]
            if found := re.match(r"Sign in once with (\S+)", line):
                self._visitor.open(found[1]).read()
                break
        self.until(lambda: not self.ask("/api/jobs")["scanning"])

    def ask(self, path: str) -> Any:
        return json.loads(self._visitor.open(self._address + path).read())

    def scan(self) -> None:
        """Scan now, as the button does."""
        self._visitor.open(urllib.request.Request(f"{self._address}/api/scan", method="POST", headers={"Origin": self._address})).read()

    def names(self) -> list[str]:
        """The photos in the stream, by their paths below the root."""
        lines = [json.loads(line) for line in self._visitor.open(f"{self._address}/api/records?since=0").read().splitlines()]
        return sorted(line["path"].split("/", 1)[1] for line in lines if line["kind"] == "photo")

    def until(self, true: Callable[[], bool]) -> None:
        end = time.monotonic() + WAIT_S
        while not true():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < end, f"{self.names()}\n{self.log.read_text()}"
            time.sleep(0.1)

    def shows(self, *names: str) -> None:
        """Wait until exactly these photos are in the stream."""
        self.until(lambda: self.names() == sorted(names))

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(WAIT_S) == 0
        assert "Traceback" not in self.log.read_text()


@contextmanager
def serving(photos: Path, data: DataFolder, before: tuple[str, ...] = (), **settings: object) -> Iterator[Server]:
    server = Server(photos, data, before, **settings)
    try:
        server.open()
        yield server
        server.stop()
    finally:
        server.process.kill()
        server.process.communicate()


@pytest.fixture
def server(photos: Path, data: DataFolder, paint: Paint) -> Iterator[Server]:
    """A server over a root with one photo."""
    paint(photos / "first.jpg", 1)
    with serving(photos, data) as running:
        running.shows("first.jpg")
        yield running


def test_a_written_copied_renamed_and_deleted_picture_is_seen_as_such(server: Server, photos: Path, paint: Paint) -> None:
    paint(photos / "second.jpg", 2)
    server.shows("first.jpg", "second.jpg")
    (photos / "second.jpg").rename(photos / "renamed.jpg")
    server.shows("first.jpg", "renamed.jpg")
    (photos / "renamed.jpg").unlink()
    server.shows("first.jpg")


def test_folders_that_appear_move_and_leave_are_followed(server: Server, photos: Path, paint: Paint, tmp_path: Path) -> None:
    for number in range(3):
        paint(tmp_path / "trip" / "deep" / f"{number}.jpg", 10 + number)
    shutil.copytree(tmp_path / "trip", photos / "trip")
    server.shows("first.jpg", *(f"trip/deep/{number}.jpg" for number in range(3)))
    (photos / "trip").rename(photos / "2024 Rome")
    server.shows("first.jpg", *(f"2024 Rome/deep/{number}.jpg" for number in range(3)))
    paint(photos / "2024 Rome" / "deep" / "late.jpg", 20)
    server.shows("first.jpg", "2024 Rome/deep/late.jpg", *(f"2024 Rome/deep/{number}.jpg" for number in range(3)))
    shutil.rmtree(photos / "2024 Rome")
    server.shows("first.jpg")


def test_a_picture_that_arrives_in_pieces_is_read_when_it_is_whole(server: Server, photos: Path, paint: Paint, tmp_path: Path) -> None:
    content = paint(tmp_path / "slow.jpg", 3, size=(400, 300)).read_bytes()
    with open(photos / "slow.jpg", "wb", buffering=0) as file:
        for start in range(0, len(content), len(content) // 8):
            file.write(content[start : start + len(content) // 8])
            assert server.names() == ["first.jpg"]
            time.sleep(0.4)
    server.shows("first.jpg", "slow.jpg")
    assert server.ask("/api/problems") == {"problems": []}


def test_a_name_that_is_no_unicode_is_found_and_so_is_what_comes_after_it(server: Server, photos: Path, paint: Paint) -> None:
    paint(photos / "x.tmp" / "x.jpg", 4)
    os.rename(photos / "x.tmp" / "x.jpg", os.fsencode(photos) + b"/caf\xe9.jpg")
    server.shows("first.jpg", "caf\ufffd.jpg")
    paint(photos / "after.jpg", 5)
    server.shows("first.jpg", "caf\ufffd.jpg", "after.jpg")


def test_a_root_that_is_emptied_loses_nothing(server: Server, photos: Path, paint: Paint) -> None:
    for number in range(5):
        paint(photos / f"more-{number}.jpg", 30 + number)
    everything = ["first.jpg", *(f"more-{number}.jpg" for number in range(5))]
    server.shows(*everything)
    for path in photos.iterdir():
        path.unlink()
        time.sleep(0.3)
    server.until(lambda: server.ask("/api/library")["roots"][0]["state"] == "offline")
    assert server.names() == sorted(everything)


def test_what_no_scan_would_show_is_not_shown_by_watching(server: Server, photos: Path, paint: Paint, tmp_path: Path) -> None:
    paint(photos / "@eaDir" / "thumb.jpg", 40)
    paint(photos / ".Trash" / "old.jpg", 41)
    paint(photos / "._fork.jpg", 42)
    paint(tmp_path / "secret" / "s.jpg", 43)
    (photos / "out").symlink_to(tmp_path / "secret")
    (photos / "out.jpg").symlink_to(tmp_path / "secret" / "s.jpg")
    (photos / "note.txt").write_text("x")
    paint(tmp_path / "secret" / "t.jpg", 44)
    paint(photos / "last.jpg", 45)
    server.shows("first.jpg", "last.jpg")


def test_watching_can_be_switched_off(photos: Path, data: DataFolder, paint: Paint) -> None:
    paint(photos / "first.jpg", 1)
    with serving(photos, data, watch="no") as server:
        server.shows("first.jpg")
        assert not [name for thread in Path(f"/proc/{server.process.pid}/task").glob("*/comm") if (name := thread.read_text()).startswith("watch")]
        paint(photos / "second.jpg", 2)
        time.sleep(2)
        assert server.names() == ["first.jpg"]


def test_a_folder_beyond_the_systems_limit_is_left_to_the_scans_with_one_line_in_the_log(photos: Path, data: DataFolder, paint: Paint) -> None:
    limited = ("unshare", "--user", "--map-root-user", "sh", "-c", 'echo 2 > /proc/sys/user/max_inotify_watches && exec "$@"', "sh")
    if not shutil.which("unshare") or subprocess.run([*limited, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine does not let us lower its limit of watches: unshare --user --map-root-user")
    for number in range(5):
        paint(photos / str(number) / "a.jpg", number)
    with serving(photos, data, limited) as server:
        server.shows(*(f"{number}/a.jpg" for number in range(5)))
        paint(photos / "later.jpg", 9)
        server.scan()
        server.shows("later.jpg", *(f"{number}/a.jpg" for number in range(5)))
        said = server.log.read_text()
    assert said.count("noticed by the regular scans only") == 1
    assert "fs.inotify.max_user_watches" in said


async def test_a_deletion_is_told_only_when_no_more_is_leaving(photos: Path) -> None:
    for number in range(20):
        (photos / f"{number}.jpg").touch()
    async with Watch(SUFFIXES, lambda: None) as watch:
        assert await watch.over(1, photos)
        for path in photos.iterdir():
            path.unlink()
            assert await watch.touched(0.12) is None
        told = await watch.touched(WAIT_S)
    assert told is not None
    assert len(told[1]) == 20


async def test_a_folder_in_the_place_of_another_is_listened_to_anew(photos: Path) -> None:
    async with Watch(SUFFIXES, lambda: None) as watch:
        assert await watch.over(1, photos)
        photos.rename(photos.with_name("away"))
        assert not await watch.over(1, photos)
        photos.mkdir()
        assert await watch.over(1, photos)
        (photos / "a.jpg").touch()
        assert await watch.touched(WAIT_S) == (1, [b"a.jpg"])


def test_network_disks_are_told_from_local_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _network(tmp_path) is None
    table = b"21 1 8:1 / / rw - ext4 /dev/sda1 rw\n40 21 0:50 / /mnt/my\\040nas rw shared:9 - nfs4 nas:/photos rw\n"
    table += b"41 40 8:2 / /mnt/my\\040nas/usb rw - ext4 /dev/sdb1 rw\n"
    monkeypatch.setattr(Path, "read_bytes", lambda _: table)
    assert _network(Path("/mnt/my nas/2024")) == "nfs4"
    assert _network(Path("/mnt/my nas/usb/2024")) is None
    assert _network(Path("/mnt/my nas too")) is None
