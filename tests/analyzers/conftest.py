"""Real pictures and real models for the analyzers' tests."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vitrine.analyzers.contract import Picture
from vitrine.analyzers.pixels.preview import decode
from vitrine.analyzers.registry import discover
from vitrine.config.errors import UserError
from vitrine.config.paths import ASSETS
from vitrine.config.wire import Answer

ROOT = Path(__file__).resolve().parent.parent.parent
PHOTOS = ROOT.parent / "shared" / "photos"
Talk = Callable[..., list[Answer]]


def models_fault() -> str:
    """Why no model can be loaded; empty when all can."""
    try:
        for kind in discover().values():
            kind.verify()
    except UserError as error:
        return str(error)
    return ""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    fault = models_fault()
    for item in items:
        if fault and item.get_closest_marker("models") and Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.skip(reason=fault))


@pytest.fixture(scope="session")
def pictures() -> dict[str, Picture]:
    """Openly licensed photos of the demo library: a portrait, a cat, a cup of coffee, a rocket."""
    files = {"portrait": "Eileen Collins.png", "cat": "Chelsea.png", "coffee": "Coffee.png", "rocket": "Falcon 9 with DSCOVR.jpg"}
    if missing := [file for file in files.values() if not (ASSETS / "demo" / file).exists()]:
        pytest.skip(f"the demo library is missing {missing[0]}: run `make demo`")
    return {name: decode(str(ASSETS / "demo" / file)) for name, file in files.items()}


@pytest.fixture(scope="session")
def previews(pictures: dict[str, Picture], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same as the read stage stores them."""
    folder = tmp_path_factory.mktemp("previews")
    for name, picture in pictures.items():
        picture.save(folder / f"{name}.jpg", quality=88)
    return {name: folder / f"{name}.jpg" for name in pictures}


def job(photo: str, preview: Path, *analyzers: str) -> dict[str, Any]:
    return {"kind": "job", "id": photo, "preview": str(preview), "analyzers": list(analyzers)}


@pytest.fixture(scope="session")
def talk() -> Talk:
    """Send lines to a real analyzer process, end its input, and give its answers; anything on stdout that is no answer fails."""

    def talked(*lines: dict[str, Any] | str, arguments: tuple[str, ...] = ()) -> list[Answer]:
        sent = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
        command = [sys.executable, "-m", "vitrine.analyzers", "--threads", "2", *arguments]
        done = subprocess.run(command, input=sent, capture_output=True, text=True, timeout=240, check=False)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    return talked
