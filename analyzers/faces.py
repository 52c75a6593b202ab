"""Faces: pictures in; box, landmarks, age, gender, emotion and identity of each face out.

BlazeFace proposes, on the whole picture, on the picture seen from further away (a face that fills it), and on tiles of half its
size (small faces). FaceMesh disposes: it says whether a proposal is a face at all, which keeps dogs, dials and letters out.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from vitrine.analyzers.contract import Analyzer, Picture
from vitrine.analyzers.models import blazeface, faceres, graphs
from vitrine.analyzers.models.graphs import Array, Graph
from vitrine.analyzers.pixels import boxes, crops
from vitrine.analyzers.pixels.letterbox import Letterbox, tiles
from vitrine.config.models import MODELS
from vitrine.config.wire import FaceResult, FacesResult

FURTHER = 0.2
"""Share of the square left black on each side in the view from further away."""
CHECKS = ((1.5, False), (1.75, False), (1.5, True))
"""Crops FaceMesh judges: side in boxes, and whether mirrored. Their mean tells faces from dogs better than any one of them."""
PORTRAITS = ((1.0, False), (1.3, False), (1.5, True))
"""Crops FaceRes sees; ``faceres.people`` says which of them decide what."""
EMOTION = 1.1
"""Side of the crop for emotions, in boxes."""
GREY = np.array([0.299, 0.587, 0.114], np.float32)
"""Luma weights, ITU-R BT.601."""
MOST = 40


@dataclass(frozen=True)
class Networks:
    """The four models a face passes."""

    detector: Graph
    mesh: Graph
    person: Graph
    emotion: Graph


@dataclass(frozen=True)
class Found:
    """A face, or what may be one: the picture's index in the batch, and a row (17,) of ``blazeface.faces`` in picture pixels."""

    index: int
    picture: Picture
    face: Array

    def views(self, wanted: Sequence[tuple[float, bool]], px: int) -> list[crops.Pixels]:
        """One crop for each (side, whether mirrored); a side asked for both ways is cut once."""
        cut = {side: self.crop(side, px) for side in dict.fromkeys(side for side, _ in wanted)}
        return [cut[side][:, ::-1] if mirrored else cut[side] for side, mirrored in wanted]

    def crop(self, side: float, px: int) -> crops.Pixels:
        """The square around it, ``side`` boxes wide, its eyes level, as ``px`` px."""
        left, top, right, bottom = (float(value) for value in self.face[:4])
        across, down = self.face[6:8] - self.face[4:6]
        angle = float(np.arctan2(down, across))
        return crops.turned(self.picture, ((left + right) / 2, (top + bottom) / 2), max(right - left, bottom - top) * side, angle, px)


class Faces(Analyzer[Networks]):
    """BlazeFace, checked by FaceMesh, described by FaceRes and the emotion model."""

    name = "faces"
    about = "Faces with age, gender, emotion and what tells one person from another."
    version = "1"
    model = "blazeface"
    needs = ("facemesh", "faceres", "emotion")

    def load(self) -> Networks:
        """All four. The three with residual sums must not be fused again."""

        def graph(name: str, outputs: Sequence[str], fuse: bool = False) -> Graph:
            return graphs.load(MODELS[name].path(".json"), MODELS[name].path(".bin"), outputs, fuse)

        return Networks(
            detector=graph("blazeface", blazeface.OUTPUTS),
            mesh=graph("facemesh", ["Identity_1"]),
            person=graph("faceres", faceres.OUTPUTS, fuse=True),
            emotion=graph("emotion", ["Identity"]),
        )

    def look(self, network: Networks, pictures: Sequence[Picture]) -> list[FacesResult]:
        """All views of all pictures go through the detector together, then all faces through each further model."""
        results: list[FacesResult] = [{"faces": []} for _ in pictures]
        proposed = [Found(i, pictures[i], face) for i, faces in enumerate(self._propose(network, pictures)) for face in faces]
        for found, result in self._describe(network, self._check(network, proposed)):
            results[found.index]["faces"].append(result)
        return results

    @staticmethod
    def _propose(network: Networks, pictures: Sequence[Picture]) -> list[Array]:
        """For each picture (k, 17) as ``blazeface.faces`` gives them, in picture pixels, at most MOST, overlapping ones merged."""
        side = MODELS["blazeface"].input_px
        views = []
        for picture in pictures:
            whole, further = Letterbox.of(picture, side), Letterbox.of(picture, side, margin=FURTHER)
            views.append([whole, further, *(Letterbox.of(picture, side, part) for part in tiles(*picture.size))])
        raw = network.detector(_feed("blazeface", [view.pixels for each in views for view in each]))
        answers = iter(blazeface.faces(raw, MODELS["blazeface"].scores["tried"]))
        found = []
        for each in views:
            parts = [np.concatenate([view.back(faces[:, :16]), faces[:, 16:]], axis=1) for view, faces in zip(each, answers, strict=False)]
            found.append(blazeface.merge(np.concatenate(parts))[:MOST])
        return found

    @staticmethod
    def _check(network: Networks, proposed: Sequence[Found]) -> list[Found]:
        """Those that FaceMesh takes for faces too, best first; their score is the mean of both models'."""
        if not proposed:
            return []
        crops_each = [crop for found in proposed for crop in found.views(CHECKS, MODELS["facemesh"].input_px)]
        verdicts = network.mesh(_feed("facemesh", crops_each))[0].reshape(len(proposed), len(CHECKS)).mean(axis=1)
        for found, verdict in zip(proposed, verdicts, strict=True):
            found.face[16] = (found.face[16] + verdict) / 2
        sure = [found for found in proposed if found.face[16] >= MODELS["blazeface"].scores["kept"]]
        return sorted(sure, key=lambda found: -float(found.face[16]))

    @staticmethod
    def _describe(network: Networks, sure: Sequence[Found]) -> Iterator[tuple[Found, FaceResult]]:
        if not sure:
            return
        portraits = [crop for found in sure for crop in found.views(PORTRAITS, MODELS["faceres"].input_px)]
        people = faceres.people(network.person(faceres.feed(portraits)))
        emotions = network.emotion(_feed("emotion", [found.crop(EMOTION, MODELS["emotion"].input_px) for found in sure]) @ GREY[:, None])[0]
        names = MODELS["emotion"].labels
        for found, person, emotion in zip(sure, people, emotions, strict=True):
            width, height = found.picture.size
            yield (
                found,
                {
                    "box": boxes.fractions(found.face[:4], width, height),
                    "score": round(float(found.face[16]), 4),
                    "landmarks": [(round(float(x) / width, 4), round(float(y) / height, 4)) for x, y in found.face[4:16].reshape(-1, 2)],
                    "age": round(person.age, 1),
                    "gender": ("male" if person.male > 0.5 else "female", round(max(person.male, 1 - person.male), 4)),
                    "emotion": [(names[i].name, round(float(emotion[i]), 4)) for i in np.argsort(-emotion, kind="stable")],
                    "vector": base64.b64encode(person.vector.astype("<f2").tobytes()).decode(),
                },
            )


def _feed(model: str, pixels: Sequence[crops.Pixels]) -> Array:
    facts = MODELS[model]
    return (np.stack(pixels).astype(np.float32) - np.float32(facts.mean)) / np.float32(facts.scale)
