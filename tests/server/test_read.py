"""One file becomes a reading and three pictures, or a problem with one clear sentence."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import socket
import threading
from pathlib import Path

import pytest
from pebble import ProcessPool
from PIL import Image

from vitrine.config.errors import PROBLEM_CODES, Problem
from vitrine.config.paths import DataFolder
from vitrine.server.media import pixels
from vitrine.server.read import Limits, identify, read, start_worker


@pytest.fixture(autouse=True, scope="session")
def decoders():
    """The decoders as a worker has them, without its limits."""
    pixels.prepare()


@pytest.fixture
def folder(data: DataFolder) -> DataFolder:
    """An empty data folder."""
    data.make()
    return data


def problem_of(path: Path, folder: DataFolder, limits: Limits | None = None) -> Problem:
    with pytest.raises(Problem) as caught:
        read(path, folder, limits or Limits())
    assert caught.value.code in PROBLEM_CODES
    assert caught.value.message.endswith(".")
    assert str(path.parent) not in caught.value.message
    return caught.value


def test_a_photo_becomes_a_reading_and_three_pictures(paint, photos, folder):
    path = paint(photos / "a.jpg", 1, (2000, 1000), "2020:06:01 10:00:00")
    found = read(path, folder, Limits())
    assert found["id"] == identify(path)
    assert (found["width"], found["height"], found["type"], found["bytes"]) == (2000, 1000, "image/jpeg", path.stat().st_size)
    assert found["taken"] == "2020-06-01T10:00:00"
    assert found["place"] == {}
    for size, longest in (("preview", 1280), ("thumb2x", 640), ("thumb", 320)):
        with Image.open(folder.picture(found["id"], size)) as picture:
            assert picture.size == (longest, longest // 2)


def test_the_same_content_has_the_same_id_under_any_name_and_is_written_once(paint, photos, folder):
    one, other = paint(photos / "a.jpg", 1), paint(photos / "b.png", 1)
    first = read(one, folder, Limits())
    stored = folder.picture(first["id"], "thumb")
    before = stored.stat().st_mtime_ns
    assert read(other, folder, Limits()) == first
    assert stored.stat().st_mtime_ns == before


def test_a_lost_thumbnail_is_made_again(paint, photos, folder):
    path = paint(photos / "a.jpg", 1)
    found = read(path, folder, Limits())
    folder.picture(found["id"], "thumb").unlink()
    read(path, folder, Limits())
    assert folder.picture(found["id"], "thumb").exists()


def test_an_original_is_never_written_to(paint, photos, folder):
    path = paint(photos / "a.jpg", 1)
    path.chmod(0o444)
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    read(path, folder, Limits())
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert [entry.name for entry in photos.iterdir()] == ["a.jpg"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"x", "unknown-format"),
        (b"<html><script>alert(1)</script></html>", "unknown-format"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "unknown-format"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 100, "broken"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "broken"),
    ],
)
def test_what_cannot_be_opened_becomes_a_problem(photos, folder, content, code):
    path = photos / "holiday.jpg"
    path.write_bytes(content)
    assert problem_of(path, folder).code == code
    assert list(folder.pictures.rglob("*.jpg")) == []


def test_limits_are_held(paint, photos, folder):
    path = paint(photos / "a.jpg", 1, (2000, 1000))
    assert problem_of(path, folder, Limits(max_megapixels=1)).code == "too-large"
    with open(photos / "huge.jpg", "wb") as file:
        file.truncate(3 << 20)
    assert problem_of(photos / "huge.jpg", folder, Limits(max_file_mb=2)).code == "too-large"


def test_a_missing_file_a_link_and_a_folder_are_unreadable(paint, photos, folder):
    target = paint(photos / "a.jpg", 1)
    (photos / "link.jpg").symlink_to(target)
    (photos / "folder.jpg").mkdir()
    for name in ("gone.jpg", "link.jpg", "folder.jpg"):
        assert problem_of(photos / name, folder).code == "unreadable"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may open every file")
def test_a_forbidden_file_is_unreadable(paint, photos, folder):
    path = paint(photos / "a.jpg", 1)
    path.chmod(0)
    assert problem_of(path, folder).code == "unreadable"


def test_pipes_sockets_and_devices_never_block(photos, folder):
    os.mkfifo(photos / "pipe.jpg")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(photos / "socket.jpg"))
        for path in (photos / "pipe.jpg", photos / "socket.jpg", Path("/dev/zero")):
            with pytest.raises(Problem) as caught:
                read(path, folder, Limits())
            assert caught.value.code == "unreadable"


def test_a_file_that_changes_while_it_is_read_is_a_problem(paint, photos, folder, monkeypatch):
    path = paint(photos / "a.jpg", 1)
    decode = pixels.decode

    def slowly(*arguments):
        with open(path, "ab") as file:
            file.write(b"more")
        return decode(*arguments)

    monkeypatch.setattr(pixels, "decode", slowly)
    assert problem_of(path, folder).code == "changed"
    assert list(folder.pictures.rglob("*.jpg")) == []


def test_a_file_that_is_replaced_while_it_is_read_is_a_problem(paint, photos, folder, monkeypatch):
    path, other = paint(photos / "a.jpg", 1), paint(photos / "b.jpg", 2)
    decode = pixels.decode

    def swapped(*arguments):
        if other.exists():
            os.replace(other, path)
        return decode(*arguments)

    monkeypatch.setattr(pixels, "decode", swapped)
    assert problem_of(path, folder).code == "changed"


def test_a_full_disk_is_a_problem_of_its_own(paint, photos, folder, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    path = paint(photos / "a.jpg", 1)
    monkeypatch.setattr("os.replace", full)
    assert problem_of(path, folder).code == "no-space"


def test_a_problem_and_a_reading_cross_processes(paint, photos, folder):
    path = paint(photos / "a.jpg", 1)
    (photos / "b.jpg").write_bytes(b"no picture")
    with ProcessPool(max_workers=1, initializer=start_worker, initargs=(1200,), context=multiprocessing.get_context("spawn")) as pool:
        assert pool.schedule(read, args=(path, folder, Limits())).result(60)["width"] == 96
        failure = pool.schedule(read, args=(photos / "b.jpg", folder, Limits())).exception(60)
    assert isinstance(failure, Problem)
    assert failure.code == "unknown-format"
    assert pickle.loads(pickle.dumps(failure)).message == failure.message


def test_memory_beyond_the_bound_is_a_problem_and_the_worker_lives_on(paint, photos, folder):
    path = paint(photos / "a.jpg", 1)
    Image.new("RGB", (9000, 9000)).save(photos / "large.png")
    with ProcessPool(max_workers=1, initializer=start_worker, initargs=(300,), context=multiprocessing.get_context("spawn")) as pool:
        worker = pool.schedule(os.getpid).result(60)
        failure = pool.schedule(read, args=(photos / "large.png", folder, Limits())).exception(60)
        assert isinstance(failure, Problem)
        assert failure.code == "too-hungry"
        assert pool.schedule(read, args=(path, folder, Limits())).result(60)["width"] == 96
        assert pool.schedule(os.getpid).result(60) == worker


def test_two_readers_of_one_content_do_not_disturb_each_other(paint, photos, folder):
    path = paint(photos / "a.jpg", 1, (1500, 1000))
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(read(path, folder, Limits())["id"])) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert len(found) == 4
    assert sorted(entry.name.split(".")[1] for entry in folder.picture(found[0], "thumb").parent.iterdir()) == ["preview", "thumb", "thumb2x"]
