"""The catalogue of models: ``models.toml`` and the label files, typed.

In: ``config/models.toml``, ``assets/labels/*.csv``, and the model files that set-up copied to ``assets/models`` or pip installed.
Out: ``MODELS``, ``LEXICON_FILES``, ``verify`` and ``checksum``. Reads no weights except to verify them.
"""

from __future__ import annotations

import csv
import hashlib
import importlib.util
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from vitrine.config import paths
from vitrine.config.errors import UserError

CATALOGUE = Path(__file__).with_name("models.toml")
Registry = Literal["npm", "pypi"]


@dataclass(frozen=True)
class File:
    """One file of a package on a registry. With ``file`` set-up copies it there; without, it is read in place."""

    registry: Registry
    package: str
    version: str
    path: str
    """Inside the package: below the tarball's ``package/`` (npm) or below site-packages (pypi)."""
    file: str
    """Name below the folder it is copied to; empty when the installed package is read in place."""
    sha256: str
    bytes: int
    folder: Path
    """Where copied files lie: ``assets/models`` or ``assets/lexicon``."""

    @property
    def location(self) -> Path:
        """Where the file should be on this machine, whether or not it is there."""
        if self.file:
            return self.folder / self.file
        top, _, rest = self.path.partition("/")
        # find_spec of a top-level package finds its folder without running its code.
        spec = importlib.util.find_spec(top)
        if spec is None or not spec.submodule_search_locations:
            return Path(self.path)
        return Path(spec.submodule_search_locations[0]) / rest

    def fault(self) -> str:
        """What is wrong with the file, as the end of a sentence; empty when it is the right one."""
        try:
            content = self.location.read_bytes()
        except OSError:
            return f"is missing ({self.path} of {self.package} {self.version})"
        if hashlib.sha256(content).hexdigest() != self.sha256:
            return f"is not the one Vitrine was tested with ({self.path} of {self.package} {self.version})"
        return ""


@dataclass(frozen=True)
class Label:
    """One output of a model: its name, unique in the file, and its WordNet sense key where it has one."""

    name: str
    sense: str = ""


@dataclass(frozen=True)
class Model:
    """One entry of the catalogue."""

    name: str
    about: str
    licence: str
    loader: str
    """Which code builds it: ``efficientnet-lite``, ``graph`` or ``onnx``."""
    input_px: int
    """Side of the square the model sees."""
    mean: float
    scale: float
    """A pixel value v of 0..255 goes in as ``(v - mean) / scale``."""
    labels_file: str
    scores: Mapping[str, float]
    """Least scores, 0..1: ``kept`` goes over the wire, ``shown`` is the recommended bar."""
    files: tuple[File, ...]

    def path(self, suffix: str) -> Path:
        """The model's file with this ending, e.g. ``.json``."""
        return next(file.location for file in self.files if file.path.endswith(suffix))

    @property
    def labels(self) -> tuple[Label, ...]:
        """The model's outputs in order; empty when it names nothing."""
        return _labels(paths.LABELS / self.labels_file) if self.labels_file else ()

    @property
    def checksum(self) -> str:
        """16 hex digits that change with any of the model's files."""
        return hashlib.sha256("".join(file.sha256 for file in self.files).encode()).hexdigest()[:16]


@cache
def _labels(path: Path) -> tuple[Label, ...]:
    with path.open(newline="", encoding="utf-8") as rows:
        return tuple(Label(row["name"], row.get("sense", "")) for row in csv.DictReader(rows))


def _files(entry: Mapping[str, Any], folder: Path) -> tuple[File, ...]:
    return tuple(File(**file, folder=folder) for file in entry["files"])


def _load(path: Path) -> tuple[dict[str, Model], tuple[File, ...]]:
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    models = {
        name: Model(
            name=name,
            about=entry["about"],
            licence=entry["licence"],
            loader=entry["loader"],
            input_px=entry["input_px"],
            mean=entry["mean"],
            scale=entry["scale"],
            labels_file=entry["labels"],
            scores=entry["scores"],
            files=_files(entry, paths.MODELS),
        )
        for name, entry in raw["models"].items()
    }
    return models, _files(raw["lexicon"], paths.LEXICON)


MODELS, LEXICON_FILES = _load(CATALOGUE)


def verify(files: Iterable[File]) -> None:
    """Check that each file is there and is the one Vitrine was tested with; a UserError names the first that is not."""
    for file in files:
        if fault := file.fault():
            raise UserError(f"The file {file.file or Path(file.path).name} {fault}: run `make models` to get it again.")


def checksum(names: Iterable[str]) -> str:
    """16 hex digits that change with any file of these models."""
    return hashlib.sha256("".join(MODELS[name].checksum for name in names).encode()).hexdigest()[:16]
