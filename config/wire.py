"""The contract between server and analyzers: lines of JSON, job lines in, record lines out.

The server starts ``python -m vitrine.analyzers`` and writes one job a line to its standard input; the analyzer process
answers on its standard output. Nothing else passes between them, so the two never import each other.

In::

    {"kind": "job", "id": PHOTO, "preview": PATH, "analyzers": ["classes", ...]}

``id`` is the photo's id, ``preview`` an absolute path of an upright sRGB picture, longest side at most 1280 px.
End of input means: finish what is queued, then leave.

Out, in this order for each job::

    {"kind": "ready", "analyzers": [{"name", "version", "checksum", "about"}, ...]}          once, when it can take jobs
    {"kind": "looking", "analyzer": NAME, "ids": [PHOTO, ...]}                               before each look: all photos now looked at
    {"kind": "result", "id": PHOTO, "analyzer": NAME, "version": V, "checksum": SHA, "ms": MS, "result": {...}}
    {"kind": "problem", "id": PHOTO, "analyzer": NAME, "version": V, "message": SENTENCE}    this analyzer failed on it
    {"kind": "done", "id": PHOTO}                                                            all its analyzers answered

When the process dies, the photos of the last ``looking`` line are the suspects; the server tries each alone.

Results (all boxes are ``x, y, w, h`` as fractions of the upright picture, all scores 0..1, raw: thresholds live in enrich):
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

Box = tuple[float, float, float, float]
"""Left, top, width, height; fractions 0..1 of the upright picture."""


class ClassesResult(TypedDict):
    """``classes``: up to ten labels of the classifier's label file, best first, score >= 0.01."""

    labels: list[tuple[str, float]]


class ObjectsResult(TypedDict):
    """``objects``: label, score, x, y, w, h for every box with score >= 0.1, best first, after NMS per class."""

    boxes: list[tuple[str, float, float, float, float, float]]


class FaceResult(TypedDict):
    """One face. ``vector`` is base64 of 1,024 little-endian float16 of unit length (the identity)."""

    box: Box
    score: float
    landmarks: list[tuple[float, float]]
    age: float
    gender: tuple[Literal["female", "male"], float]
    emotion: list[tuple[str, float]]
    vector: str


class FacesResult(TypedDict):
    """``faces``: best first."""

    faces: list[FaceResult]


class NudityResult(TypedDict):
    """``nudity``: part, score, x, y, w, h for every box with score >= 0.2."""

    parts: list[tuple[str, float, float, float, float, float]]


class Job(TypedDict):
    """One line in."""

    kind: Literal["job"]
    id: str
    preview: str
    analyzers: list[str]


class AnalyzerFacts(TypedDict):
    """What an analyzer says of itself in ``ready``."""

    name: str
    version: str
    checksum: str
    about: str


class Answer(TypedDict):
    """One line out; which keys are there depends on ``kind``."""

    kind: Literal["ready", "looking", "result", "problem", "done"]
    id: NotRequired[str]
    ids: NotRequired[list[str]]
    analyzer: NotRequired[str]
    version: NotRequired[str]
    checksum: NotRequired[str]
    ms: NotRequired[float]
    result: NotRequired[dict[str, object]]
    message: NotRequired[str]
    analyzers: NotRequired[list[AnalyzerFacts]]
