"""``vitrine records``: the stream, in the shell."""

from __future__ import annotations

import asyncio
import sys
from contextlib import aclosing

import click

from vitrine.config.paths import DataFolder
from vitrine.server.cli.options import data_option, json_option, opened


@click.command()
@click.option("--since", default=0, show_default=True, type=click.IntRange(0), help="Only what changed after this sequence number, removals too.")
@data_option
@json_option
def command(since: int, data: DataFolder, as_json: bool) -> None:
    """Print the records, one JSON line a photo, as clients receive them; --json is the same."""
    asyncio.run(_print(since, data))


async def _print(since: int, data: DataFolder) -> None:
    from vitrine.server.stream import records

    async with opened(data) as catalogue, aclosing(records(catalogue, since)) as pieces:
        async for piece in pieces:
            sys.stdout.buffer.write(piece)
    sys.stdout.flush()
