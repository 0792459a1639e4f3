"""Devices and their array modules: NumPy on the CPU, CuPy on a GPU.

CuPy is imported only when a GPU device is named or found.
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import numpy as np

from kerasish.errors import BackendError, explain


class _Current(threading.local):
    name = "cpu"


_current = _Current()
_modules: dict[str, ModuleType] = {"cpu": np}
_owners: dict[type, Any] = {np.ndarray: np}


def register_array_module(device_type: str, module: Any, array_type: type) -> None:
    """Make an array module known: its device's name and the class of its arrays.

    Args:
        device_type: for example `"gpu"`; a device is then `"gpu:0"`.
        module: NumPy's functions under NumPy's names.
        array_type: the class of the module's arrays.
    """
    _modules[device_type] = module
    _owners[array_type] = module


def module_of(array: Any) -> Any:
    """Return the array module that an array belongs to (NumPy for anything unknown)."""
    return _owners.get(type(array), np)


def array_module(device: str | None = None) -> Any:
    """Return the array module of a device, of the current one by default.

    Raises:
        BackendError: when the device is unknown or CuPy is missing.
    """
    name = device or _current.name
    kind = name.split(":")[0]
    if kind == "gpu" and kind not in _modules:
        _load_cupy()
    if kind not in _modules:
        raise BackendError(explain("Unknown device", expected="'cpu' or 'gpu:N'", device=name))
    return _modules[kind]


def _load_cupy() -> None:
    try:
        cupy = importlib.import_module("cupy")
    except ImportError:
        raise BackendError(
            "A GPU device needs CuPy: pip install 'kerasish[cuda12]' or 'kerasish[cuda13]'."
        ) from None
    register_array_module("gpu", cupy, cupy.ndarray)


def current_device() -> str:
    """Return the name of the device on which new arrays are made."""
    return _current.name


@contextmanager
def device(name: str) -> Iterator[None]:
    """Make new arrays on another device within a `with` block.

    Args:
        name: `"cpu"`, `"gpu:0"`, …; Keras's form `"CPU:0"` is understood too.
    """
    lowered = name.lower().replace("cuda", "gpu").removesuffix(":0").replace("cpu:", "cpu")
    wanted = "gpu:0" if lowered == "gpu" else lowered
    array_module(wanted)
    before, _current.name = _current.name, wanted
    try:
        yield
    finally:
        _current.name = before


def to_host(array: Any) -> np.ndarray[Any, Any]:
    """Copy an array of any device to a NumPy array (NumPy's own are returned as they are)."""
    if isinstance(array, np.ndarray):
        return array
    return array.get() if hasattr(array, "get") else np.asarray(array)
