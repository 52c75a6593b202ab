"""``vitrine user``: the people who may sign in."""

from __future__ import annotations

import json

import click

from vitrine.config.paths import DataFolder
from vitrine.server.cli.options import data_option, json_option, settings_of
from vitrine.server.web.accounts import Accounts


def _accounts(data: DataFolder) -> Accounts:
    from vitrine.server import document

    data.make()
    accounts = Accounts(document.opened(data.document))
    accounts.owner()
    return accounts


@click.group(name="user")
def command() -> None:
    """List people, make a one-time sign-in link, set a password.

    While the gallery runs, a change takes effect there at its next start; a link works at once.
    """


@command.command("list")
@data_option
@json_option
def listed(data: DataFolder, as_json: bool) -> None:
    """List everyone who has an account."""
    users = [user.__dict__ for user in _accounts(data).users()]
    if as_json:
        click.echo(json.dumps(users, ensure_ascii=False))
    for user in () if as_json else users:
        click.echo(f"{user['name']}  {'owner' if user['owner'] else 'guest'}  {'password set' if user['password'] else 'no password yet'}")


@command.command()
@click.argument("name", required=False)
@data_option
def link(name: str | None, data: DataFolder) -> None:
    """Make a one-time sign-in link, good for a day; for the owner when no NAME is given."""
    settings = settings_of(data)
    accounts = _accounts(data)
    base = settings.text("public_url").rstrip("/") or f"http://{settings.text('host')}:{settings.whole('port')}"
    click.echo(f"{base}/welcome/{accounts.link(name or accounts.owner().name)}")


@command.command()
@click.argument("name", required=False)
@data_option
@click.password_option("--password", prompt="New password", help="Asked for when not given, which keeps it out of the shell's history.")
def password(name: str | None, data: DataFolder, password: str) -> None:
    """Set a password; for the owner when no NAME is given."""
    accounts = _accounts(data)
    user = accounts.set_password(name or accounts.owner().name, password)
    click.echo(f"{user.name} can sign in with the new password.")
