"""``vitrine settings``: what can be set, and what is."""

from __future__ import annotations

import json

import click
from tinydb import where

from vitrine.config.errors import UserError
from vitrine.config.paths import DataFolder
from vitrine.config.settings import SETTINGS, TABLE, Settings
from vitrine.server.cli.options import data_option, json_option, settings_of


@click.group(name="settings")
def command() -> None:
    """List settings, change one, or take a change back. The gallery reads them when it starts."""


@command.command("list")
@data_option
@json_option
def listed(data: DataFolder, as_json: bool) -> None:
    """List every setting with its present value."""
    settings = settings_of(data)
    if as_json:
        click.echo(json.dumps(dict(settings.values), ensure_ascii=False))
    for setting in () if as_json else SETTINGS:
        value = settings.values[setting.name]
        click.echo(f"{setting.name} = {value}{'' if value == setting.default else f'  (default {setting.default})'}\n    {setting.about}")


@command.command("set")
@click.argument("name")
@click.argument("value")
@data_option
def change(name: str, value: str, data: DataFolder) -> None:
    """Store VALUE for the setting NAME."""
    from vitrine.server import document

    Settings.load({name: value}, {})
    data.make()
    table = document.opened(data.document).table("settings")
    table.upsert({"name": name, "value": TABLE[name].parse(value)}, where("name") == name)
    click.echo(f"{name} = {TABLE[name].parse(value)}; in force from the next start.")


@command.command()
@click.argument("name")
@data_option
def unset(name: str, data: DataFolder) -> None:
    """Go back to the default of the setting NAME."""
    from vitrine.server import document

    if name not in TABLE:
        Settings.load({name: ""}, {})
    if not data.document.exists() or not document.opened(data.document).table("settings").remove(where("name") == name):
        raise UserError(f"{name} was not changed; it has its default, {TABLE[name].default}.")
    click.echo(f"{name} = {TABLE[name].default}; in force from the next start.")
