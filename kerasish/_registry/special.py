"""The values that JSON cannot hold, as Keras marks them: `{"class_name": "__numpy__", …}`."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from kerasish._registry.lambdas import lambda_from_config

Make = Callable[[Any], Any]

_NUMBERS = re.compile(
    r"bool|u?int(8|16|32|64)|u?int4|float(16|32|64)|bfloat16|float8_(e4m3fn|e5m2)"
)


class Reading(Protocol):
    """What holds for a config; see `deserialize`."""

    @property
    def safe_mode(self) -> bool: ...
    @property
    def place(self) -> str: ...


def _field(config: Any, name: str, kinds: Any, reading: Reading) -> Any:
    """One entry of a special config, of the right type.

    Raises:
        TypeError: when it is missing or of another type.
    """
    value = config.get(name) if isinstance(config, dict) else None
    if not isinstance(value, kinds):
        raise TypeError(
            f"A special value needs a valid {name!r} in its config{reading.place}. "
            f"Received: {config!r:.300}"
        )
    return value


def _dtype(config: Any, reading: Reading) -> str:
    name: str = _field(config, "dtype", str, reading)
    if not _NUMBERS.fullmatch(name):
        raise TypeError(f"dtype must be that of a number{reading.place}. Received: {name!r:.80}")
    return name


def _values(config: Any, reading: Reading) -> Any:
    return _field(config, "value", (list, tuple, bool, int, float), reading)


def _numpy(config: Any, reading: Reading, make: Make) -> Any:
    return np.array(_values(config, reading), dtype=_dtype(config, reading))


def _tensor(config: Any, reading: Reading, make: Make) -> Any:
    values, dtype = _values(config, reading), _dtype(config, reading)
    return importlib.import_module("kerasish.ops").convert_to_tensor(values, dtype=dtype)


def _keras_tensor(config: Any, reading: Reading, make: Make) -> Any:
    shape = make(_field(config, "shape", (list, tuple, dict), reading))
    if not isinstance(shape, (list, tuple)) or not all(
        size is None or (type(size) is int and size >= 0) for size in shape
    ):
        raise TypeError(
            f"A shape holds sizes and None{reading.place}. Received: shape={shape!r:.300}"
        )
    dtype = _field(config, "dtype", str, reading)
    symbolic = importlib.import_module("kerasish.ops.keras_tensor")
    made = symbolic.KerasTensor(tuple(shape), dtype=dtype)
    made._pre_serialization_keras_history = config.get("keras_history")
    return made


def _bytes(config: Any, reading: Reading, make: Make) -> bytes:
    text: str = _field(config, "value", str, reading)
    return text.encode("utf-8")


def _slice(config: Any, reading: Reading, make: Make) -> slice:
    if not isinstance(config, dict):
        raise TypeError(f"A slice needs a dict as config{reading.place}. Received: {config!r:.300}")
    return slice(*(make(config.get(end)) for end in ("start", "stop", "step")))


def _ellipsis(config: Any, reading: Reading, make: Make) -> Any:
    return ...


def _lambda(config: Any, reading: Reading, make: Make) -> Any:
    return lambda_from_config(config, reading.safe_mode, reading.place)


def _typespec(config: Any, reading: Reading, make: Make) -> Any:
    """TensorFlow's own; its wrong form is reported as Keras does, the right one is unknown here."""
    if not isinstance(config, (list, tuple)):
        raise TypeError(
            f"Expected 'config' to be a list or a tuple for a __typespec__{reading.place}. "
            f"Received: {config!r:.300}"
        )
    raise TypeError(f"A tf.TypeSpec needs TensorFlow, which kerasish does not use{reading.place}.")


# `class_name` → how to make the value from its config.
SPECIAL: dict[str, Callable[[Any, Reading, Make], Any]] = {
    "__bytes__": _bytes,
    "__ellipsis__": _ellipsis,
    "__keras_tensor__": _keras_tensor,
    "__lambda__": _lambda,
    "__numpy__": _numpy,
    "__slice__": _slice,
    "__tensor__": _tensor,
    "__typespec__": _typespec,
}
