"""Where things lie: inside the package or checkout, and inside the data folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from vitrine.config.errors import UserError

# The checkout and the installed package have the same shape, so one expression serves both.
# ``resolve`` matters: an editable install reaches this file through a link.
HOUSE = Path(__file__).resolve().parent.parent
ASSETS = HOUSE / "assets"
LABELS = ASSETS / "labels"
MODELS = ASSETS / "models"
LEXICON = ASSETS / "lexicon"
CLIENT = HOUSE / "client" / "dist"


PICTURES = ("preview", "thumb2x", "thumb")
"""The stored pictures of a photo, in the order in which they are made."""


def default_data() -> Path:
    """The data folder when none is named: ``$VITRINE_DATA``, else ``$XDG_DATA_HOME/vitrine``, else ``~/.local/share/vitrine``."""
    if named := os.environ.get("VITRINE_DATA"):
        return Path(named)
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "vitrine"


@dataclass(frozen=True)
class DataFolder:
    """Everything Vitrine writes lies below this one folder; photo roots are never written to."""

    root: Path

    @property
    def catalogue(self) -> Path:
        """The SQLite catalogue."""
        return self.root / "catalogue.db"

    @property
    def document(self) -> Path:
        """Accounts, sessions and setting overrides: one small human-readable document, mode 0600."""
        return self.root / "vitrine.json"

    @property
    def lock(self) -> Path:
        """Held by the one server or scan that uses this folder."""
        return self.root / "lock"

    @property
    def restored(self) -> Path:
        """A library from a backup on its way to its place; seen only when ``vitrine restore`` was interrupted."""
        return self.root / "restored"

    @property
    def words(self) -> Path:
        """What follows from each label, made once from WordNet."""
        return self.root / "words.json"

    @property
    def analyzers_log(self) -> Path:
        """What the model libraries said since the analyzer process last started."""
        return self.root / "analyzers.log"

    @property
    def pictures(self) -> Path:
        """Previews and thumbnails."""
        return self.root / "pictures"

    @property
    def unfinished(self) -> Path:
        """Pictures being written, on the same disk as their place; what a crash left here is cleared at the next start."""
        return self.pictures / "unfinished"

    def picture(self, photo: str, size: str) -> Path:
        """The stored picture of one photo; ``size`` is ``thumb``, ``thumb2x`` or ``preview``.

        Two levels of 256 folders keep any folder small: a million photos are some 46 files in each.
        """
        return self.pictures / photo[:2] / photo[2:4] / f"{photo}.{size}.jpg"

    def has_pictures(self, photo: str) -> bool:
        """Whether every stored picture of a photo is there."""
        return all(self.picture(photo, size).exists() for size in PICTURES)

    def make(self) -> None:
        """Create the folder, readable by its owner alone. Raises UserError where that cannot be."""
        try:
            self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.pictures.mkdir(exist_ok=True, mode=0o700)
        except OSError as why:
            raise UserError(f"The data folder {self.root} cannot be made ({why.strerror}); choose another with --data.") from why
