"""Losses: what training makes small. Classes reduce over a batch, functions give one per sample."""

from __future__ import annotations

from typing import Any

from kerasish._absent import public
from kerasish._registry import (
    deserialize_keras_object,
    name_table,
    resolve,
    serialize_keras_object,
)
from kerasish.losses.circle import Circle, circle
from kerasish.losses.crossentropy import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    SparseCategoricalCrossentropy,
    binary_crossentropy,
    categorical_crossentropy,
    sparse_categorical_crossentropy,
)
from kerasish.losses.ctc import CTC, ctc
from kerasish.losses.divergence import (
    CategoricalGeneralizedCrossEntropy,
    KLDivergence,
    Poisson,
    categorical_generalized_cross_entropy,
    kl_divergence,
    poisson,
)
from kerasish.losses.focal import (
    BinaryFocalCrossentropy,
    CategoricalFocalCrossentropy,
    binary_focal_crossentropy,
    categorical_focal_crossentropy,
)
from kerasish.losses.hinge import (
    CategoricalHinge,
    Hinge,
    SquaredHinge,
    categorical_hinge,
    hinge,
    squared_hinge,
)
from kerasish.losses.loss import Loss
from kerasish.losses.overlap import Dice, Tversky, dice, tversky
from kerasish.losses.regression import (
    CosineSimilarity,
    Huber,
    LogCosh,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    cosine_similarity,
    huber,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
)
from kerasish.losses.wrapper import LossFunctionWrapper

__all__ = [
    "CTC",
    "BinaryCrossentropy",
    "BinaryFocalCrossentropy",
    "CategoricalCrossentropy",
    "CategoricalFocalCrossentropy",
    "CategoricalGeneralizedCrossEntropy",
    "CategoricalHinge",
    "Circle",
    "CosineSimilarity",
    "Dice",
    "Hinge",
    "Huber",
    "KLDivergence",
    "LogCosh",
    "Loss",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "Poisson",
    "SparseCategoricalCrossentropy",
    "SquaredHinge",
    "Tversky",
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
    "categorical_generalized_cross_entropy",
    "categorical_hinge",
    "circle",
    "cosine_similarity",
    "ctc",
    "deserialize",
    "dice",
    "get",
    "hinge",
    "huber",
    "kl_divergence",
    "log_cosh",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "poisson",
    "serialize",
    "sparse_categorical_crossentropy",
    "squared_hinge",
    "tversky",
]

__getattr__, __dir__ = public(__name__, __all__)

_NAMES = name_table(
    *(globals()[name] for name in __all__ if name not in ("deserialize", "get", "serialize")),
    LossFunctionWrapper,
    bce=binary_crossentropy,
    BCE=binary_crossentropy,
    kld=kl_divergence,
    KLD=kl_divergence,
    mae=mean_absolute_error,
    MAE=mean_absolute_error,
    mape=mean_absolute_percentage_error,
    MAPE=mean_absolute_percentage_error,
    mse=mean_squared_error,
    MSE=mean_squared_error,
    msle=mean_squared_logarithmic_error,
    MSLE=mean_squared_logarithmic_error,
)


def get(identifier: Any) -> Any:
    """Return the loss that a name, a config, a class or an object stands for.

    Args:
        identifier: for example `"mse"`, `"MeanSquaredError"`, `MeanSquaredError`, a config, or
            a function; None stays None.

    Returns:
        A `Loss`, or a function of targets and predictions.

    Raises:
        ValueError: when it stands for nothing.

    Example:
        >>> get("mse").__name__, get("Huber").name
        ('mean_squared_error', 'huber_loss')
    """
    return resolve(identifier, "loss", _NAMES)


def serialize(loss: Any) -> Any:
    """Return the config of a loss, or of a loss function."""
    return serialize_keras_object(loss)


def deserialize(name: Any, custom_objects: Any = None) -> Any:
    """Return the loss that a config describes.

    Args:
        name: a config, or a name.
        custom_objects: dict from names to the user's classes and functions.
    """
    return deserialize_keras_object(name, custom_objects, module_objects=_NAMES)
