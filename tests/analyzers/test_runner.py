"""A real process speaking lines of JSON: what goes in comes out, and one bad picture spoils no other."""

import io
import json
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.analyzers.conftest import Talk, job
from vitrine.analyzers.contract import Analyzer, Picture
from vitrine.analyzers.runner import LARGEST_BATCH, Runner
from vitrine.config.wire import Answer

ALL = ("classes", "faces", "nudity", "objects")


class Width(Analyzer[None]):
    """Tells a picture's width; fails as asked by it."""

    name = "width"
    about = "How wide it is."
    version = "7"
    model = "emotion"

    @classmethod
    def verify(cls) -> None:
        """Needs no file."""

    def load(self) -> None:
        return None

    def look(self, network: None, pictures: Sequence[Picture]) -> list[dict[str, Any]]:
        widths = [picture.width for picture in pictures]
        if 13 in widths:
            raise RuntimeError("thirteen")
        if 17 in widths:
            return [{"width": float("nan")} for _ in widths]
        return [{"width": width} for width in widths]


def run(lines: Iterator[str] | list[str], batch: int = 8) -> list[Answer]:
    answers: list[Answer] = []
    Runner({"width": Width()}, batch, answers.append).run(lines)
    return answers


def saved(folder: Path, width: int) -> Path:
    path = folder / f"{width}.png"
    Image.new("RGB", (width, 20)).save(path)
    return path


def lines(folder: Path, *widths: int) -> list[str]:
    return [json.dumps(job(str(width), saved(folder, width), "width")) + "\n" for width in widths]


def results(answers: list[Answer]) -> dict[str, Any]:
    return {answer["id"]: answer["result"] for answer in answers if answer["kind"] == "result"}


def test_ready_comes_first_and_done_once_for_each_job(tmp_path: Path) -> None:
    answers = run(lines(tmp_path, 10, 11, 12))
    assert answers[0]["kind"] == "ready"
    assert [fact["name"] for fact in answers[0]["analyzers"]] == ["width"]
    assert [answer["id"] for answer in answers if answer["kind"] == "done"] == ["10", "11", "12"]
    assert results(answers) == {"10": {"width": 10}, "11": {"width": 11}, "12": {"width": 12}}


def test_before_each_call_the_line_says_which_photos_are_looked_at(tmp_path: Path) -> None:
    seen: set[str] = set()
    for answer in run(lines(tmp_path, *range(20, 40)), batch=4):
        if answer["kind"] == "looking":
            assert len(answer["ids"]) <= 4
            seen |= set(answer["ids"])
        elif answer["kind"] == "result":
            assert answer["id"] in seen
    assert len(seen) == 20


class Meets(Width):
    """Looks at 10 until every line was taken, and at the rest only while another one looks too."""

    begun, taken = threading.Event(), threading.Event()
    meeting = threading.Barrier(2, timeout=30)

    def look(self, network: None, pictures: Sequence[Picture]) -> list[dict[str, Any]]:
        if pictures[0].width == 10:
            self.begun.set()
            assert self.taken.wait(30)
        else:
            self.meeting.wait()
        return super().look(network, pictures)


class MeetsToo(Meets):
    name = "length"


def test_two_analyzers_look_at_a_time_and_the_line_names_the_photos_of_both(tmp_path: Path) -> None:
    wanted = {"10": ["width"], "11": ["width", "length"], "12": ["width"], "14": ["length"]}

    def all_taken() -> Iterator[str]:
        for photo, names in wanted.items():
            yield json.dumps(job(photo, saved(tmp_path, int(photo)), *names))
            assert Meets.begun.wait(30)
        Meets.taken.set()

    answers: list[Answer] = []
    Runner({"width": Meets(), "length": MeetsToo()}, 8, answers.append).run(all_taken())
    _, first, second = (answer for answer in answers if answer["kind"] == "looking")
    assert {first["analyzer"], second["analyzer"]} == {"width", "length"}
    assert len(first["ids"]) == 2
    assert set(second["ids"]) == {"11", "12", "14"}
    assert Counter(answer["id"] for answer in answers if answer["kind"] == "result") == {photo: len(names) for photo, names in wanted.items()}
    assert [answer["id"] for answer in answers if answer["kind"] == "done"] == list(wanted)


def test_a_picture_the_analyzer_fails_on_is_a_problem_and_the_rest_go_on(tmp_path: Path) -> None:
    answers = run(lines(tmp_path, 10, 13, 14))
    assert [(a["id"], a["message"]) for a in answers if a["kind"] == "problem"] == [("13", "The analyzer width failed on this picture (RuntimeError).")]
    assert set(results(answers)) == {"10", "14"}
    assert Counter(answer["kind"] for answer in answers)["done"] == 3


def test_a_result_that_is_no_number_is_a_problem(tmp_path: Path) -> None:
    answers = run(lines(tmp_path, 17))
    assert [answer["id"] for answer in answers if answer["kind"] == "problem"] == ["17"]
    assert results(answers) == {}


@pytest.mark.parametrize("content", [b"", b"no picture", b"\xff\xd8\xff\xe0 cut off"])
def test_a_broken_preview_is_a_problem_for_its_photo_alone(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "broken.jpg").write_bytes(content)
    answers = run([json.dumps(job("bad", tmp_path / "broken.jpg", "width")), *lines(tmp_path, 10)])
    (problem,) = [answer for answer in answers if answer["kind"] == "problem"]
    assert (problem["id"], problem["analyzer"], problem["version"]) == ("bad", "width", "7")
    assert problem["message"].startswith("The preview cannot be decoded")
    assert str(tmp_path) not in problem["message"]
    assert set(results(answers)) == {"10"}


def test_a_preview_that_is_gone_is_a_problem(tmp_path: Path) -> None:
    answers = run([json.dumps(job("gone", tmp_path / "none.jpg", "width"))])
    assert [(a["kind"], a.get("message")) for a in answers[1:]] == [("problem", "The preview is gone."), ("done", None)]


def test_an_analyzer_that_is_not_there_is_a_problem_and_the_others_look(tmp_path: Path) -> None:
    answers = run([json.dumps(job("one", saved(tmp_path, 10), "taste", "width"))])
    assert [answer["message"] for answer in answers if answer["kind"] == "problem"] == ["There is no analyzer called taste."]
    assert set(results(answers)) == {"one"}


@pytest.mark.parametrize("line", ["{", "[]", "7", '{"kind": "job"}', '{"kind": "hello", "id": "a", "preview": "b", "analyzers": []}', "\u2028"])
def test_a_line_that_is_no_job_is_skipped(tmp_path: Path, line: str) -> None:
    assert set(results(run([line + "\n", *lines(tmp_path, 10)]))) == {"10"}


def test_no_lines_means_ready_and_farewell() -> None:
    assert [answer["kind"] for answer in run([])] == ["ready"]


def test_a_job_is_answered_without_waiting_for_the_next(tmp_path: Path) -> None:
    answered = threading.Event()
    answers: list[Answer] = []

    def patient() -> Iterator[str]:
        yield from lines(tmp_path, 10)
        assert answered.wait(30)

    def write(answer: Answer) -> None:
        answers.append(answer)
        if answer["kind"] == "done":
            answered.set()

    Runner({"width": Width()}, 8, write).run(patient())
    assert set(results(answers)) == {"10"}


def test_pictures_decoded_ahead_are_bounded(tmp_path: Path) -> None:
    taken = 0

    def counted() -> Iterator[str]:
        nonlocal taken
        for line in lines(tmp_path, *range(20, 220)):
            taken += 1
            yield line

    most = 0

    def write(answer: Answer) -> None:
        nonlocal most
        if answer["kind"] == "done":
            write.done += 1  # type: ignore[attr-defined]
        most = max(most, taken - write.done)  # type: ignore[attr-defined]

    write.done = 0  # type: ignore[attr-defined]
    Runner({"width": Width()}, 4, write).run(counted())
    assert write.done == 200  # type: ignore[attr-defined]
    assert most <= 4 + 4 + 8 + 1


def test_a_batch_is_never_larger_than_memory_allows() -> None:
    assert Runner({}, 100_000, print).batch == LARGEST_BATCH
    assert Runner({}, 0, print).batch == 1


def test_the_list_of_analyzers_is_the_ready_line(talk: Talk) -> None:
    (ready,) = talk(arguments=("--list",))
    assert ready["kind"] == "ready"
    assert [fact["name"] for fact in ready["analyzers"]] == list(ALL)
    assert all(set(fact) == {"name", "version", "checksum", "about"} for fact in ready["analyzers"])


def test_an_unknown_analyzer_is_one_sentence_and_exit_2() -> None:
    done = subprocess.run([sys.executable, "-m", "vitrine.analyzers", "--analyzers", "nose"], input="", capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "There is no analyzer 'nose'; there are classes, faces, nudity, objects.\n"


@pytest.mark.models
def test_the_real_process_says_what_real_photos_show(talk: Talk, previews: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    answers = talk(*(job(name, path, *ALL) for name, path in {**previews, "broken": tmp_path / "broken.jpg"}.items()))
    assert Counter(answer["kind"] for answer in answers) == {
        "ready": 1,
        "looking": Counter(a["kind"] for a in answers)["looking"],
        "result": 16,
        "problem": 4,
        "done": 5,
    }
    found: dict[tuple[str, str], Any] = {(answer["id"], answer["analyzer"]): answer["result"] for answer in answers if answer["kind"] == "result"}
    assert found["coffee", "classes"]["labels"][0][0] == "espresso"
    assert "cup" in {box[0] for box in found["coffee", "objects"]["boxes"] if box[1] > 0.25}
    assert found["cat", "objects"]["boxes"][0][0] == "cat"
    assert [face["gender"][0] for face in found["portrait", "faces"]["faces"]] == ["female"]
    assert found["coffee", "faces"] == {"faces": []}
    assert all(part[0] == "face female" for part in found["portrait", "nudity"]["parts"])


@pytest.mark.models
def test_a_server_that_goes_away_ends_the_process(previews: dict[str, Path]) -> None:
    command = [sys.executable, "-m", "vitrine.analyzers", "--analyzers", "classes", "--batch", "1"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    assert json.loads(process.stdout.readline())["kind"] == "ready"
    process.stdout.close()
    with process.stdin:
        for number in range(50):
            process.stdin.write(json.dumps(job(str(number), previews["cat"], "classes")) + "\n")
    assert process.wait(120) == 0
    assert process.stderr is not None
    with process.stderr:
        assert "Traceback" not in process.stderr.read()


def test_a_killed_process_names_its_suspects(tmp_path: Path) -> None:
    """What the server relies on: the last complete line before a sudden death is the looking line."""
    script = """
import json, os, sys
from tests_width import Killer
from vitrine.analyzers.runner import Runner
def write(answer):
    print(json.dumps(answer), flush=True)
Runner({"killer": Killer()}, 1, write).run(sys.stdin)
"""
    (tmp_path / "tests_width.py").write_text(
        "import os, signal\nfrom vitrine.analyzers.contract import Analyzer\n"
        "class Killer(Analyzer):\n    name = 'killer'\n    about = 'Dies.'\n    version = '1'\n    model = 'emotion'\n"
        "    @classmethod\n    def verify(cls): pass\n    def load(self): return 1\n"
        "    def look(self, network, pictures):\n"
        "        if pictures[0].width == 13: os.kill(os.getpid(), signal.SIGKILL)\n        return [{}]\n"
    )
    sent = "".join(json.dumps(job(str(width), saved(tmp_path, width), "killer")) + "\n" for width in (10, 13, 14))
    done = subprocess.run([sys.executable, "-c", script], input=sent, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == -9
    last = json.loads(io.StringIO(done.stdout).readlines()[-1])
    assert (last["kind"], last["ids"]) == ("looking", ["13"])
