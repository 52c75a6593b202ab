"""``vitrine roots``: the folders shown."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

import click

from vitrine.config.errors import UserError
from vitrine.config.paths import DataFolder
from vitrine.server.cli.options import data_option, json_option, opened, printable, settings_of


@click.group(name="roots")
def command() -> None:
    """List the photo folders, or take one out of the gallery."""


@command.command("list")
@data_option
@json_option
def listed(data: DataFolder, as_json: bool) -> None:
    """List the folders with their state."""
    rows = asyncio.run(_rows(data))
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
    for row in () if as_json else rows:
        click.echo(printable(f"{row['name']}  {row['state']}  {row['files']:,} files  {row['path']}"))


async def _rows(data: DataFolder) -> list[dict[str, object]]:
    async with opened(data) as catalogue:
        rows = await catalogue.reading.execute_fetchall(
            "SELECT name, path, state, why, (SELECT count(*) FROM files WHERE root = roots.id) FROM roots ORDER BY id"
        )
        return [
            {"name": name, "path": os.fsdecode(path).encode("utf-8", "replace").decode(), "state": state, "why": why, "files": files}
            for name, path, state, why, files in rows
        ]


@command.command()
@click.argument("folder")
@data_option
def remove(folder: str, data: DataFolder) -> None:
    """Take FOLDER (its name or path) out of the gallery; its files stay untouched, and what you entered about its photos is kept."""
    click.echo(f"{asyncio.run(_remove(folder, data)):,} photos left the gallery.")


async def _remove(folder: str, data: DataFolder) -> int:
    from vitrine.server.catalogue import sole_use
    from vitrine.server.flow import Flow

    with sole_use(data):
        async with opened(data, writable=True) as catalogue:
            path = os.fsencode(os.path.realpath(Path(folder).expanduser()))
            rows = list(await catalogue.reading.execute_fetchall("SELECT id FROM roots WHERE name = ? OR path = ?", (folder, path)))
            if not rows:
                raise UserError(f"There is no folder {printable(folder)!r} in the gallery; list them with: vitrine roots list")
            return await Flow(data, catalogue, settings_of(data)).store.forget_root(rows[0][0])
