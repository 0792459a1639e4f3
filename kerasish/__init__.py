"""kerasish: the Keras API and the Keras files, with engines of our own on NumPy and CuPy.

Each name is looked up where it is defined when it is first used, so importing kerasish costs
little more than importing NumPy.
"""

import importlib
import sys
from typing import TYPE_CHECKING, Any

from kerasish._absent import AbsentModules, refuse

__release__ = "0.1.0"

#: Keras's version whose interface this is, then our own release: `keras.__version__` is what
#: programs written for Keras ask.
__version__ = f"3.15.1+kerasish.{__release__}"

#: Keras's names. What stands not in `_NAMES` is a namespace: a package of its own.
__all__ = [
    "DTypePolicy", "FloatDTypePolicy", "GradientTape", "Initializer", "Input", "InputSpec",
    "KerasTensor", "Layer", "Loss", "Metric", "Model", "Operation", "Optimizer", "Regularizer",
    "Sequential", "StatelessScope", "Tensor", "Variable", "activations", "backend", "callbacks",
    "config", "constraints", "datasets", "device", "dtype_policies", "export", "graph",
    "initializers", "layers", "losses", "metrics", "models", "name_scope", "no_grad", "ops",
    "optimizers", "random", "regularizers", "saving", "tape", "testing", "tree", "utils", "version",
]  # fmt: skip

#: Names that stand at the top: where each comes from.
_NAMES = {
    "DTypePolicy": "kerasish.dtype_policies",
    "FloatDTypePolicy": "kerasish.dtype_policies",
    "GradientTape": "kerasish.backend",
    "Initializer": "kerasish.initializers",
    "Input": "kerasish.layers",
    "InputSpec": "kerasish.layers",
    "KerasTensor": "kerasish.ops.keras_tensor",
    "Layer": "kerasish.layers",
    "Loss": "kerasish.losses",
    "Metric": "kerasish.metrics",
    "Model": "kerasish.models",
    "Operation": "kerasish.ops.operation",
    "Optimizer": "kerasish.optimizers",
    "Regularizer": "kerasish.regularizers",
    "Sequential": "kerasish.models",
    "StatelessScope": "kerasish.backend.stateless",
    "Tensor": "kerasish.backend",
    "Variable": "kerasish.initializers",  # which teaches it the initializers' names
    "device": "kerasish.arrays.device",
    "name_scope": "kerasish.backend",
    "no_grad": "kerasish.backend",
}

if TYPE_CHECKING:
    from kerasish import (
        activations,
        backend,
        callbacks,
        config,
        constraints,
        datasets,
        dtype_policies,
        export,
        graph,
        initializers,
        layers,
        losses,
        metrics,
        models,
        ops,
        optimizers,
        random,
        regularizers,
        saving,
        tape,
        testing,
        tree,
        utils,
    )  # fmt: skip
    from kerasish.arrays.device import device
    from kerasish.backend import GradientTape, Tensor, Variable, name_scope, no_grad
    from kerasish.backend.stateless import StatelessScope
    from kerasish.dtype_policies import DTypePolicy, FloatDTypePolicy
    from kerasish.initializers import Initializer
    from kerasish.layers import Input, InputSpec, Layer
    from kerasish.losses import Loss
    from kerasish.metrics import Metric
    from kerasish.models import Model, Sequential
    from kerasish.ops.keras_tensor import KerasTensor
    from kerasish.ops.operation import Operation
    from kerasish.optimizers import Optimizer
    from kerasish.regularizers import Regularizer


def version() -> str:
    """Return `__version__`."""
    return __version__


def __getattr__(name: str) -> Any:
    if name in _NAMES:
        found = getattr(importlib.import_module(_NAMES[name]), name)
    elif name in __all__:
        found = importlib.import_module(f"kerasish.{name}")
    else:
        refuse(__name__, name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])


if AbsentModules not in sys.meta_path:
    sys.meta_path.append(AbsentModules)  # type: ignore[arg-type]
