"""From what users write for a dtype to a policy."""

from __future__ import annotations

from typing import Any

from kerasish._registry import deserialize_keras_object
from kerasish.arrays.dtype import standardize_dtype
from kerasish.dtype_policies.policy import DTypePolicy, FloatDTypePolicy, dtype_policy
from kerasish.errors import explain

_TABLE = {"DTypePolicy": DTypePolicy, "FloatDTypePolicy": FloatDTypePolicy}


def get(identifier: Any) -> Any:
    """Return the policy that a dtype, a name or a config stands for; the global one for None.

    Raises:
        ValueError: when it stands for none.

    Example:
        >>> get("mixed_bfloat16").compute_dtype
        'bfloat16'
    """
    if identifier is None:
        return dtype_policy()
    if isinstance(identifier, DTypePolicy):
        return identifier
    if isinstance(identifier, dict):
        return deserialize(identifier)
    if isinstance(identifier, str):
        return DTypePolicy(identifier)
    try:
        return DTypePolicy(standardize_dtype(identifier))
    except (ValueError, TypeError):
        raise ValueError(
            explain(
                "This is no dtype",
                expected="a dtype or a DTypePolicy",
                dtype=identifier,
            )
        ) from None


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """Return the policy that a config describes."""
    from kerasish.dtype_policies.policy_map import DTypePolicyMap

    table = {**_TABLE, "DTypePolicyMap": DTypePolicyMap}
    return deserialize_keras_object(config, custom_objects, module_objects=table)
