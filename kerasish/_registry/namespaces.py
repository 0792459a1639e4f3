"""Which of our public classes and functions a config may name, and under which addresses.

A module named in a config is never imported: it only picks one of the namespaces listed here.
Of those, configs reach public classes that have `from_config` and, where a function is expected,
the public functions of three namespaces. Everything else (`load_model`, `get_file`, callbacks,
which write files) is out of reach.
"""

from __future__ import annotations

import importlib
import types
from typing import Any

_PACKAGE = "kerasish"

# Namespace → our modules that fill it. The second of a pair holds classes that Keras writes into
# configs without making them public.
_NAMESPACES: dict[str, tuple[str, ...]] = {
    "activations": ("activations",),
    "constraints": ("constraints",),
    "dtype_policies": ("dtype_policies",),
    "initializers": ("initializers",),
    "layers": ("layers",),
    "losses": ("losses",),
    "metrics": ("metrics",),
    "models": ("models", "models.functional"),
    "ops": ("ops",),
    "optimizers": ("optimizers",),
    "optimizers.schedules": ("optimizers.schedules",),
    "quantizers": ("quantizers",),
    "random": ("random",),
    "regularizers": ("regularizers",),
    "utils": ("utils",),
}

_WITH_FUNCTIONS = ("activations", "losses", "metrics")
_NO_FORMULAS = {"get", "serialize", "deserialize"}

# Class that Keras addresses as `keras.<Name>` → the namespace where it lives.
_AT_THE_ROOT = {
    "DTypePolicy": "dtype_policies",
    "FloatDTypePolicy": "dtype_policies",
    "Initializer": "initializers",
    "InputSpec": "layers",
    "Layer": "layers",
    "Loss": "losses",
    "Metric": "metrics",
    "Model": "models",
    "Optimizer": "optimizers",
    "Quantizer": "quantizers",
    "Regularizer": "regularizers",
    "Sequential": "models",
}


def namespace_of(module: Any) -> str | None:
    """Reduce one of the many spellings of a module to a namespace; the root is `""`.

    Returns:
        The namespace, or `None` for a module that is not ours.

    Example:
        >>> namespace_of("keras.src.layers.core.dense"), namespace_of("kerasish.losses")
        ('layers', 'losses')
        >>> namespace_of("os.path") is None
        True
    """
    if not isinstance(module, str):
        return None
    package, *parts = module.split(".")
    if package not in ("keras", _PACKAGE) or any(part.startswith("__") for part in parts):
        return None
    if parts[:1] in (["src"], ["api"]):
        parts.pop(0)
    if not parts:
        return ""
    inner = ".".join(parts[:2])
    if inner in _NAMESPACES:
        return inner
    return parts[0] if parts[0] in _NAMESPACES else None


def find_class(module: Any, name: str) -> type | None:
    """Return our public class of this name that can be made from a config, or `None`."""
    namespace = namespace_of(module)
    if namespace == "":
        namespace = _AT_THE_ROOT.get(name)
    for where in _NAMESPACES.get(namespace or "", ()):
        found = _public(where, name)
        if isinstance(found, type) and is_ours(found) and hasattr(found, "from_config"):
            return found
    return None


def find_function(module: Any, name: str) -> types.FunctionType | None:
    """Return our activation, loss or metric function of this name, or `None`.

    Args:
        module: one of the spellings of those namespaces; Keras itself writes `"builtins"`, which
            leaves the namespace open.
        name: the function's name.
    """
    namespace = namespace_of(module)
    if namespace is None and module not in (None, "builtins"):
        return None
    for where in (namespace,) if namespace else _WITH_FUNCTIONS:
        if where in _WITH_FUNCTIONS and name not in _NO_FORMULAS:
            found = _public(where, name)
            if isinstance(found, types.FunctionType) and is_ours(found):
                return found
    return None


def public_address(cls: type) -> tuple[str, str] | None:
    """Return the module and name under which Keras knows one of our classes.

    Returns:
        For example `("keras.layers", "Dense")`, or `None` for a class that is not public.
    """
    if not is_ours(cls):
        return None
    for namespace in dict.fromkeys((namespace_of(cls.__module__), "utils")):
        for where in _NAMESPACES.get(namespace or "", ())[:1]:
            name = _public_name(where, cls)
            if name and _AT_THE_ROOT.get(name) == namespace:
                return "keras", name
            if name:
                return f"keras.{namespace}", name
    return None


def private_address(cls: type) -> str | None:
    """The module that Keras would write for a class: for ours, where Keras keeps its own."""
    if cls.__module__ == "__main__":
        return None
    return (
        cls.__module__.replace(f"{_PACKAGE}.", "keras.src.", 1)
        if is_ours(cls)
        else (cls.__module__)
    )


def class_names(module: Any) -> list[str]:
    """All public class names of a namespace, to suggest one of them."""
    namespace = namespace_of(module)
    if not namespace:
        return list(_AT_THE_ROOT)
    (where, *_) = _NAMESPACES[namespace]
    room = _import(where)
    return [name for name in dir(room) if find_class(f"keras.{namespace}", name)] if room else []


def _public_name(where: str, cls: type) -> str | None:
    name: str = cls.__name__
    if _public(where, name) is cls:
        return name
    room = _import(where)
    others = [] if room is None else [name for name in dir(room) if _public(where, name) is cls]
    return others[0] if others else None  # an alias: Keras's GroupQueryAttention is one


def _public(where: str, name: str) -> Any:
    room = _import(where)
    if room is None or name.startswith("_") or name not in getattr(room, "__all__", (name,)):
        return None
    return getattr(room, name, None)


def _import(where: str) -> types.ModuleType | None:
    """Import one of the modules listed above; `None` if kerasish has no such module."""
    module = f"{_PACKAGE}.{where}"
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is not None and f"{module}.".startswith(f"{error.name}."):
            return None
        raise


def is_ours(target: Any) -> bool:
    """Whether a class or a function is defined in this package."""
    return getattr(target, "__module__", "").startswith(f"{_PACKAGE}.")
