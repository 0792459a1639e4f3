"""Embedding: a vector for each whole number."""

from __future__ import annotations

import warnings
from typing import Any

from kerasish import constraints, initializers, ops, regularizers
from kerasish.layers._arguments import positive_int
from kerasish.layers.layer import Layer
from kerasish.primitives.indexing import gather, within


class Embedding(Layer):
    """A trained vector for each whole number from 0 to `input_dim - 1`.

    Args:
        input_dim: how many numbers there are.
        output_dim: size of the vectors.
        embeddings_initializer: how the vectors begin.
        embeddings_regularizer: what is added to the loss.
        embeddings_constraint: applied to the vectors after each update.
        mask_zero: whether 0 stands for nothing: later layers skip it.
        weights: the first vectors, an array of shape `(input_dim, output_dim)`.

    Raises:
        ValueError: when `input_dim` or `output_dim` is no positive whole number.
        IndexRangeError: from a call, on the CPU, for a number that is negative or not below
            `input_dim`.

    Example:
        >>> import kerasish as keras
        >>> keras.layers.Embedding(1000, 64)(keras.ops.array([[3, 7, 7]])).shape
        (1, 3, 64)
    """

    def __init__(
        self, input_dim: int, output_dim: int, embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None, embeddings_constraint: Any = None,
        mask_zero: bool = False, weights: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        if kwargs.pop("input_length", None) is not None:
            warnings.warn("`input_length` of Embedding has no effect: remove it.", stacklevel=2)
        super().__init__(**kwargs)
        self.input_dim = positive_int(input_dim=input_dim)
        self.output_dim = positive_int(output_dim=output_dim)
        self.embeddings_initializer = initializers.get(embeddings_initializer)
        self.embeddings_regularizer = regularizers.get(embeddings_regularizer)
        self.embeddings_constraint = constraints.get(embeddings_constraint)
        self.mask_zero = self.supports_masking = bool(mask_zero)
        self.autocast = False  # the table stays as it is; only the vectors picked are cast
        if weights is not None:
            self.build()
            self.set_weights(
                weights if isinstance(weights, list) and len(weights) == 1 else [weights]
            )

    def build(self, input_shape: Any = None) -> None:
        """Make the table of vectors, for inputs of any shape."""
        self.embeddings = self.add_weight(
            name="embeddings", shape=(self.input_dim, self.output_dim),
            initializer=self.embeddings_initializer, regularizer=self.embeddings_regularizer,
            constraint=self.embeddings_constraint,
        )  # fmt: skip

    def call(self, inputs: Any) -> Any:
        """Pick a vector for each number."""
        numbers = inputs
        if inputs.dtype not in ("int32", "int64"):
            numbers = ops.cast(inputs, "int32")
        numbers = within(numbers, low=0, high=self.input_dim, of="Embedding")
        outputs = ops.cast(gather(self.embeddings, numbers, axis=0), self.compute_dtype)
        if self.mask_zero:
            outputs._keras_mask = self.compute_mask(inputs)
        return outputs

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Return true for each number that is not 0, if `mask_zero`."""
        return ops.not_equal(inputs, 0) if self.mask_zero else None

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        """Return the inputs' shape with the vectors' size behind it."""
        return (*input_shape, self.output_dim)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments but `weights`."""
        config = super().get_config()
        config.pop("weights", None)
        return {"activity_regularizer": None, **config}
