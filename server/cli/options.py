"""What several commands share: options, the open library, and text that is safe to print."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from vitrine.config.errors import UserError
from vitrine.config.paths import DataFolder, default_data
from vitrine.config.settings import Settings
from vitrine.server.catalogue import Catalogue

F = TypeVar("F", bound=Callable[..., Any])

DATA_HELP = "Folder for everything Vitrine writes (default: $VITRINE_DATA, else ~/.local/share/vitrine)."


def data_option(command: F) -> F:
    """``--data DIR``."""
    return click.option("--data", "data", type=click.Path(file_okay=False, path_type=Path), help=DATA_HELP, callback=_folder)(command)


def json_option(command: F) -> F:
    """``--json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")(command)


def roots_argument(command: F) -> F:
    """Any number of photo folders."""
    return click.argument("roots", nargs=-1, type=click.Path(path_type=Path))(command)


def _folder(_: click.Context, __: click.Parameter, value: Path | None) -> DataFolder:
    return DataFolder((value or default_data()).expanduser().absolute())


def settings_of(data: DataFolder, **options: object) -> Settings:
    """The settings in force: options given on the command line win over everything stored."""
    from vitrine.server import document

    stored = document.overrides(document.opened(data.document)) if data.document.exists() else {}
    given = {f"VITRINE_{name.upper()}": str(value) for name, value in options.items() if value is not None}
    return Settings.load(stored, {**os.environ, **given})


def photo_folders(roots: Sequence[Path], data: DataFolder) -> list[Path]:
    """The folders as absolute paths; raises UserError for one that cannot be a photo root."""
    found = []
    for root in roots:
        path = Path(os.path.realpath(root.expanduser()))
        if not path.is_dir():
            raise UserError(f"{printable(str(root))} is no folder; name the folder that holds your photos.")
        home = Path(os.path.realpath(data.root))
        if path.is_relative_to(home / "pictures"):
            raise UserError(f"{path} holds Vitrine's own previews; name the folder that holds your photos.")
        if home == path or path in home.parents:
            raise UserError(
                f"The data folder {home} lies inside the photo folder {path}; choose another with --data, for Vitrine never writes below a photo folder."
            )
        found.append(path)
    return found


@asynccontextmanager
async def opened(data: DataFolder, *, writable: bool = False) -> AsyncIterator[Catalogue]:
    """The catalogue of the data folder."""
    catalogue = await Catalogue.open(data, writable=writable)
    try:
        yield catalogue
    finally:
        await catalogue.close()


def printable(text: str) -> str:
    """Text from a file name or a picture, without anything a terminal would obey or that would break a line."""
    return "".join(char if char.isprintable() else "�" for char in text)
