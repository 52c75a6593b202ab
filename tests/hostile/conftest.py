"""What hostile tests share: a real ``vitrine`` in a process of its own, and pictures to feed it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

VITRINE = (sys.executable, "-c", "from vitrine.server.cli import main; main()")
Vitrine = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def vitrine() -> Vitrine:
    """Start ``vitrine ARGUMENTS``; ``before`` stands in front of the command, ``settings`` become environment variables."""

    def start(*arguments: str | Path, before: Sequence[str] = (), **settings: object) -> subprocess.Popen[str]:
        environment = os.environ | {f"VITRINE_{name.upper()}": str(value) for name, value in settings.items()}
        return subprocess.Popen(
            [*before, *VITRINE, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, start_new_session=True
        )

    return start


def paint(folder: Path, count: int) -> list[Path]:
    """So many JPEGs, each with a content of its own that follows from its number."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number in range(count):
        rows = np.random.default_rng(number).integers(0, 256, (6, 9, 3), dtype=np.uint8)
        path = folder / f"{number:04}.jpg"
        Image.fromarray(rows).resize((480, 320), Image.Resampling.BICUBIC).save(path, "JPEG", quality=85)
        paths.append(path)
    return paths
