"""DTypePolicy: in which dtype a layer computes, and in which it keeps its weights."""

from __future__ import annotations

from typing import Any

from kerasish import ops
from kerasish.arrays.dtype import floatx, is_float, standardize_dtype
from kerasish.backend.tensor import Symbolic
from kerasish.errors import explain

_MIXED = {"mixed_float16": "float16", "mixed_bfloat16": "bfloat16"}


class DTypePolicy:
    """A layer's dtypes.

    Args:
        name: a dtype, for computing and for weights; or `"mixed_float16"` or `"mixed_bfloat16"`:
            half precision for computing, float32 for weights. None means the global policy's.

    Raises:
        TypeError: when the name is no string.
        ValueError: when it is neither of these.

    Example:
        >>> policy = DTypePolicy("mixed_float16")
        >>> policy.compute_dtype, policy.variable_dtype
        ('float16', 'float32')
    """

    def __init__(self, name: str | None = None) -> None:
        self._name = dtype_policy().name if name is None else name
        self._compute_dtype, self._variable_dtype = _dtypes(self._name)

    @property
    def name(self) -> str:
        """The name it was made from."""
        return self._name

    @property
    def compute_dtype(self) -> str:
        """What inputs and weights are cast to for computing."""
        return self._compute_dtype

    @property
    def variable_dtype(self) -> str:
        """What weights are kept in."""
        return self._variable_dtype

    @property
    def quantization_mode(self) -> None:
        """None: kerasish does not quantize."""
        return None

    def convert_input(self, x: Any, autocast: bool, dtype: Any) -> Any:
        """Return an input as a tensor, in `dtype` if it is a float one and `autocast` is on.

        What is neither a tensor nor an array is returned as it is.
        """
        wanted = standardize_dtype(dtype)
        if not isinstance(x, Symbolic):
            if not (ops.is_tensor(x) or hasattr(x, "__array__") or hasattr(x, "__tensor__")):
                return x
            x = ops.convert_to_tensor(x)
        if autocast and x.dtype != wanted and is_float(x.dtype):
            return ops.cast(x, wanted)
        return x

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that would make an equal policy."""
        return {"name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Make a policy from a config."""
        return cls(**config)

    def __repr__(self) -> str:
        return f'<DTypePolicy "{self._name}">'

    def __eq__(self, other: Any) -> bool:
        plain = type(self) in (DTypePolicy, FloatDTypePolicy)
        same = type(other) in ((DTypePolicy, FloatDTypePolicy) if plain else (type(self),))
        return same and self._name == other._name

    def __hash__(self) -> int:
        return hash(self._name)


class FloatDTypePolicy(DTypePolicy):
    """An older name of DTypePolicy."""


def _dtypes(name: Any) -> tuple[str, str]:
    """Compute dtype and variable dtype of a policy's name."""
    if not isinstance(name, str):
        raise TypeError(
            explain("The name of a dtype policy is a string", name=name, type=type(name))
        )
    if name in _MIXED:
        return _MIXED[name], "float32"
    try:
        dtype = standardize_dtype(name)
    except ValueError:
        raise ValueError(
            explain(
                f"There is no dtype policy {name!r}",
                expected="'mixed_float16', 'mixed_bfloat16' or a dtype such as 'float32'",
                name=name,
            )
        ) from None
    return dtype, dtype


_global: list[DTypePolicy] = []


def dtype_policy() -> DTypePolicy:
    """Return the policy of layers that are given none: `floatx()`, unless another was set."""
    if not _global:
        _global.append(DTypePolicy(floatx()))
    return _global[0]


def set_dtype_policy(policy: Any) -> None:
    """Set the policy of layers that are given none.

    Args:
        policy: a DTypePolicy or the name of one.

    Raises:
        ValueError: when it is neither.
    """
    if isinstance(policy, str):
        policy = DTypePolicy(policy)
    if not isinstance(policy, DTypePolicy):
        raise ValueError(
            explain(
                "`policy` is no dtype policy",
                expected="a policy or a name like 'mixed_float16'",
                policy=policy,
                type=type(policy),
            )
        )
    _global[:] = [policy]
