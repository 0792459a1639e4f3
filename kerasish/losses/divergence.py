"""Likelihoods of other distributions: Kullback and Leibler's divergence, Poisson, generalized."""

from __future__ import annotations

from typing import Any

from kerasish import ops
from kerasish.arrays.dtype import epsilon
from kerasish.errors import explain
from kerasish.losses.shapes import as_pair
from kerasish.losses.wrapper import FormulaLoss, mean_of, takes_class_numbers


def kl_divergence(y_true: Any, y_pred: Any) -> Any:
    """`sum(y_true * log(y_true / y_pred), axis=-1)`, both kept between `epsilon()` and 1."""
    y_true, y_pred = (ops.clip(y, epsilon(), 1) for y in as_pair(y_true, y_pred))
    return ops.sum(y_true * ops.log(y_true / y_pred), axis=-1)


def _poisson_errors(y_true: Any, y_pred: Any) -> Any:
    y_true, y_pred = as_pair(y_true, y_pred)
    return y_pred - y_true * ops.log(y_pred + epsilon())


@mean_of(_poisson_errors)
def poisson(y_true: Any, y_pred: Any) -> Any:
    """`mean(y_pred - y_true * log(y_pred), axis=-1)`."""
    return ops.mean(_poisson_errors(y_true, y_pred), axis=-1)


@takes_class_numbers
def categorical_generalized_cross_entropy(y_true: Any, y_pred: Any, q: float) -> Any:
    """`(1 - p**q) / q`, p the probability given to the target, which is a class number.

    Where p is 0 no gradient flows: the slope is infinite.
    """
    y_pred = ops.convert_to_tensor(y_pred)
    classes = y_pred.shape[-1]
    code = ops.one_hot(ops.cast(y_true, "int32"), classes, dtype="bool")
    right = ops.sum(ops.where(code, y_pred, 0.0), axis=-1)
    is_zero = ops.equal(right, 0)  # there the slope is infinite, and would become NaN further back
    powers = ops.where(is_zero, 0.0, ops.power(ops.where(is_zero, 1.0, right), q))
    return (1.0 - powers) / q


class KLDivergence(FormulaLoss):
    """How far predicted shares are from the targets' (Kullback and Leibler, 1951).

    Example:
        >>> round(float(KLDivergence()([[0.5, 0.5]], [[0.25, 0.75]])), 4)
        0.1438
    """

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str = "kl_divergence",
        dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(kl_divergence, reduction, name, dtype)


class Poisson(FormulaLoss):
    """For targets that are counts: minus their log-likelihood, up to a constant."""

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str = "poisson",
        dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(poisson, reduction, name, dtype)


class CategoricalGeneralizedCrossEntropy(FormulaLoss):
    """Between crossentropy and mean absolute error: bears wrong labels (Zhang and Sabuncu, 2018).

    Args:
        q: near 0 it is the crossentropy, near 1 the absolute error; between them, exclusively.
        reduction: see `Loss`.
        name: see `Loss`.
        dtype: see `Loss`.

    Raises:
        ValueError: when q is not between 0 and 1.
    """

    def __init__(
        self, q: float = 0.5, reduction: str | None = "sum_over_batch_size",
        name: str = "categorical_generalized_cross_entropy", dtype: Any = None,
    ) -> None:  # fmt: skip
        if not 0 < q < 1:
            raise ValueError(explain("q must be in the interval (0, 1)", q=q))
        super().__init__(categorical_generalized_cross_entropy, reduction, name, dtype, q=q)
