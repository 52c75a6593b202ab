"""``vitrine serve``: the gallery in the browser."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from pathlib import Path

import click

from vitrine.config.errors import UserError
from vitrine.config.paths import DataFolder
from vitrine.server.cli.options import data_option, opened, photo_folders, roots_argument, settings_of

EVERYWHERE = "0.0.0.0"  # noqa: S104 - recognised here, never chosen


@click.command()
@roots_argument
@data_option
@click.option("--host", help="Address to listen on; 0.0.0.0 offers the gallery to your network.")
@click.option("--port", type=int, help="Port to listen on; 0 takes any free one.")
@click.option("--demo", is_flag=True, help="Show a small library of openly licensed photos.")
@click.option("--link", is_flag=True, help="Print a one-time sign-in link even though a password is set.")
def command(roots: tuple[Path, ...], data: DataFolder, host: str | None, port: int | None, demo: bool, link: bool) -> None:
    """Show the gallery in the browser and keep it up to date.

    ROOTS are folders of photos; they are remembered, so that later starts need not name them. Nothing is ever written below them.
    """
    import uvloop

    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    uvloop.run(_serve(photo_folders(roots, data), data, {"host": host, "port": port}, demo, link))


async def _serve(roots: list[Path], data: DataFolder, options: dict[str, object], demo: bool, link: bool) -> None:
    from vitrine.server import document
    from vitrine.server.catalogue import sole_use
    from vitrine.server.demo import prepare
    from vitrine.server.finder import Finder
    from vitrine.server.flow import Flow
    from vitrine.server.web.accounts import Accounts
    from vitrine.server.web.app import application, start
    from vitrine.server.web.gallery import Gallery

    settings = settings_of(data, **options)
    with sole_use(data):
        async with opened(data, writable=True) as catalogue:
            thanks: list[dict[str, str]] = []
            if demo:
                shown = await asyncio.to_thread(prepare, data.root)
                roots = [*roots, shown.folder]
                thanks = [{name: str(value) for name, value in credit.items()} for credit in shown.credits]
            flow = Flow(data, catalogue, settings)
            for root in roots:
                await flow.store.add_root(root)
            accounts = Accounts(document.opened(data.document))
            gallery = Gallery(data, settings, catalogue, flow, accounts, Finder(catalogue, data.words), thanks)
            app = application(gallery)
            host, port = settings.text("host"), settings.whole("port")
            stop = asyncio.Event()
            loop = asyncio.get_running_loop()
            for sign in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(sign, stop.set)
            try:
                runner, real = await start(app, host, port)
            except OSError as why:
                raise UserError(f"Port {port} on {host} cannot be used ({why.strerror}); choose another with --port.") from None
            try:
                await _greet(gallery, host, real, link)
                await stop.wait()
            finally:
                await runner.cleanup()


async def _greet(gallery: object, host: str, port: int, link: bool) -> None:
    from vitrine.server.web.gallery import Gallery

    assert isinstance(gallery, Gallery)
    shown = f"[{host}]" if ":" in host else "127.0.0.1" if host == EVERYWHERE else host
    address = gallery.settings.text("public_url").rstrip("/") or f"http://{shown}:{port}"
    (row,) = await gallery.catalogue.reading.execute_fetchall("SELECT count(*) FROM roots")
    owner = gallery.accounts.owner()
    click.echo(f"Vitrine is at {address}")
    if link or not owner.password:
        click.echo(f"Sign in once with {address}/welcome/{gallery.accounts.link(owner.name)}")
    if not row[0]:
        click.echo("No folder of photos yet: stop with Ctrl-C and start with: vitrine serve FOLDER")
    sys.stdout.flush()
