"""kerasish: the Keras API and the Keras files, with engines of our own on NumPy and CuPy."""

__version__ = "0.1.0"

from kerasish import (
    activations,
    backend,
    callbacks,
    config,
    constraints,
    dtype_policies,
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
    tree,
    utils,
)
from kerasish.arrays.device import device
from kerasish.backend import GradientTape, Tensor, Variable, discovery, name_scope, no_grad
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

__all__ = [
    "DTypePolicy", "FloatDTypePolicy", "GradientTape", "Initializer", "Input", "InputSpec",
    "KerasTensor", "Layer", "Loss", "Metric", "Model", "Operation", "Optimizer", "Regularizer",
    "Sequential", "StatelessScope", "Tensor", "Variable", "activations", "backend", "callbacks",
    "config", "constraints", "device", "dtype_policies", "initializers", "layers", "losses",
    "metrics", "models", "name_scope", "no_grad", "ops", "optimizers", "random", "regularizers", "saving",
    "tree", "utils",
]  # fmt: skip

discovery.current()
