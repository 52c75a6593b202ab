"""``vitrine restore``: the way back."""

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
@click.option("--replace", is_flag=True, help="Even when there is a library; it is kept in a folder before-restore-... in the data folder.")
@data_option
@json_option
def command(folder: Path, replace: bool, data: DataFolder, as_json: bool) -> None:
    """Put the backup in FOLDER into the data folder, which must be empty.

    Every file is compared with its checksum first; a damaged backup changes nothing. Everyone has to sign in again.
    """
    from vitrine.server import backup

    if backup.finish(data):
        click.echo(f"An earlier restore had been interrupted; it is finished now, and its library is in {printable(str(data.root))}.")
        return
    with bar(quiet=as_json) as tell:
        done = backup.restore(folder.expanduser(), data, replace=replace, tell=tell)
    kept = None if done.kept is None else str(done.kept)
    if as_json:
        click.echo(json.dumps({"backup": asdict(done.manifest), "kept": kept, "unread": done.unread}))
        return
    click.echo(f"{done.manifest.photos:,} photos as of {done.manifest.made} are in {printable(str(data.root))}")
    if kept:
        click.echo(f"What was there is kept in {printable(kept)}; delete it when all is well.")
    if done.unread:
        click.echo(f"The previews of {done.unread:,} files are made again at the next scan; nothing is analysed again.")
