"""``vitrine search``: find photos from the shell."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import click

from vitrine.config.paths import DataFolder
from vitrine.server.cli.options import data_option, json_option, opened, printable


# A word with a minus before it is part of the query, no option.
@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("query", nargs=-1, required=True)
@data_option
@json_option
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 100_000), help="Most photos to list.")
def command(query: tuple[str, ...], data: DataFolder, as_json: bool, limit: int) -> None:
    """Find photos by a sentence, and say why each one was found.

    The same language as in the browser: words, "a phrase", key:value, -not, or. Example: vitrine search dog outdoors -car
    """
    found = asyncio.run(_find(" ".join(query), data, limit))
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        for line in lines(found):
            click.echo(line)
    sys.exit(0 if found["total"] else 1)


async def _find(query: str, data: DataFolder, limit: int) -> dict[str, Any]:
    import orjson

    from vitrine.server.finder import Finder

    async with opened(data) as catalogue:
        found: dict[str, Any] = (await Finder(catalogue, data.words).find(query, limit)).json()
        for hit in found["hits"]:
            (row,) = await catalogue.reading.execute_fetchall("SELECT line FROM records WHERE id = ?", (hit["id"],))
            record = orjson.loads(row[0])
            hit["path"], hit["taken"] = record["path"], record.get("taken")
        return found


def lines(found: dict[str, Any]) -> list[str]:
    """The answer as a person reads it."""
    said = []
    if found.get("mistake"):
        said.append(found["mistake"])
    for hit in found["hits"]:
        reasons = ", ".join(reason["word"] + (f" <- {reason['evidence']}" if reason.get("evidence") else "") for reason in hit["reasons"])
        said.append(printable(f"{hit['path']}  {(hit['taken'] or '')[:10]}  {reasons}".rstrip()))
    nothing = found.get("nothing")
    if nothing:
        nearest = f" Nearest: {', '.join(nothing['nearest'])}." if nothing.get("nearest") else ""
        said.append(printable(f"Nothing found for “{nothing['word']}”.{nearest}"))
    said.append(f"{found['total']:,} photos")
    return said
