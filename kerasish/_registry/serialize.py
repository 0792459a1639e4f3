"""From objects to configs: plain data in Keras 3's layout, ready for JSON."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

import numpy as np

from kerasish._registry.lambdas import is_lambda, lambda_config
from kerasish._registry.names import get_registered_name
from kerasish._registry.namespaces import private_address, public_address
from kerasish._registry.nesting import MAX_DEPTH, too_deep
from kerasish._registry.sharing import note_written

_PLAIN = (str, int, float, bool)
_DEPTH: ContextVar[int] = ContextVar("serialization_depth", default=0)


def serialize_keras_object(obj: Any) -> Any:
    """Describe an object by plain data, from which `deserialize_keras_object` makes it again.

    Args:
        obj: `None`, a number or string; a list, tuple or dict; an array or tensor; bytes, a
            slice, an ellipsis, a dtype; a function with a name; or an object with `get_config`.

    Returns:
        Plain data. An object becomes `{"module", "class_name", "config", "registered_name"}`,
        with `build_config` and `compile_config` where it has them, as in Keras 3.

    Raises:
        TypeError: when the object has no `get_config`, or its answer is no dict.
        ValueError: when the object nests too deep or contains itself.

    Example:
        >>> serialize_keras_object({"axis": slice(1, None), "factors": [1.5, None]})["axis"]
        {'class_name': '__slice__', 'config': {'start': 1, 'stop': None, 'step': None}}
    """
    if obj is None or type(obj) in _PLAIN:
        return obj
    depth = _DEPTH.get()
    if depth > MAX_DEPTH:
        raise too_deep("object")
    token = _DEPTH.set(depth + 1)
    try:
        return _serialize(obj)
    except RecursionError:
        raise too_deep("object") from None
    finally:
        _DEPTH.reset(token)


def _serialize(obj: Any) -> Any:
    if isinstance(obj, (list, tuple)):
        items = [serialize_keras_object(item) for item in obj]
        return tuple(items) if isinstance(obj, tuple) else items
    if isinstance(obj, dict):
        return _serialize_dict(obj)
    if isinstance(obj, (np.generic, np.ndarray)):
        return _serialize_array(obj)
    if isinstance(obj, _PLAIN):
        return obj
    if isinstance(obj, np.dtype):
        return obj.name
    if isinstance(obj, type) and issubclass(obj, np.generic):
        return np.dtype(obj).name
    if isinstance(obj, (bytes, slice, type(...))):
        return _serialize_python(obj)
    if is_lambda(obj):
        return lambda_config(obj)
    if _is_keras_tensor(obj):
        return _serialize_keras_tensor(obj)
    if hasattr(obj, "__array__") and hasattr(obj, "dtype") and not hasattr(obj, "get_config"):
        return _special("__tensor__", _values(np.asarray(obj)))
    config = _describe(obj)
    note_written(obj, config)
    return config


def _serialize_dict(pairs: Mapping[Any, Any]) -> dict[Any, Any]:
    return {key: serialize_keras_object(value) for key, value in pairs.items()}


def _special(name: str, config: dict[str, Any]) -> dict[str, Any]:
    return {"class_name": name, "config": config}


def _serialize_python(obj: Any) -> dict[str, Any]:
    """The values of Python that JSON cannot hold."""
    if isinstance(obj, bytes):
        return _special("__bytes__", {"value": obj.decode("utf-8")})
    if isinstance(obj, slice):
        ends = {"start": obj.start, "stop": obj.stop, "step": obj.step}
        return _special("__slice__", _serialize_dict(ends))
    return _special("__ellipsis__", {})


def _serialize_array(array: Any) -> Any:
    """A NumPy scalar becomes a Python number, an array its nested list and dtype."""
    if array.ndim == 0:
        return array.item()
    return _special("__numpy__", _values(array))


def _values(array: Any) -> dict[str, Any]:
    name = array.dtype.name
    if array.dtype.kind not in "biuf" and not name.startswith(("bfloat", "float8", "int4")):
        raise TypeError(
            f"An array of dtype {name} cannot be written into a config. "
            "Pass a list instead: array.tolist()."
        )
    small = array.dtype.kind not in "biuf"  # a float without a Python number of its own
    return {"value": (array.astype("float32") if small else array).tolist(), "dtype": name}


def _is_keras_tensor(obj: Any) -> bool:
    return any(cls.__name__ == "KerasTensor" for cls in type(obj).__mro__)


def _serialize_keras_tensor(obj: Any) -> dict[str, Any]:
    """A symbolic tensor: shape, dtype and which output of which operation it is."""
    history = getattr(obj, "_keras_history", None)
    if history:
        operation, *indices = history
        history = [operation.name, *indices]
    return _special(
        "__keras_tensor__",
        {"shape": obj.shape, "dtype": str(obj.dtype), "keras_history": history or None},
    )


def _describe(obj: Any) -> dict[str, Any]:
    """The config of an object with `get_config`, or of a function."""
    if isinstance(obj, type):
        raise TypeError(
            f"Cannot serialize the class {obj.__name__} itself. Pass one of its objects, "
            f"for example {obj.__name__}()."
        )
    if not hasattr(obj, "get_config"):
        return _describe_function(obj)
    inner = obj.get_config()
    if not isinstance(inner, dict):
        raise TypeError(
            f"get_config() of {type(obj).__name__} must return a dict. Received: {inner!r}"
        )
    cls = type(obj)
    public = public_address(cls)
    module, class_name = public or (private_address(cls), cls.__name__)
    config: dict[str, Any] = {
        "module": module,
        "class_name": class_name,
        "config": _serialize_dict(inner),
        "registered_name": None if public else get_registered_name(cls),
    }
    for part in ("build_config", "compile_config"):
        getter = getattr(obj, f"get_{part}", None)
        value = getter() if getter is not None else None
        if value is not None:
            config[part] = _serialize_dict(value)
    return config


def _describe_function(obj: Any) -> dict[str, Any]:
    if not callable(obj) or not hasattr(obj, "__name__"):
        raise TypeError(
            f"Cannot serialize an object of {type(obj)}: it has no get_config() method that "
            f"would return its constructor's arguments. Received: {obj!r:.200}"
        )
    return {
        "module": "builtins",  # what Keras writes for every function; the name decides
        "class_name": "function",
        "config": get_registered_name(obj),
        "registered_name": "function",
    }
