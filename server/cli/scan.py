"""``vitrine scan``: read and analyse, then stop."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vitrine.config.paths import DataFolder
from vitrine.server.cli.options import data_option, json_option, opened, photo_folders, printable, roots_argument, settings_of

if TYPE_CHECKING:
    from vitrine.server.flow import Flow, Report


@click.command()
@roots_argument
@data_option
@json_option
@click.option("--no-analyze", is_flag=True, help="Read only; leave looking into the pictures for later.")
def command(roots: tuple[Path, ...], data: DataFolder, as_json: bool, no_analyze: bool) -> None:
    """Read new photos and look into them, then stop.

    ROOTS are folders of photos; they are remembered. Without any, the remembered ones are scanned.
    """
    report = asyncio.run(_scan(photo_folders(roots, data), data, not no_analyze, as_json))
    if as_json:
        click.echo(json.dumps(report.__dict__, ensure_ascii=False))
    else:
        for line in lines(report):
            click.echo(line)
    sys.exit(1 if report.problems or report.offline else 0)


async def _scan(roots: list[Path], data: DataFolder, analyzing: bool, as_json: bool) -> Report:
    from vitrine.config.errors import UserError
    from vitrine.server.catalogue import sole_use
    from vitrine.server.flow import Flow

    settings = settings_of(data)
    with sole_use(data):
        async with opened(data, writable=True) as catalogue:
            flow = Flow(data, catalogue, settings)
            for root in roots:
                await flow.store.add_root(root)
            (row,) = await catalogue.reading.execute_fetchall("SELECT count(*) FROM roots")
            if not row[0]:
                raise UserError("There is no folder of photos yet; name one: vitrine scan FOLDER")
            bars = asyncio.create_task(_bars(flow)) if sys.stderr.isatty() and not as_json else None
            try:
                report = await flow.run(analyzing=analyzing)
            finally:
                if bars is not None:
                    bars.cancel()
                    with suppress(asyncio.CancelledError):
                        await bars
            if flow.why_not_analyzing:
                click.echo(f"vitrine: {flow.why_not_analyzing}", err=True)
            return report


async def _bars(flow: Flow) -> None:
    """Two bars on the terminal: reading and understanding."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        rows = [(bars.add_task(words, total=None, rate=""), meter) for words, meter in (("Reading", "reading"), ("Understanding", "analyzing"))]
        while True:
            for row, name in rows:
                progress = getattr(flow, name).progress()
                bars.update(row, completed=progress["done"], total=progress["total"] or None, rate=f"{progress['rate']}/s" if progress["rate"] else "")
            await asyncio.sleep(0.2)


def lines(report: Report) -> list[str]:
    """The report as a person reads it."""
    counts = {"unchanged": report.unchanged, "read": report.read, "known under another name": report.known, "missing": report.missing}
    said = [", ".join(f"{count:,} {what}" for what, count in {**counts, "problems": report.problems}.items())]
    looked = ", ".join(f"{name} {count:,}" for name, count in sorted(report.analyzed.items()))
    said.append(f"Looked into: {looked}" if looked else "Looked into: nothing new")
    said += [f"{printable(folder)}: {why}" for folder, why in report.offline.items()]
    if report.other:
        kinds = ", ".join(f"{printable(ending)} {count:,}" for ending, count in sorted(report.other.items(), key=lambda item: -item[1])[:8])
        said.append(f"Not shown, for they are no pictures Vitrine knows: {kinds}")
    if report.problems:
        said.append("What went wrong, file by file: vitrine doctor")
    return said
