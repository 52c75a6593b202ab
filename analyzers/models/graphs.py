"""TensorFlow.js graph models in, TensorFlow functions out.

A graph model is TensorFlow's GraphDef written as JSON, its constants kept apart in a binary file, often as 16-bit floats
(TensorFlow.js converter, "web format"). Some of its nodes exist in TensorFlow.js alone, or take forms TensorFlow's kernels
refuse, so they are written out as the plain operations they stand for.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt

from vitrine.analyzers.models.bare import CLOCK

Array = npt.NDArray[Any]
Node = dict[str, Any]
Graph = Callable[[Array], list[Array]]
"""(n, height, width, channels) float32 in, n >= 1; one array (n, ...) for each output asked for."""

MOST = 16
"""Larger batches are run in parts: bounds memory, and gains nothing beyond on a few cores."""
# What a fused node does before its bias and activation.
FUSED = {"_FusedConv2D": "Conv2D", "FusedConv2D": "Conv2D", "FusedDepthwiseConv2dNative": "DepthwiseConv2dNative", "_FusedMatMul": "MatMul"}
# Attributes that only the fused forms, or only TensorFlow.js, know.
STRANGE = ("fused_ops", "num_args", "epsilon", "leakyrelu_alpha", "num_host_args", "TArgs")
FLOAT = {"T": {"type": "DT_FLOAT"}}
_TURN = Lock()


@contextmanager
def turn(model: str, rows: int, fuse: bool = True) -> Iterator[None]:
    """One network of TensorFlow at a time: each uses every core by itself, and whether operations are fused is an option of the process."""
    import tensorflow as tf

    with _TURN:
        # Read by the thread that sets it, at its next call.
        tf.config.optimizer.set_experimental_options({"remapping": fuse})
        with CLOCK.running(model, rows):
            yield


def load(topology: Path, weights: Path, outputs: Sequence[str], fuse: bool = True) -> Graph:
    """A function of one batch of any size that gives the named nodes' values.

    ``fuse`` lets TensorFlow's graph optimizer fuse operations again for the processor at hand (a fifth faster). It must be off for
    networks whose residual sums it gets wrong: with oneDNN it crashes the process on BlazeFace, and gives up loudly on others.
    """
    import tensorflow as tf
    from google.protobuf import json_format

    model = json.loads(topology.read_text(encoding="utf-8"))
    constants = read_weights(model["weightsManifest"], weights.read_bytes())
    nodes = list(plain(model["modelTopology"]["node"]))
    entry = next(node["name"] for node in nodes if node["op"] == "Placeholder")
    for node in nodes:
        if node["op"] == "Placeholder":
            # The exporter froze a batch of one; nothing in the networks themselves depends on it.
            node["attr"]["shape"]["shape"]["dim"][0]["size"] = "-1"
        if node["op"] == "Const":
            node["attr"].pop("value", None)
    graph = json_format.ParseDict({"node": nodes, "versions": {"producer": tf.version.GRAPH_DEF_VERSION}}, tf.compat.v1.GraphDef(), ignore_unknown_fields=True)
    shapes = {node.input[1] for node in graph.node if node.op == "Reshape"}
    for node in graph.node:
        if node.op == "Const":
            value = constants[node.name]
            if node.name in shapes and value.size and value.flat[0] == 1 and -1 not in value:
                value = np.concatenate(([-1], value[1:])).astype(value.dtype)  # the frozen batch again
            node.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(value))

    def imported(batch: Any) -> list[Any]:
        fetched: list[Any] = tf.graph_util.import_graph_def(graph, input_map={entry: batch}, return_elements=[f"{name}:0" for name in outputs])
        return fetched

    shape = next(node for node in graph.node if node.op == "Placeholder").attr["shape"].shape
    signature = tf.TensorSpec([None, *(dim.size for dim in shape.dim[1:])], tf.float32)
    # Traced here, once and for all batch sizes.
    compiled = tf.function(imported, input_signature=[signature], autograph=False).get_concrete_function()

    def call(batch: Array) -> list[Array]:
        parts = []
        for start in range(0, len(batch), MOST):
            part = batch[start : start + MOST]
            with turn(topology.stem, len(part), fuse):
                parts.append([value.numpy() for value in compiled(tf.constant(part))])
        return [np.concatenate(each) for each in zip(*parts, strict=True)]

    return call


def read_weights(manifest: Sequence[Mapping[str, Any]], content: bytes) -> dict[str, Array]:
    """Name to array; 16-bit floats widened, 8- and 16-bit integers scaled back (value * scale + min)."""
    found: dict[str, Array] = {}
    offset = 0
    for group in manifest:
        for weight in group["weights"]:
            target, how = np.dtype(weight["dtype"]), weight.get("quantization", {})
            stored = np.dtype(how.get("dtype", weight["dtype"])).newbyteorder("<")
            count = int(np.prod(weight["shape"], dtype=np.int64))
            raw = np.frombuffer(content, stored, count, offset)
            offset += raw.nbytes
            if "scale" in how:
                raw = raw * np.float32(how["scale"]) + np.float32(how["min"])
            found[weight["name"]] = raw.astype(target).reshape(weight["shape"])
    if offset != len(content):
        raise ValueError(f"the weights are {len(content)} bytes long, but {offset} are described")
    return found


def plain(nodes: Sequence[Node]) -> Iterator[Node]:
    """The same graph without fused nodes and without PReLU; every node keeps its name and value."""
    for node in nodes:
        if node["op"] == "Prelu":
            yield from _prelu(node["name"], *node["input"])
        elif node["op"] in FUSED:
            yield from _split(node)
        else:
            yield node


def _split(node: Node) -> Iterator[Node]:
    """x, weights, bias[, slope] -> the operation, BiasAdd, activation."""
    steps = [base64.b64decode(step).decode() for step in node["attr"]["fused_ops"]["list"]["s"]]
    inputs, extra = node["input"][:2], list(node["input"][2:])
    attributes = {key: value for key, value in node["attr"].items() if key not in STRANGE}
    names = [f"{node['name']}/{step}" for step in ("plain", *steps)]
    names[-1] = node["name"]
    yield {"name": names[0], "op": FUSED[node["op"]], "input": inputs, "attr": attributes}
    for before, name, step in zip(names, names[1:], steps, strict=False):
        if step == "BiasAdd":
            yield {"name": name, "op": "BiasAdd", "input": [before, extra.pop(0)], "attr": dict(FLOAT)}
        elif step == "Prelu":
            yield from _prelu(name, before, extra.pop(0))
        else:
            yield {"name": name, "op": step, "input": [before], "attr": dict(FLOAT)}


def _prelu(name: str, x: str, slope: str) -> Iterator[Node]:
    """max(x, 0) - slope * max(-x, 0)."""
    yield {"name": f"{name}/above", "op": "Relu", "input": [x], "attr": dict(FLOAT)}
    yield {"name": f"{name}/negative", "op": "Neg", "input": [x], "attr": dict(FLOAT)}
    yield {"name": f"{name}/below", "op": "Relu", "input": [f"{name}/negative"], "attr": dict(FLOAT)}
    yield {"name": f"{name}/sloped", "op": "Mul", "input": [f"{name}/below", slope], "attr": dict(FLOAT)}
    yield {"name": name, "op": "Sub", "input": [f"{name}/above", f"{name}/sloped"], "attr": dict(FLOAT)}
