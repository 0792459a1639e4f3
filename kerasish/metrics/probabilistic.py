"""The crossentropies and other likelihoods, as metrics."""

from __future__ import annotations

from typing import Any

from kerasish.losses import (
    binary_crossentropy,
    categorical_crossentropy,
    kl_divergence,
    poisson,
    sparse_categorical_crossentropy,
)
from kerasish.metrics.reduction import FormulaMetric


class KLDivergence(FormulaMetric):
    """How far predicted shares are from the targets' (Kullback and Leibler, 1951)."""

    def __init__(self, name: str = "kl_divergence", dtype: Any = None) -> None:
        super().__init__(kl_divergence, name, dtype)


class Poisson(FormulaMetric):
    """For targets that are counts: minus their log-likelihood, up to a constant."""

    def __init__(self, name: str = "poisson", dtype: Any = None) -> None:
        super().__init__(poisson, name, dtype)


class BinaryCrossentropy(FormulaMetric):
    """Crossentropy of yes-or-no targets.

    Args:
        name: see `Metric`.
        dtype: see `Metric`.
        from_logits: whether predictions are logits; if not, probabilities.
        label_smoothing: how far targets are moved towards 1/2, from 0 to 1.
    """

    def __init__(
        self, name: str = "binary_crossentropy", dtype: Any = None, from_logits: bool = False,
        label_smoothing: float = 0,
    ) -> None:  # fmt: skip
        super().__init__(
            binary_crossentropy, name, dtype,
            from_logits=from_logits, label_smoothing=label_smoothing,
        )  # fmt: skip


class CategoricalCrossentropy(FormulaMetric):
    """Crossentropy of one-hot targets.

    Args:
        name: see `Metric`.
        dtype: see `Metric`.
        from_logits: whether predictions are logits; if not, probabilities.
        label_smoothing: how far targets are moved towards equal shares, from 0 to 1.
        axis: along which the classes lie.
    """

    def __init__(
        self, name: str = "categorical_crossentropy", dtype: Any = None,
        from_logits: bool = False, label_smoothing: float = 0, axis: int = -1,
    ) -> None:  # fmt: skip
        super().__init__(
            categorical_crossentropy, name, dtype,
            from_logits=from_logits, label_smoothing=label_smoothing, axis=axis,
        )  # fmt: skip


class SparseCategoricalCrossentropy(FormulaMetric):
    """Crossentropy of targets that are class numbers.

    Args:
        name: see `Metric`.
        dtype: see `Metric`.
        from_logits: whether predictions are logits; if not, probabilities.
        ignore_class: the loss of targets of this number is 0.
        axis: along which the classes lie.
    """

    def __init__(
        self, name: str = "sparse_categorical_crossentropy", dtype: Any = None,
        from_logits: bool = False, ignore_class: int | None = None, axis: int = -1,
    ) -> None:  # fmt: skip
        super().__init__(
            sparse_categorical_crossentropy, name, dtype,
            from_logits=from_logits, ignore_class=ignore_class, axis=axis,
        )  # fmt: skip
