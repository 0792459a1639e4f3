"""A penalty on vectors that are not at right angles."""

from __future__ import annotations

from typing import Any

from kerasish import ops
from kerasish.errors import explain
from kerasish.regularizers.regularizer import Regularizer
from kerasish.regularizers.regularizer import factor as checked_factor


class OrthogonalRegularizer(Regularizer):
    """The mean size of the cosine between two rows (or columns) of a matrix, times a factor.

    Args:
        factor: the factor, not negative.
        mode: `"rows"` or `"columns"`.

    Raises:
        ValueError: for another mode, and for a factor that is negative or no finite number.
    """

    def __init__(self, factor: float = 0.01, mode: str = "rows") -> None:
        self.factor = checked_factor(factor, "factor")
        if mode not in ("rows", "columns"):
            raise ValueError(
                explain(
                    "`mode` names what should be orthogonal",
                    expected="'rows' or 'columns'",
                    mode=mode,
                )
            )
        self.mode = mode

    def __call__(self, inputs: Any) -> Any:
        inputs = ops.convert_to_tensor(inputs)
        if inputs.ndim != 2:
            raise ValueError(
                explain(
                    "OrthogonalRegularizer needs a matrix", expected="two axes", shape=inputs.shape
                )
            )
        rows = inputs if self.mode == "rows" else ops.transpose(inputs)
        squares = ops.sum(ops.square(rows), axis=1, keepdims=True)
        rows = ops.divide(rows, ops.sqrt(ops.where(ops.equal(squares, 0), 1, squares)))
        size = rows.shape[0]
        cosines = ops.matmul(rows, ops.transpose(rows))
        others = ops.multiply(cosines, 1.0 - ops.eye(size, dtype=rows.dtype))
        pairs = max(size * (size - 1.0) / 2.0, 1.0)
        return ops.multiply(ops.sum(ops.absolute(others)), self.factor * 0.5 / pairs)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that would make an equal regularizer."""
        return {"factor": self.factor, "mode": self.mode}
