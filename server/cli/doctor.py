"""``vitrine doctor``: is everything in order, and if not, what to do."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Literal

import click

from vitrine.config.errors import UserError
from vitrine.config.paths import CLIENT, DataFolder
from vitrine.server.cli.options import data_option, json_option, opened, printable, settings_of
from vitrine.server.problems import Trouble, listed

FREE_BYTES = 1 << 30
"""Less room than this in the data folder is worth a warning."""


@dataclass(frozen=True)
class Check:
    """One thing looked at: what, how it is, and a sentence."""

    name: str
    state: Literal["good", "warning", "bad"]
    sentence: str


@click.command()
@data_option
@json_option
def command(data: DataFolder, as_json: bool) -> None:
    """Check that everything is in order, and list the problems file by file."""
    checks = [*_machine(data), *asyncio.run(_library(data))]
    problems = asyncio.run(_problems(data)) if data.catalogue.exists() and all(check.state != "bad" for check in checks if check.name == "catalogue") else []
    if as_json:
        click.echo(json.dumps({"checks": [asdict(check) for check in checks], "problems": problems}, ensure_ascii=False))
    else:
        for check in checks:
            mark = {"good": click.style("good   ", fg="green"), "warning": click.style("warning", fg="yellow"), "bad": click.style("bad    ", fg="red")}[
                check.state
            ]
            click.echo(f"{mark} {check.name}: {printable(check.sentence)}")
        if problems:
            click.echo(f"\n{len(problems):,} files with a problem; all others are shown:")
        for problem in problems:
            click.echo(printable(f"  {problem['path']}: {problem['message']} ({problem['code']})"))
    sys.exit(1 if problems or any(check.state == "bad" for check in checks) else 0)


def _machine(data: DataFolder) -> Iterator[Check]:
    """What needs no catalogue."""
    from vitrine.config import models

    try:
        settings_of(data)
        yield Check("settings", "good", "All settings make sense.")
    except UserError as why:
        yield Check("settings", "bad", str(why))
    try:
        models.verify([*(file for model in models.MODELS.values() for file in model.files), *models.LEXICON_FILES])
        yield Check("models", "good", "Every model file is there and is the one Vitrine was tested with.")
    except UserError as why:
        yield Check("models", "bad", str(why))
    built = (CLIENT / "index.html").is_file()
    yield Check("pages", "good" if built else "bad", "The pages are built." if built else "The pages are not built yet; run: make run")


async def _library(data: DataFolder) -> list[Check]:
    """The data folder, the catalogue, and the roots."""
    checks: list[Check] = []
    if not data.catalogue.exists():
        return [Check("catalogue", "warning", f"There is no library in {data.root} yet; start with: vitrine scan FOLDER")]
    free = shutil.disk_usage(data.root).free
    checks.append(Check("disk", "good" if free > FREE_BYTES else "warning", f"{free / 1e9:.1f} GB free in {data.root}."))
    try:
        async with opened(data) as catalogue:
            (sound,) = list(await catalogue.reading.execute_fetchall("PRAGMA quick_check(1)"))
            (photos,) = await catalogue.reading.execute_fetchall("SELECT count(*) FROM records WHERE gone = 0")
            if sound[0] == "ok":
                checks.append(Check("catalogue", "good", f"{photos[0]:,} photos; the file is sound."))
            else:
                checks.append(
                    Check("catalogue", "bad", f"The file is damaged ({sound[0]}); restore catalogue.db from a backup, or move it away and scan again.")
                )
            bare = sum(not data.has_pictures(photo) for (photo,) in await catalogue.reading.execute_fetchall("SELECT id FROM records WHERE gone = 0"))
            if bare:
                checks.append(Check("pictures", "bad", f"{bare:,} photos have lost their stored pictures; make them again with: vitrine scan"))
            else:
                checks.append(Check("pictures", "good", "Every photo has its stored pictures."))
            for name, state, why in await catalogue.reading.execute_fetchall("SELECT name, state, why FROM roots ORDER BY id"):
                checks.append(Check(f"folder {name}", "good" if state == "online" else "warning", why or "The folder can be read."))
    except (UserError, sqlite3.Error) as why:
        checks.append(Check("catalogue", "bad", str(why)))
    return checks


async def _problems(data: DataFolder) -> list[Trouble]:
    async with opened(data) as catalogue:
        return await listed(catalogue)
