"""Policies that say in which dtypes layers compute and keep their weights.

The global policy, `dtype_policy` and `set_dtype_policy`, is public as `kerasish.config`'s.
"""

from __future__ import annotations

from typing import Any

from kerasish._absent import public
from kerasish._registry import serialize_keras_object
from kerasish.dtype_policies.lookup import deserialize, get
from kerasish.dtype_policies.policy import DTypePolicy, FloatDTypePolicy
from kerasish.dtype_policies.policy import dtype_policy as dtype_policy
from kerasish.dtype_policies.policy import set_dtype_policy as set_dtype_policy
from kerasish.dtype_policies.policy_map import DTypePolicyMap


def serialize(dtype_policy: Any) -> Any:
    """Return the config of a policy."""
    return serialize_keras_object(dtype_policy)


__all__ = ["DTypePolicy", "DTypePolicyMap", "FloatDTypePolicy", "deserialize", "get", "serialize"]

__getattr__, __dir__ = public(__name__, __all__)
