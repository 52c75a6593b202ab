"""PyTorch's old checkpoint format in, NumPy arrays out, with no PyTorch and no code from the file run.

The format (``torch.serialization._legacy_save``) is five pickles - magic number, protocol, byte order, the object, the storage keys -
and then each storage as a 64-bit count and its raw little-endian numbers. Tensors name a storage, an offset and strides; these
are often not contiguous, so the strides are honoured.
"""

from __future__ import annotations

import collections
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
MAGIC = 0x1950A86A20F9469CFC6C
PROTOCOL = 1001


@dataclass(frozen=True)
class _Tensor:
    storage: str
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def _rebuild(storage: tuple[str, str], offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: object) -> _Tensor:
    return _Tensor(storage[1], offset, shape, strides)


ALLOWED: dict[tuple[str, str], Callable[..., Any] | str] = {
    ("collections", "OrderedDict"): collections.OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): _rebuild,
    ("torch", "FloatStorage"): "<f4",
    ("torch", "LongStorage"): "<i8",
}


class _Unpickler(pickle.Unpickler):
    """Knows four names and nothing else, so a pickle cannot run code."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        self.dtypes: dict[str, str] = {}

    def find_class(self, module: str, name: str) -> Any:
        try:
            return ALLOWED[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"the checkpoint asks for {module}.{name}, which no weights need") from None

    def persistent_load(self, pid: Any) -> tuple[str, str]:
        kind, dtype, key, *_ = pid
        if kind != "storage" or not isinstance(dtype, str):
            raise pickle.UnpicklingError("the checkpoint refers to something that is no storage")
        self.dtypes[key] = dtype
        return ("storage", key)


def read(path: Path) -> dict[str, Array]:
    """Name to array, in the file's order. Raises ``pickle.UnpicklingError`` for anything but plain tensors."""
    with path.open("rb") as file:
        if _Unpickler(file).load() != MAGIC or _Unpickler(file).load() != PROTOCOL:
            raise pickle.UnpicklingError("this is no checkpoint in PyTorch's old format")
        if not _Unpickler(file).load().get("little_endian"):
            raise pickle.UnpicklingError("the checkpoint was written on a big-endian machine")
        reader = _Unpickler(file)
        tensors = reader.load()
        storages: dict[str, Array] = {}
        for key in _Unpickler(file).load():
            dtype = np.dtype(reader.dtypes[key])
            count = int(np.frombuffer(file.read(8), "<i8")[0])
            storages[key] = np.frombuffer(file.read(count * dtype.itemsize), dtype)
    return {name: _array(tensor, storages[tensor.storage]) for name, tensor in tensors.items()}


def _array(tensor: _Tensor, storage: Array) -> Array:
    last = tensor.offset + sum((side - 1) * stride for side, stride in zip(tensor.shape, tensor.strides, strict=True))
    if tensor.offset < 0 or min(tensor.strides, default=0) < 0 or last >= storage.size:
        raise pickle.UnpicklingError("a tensor of the checkpoint reaches outside its storage")
    step = storage.itemsize
    view = np.lib.stride_tricks.as_strided(storage[tensor.offset :], tensor.shape, tuple(stride * step for stride in tensor.strides), writeable=False)
    return np.ascontiguousarray(view)
