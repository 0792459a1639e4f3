"""New tensors, on a device, with gradients wanted for them or not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kerasish import ops, random
from kerasish.arrays import device as devices
from kerasish.backend.tensor import Tensor


def _made(make: Callable[[], Any], device: str | None, requires_grad: bool) -> Tensor:
    with devices.device(device or devices.current_device()):
        made = Tensor(make().value)
    return made.requires_grad_(requires_grad)


def _sizes(shape: Any) -> tuple[int, ...]:
    """`f(2, 3)` and `f((2, 3))` mean the same."""
    nested = len(shape) == 1 and isinstance(shape[0], (tuple, list))
    return tuple(int(size) for size in (shape[0] if nested else shape))


def tensor(
    data: Any, dtype: Any = None, device: str | None = None, requires_grad: bool = False
) -> Tensor:
    """Return a tensor with a copy of numbers, an array or another tensor.

    Args:
        data: Python's floats become `floatx()`, its whole numbers int32; arrays keep their dtype.
        dtype: the wanted dtype; None leaves it.
        device: `"cpu"`, `"gpu:0"`; by default the current one.
        requires_grad: whether `backward()` shall leave a gradient in `grad`.

    Raises:
        BackendError: for a device that is not there.

    Example:
        >>> from kerasish import tape
        >>> w = tape.tensor([1.0, 2.0], requires_grad=True)
        >>> (w * w).sum().backward()
        >>> w.grad.tolist()
        [2.0, 4.0]
    """
    values = data.numpy() if isinstance(data, Tensor) else data
    values = np.array(values) if isinstance(values, np.ndarray) else values
    return _made(lambda: ops.convert_to_tensor(values, dtype), device, requires_grad)


def from_numpy(array: Any) -> Tensor:
    """Return a tensor of an array; on the CPU both share the memory."""
    return _made(lambda: ops.convert_to_tensor(array), None, False)


def randn(
    *shape: Any, dtype: Any = None, device: str | None = None, requires_grad: bool = False,
    seed: Any = None,
) -> Tensor:  # fmt: skip
    """Return standard normal numbers.

    Args:
        *shape: sizes.
        dtype, device, requires_grad: as for `tensor`.
        seed: by default the generator that `manual_seed` sets.
    """
    sizes = _sizes(shape)
    return _made(lambda: random.normal(sizes, dtype=dtype, seed=seed), device, requires_grad)


def rand(
    *shape: Any, dtype: Any = None, device: str | None = None, requires_grad: bool = False,
    seed: Any = None,
) -> Tensor:  # fmt: skip
    """Return uniform numbers from 0 (included) to 1 (excluded); arguments as for `randn`."""
    sizes = _sizes(shape)
    return _made(lambda: random.uniform(sizes, dtype=dtype, seed=seed), device, requires_grad)


def normal(
    mean: float, std: float, size: Any, dtype: Any = None, device: str | None = None,
    requires_grad: bool = False, seed: Any = None,
) -> Tensor:  # fmt: skip
    """Return normal numbers of a mean and a standard deviation; the rest as for `randn`."""
    sizes = _sizes((size,))
    return _made(
        lambda: random.normal(sizes, mean, std, dtype=dtype, seed=seed), device, requires_grad
    )


def full(
    size: Any, fill_value: Any, dtype: Any = None, device: str | None = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """Return one number over and over, in its own dtype; arguments as for `tensor`."""
    sizes = _sizes((size,))
    kind = ops.array(fill_value).dtype if dtype is None else dtype
    return _made(lambda: ops.full(sizes, fill_value, dtype=kind), device, requires_grad)


def zeros(
    *shape: Any, dtype: Any = None, device: str | None = None, requires_grad: bool = False
) -> Tensor:
    """Return zeros; arguments as for `randn`."""
    sizes = _sizes(shape)
    return _made(lambda: ops.zeros(sizes, dtype=dtype), device, requires_grad)


def ones(
    *shape: Any, dtype: Any = None, device: str | None = None, requires_grad: bool = False
) -> Tensor:
    """Return ones; arguments as for `randn`."""
    sizes = _sizes(shape)
    return _made(lambda: ops.ones(sizes, dtype=dtype), device, requires_grad)


def zeros_like(x: Any, requires_grad: bool = False) -> Tensor:
    """Return zeros of the shape, dtype and device of another tensor."""
    return zeros(*x.shape, dtype=x.dtype, device=x.device, requires_grad=requires_grad)


def ones_like(x: Any, requires_grad: bool = False) -> Tensor:
    """Return ones of the shape, dtype and device of another tensor."""
    return ones(*x.shape, dtype=x.dtype, device=x.device, requires_grad=requires_grad)
