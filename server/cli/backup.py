"""``vitrine backup``: a copy for a bad day."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from vitrine.config.paths import DataFolder
from vitrine.server.cli.bars import bar
from vitrine.server.cli.options import data_option, json_option, printable


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--pictures", "with_pictures", is_flag=True, help="Also previews and thumbnails, which otherwise are made again from the photos.")
@data_option
@json_option
def command(folder: Path, with_pictures: bool, data: DataFolder, as_json: bool) -> None:
    """Copy catalogue, accounts and settings to FOLDER, also while the gallery runs.

    FOLDER must not exist yet, or be empty. Photos themselves are not copied.
    """
    from vitrine.server import backup

    with bar(quiet=as_json) as tell:
        made = backup.make(data, folder.expanduser(), with_pictures=with_pictures, tell=tell)
    if as_json:
        click.echo(json.dumps(asdict(made)))
        return
    click.echo(f"{made.photos:,} photos, {made.files:,} files, {made.bytes / 1e6:,.1f} MB in {printable(str(folder))}")
    click.echo("Previews will be made again from the photos." if not made.pictures else "Previews are in it.")
    click.echo(f"Check it with: cd {printable(str(folder))} && sha256sum --check --quiet SHA256SUMS")
