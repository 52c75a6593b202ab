"""Body parts, covered or exposed: pictures in, labelled boxes out. What they mean together is the enrich stage's to say."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from vitrine.analyzers.contract import Analyzer, Picture
from vitrine.analyzers.models.bare import CLOCK
from vitrine.analyzers.models.graphs import Array
from vitrine.analyzers.pixels import boxes
from vitrine.analyzers.pixels.letterbox import Letterbox
from vitrine.config.models import MODELS
from vitrine.config.wire import NudityResult

OVERLAP = 0.45
"""NudeNet's own choice for suppression."""
LARGEST = 0.6
"""Share of the picture that a part may fill. Faces and fruit that fill the frame were taken for parts; no part does so."""


class Nudity(Analyzer[Any]):
    """NudeNet 320n, a YOLOv8 network, in ONNX Runtime."""

    name = "nudity"
    about = "Body parts that decide whether a picture is fit for every eye."
    version = "1"
    model = "nudenet-320n"

    def load(self) -> Any:
        """An inference session with as many threads as TensorFlow was given."""
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = int(os.environ.get("TF_NUM_INTRAOP_THREADS", "0"))
        # Threads that wait by spinning would take the cores from TensorFlow.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        return onnxruntime.InferenceSession(str(MODELS[self.model].path(".onnx")), options, providers=["CPUExecutionProvider"])

    def look(self, network: Any, pictures: Sequence[Picture]) -> list[NudityResult]:
        """Parts of one picture after another."""
        facts = MODELS[self.model]
        views = [Letterbox.of(picture, facts.input_px) for picture in pictures]
        batch = np.stack([view.pixels for view in views]).astype(np.float32).transpose(0, 3, 1, 2)
        fed = (batch - np.float32(facts.mean)) / np.float32(facts.scale)
        with CLOCK.running(self.model, len(fed)):
            (raw,) = network.run(None, {network.get_inputs()[0].name: fed})
        return [self._parts(*each) for each in zip(raw, views, pictures, strict=True)]

    def _parts(self, raw: Array, view: Letterbox, picture: Picture) -> NudityResult:
        """``raw`` (22, 2100): centre x, y, width, height in input pixels, then a score for each of 18 parts."""
        facts = MODELS[self.model]
        sure = raw[:, raw[4:].max(axis=0) >= facts.scores["kept"]].T
        kinds, scores = sure[:, 4:].argmax(axis=1), sure[:, 4:].max(axis=1)
        found = view.back(np.concatenate([sure[:, :2] - sure[:, 2:4] / 2, sure[:, :2] + sure[:, 2:4] / 2], axis=1))
        fits = boxes.area(found) <= LARGEST * picture.width * picture.height
        found, kinds, scores = found[fits], kinds[fits], scores[fits]
        kept = boxes.suppress_each(found, scores, kinds, OVERLAP)
        return {"parts": [(facts.labels[kinds[i]].name, round(float(scores[i]), 4), *boxes.fractions(found[i], *picture.size)) for i in kept]}
