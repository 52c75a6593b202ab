"""Analyze: the server's end of the analyzer process, against a process that dies, hangs and lies at will."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from vitrine.config.errors import UserError
from vitrine.server import analyze
from vitrine.server.analyze import Analyzers, Looked, Wanted

# Speaks the wire contract for real. The preview's name says how the process takes it; `once-*` names leave a mark so that the second try succeeds.
PROCESS = """
import json, os, sys, time
def say(**line): print(json.dumps(line), flush=True)
facts = [{"name": "classes", "version": "1", "checksum": "c", "about": ""}]
if "--list" in sys.argv:
    if "nonsense" in sys.argv[-1]: sys.exit("Error: There is no analyzer 'nonsense'.")
    say(kind="ready", analyzers=facts); sys.exit()
say(kind="ready", analyzers=facts)
for text in sys.stdin:
    job = json.loads(text); name = os.path.basename(job["preview"])
    say(kind="looking", analyzer="classes", ids=[job["id"]])
    if name.startswith("once-"):
        if os.path.exists(job["preview"]): name = "good"
        else: open(job["preview"], "w").close(); name = name[5:]
    if name == "die": os._exit(139)
    if name == "hang": time.sleep(60)
    if name == "list": print("[1]", flush=True); time.sleep(60)
    if name == "lie": print("this is no JSON", flush=True); time.sleep(60)
    if name == "half": sys.stdout.write('{"kind": "resu'); sys.stdout.flush(); os._exit(1)
    if name == "fail": say(kind="problem", id=job["id"], analyzer="classes", version="1", message="It could not be understood.")
    else: say(kind="result", id=job["id"], analyzer="classes", version="1", checksum="c", ms=1.0, result={"labels": [[name, 0.5]]})
    say(kind="done", id=job["id"])
"""


@pytest.fixture(autouse=True)
def process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    script = tmp_path / "process.py"
    script.write_text(PROCESS)
    monkeypatch.setattr(analyze, "COMMAND", (sys.executable, str(script)))
    return tmp_path


async def looked(folder: Path, *names: str, silence_s: float = 30) -> dict[str, Looked]:
    """Hand over one photo for each name; its number is its id."""
    jobs = [Wanted(f"{number}:{name}", folder / name, ("classes",)) for number, name in enumerate(names)]

    async def more(most: int) -> list[Wanted]:
        taken, jobs[:] = jobs[:most], jobs[most:]
        return taken

    analyzers = Analyzers(["classes"], batch=4, silence_s=silence_s, log=folder / "analyzers.log")
    try:
        return {each.photo: each async for each in analyzers.look(more)}
    finally:
        await analyzers.close()


async def test_every_photo_comes_back_with_its_result(process: Path) -> None:
    found = await looked(process, *(f"photo{number}" for number in range(120)))
    assert len(found) == 120
    assert all(each.results[0].result == {"labels": [[photo.split(":")[1], 0.5]]} for photo, each in found.items())


async def test_a_failure_of_one_analyzer_is_a_problem_of_that_photo_alone(process: Path) -> None:
    found = await looked(process, "good", "fail", "good")
    assert found["1:fail"].failures == [("classes", "analyzer", "It could not be understood.")]
    assert [len(each.results) for each in found.values()] == [1, 0, 1]


@pytest.mark.parametrize("end", ["die", "half", "lie", "list"])
async def test_a_photo_that_kills_the_process_twice_is_set_aside_and_the_rest_goes_on(process: Path, end: str) -> None:
    found = await looked(process, *["good"] * 60, end, *["good"] * 60, silence_s=2)
    assert len(found) == 121
    assert [(name, code) for name, code, _ in found[f"60:{end}"].failures] == [("classes", "crashed")]
    assert sum(len(each.results) for each in found.values()) == 120


async def test_a_photo_that_hangs_the_process_is_set_aside_after_the_silence(process: Path) -> None:
    found = await looked(process, "good", "hang", "good", silence_s=1)
    assert [len(found[photo].results) for photo in ("0:good", "1:hang", "2:good")] == [1, 0, 1]
    assert found["1:hang"].failures[0][1] == "crashed"


async def test_a_death_that_does_not_repeat_costs_nothing(process: Path) -> None:
    found = await looked(process, "good", "once-die", "good")
    assert all(len(each.results) == 1 and not each.failures for each in found.values())


async def test_two_deadly_photos_are_both_found(process: Path) -> None:
    found = await looked(process, "good", "die", "good", "die", "good")
    assert {photo for photo, each in found.items() if each.failures} == {"1:die", "3:die"}


async def test_a_process_that_dies_of_everything_is_blamed_itself_and_not_a_whole_library(process: Path) -> None:
    seen = []
    jobs = [Wanted(str(number), process / "die", ("classes",)) for number in range(100)]

    async def more(most: int) -> list[Wanted]:
        taken, jobs[:] = jobs[:most], jobs[most:]
        return taken

    analyzers = Analyzers(["classes"], batch=4, silence_s=30, log=process / "analyzers.log")
    with pytest.raises(UserError, match="dies of every picture"):
        seen += [each async for each in analyzers.look(more)]
    await analyzers.close()
    assert len(jobs) == 52


async def test_a_photo_asked_for_twice_is_looked_at_once(process: Path) -> None:
    jobs = [Wanted("0", process / "good", ("classes",)) for _ in range(5)]

    async def more(most: int) -> list[Wanted]:
        return [jobs.pop()] if jobs else []

    analyzers = Analyzers(["classes"], batch=4, silence_s=30, log=process / "analyzers.log")
    found = [each async for each in analyzers.look(more)]
    await analyzers.close()
    assert all(len(each.results) == 1 for each in found)


async def test_the_process_is_used_again_for_later_photos(process: Path) -> None:
    analyzers = Analyzers(["classes"], batch=4, silence_s=30, log=process / "analyzers.log")
    seen = []
    for turn in range(2):
        jobs = [Wanted(str(turn), process / "good", ("classes",))]

        async def more(most: int, jobs: list[Wanted] = jobs) -> list[Wanted]:
            return [jobs.pop()] if jobs else []

        seen += [each.photo async for each in analyzers.look(more)]
    assert seen == ["0", "1"]
    await analyzers.close()


async def test_a_process_that_does_not_start_is_one_sentence(process: Path) -> None:
    (process / "process.py").write_text("raise SystemExit(1)")
    with pytest.raises(UserError, match="does not start"):
        await looked(process, "good")


async def test_facts_name_the_analyzers_and_an_unknown_one_is_refused() -> None:
    assert [facts["name"] for facts in await analyze.facts(["classes"])] == ["classes"]
    with pytest.raises(UserError, match="There is no analyzer 'nonsense'"):
        await analyze.facts(["nonsense"])
