"""What a picture shows as a whole: pictures in, ImageNet labels with scores out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from vitrine.analyzers.contract import Analyzer, Picture
from vitrine.analyzers.models import checkpoint, efficientnet, graphs
from vitrine.analyzers.pixels import crops
from vitrine.config.models import MODELS
from vitrine.config.wire import ClassesResult

MOST = 10


class Classes(Analyzer[Callable[..., Any]]):
    """EfficientNet-Lite0 on the middle of the picture."""

    name = "classes"
    about = "What the picture shows as a whole, in 1,000 words from goldfish to toilet tissue."
    version = "1"
    model = "efficientnet-lite0"

    def load(self) -> Callable[..., Any]:
        """Build the Keras model and compile it for any batch size."""
        import tensorflow as tf

        facts = MODELS[self.model]
        model = efficientnet.build(checkpoint.read(facts.path(".pth")), facts.input_px, len(facts.labels))
        shape = tf.TensorSpec((None, facts.input_px, facts.input_px, 3), tf.float32)
        compiled: Callable[..., Any] = tf.function(lambda batch: tf.nn.softmax(model(batch, training=False)), input_signature=[shape])
        return compiled

    def look(self, network: Callable[..., Any], pictures: Sequence[Picture]) -> list[ClassesResult]:
        """Up to ten labels a picture."""
        facts = MODELS[self.model]
        batch = np.stack([crops.centre(picture, facts.input_px) for picture in pictures])
        fed = (batch.astype(np.float32) - facts.mean) / facts.scale
        with graphs.turn(self.model, len(fed)):
            scores = network(fed).numpy()
        results: list[ClassesResult] = []
        for row in scores:
            best = np.argsort(-row, kind="stable")[:MOST]
            results.append({"labels": [(facts.labels[i].name, round(float(row[i]), 4)) for i in best if row[i] >= facts.scores["kept"]]})
        return results
