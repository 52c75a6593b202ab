"""``vitrine analyze``: look into photos, again when asked, or measure how fast that is."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vitrine.config.errors import UserError
from vitrine.config.paths import DataFolder
from vitrine.server.cli.options import data_option, json_option, opened, settings_of

if TYPE_CHECKING:
    from vitrine.server.flow import Report


@click.command()
@data_option
@json_option
@click.option("--only", metavar="NAMES", help="These analyzers only, separated by commas.")
@click.option("--redo", metavar="QUERY", help='Look again at the photos that a search finds; "" means all.')
@click.option("--bench", type=click.Path(path_type=Path, exists=True, file_okay=False), help="Measure on photos of this folder instead, and print a table.")
def command(data: DataFolder, as_json: bool, only: str | None, redo: str | None, bench: Path | None) -> None:
    """Look into the photos that nobody has looked into yet, then stop.

    No folder is scanned. Results stay in force until others take their place.
    """
    if bench is not None:
        from vitrine.server.analyze import COMMAND

        sys.exit(subprocess.run([*COMMAND, "--bench", str(bench), "--analyzers", only or settings_of(data).text("analyzers")], check=False).returncode)
    report = asyncio.run(_analyze(data, only, redo))
    if as_json:
        click.echo(json.dumps({"analyzed": report.analyzed, "problems": report.problems}))
    else:
        for line in lines(report):
            click.echo(line)
    sys.exit(1 if report.problems else 0)


async def _analyze(data: DataFolder, only: str | None, redo: str | None) -> Report:
    from vitrine.server.analyze import facts
    from vitrine.server.catalogue import sole_use
    from vitrine.server.finder import Finder
    from vitrine.server.flow import Flow

    settings = settings_of(data, analyzers=only)
    with sole_use(data):
        async with opened(data, writable=True) as catalogue:
            flow = Flow(data, catalogue, settings)
            # A name that does not exist is told before anything changes.
            await facts(flow.analyzers)
            if redo is not None:
                answer = await Finder(catalogue, data.words).find(redo)
                if answer.mistake:
                    raise UserError(answer.mistake)
                await flow.look_again([hit.id for hit in answer.hits])
            report = await flow.look()
            if flow.why_not_analyzing:
                raise UserError(flow.why_not_analyzing)
            return report


def lines(report: Report) -> list[str]:
    """The report as a person reads it."""
    looked = ", ".join(f"{name} {count:,}" for name, count in sorted(report.analyzed.items()))
    said = [f"Looked into: {looked}" if looked else "Looked into: nothing; every photo has its results"]
    if report.problems:
        said.append(f"{report.problems:,} problems, photo by photo: vitrine doctor")
    return said
