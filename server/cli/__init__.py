"""The command line. In: words typed in a shell. Out: exit 0 done, 1 finished with problems (listed), 2 wrong use.

Each command is a module of its own, loaded when it is asked for, so that a quick one stays quick.
"""

from __future__ import annotations

import importlib
import sys

import click

from vitrine.config import __version__
from vitrine.config.errors import UserError

COMMANDS: dict[str, str] = {
    "serve": "Show the gallery in the browser and keep it up to date.",
    "scan": "Read new photos and look into them, then stop.",
    "analyze": "Look into photos, again when asked, or measure how fast that is.",
    "search": "Find photos by a sentence.",
    "records": "Print the records, one JSON line a photo.",
    "doctor": "Check that everything is in order, and list the problems.",
    "backup": "Copy catalogue, accounts and settings to a safe place.",
    "restore": "Put a backup into the data folder.",
    "verify": "Check catalogue, previews and originals for damage.",
    "roots": "List the photo folders, or take one out of the gallery.",
    "user": "List people, make a one-time sign-in link, set a password.",
    "settings": "List settings, change one, or take a change back.",
}
"""Every command with its one line, in the order in which help shows them."""


class Commands(click.Group):
    """Loads ``vitrine.server.cli.<name>`` for the command ``<name>``, and shows a UserError as one sentence."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands' names."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command itself."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"vitrine.server.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Help without loading any command."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> object:
        """Run; a UserError becomes one sentence and exit 2, Ctrl-C a quiet exit 130."""
        try:
            return super().invoke(ctx)
        except UserError as why:
            from vitrine.server.cli.options import printable

            click.echo(printable(f"vitrine: {why}"), err=True)
            sys.exit(2)
        except KeyboardInterrupt:
            sys.exit(130)
        except BrokenPipeError:
            # Whoever reads the output has seen enough; the descriptor is replaced so that the exit stays silent.
            sys.stdout = None
            sys.exit(0)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="vitrine")
def main() -> None:
    """Vitrine: a photo gallery of your own that understands what is in the pictures."""
