"""EfficientNet-Lite0: a checkpoint of EfficientNet-PyTorch's naming in, a Keras model out.

Lite0 is B0 without squeeze-and-excite and with ReLU6 for Swish, stem and head kept at their size
(Tan and Le, "EfficientNet", ICML 2019; Google's "EfficientNet-Lite", 2020).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from vitrine.analyzers.models.checkpoint import Array

# expansion, channels out, repeats, stride, kernel: table 1 of the paper.
STAGES = ((1, 16, 1, 1, 3), (6, 24, 2, 2, 3), (6, 40, 2, 2, 5), (6, 80, 3, 2, 3), (6, 112, 3, 1, 5), (6, 192, 4, 2, 5), (6, 320, 1, 1, 3))
STEM, HEAD = 32, 1280
EPSILON = 1e-3


def build(weights: Mapping[str, Array], side: int, classes: int) -> Any:
    """The model: (n, side, side, 3) float32 in -1..1 to (n, classes) logits."""
    import keras
    from keras import layers

    def convolve(x: Any, name: str, norm: str, layer: Any, order: tuple[int, ...]) -> Any:
        """The normalisation that follows is part of the weights: fewer and larger steps, the same numbers to 1e-5."""
        scale, shift, mean, variance = (weights[f"{norm}.{part}"] for part in ("weight", "bias", "running_mean", "running_var"))
        factor = scale / np.sqrt(variance + EPSILON)
        found[layer.name] = [(weights[f"{name}.weight"] * factor[:, None, None, None]).transpose(order), shift - mean * factor]
        return layer(x)

    def full(x: Any, name: str, norm: str, channels: int, size: int = 1, stride: int = 1) -> Any:
        return convolve(x, name, norm, layers.Conv2D(channels, size, stride, padding="same"), (2, 3, 1, 0))

    found: dict[str, list[Array]] = {}
    picture = layers.Input((side, side, 3))
    x = layers.ReLU(6.0)(full(picture, "_conv_stem", "_bn0", STEM, 3, 2))
    block, channels = 0, STEM
    for expansion, out, repeats, first_stride, size in STAGES:
        for repeat in range(repeats):
            name, stride, entry = f"_blocks.{block}", first_stride if repeat == 0 else 1, x
            if expansion > 1:
                x = layers.ReLU(6.0)(full(x, f"{name}._expand_conv", f"{name}._bn0", channels * expansion))
            depthwise = layers.DepthwiseConv2D(size, stride, padding="same")
            x = layers.ReLU(6.0)(convolve(x, f"{name}._depthwise_conv", f"{name}._bn1", depthwise, (2, 3, 0, 1)))
            x = full(x, f"{name}._project_conv", f"{name}._bn2", out)
            if stride == 1 and channels == out:
                x = layers.Add()([x, entry])
            block, channels = block + 1, out
    x = layers.ReLU(6.0)(full(x, "_conv_head", "_bn1", HEAD))
    dense = layers.Dense(classes)
    found[dense.name] = [weights["_fc.weight"].T, weights["_fc.bias"]]
    model = keras.Model(picture, dense(layers.GlobalAveragePooling2D()(x)))
    for layer_name, arrays in found.items():
        model.get_layer(layer_name).set_weights([np.asarray(array) for array in arrays])
    return model
