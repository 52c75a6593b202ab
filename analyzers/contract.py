"""What an analyzer is: facts of its class, ``load`` and ``look``; the base owns verifying, loading, locking and unloading.

In: pictures, a batch at a time. Out: one result a picture, in the shape ``config/wire.py`` states.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Any, ClassVar, Generic, TypeVar

from PIL import Image

from vitrine.config import models
from vitrine.config.models import MODELS, Model
from vitrine.config.wire import AnalyzerFacts

Picture = Image.Image
"""An upright sRGB picture, mode RGB, longest side at most 1280 px."""
Result = Mapping[str, Any]
"""One of the results of ``config/wire.py``."""
Network = TypeVar("Network")


class Analyzer(ABC, Generic[Network]):
    """One way of looking at pictures. ``Network`` is whatever ``load`` returns and ``look`` uses."""

    name: ClassVar[str]
    """One word: in the record's ``state``, in settings, on the wire."""
    about: ClassVar[str]
    """One sentence for people."""
    version: ClassVar[str]
    """Raised when the same picture would give another result; every photo is then looked at again."""
    model: ClassVar[str]
    """The catalogue's entry whose labels and scores these are."""
    needs: ClassVar[tuple[str, ...]] = ()
    """Further entries of the catalogue it looks with."""
    at_once: ClassVar[int] = 8
    """Most pictures handed to one ``look``: bounds memory."""
    _loading: ClassVar[Lock] = Lock()
    # Libraries of models are not made to be imported and set up by several threads at once.

    def __init__(self) -> None:
        self._lock = Lock()
        self._network: Network | None = None

    @classmethod
    def models(cls) -> tuple[Model, ...]:
        """Every entry of the catalogue it looks with, its own first."""
        return tuple(MODELS[name] for name in (cls.model, *cls.needs))

    @classmethod
    def facts(cls) -> AnalyzerFacts:
        """What it says of itself before any model is loaded."""
        return {"name": cls.name, "version": cls.version, "checksum": models.checksum((cls.model, *cls.needs)), "about": cls.about}

    @classmethod
    def verify(cls) -> None:
        """Check its model files; raises UserError that says which one and what to do."""
        models.verify(file for model in cls.models() for file in model.files)

    @abstractmethod
    def load(self) -> Network:
        """Build the network from verified files. Called once, at the first picture."""

    @abstractmethod
    def look(self, network: Network, pictures: Sequence[Picture]) -> Sequence[Result]:
        """One result a picture, in order, the same to 1e-3 whatever else is in the batch. May raise anything."""

    def __call__(self, pictures: Sequence[Picture]) -> list[Result]:
        """Look, after verifying and loading when this is the first time; one thread at a time."""
        with self._lock:
            if self._network is None:
                self.verify()
                with Analyzer._loading:
                    self._network = self.load()
            return list(self.look(self._network, pictures))

    def unload(self) -> None:
        """Give the network's memory back; the next picture loads it again."""
        with self._lock:
            self._network = None
