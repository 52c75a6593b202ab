"""Class 40: ``kill -9`` at any moment. The catalogue opens, nothing entered is lost, the work resumes and ends as if nothing had happened."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from tests.hostile.conftest import Vitrine, paint
from vitrine.config import models
from vitrine.config.errors import UserError
from vitrine.config.paths import DataFolder
from vitrine.config.settings import Settings
from vitrine.server.catalogue import Catalogue
from vitrine.server.flow import Flow
from vitrine.server.store import Store

COUNT = 60
KILLS = 12


def killed(process: subprocess.Popen[str], after_s: float) -> bool:
    """Kill the whole process group after a while; false when it had ended before."""
    try:
        process.communicate(timeout=after_s)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return True
    return False


def state(data: DataFolder) -> list[tuple[object, ...]]:
    """Everything that matters of a library, but for the order and time in which it came about."""
    with closing(sqlite3.connect(data.catalogue)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        rows = []
        for gone, line in db.execute("SELECT gone, line FROM records ORDER BY id"):
            record = json.loads(line)
            rows.append((gone, *((name, json.dumps(value)) for name, value in sorted(record.items()) if name not in ("seq", "added"))))
        return [*rows, *db.execute("SELECT code FROM problems"), *db.execute("SELECT count(*) FROM files")]


def entered(data: DataFolder, photo: str, caption: str) -> None:
    async def enter() -> None:
        catalogue = await Catalogue.open(data)
        await Store(catalogue, lambda reading, results: {}).mark(photo, {"caption": caption})
        await catalogue.close()

    asyncio.run(enter())


def test_a_scan_killed_again_and_again_ends_as_an_undisturbed_one(tmp_path: Path, vitrine: Vitrine) -> None:
    folder = tmp_path / "photos"
    paint(folder, COUNT)
    calm, wild = DataFolder(tmp_path / "calm"), DataFolder(tmp_path / "wild")
    assert not killed(vitrine("scan", folder, "--data", calm.root, analyze="no"), 120)
    chance = random.Random(7)
    captions: dict[str, str] = {}
    kills = 0
    for turn in range(KILLS):
        # A start takes about a second; the reading of sixty pictures another two.
        kills += killed(vitrine("scan", folder, "--data", wild.root, analyze="no"), chance.uniform(0.3, 2.5))
        if not wild.catalogue.exists():
            continue
        try:
            with closing(sqlite3.connect(wild.catalogue)) as db:
                photos = [row[0] for row in db.execute("SELECT id FROM records WHERE gone = 0")]
        except sqlite3.OperationalError:
            continue
        if photos:
            photo = chance.choice(photos)
            captions[photo] = f"turn {turn}"
            entered(wild, photo, captions[photo])
    assert kills >= 3, "too fast to be disturbed: paint more pictures"
    assert not killed(vitrine("scan", folder, "--data", wild.root, analyze="no"), 120)
    with closing(sqlite3.connect(wild.catalogue)) as db:
        assert dict(db.execute("SELECT photo, caption FROM marks")) == captions
        db.execute("DELETE FROM marks")
        db.commit()

    async def recompose() -> None:
        catalogue = await Catalogue.open(wild)
        await Flow(wild, catalogue, Settings.load({}, {})).store.compose_all()
        await catalogue.close()

    asyncio.run(recompose())
    assert state(wild) == state(calm)
    pictures = sorted(wild.pictures.rglob("*.*"))
    assert len(pictures) == 3 * COUNT, "no half-written file is left behind"
    for path in pictures:
        with Image.open(path) as picture:
            picture.load()


def test_analysis_killed_twice_goes_on_where_it_was(tmp_path: Path, vitrine: Vitrine) -> None:
    try:
        models.verify(models.MODELS["efficientnet-lite0"].files)
    except UserError as why:
        pytest.skip(f"the classifier is not here: {why}")
    folder, data = tmp_path / "photos", DataFolder(tmp_path / "data")
    paint(folder, COUNT)

    def analysed() -> int:
        if not data.catalogue.exists():
            return 0
        with closing(sqlite3.connect(data.catalogue)) as db:
            try:
                return int(db.execute("SELECT count(*) FROM results").fetchone()[0])
            except sqlite3.OperationalError:
                return 0

    before = 0
    for _ in range(2):
        process = vitrine("scan", folder, "--data", data.root, analyzers="classes")
        until = time.monotonic() + 120
        while analysed() <= before and process.poll() is None and time.monotonic() < until:
            time.sleep(0.02)
        killed(process, 0)
        assert analysed() >= before, "what was understood stays understood"
        before = analysed()
    assert before > 0
    last = vitrine("scan", folder, "--data", data.root, "--json", analyzers="classes")
    report = json.loads(last.communicate(timeout=180)[0])
    assert report["analyzed"].get("classes", 0) == COUNT - before, "nothing is analysed twice"
    assert analysed() == COUNT
    assert report["problems"] == 0
