"""Which analyzers there are: every module of this folder in, their ``Analyzer`` classes out. Adding one is adding its file."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from vitrine.analyzers.contract import Analyzer
from vitrine.config.errors import UserError

Kind = type[Analyzer[Any]]


def discover(package: str = "vitrine.analyzers") -> dict[str, Kind]:
    """Name to class for every analyzer declared in a module of the package, by name. Imports no TensorFlow: analyzers do so in ``load``."""
    found: dict[str, Kind] = {}
    home = importlib.import_module(package)
    for module in pkgutil.iter_modules([str(Path(folder)) for folder in home.__path__]):
        if module.ispkg or module.name.startswith("_"):
            continue
        for _, kind in inspect.getmembers(importlib.import_module(f"{package}.{module.name}"), inspect.isclass):
            if not issubclass(kind, Analyzer) or inspect.isabstract(kind) or kind.__module__ != f"{package}.{module.name}":
                continue
            if kind.name in found:
                raise TypeError(f"{kind.__module__} and {found[kind.name].__module__} both call themselves {kind.name}")
            found[kind.name] = kind
    return dict(sorted(found.items()))


def chosen(names: Iterable[str]) -> dict[str, Kind]:
    """The analyzers of these names, in this order; an unknown name is a UserError that lists the known ones."""
    known = discover()
    wanted = [name for name in names if name]
    for name in wanted:
        if name not in known:
            raise UserError(f"There is no analyzer {name!r}; there are {', '.join(known)}.")
    return {name: known[name] for name in wanted} or known
