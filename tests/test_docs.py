"""The pages are held to the code: what exists is written down, and what is made from code is fresh."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from vitrine.config import __version__, publish
from vitrine.config.errors import PROBLEM_CODES
from vitrine.config.records import GONE, RECORD
from vitrine.config.settings import SETTINGS
from vitrine.server.cli import main

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"


def page(name: str) -> str:
    return (DOCS / name).read_text("utf-8")


def commands(command: click.Command, name: str = "vitrine") -> Iterator[tuple[str, click.Command]]:
    """Every command below one, with its full name; groups too."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for inner in command.list_commands(context):
            found = command.get_command(context, inner)
            assert found is not None
            yield f"{name} {inner}", found
            yield from commands(found, f"{name} {inner}")


COMMANDS = dict(commands(main))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_section_that_names_its_options_and_arguments(name: str) -> None:
    sections = dict(re.findall(r"^#{2,3} (vitrine [^\n]+)\n(.*?)(?=^#|\Z)", page("commands.md"), re.MULTILINE | re.DOTALL))
    assert name in sections
    command = COMMANDS[name]
    if isinstance(command, click.Group):
        return
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert all(f"`{option}" in sections[name] for option in parameter.opts if option.startswith("--")), f"{name} {parameter.opts}"
        else:
            assert str(parameter.name).upper() in sections[name], f"{name} {parameter.name}"


def test_no_command_is_documented_that_does_not_exist() -> None:
    assert set(re.findall(r"^#{2,3} (vitrine [^\n]+)$", page("commands.md"), re.MULTILINE)) == set(COMMANDS)


def routes() -> set[str]:
    """Every route as the page writes it: ``GET /media/{id}/{size}``."""
    from vitrine.server.web import photos, records, session, work

    placeholder = re.compile(r"{(\w+):(?:[^{}]|{\d+})*}")
    found = {(route.method, route.path) for part in (session, records, photos, work) for route in part.routes}
    return {method + " " + placeholder.sub(r"{\1}", path) for method, path in found}


def test_every_route_is_on_its_page_and_every_route_on_the_page_exists() -> None:
    written = set(re.findall(r"^\| `([A-Z]+ /[^`]+)` \|", page("http.md"), re.MULTILINE))
    assert written == routes()


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_setting_is_on_its_page(setting) -> None:
    assert f"| `{setting.name}` | `{setting.default}` | {setting.about} |" in page("settings.md")


@pytest.mark.parametrize("field", [*RECORD, *GONE], ids=lambda field: field.name)
def test_every_field_of_the_record_is_on_its_page(field) -> None:
    assert re.search(rf"^\| `{field.name}` \|.*{re.escape(field.about)}", page("records.md"), re.MULTILINE)


def test_every_problem_is_on_its_page_and_every_code_in_use_is_a_known_problem() -> None:
    assert {code for code in PROBLEM_CODES if f"`{code}`" not in page("problems.md")} == set()
    in_use = {
        code
        for part in ("server", "analyzers")
        for path in (ROOT / part).rglob("*.py")
        for code in re.findall(r"\bProblem\(\s*\"([^\"]+)\"", path.read_text("utf-8"))
    }
    assert in_use != set()
    assert in_use <= set(PROBLEM_CODES)


def test_what_is_made_from_code_is_fresh() -> None:
    assert publish.stale() == [], "run `make generate`"


def test_the_changelog_begins_with_this_version() -> None:
    heads = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert heads[0] == __version__


@pytest.mark.parametrize("name", ["client", "assets"])
def test_the_packages_for_npm_carry_this_version(name: str) -> None:
    found = re.search(r'"version": "([^"]+)"', (ROOT / name / "package.json").read_text("utf-8"))
    assert found is not None
    assert found[1] == __version__


def pages() -> list[Path]:
    return [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "service" / "README.md", *sorted(DOCS.rglob("*.md"))]


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_link_leads_nowhere(path: Path) -> None:
    targets = re.findall(r"\]\((?!https?://|#)([^)#\s]+)", path.read_text("utf-8"))
    assert [target for target in targets if not (path.parent / target).exists()] == []


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_file_is_named_that_does_not_exist(path: Path) -> None:
    named = re.findall(
        r"`((?:config|server|analyzers|client|assets|service|tests|docs)/[\w./-]+\.(?:py|ts|tsx|toml|json|md|sql|csv))`", path.read_text("utf-8")
    )
    made = ("assets/models/", "assets/lexicon/", "client/dist/")
    assert [name for name in named if not (ROOT / name).exists() and not name.startswith(made)] == []


def test_the_index_lists_every_page() -> None:
    listed = set(re.findall(r"\]\(([\w-]+\.md)\)", page("index.md")))
    assert listed == {path.name for path in DOCS.glob("*.md")} - {"index.md"}
