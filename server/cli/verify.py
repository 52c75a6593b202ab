"""``vitrine verify``: is everything still what it was."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from vitrine.config.paths import DataFolder
from vitrine.server.cli.bars import bar
from vitrine.server.cli.options import data_option, json_option, opened, printable

if TYPE_CHECKING:
    from vitrine.server.verify import Checked, Finding


@click.command()
@click.option("--files", is_flag=True, help="Also read every original in full, and tell which ones rotted on their disk.")
@click.option("--repair", is_flag=True, help="Delete damaged previews and thumbnails, so that the next start of the gallery makes them again.")
@data_option
@json_option
def command(files: bool, repair: bool, data: DataFolder, as_json: bool) -> None:
    """Check the catalogue, every preview and, with --files, every original, also while the gallery runs.

    Nothing is changed, unless --repair asks for it; originals never are.
    """
    findings, checked = asyncio.run(_verified(data, files, repair, as_json))
    if as_json:
        click.echo(json.dumps({"checked": asdict(checked), "findings": [asdict(finding) for finding in findings]}, ensure_ascii=False))
    else:
        for finding in findings:
            click.echo(printable(f"{finding.kind}: {finding.message}"))
        for folder, why in checked.offline.items():
            click.echo(printable(f"left out: {folder}: {why}"))
        read = f", {checked.files:,} originals ({checked.bytes / 1e9:,.1f} GB)" if files else ""
        click.echo(
            f"{checked.photos:,} photos, {checked.pictures:,} pictures{read}: {f'{len(findings):,} findings' if findings else 'everything is what it was'}"
        )
    sys.exit(1 if findings or checked.offline else 0)


async def _verified(data: DataFolder, files: bool, repair: bool, as_json: bool) -> tuple[list[Finding], Checked]:
    from vitrine.server.verify import Checked, verify

    checked = Checked()
    with bar(quiet=as_json) as tell:
        async with opened(data) as catalogue:
            return [finding async for finding in verify(data, catalogue, checked, files=files, repair=repair, tell=tell)], checked
