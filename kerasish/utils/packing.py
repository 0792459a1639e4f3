"""What a batch consists of: inputs, then perhaps targets, then perhaps sample weights."""

from __future__ import annotations

from typing import Any

from kerasish.errors import explain


def unpack_x_y_sample_weight(data: Any) -> tuple[Any, Any, Any]:
    """Return inputs, targets and sample weights of what `train_step` is given.

    Args:
        data: `x`, `(x,)`, `(x, y)` or `(x, y, sample_weight)`.

    Returns:
        Always three; what is not there is None.

    Raises:
        ValueError: for a tuple of another length.

    Example:
        >>> unpack_x_y_sample_weight(("x", "y"))
        ('x', 'y', None)
    """
    if not isinstance(data, (tuple, list)):
        return data, None, None
    if 1 <= len(data) <= 3:
        x, y, sample_weight = (*data, None, None)[:3]
        return x, y, sample_weight
    raise ValueError(
        explain(
            "Data is expected to be in format `x`, `(x,)`, `(x, y)` or `(x, y, sample_weight)`",
            parts=len(data),
        )
    )


def pack_x_y_sample_weight(x: Any, y: Any = None, sample_weight: Any = None) -> Any:
    """Return the shortest of `x`, `(x,)`, `(x, y)` and `(x, y, sample_weight)` that says it all.

    A single input stands for itself; inputs that are a tuple or a list get one around them.

    Example:
        >>> pack_x_y_sample_weight("x"), pack_x_y_sample_weight(["a", "b"], "y")
        ('x', (['a', 'b'], 'y'))
    """
    if y is None:
        return (x,) if isinstance(x, (tuple, list)) else x
    return (x, y) if sample_weight is None else (x, y, sample_weight)
