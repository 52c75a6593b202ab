"""TensorFlow.js graph models, written out as plain TensorFlow."""

import base64
import json
from pathlib import Path

import numpy as np
import pytest

from vitrine.analyzers.models import blazeface, graphs
from vitrine.config.models import MODELS


def fused(op: str, *steps: str, inputs: tuple[str, ...]) -> graphs.Node:
    names = [base64.b64encode(step.encode()).decode() for step in steps]
    return {"name": "out", "op": op, "input": list(inputs), "attr": {"T": {"type": "DT_FLOAT"}, "fused_ops": {"list": {"s": names}}, "num_args": {"i": "1"}}}


def test_a_fused_node_becomes_its_steps_and_keeps_its_name() -> None:
    nodes = list(graphs.plain([fused("_FusedMatMul", "BiasAdd", "Relu", inputs=("x", "w", "b"))]))
    assert [(node["op"], node["input"]) for node in nodes] == [("MatMul", ["x", "w"]), ("BiasAdd", ["out/plain", "b"]), ("Relu", ["out/BiasAdd"])]
    assert nodes[-1]["name"] == "out"
    assert "fused_ops" not in nodes[0]["attr"]


def test_a_node_of_tensorflow_stays_as_it_is() -> None:
    node = {"name": "sum", "op": "AddV2", "input": ["a", "b"], "attr": {}}
    assert list(graphs.plain([node])) == [node]


@pytest.mark.parametrize("kind", ["float16", "uint8", "uint16"])
def test_quantised_weights_are_scaled_back(kind: str) -> None:
    how = {"dtype": kind} | ({"scale": 0.5, "min": -1.0} if kind.startswith("u") else {})
    manifest = [{"weights": [{"name": "w", "shape": [2, 2], "dtype": "float32", "quantization": how}, {"name": "n", "shape": [], "dtype": "int32"}]}]
    found = graphs.read_weights(manifest, np.arange(4).astype(kind).tobytes() + np.int32(7).tobytes())
    assert found["w"].dtype == np.float32
    assert found["w"].tolist() == ([[0, 1], [2, 3]] if kind == "float16" else [[-1, -0.5], [0, 0.5]])
    assert found["n"] == 7


def test_weights_of_another_length_are_refused() -> None:
    with pytest.raises(ValueError, match="9 bytes long, but 4 are described"):
        graphs.read_weights([{"weights": [{"name": "w", "shape": [1], "dtype": "float32"}]}], bytes(9))


@pytest.mark.models
def test_a_graph_with_every_strange_node_gives_the_numbers_worked_out_by_hand(tmp_path: Path) -> None:
    shape = {"shape": {"dim": [{"size": "1"}, {"size": "2"}]}}
    constant = {"dtype": {"type": "DT_FLOAT"}}
    nodes = [
        {"name": "x", "op": "Placeholder", "attr": {"dtype": {"type": "DT_FLOAT"}, "shape": shape}},
        *({"name": name, "op": "Const", "attr": constant} for name in ("w", "b", "slope")),
        fused("_FusedMatMul", "BiasAdd", "Prelu", inputs=("x", "w", "b", "slope")),
    ]
    weights = {"w": [[1, 2], [3, 4]], "b": [0.5, -20], "slope": [0.1, 0.25]}
    manifest = [{"paths": ["m.bin"], "weights": [{"name": n, "shape": list(np.array(v).shape), "dtype": "float32"} for n, v in weights.items()]}]
    (tmp_path / "m.json").write_text(json.dumps({"modelTopology": {"node": nodes}, "weightsManifest": manifest}))
    (tmp_path / "m.bin").write_bytes(b"".join(np.array(value, np.float32).tobytes() for value in weights.values()))
    graph = graphs.load(tmp_path / "m.json", tmp_path / "m.bin", ["out"])
    (out,) = graph(np.array([[1, 1], [-1, 0]], np.float32))
    # x @ w + b = [[4.5, -14], [-0.5, -22]]; below zero times the slope.
    assert out == pytest.approx(np.array([[4.5, -3.5], [-0.05, -5.5]]))


@pytest.mark.models
def test_blazeface_runs_without_crashing_and_alike_in_any_batch() -> None:
    facts = MODELS["blazeface"]
    graph = graphs.load(facts.path(".json"), facts.path(".bin"), blazeface.OUTPUTS, fuse=False)
    batch = np.random.default_rng(1).uniform(-1, 1, (graphs.MOST + 3, 256, 256, 3)).astype(np.float32)
    together = graph(batch)
    assert [part.shape for part in together] == [(19, 512, 1), (19, 384, 1), (19, 512, 16), (19, 384, 16)]
    for one, many in zip(graph(batch[-1:]), together, strict=True):
        np.testing.assert_allclose(one[0], many[-1], atol=1e-3)
