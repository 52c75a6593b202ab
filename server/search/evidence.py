"""One record in, all that a word may find in it out. The client's ``evidence.ts`` does the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vitrine.config.records import BELIEVED_CLASS
from vitrine.server.search.folding import stems_of

CLASS, OBJECT, TERM, CITY, STATE, COUNTRY, CONTINENT, NEAR, CAMERA, LENS, FOLDER, TAG, CAPTION, TYPE, NSFW = (
    "class", "object", "term", "city", "state", "country", "continent", "near", "camera", "lens", "folder", "tag", "caption", "type", "nsfw",
)  # fmt: skip
THINGS = frozenset({CLASS, OBJECT})
BOUND = frozenset({CLASS, OBJECT, TERM, CITY, STATE, COUNTRY, CONTINENT, NEAR})
"""Kinds whose text is one thing however many words it has: "hot dog", "New York"."""
OFFERED = BOUND | {TAG, CAMERA}
"""Kinds whose whole text is offered while it is typed; of the others only single words are."""

CERTAIN: dict[str, int] = {
    TERM: 90, CITY: 100, STATE: 100, COUNTRY: 100, CONTINENT: 60, NEAR: 80, CAMERA: 100, LENS: 100, FOLDER: 60, TAG: 100, CAPTION: 90, TYPE: 50, NSFW: 100,
}  # fmt: skip
"""How sure evidence makes that carries no score of its own, in hundredths."""

NAME_CERTAINTY = 50
"""The same for a word in a file's name."""

RANK: dict[str, int] = {kind: at for at, kind in enumerate((CLASS, OBJECT, *CERTAIN))}
"""Among equally sure evidence, the kind that comes first is the reason."""

Record = Mapping[str, Any]


def hundredths(score: float) -> int:
    """A score 0..1 as a whole number 0..100."""
    return max(0, min(100, int(score * 100 + 0.5)))


def camera_of(camera: Mapping[str, Any]) -> str:
    """"Google Pixel 8 Pro"; makers repeat their name in the model, so it is not said twice."""  # fmt: skip
    make, model = camera.get("make", ""), camera.get("model", "")
    return model if model.lower().startswith(make.lower()) else f"{make} {model}".strip()


def name_of(path: str) -> str:
    """The file's name."""
    return path.rpartition("/")[2]


def name_line(path: str) -> str:
    """Words of the file's name, singular, each between two spaces."""
    return f" {' '.join(stems_of(name_of(path)))} "


def evidence_of(record: Record) -> Iterator[tuple[str, str, int]]:
    """Kind, text and certainty in hundredths of all that the record says."""
    for text, score in record.get("classes", ()):
        if score >= BELIEVED_CLASS:
            yield CLASS, text, hundredths(score)
    for text, score, *_ in record.get("objects", ()):
        yield OBJECT, text, hundredths(score)
    said: list[tuple[str, str | None]] = [(TERM, term) for term in record.get("terms", ())]
    place = record.get("place", {})
    said += [(kind, place.get(kind)) for kind in (CITY, STATE, COUNTRY, CONTINENT, NEAR)]
    if camera := record.get("camera"):
        said += [(CAMERA, camera_of(camera)), (LENS, camera.get("lens"))]
    said.append((FOLDER, record["path"].rpartition("/")[0]))
    said += [(TAG, tag) for tag in record.get("tags", ())]
    said += [(CAPTION, record.get("caption")), (TYPE, record["type"]), (NSFW, record.get("nsfw"))]
    for kind, text_said in said:
        if text_said:
            yield kind, text_said, CERTAIN[kind]
