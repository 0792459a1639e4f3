"""Lambdas in configs: a mark that one was there, and no code.

Keras writes a lambda's compiled code into the file, and running that code is how a model file
takes over a machine. Here a file only says that a function is missing. Within the process that
wrote the config, the mark leads back to the very function, so that layers can still be copied.
"""

from __future__ import annotations

import os
import types
import warnings
import weakref
from typing import Any

_TOKENS: weakref.WeakKeyDictionary[types.FunctionType, str] = weakref.WeakKeyDictionary()
_LAMBDAS: weakref.WeakValueDictionary[str, types.FunctionType] = weakref.WeakValueDictionary()


def is_lambda(obj: Any) -> bool:
    """Say whether `obj` is a function without a name."""
    return isinstance(obj, types.FunctionType) and obj.__name__ == "<lambda>"


def lambda_config(function: types.FunctionType) -> dict[str, Any]:
    """The mark that stands for a lambda in a config. Warns, since a file cannot hold it."""
    warnings.warn(
        "A lambda has no name, so a model file cannot say which function it is: whoever loads it "
        "has to pass it in custom_objects. Write a function with `def` and decorate it with "
        f"@kerasish.saving.register_keras_serializable(). Received: {function}",
        stacklevel=4,
    )
    if function not in _TOKENS:
        token = os.urandom(16).hex()  # cannot be guessed, so no file can name a live function
        _TOKENS[function] = token
        _LAMBDAS[token] = function
    return {"class_name": "__lambda__", "config": {"value": None, "token": _TOKENS[function]}}


def lambda_from_config(config: Any, safe_mode: bool, where: str) -> types.FunctionType:
    """The lambda that this process wrote, if asked for with `safe_mode=False`.

    Raises:
        ValueError: in every other case.
    """
    token = config.get("token") if isinstance(config, dict) else None
    if not safe_mode and isinstance(token, str) and token in _LAMBDAS:
        return _LAMBDAS[token]
    raise ValueError(
        f"The config{where} holds a Python lambda. kerasish never runs code that comes from a "
        "file: that would be arbitrary code execution, and safe_mode=False does not change it. "
        "Pass the function instead, under the name of the layer that uses it: "
        "custom_objects={'the_layer': the_function}."
    )
