"""Input: where a functional model is fed."""

from __future__ import annotations

from typing import Any

from kerasish.arrays.dtype import floatx
from kerasish.errors import explain
from kerasish.layers.layer import Layer
from kerasish.ops.keras_tensor import KerasTensor, standardize_shape
from kerasish.ops.operation import Call


class InputLayer(Layer):
    """The place where one tensor enters a model.

    Args:
        shape: sizes without the batch.
        batch_size: size of the batch, if it is fixed.
        dtype: dtype of the input.
        sparse, ragged: kept for Keras; only False is supported.
        batch_shape: sizes with the batch, instead of `shape` and `batch_size`.
        input_tensor: a KerasTensor to stand for.
        optional: whether None may be fed.
        name: unique name.
    """

    def __init__(
        self, shape: Any = None, batch_size: int | None = None, dtype: Any = None,
        sparse: Any = None, ragged: Any = None, batch_shape: Any = None,
        input_tensor: Any = None, optional: bool = False, name: str | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(name=name)
        if "input_shape" in kwargs:
            shape = kwargs.pop("input_shape")
        if "batch_input_shape" in kwargs:
            batch_shape = kwargs.pop("batch_input_shape")
        kwargs.pop("ragged", None)
        if kwargs:
            raise ValueError(explain("Unknown arguments of InputLayer", arguments=sorted(kwargs)))
        if input_tensor is not None:
            if not isinstance(input_tensor, KerasTensor):
                raise ValueError(
                    explain("`input_tensor` must be a KerasTensor", input_tensor=input_tensor)
                )
            batch_shape, dtype = input_tensor.shape, dtype or input_tensor.dtype
            if shape is not None and batch_shape[1:] != tuple(shape):
                raise ValueError("`shape` and the shape of `input_tensor` differ.")
            shape = None
        if shape is not None and batch_shape is not None:
            raise ValueError("Give `shape` or `batch_shape`, not both.")
        if batch_size is not None and batch_shape is not None:
            raise ValueError("Give `batch_size` with `shape`, or `batch_shape`, not both.")
        if shape is None and batch_shape is None:
            raise ValueError("`Input` needs `shape` (sizes without the batch).")
        sizes = batch_shape if shape is None else (batch_size, *standardize_shape(shape))
        self.batch_shape = standardize_shape(sizes)
        self._input_dtype = str(dtype or floatx())
        self.sparse, self.ragged, self.optional = bool(sparse), bool(ragged), optional
        output = input_tensor
        if output is None:
            output = KerasTensor(self.batch_shape, self._input_dtype, sparse=self.sparse, name=name)
        Call(self, (), {}, output)
        self.built = True

    def call(self) -> Any:
        """Return nothing: an input is fed, not computed."""
        return None

    @property
    def dtype(self) -> str:
        """Dtype of the input."""
        return self._input_dtype

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        config = {
            "batch_shape": self.batch_shape, "dtype": self._input_dtype, "sparse": self.sparse,
            "ragged": self.ragged, "name": self.name,
        }  # fmt: skip
        return {**config, "optional": True} if self.optional else config


def Input(
    shape: Any = None, batch_size: int | None = None, dtype: Any = None, sparse: Any = None,
    ragged: Any = None, batch_shape: Any = None, name: str | None = None, tensor: Any = None,
    optional: bool = False,
) -> Any:  # fmt: skip
    """Return a KerasTensor for one input of a functional model.

    Args:
        shape: sizes without the batch, None where unknown.
        batch_size, dtype, batch_shape, name, tensor, optional: as for InputLayer.

    Example:
        >>> import kerasish as keras
        >>> keras.Input((28, 28), batch_size=16).shape
        (16, 28, 28)
    """
    layer = InputLayer(
        shape=shape, batch_size=batch_size, dtype=dtype, sparse=sparse, ragged=ragged,
        batch_shape=batch_shape, name=name, input_tensor=tensor, optional=optional,
    )  # fmt: skip
    return layer.output
