"""DTypePolicyMap: other policies for the layers at some paths."""

from __future__ import annotations

import re
from collections.abc import Iterator, MutableMapping
from typing import Any

from kerasish._registry import deserialize_keras_object, serialize_keras_object
from kerasish.dtype_policies.lookup import get
from kerasish.dtype_policies.policy import DTypePolicy
from kerasish.errors import explain


class DTypePolicyMap(DTypePolicy, MutableMapping[str, DTypePolicy]):
    """Policies by a layer's path; other layers get the default.

    Args:
        default_policy: the policy of paths without their own; None for the global one.
        policy_map: dict from paths, or regular expressions that match whole paths, to policies.

    Raises:
        TypeError: when `policy_map` is no dict.
        ValueError: when the default is a map itself.
    """

    def __init__(self, default_policy: Any = None, policy_map: Any = None) -> None:
        if isinstance(default_policy, DTypePolicyMap):
            raise ValueError(
                "The default of a DTypePolicyMap must be a single policy, not another map."
            )
        if policy_map is not None and not isinstance(policy_map, dict):
            raise TypeError(explain("`policy_map` must be a dict or None", policy_map=policy_map))
        self._default_policy_arg = default_policy
        self._default_policy = get(default_policy)
        self._policy_map = policy_map or {}

    @property
    def name(self) -> str:
        """`map_` and the name of the default."""
        return f"map_{self._default_policy.name}"

    @property
    def default_policy(self) -> DTypePolicy:
        """The policy of paths without their own."""
        return self._default_policy

    @property
    def compute_dtype(self) -> str:
        """That of the default."""
        return self._default_policy.compute_dtype

    @property
    def variable_dtype(self) -> str:
        """That of the default."""
        return self._default_policy.variable_dtype

    def __getitem__(self, key: str) -> DTypePolicy:
        if key in self._policy_map:
            return self._policy_map[key]
        matching = [pattern for pattern in self._policy_map if re.fullmatch(pattern, key)]
        if len(matching) > 1:
            raise ValueError(
                explain(
                    f"Several keys match the path {key!r}", expected="one at most", keys=matching
                )
            )
        return self._policy_map[matching[0]] if matching else self.default_policy

    def __setitem__(self, key: str, policy: Any) -> None:
        if key in self._policy_map:
            raise ValueError(
                f"The key {key!r} has a policy already: {self._policy_map[key]}. Delete it first."
            )
        try:
            self._policy_map[key] = get(policy)
        except (ValueError, TypeError) as error:
            raise ValueError(
                explain("What is assigned is no dtype policy", policy=policy)
            ) from error

    def __delitem__(self, key: str) -> None:
        self._policy_map.pop(key)

    def __contains__(self, key: Any) -> bool:
        return key in self._policy_map

    def __len__(self) -> int:
        return len(self._policy_map)

    def __iter__(self) -> Iterator[str]:
        return iter(self._policy_map)

    def __eq__(self, other: Any) -> bool:
        if type(other) is not DTypePolicyMap:
            return False
        mine, theirs = (
            (self._default_policy, self._policy_map),
            (other._default_policy, other._policy_map),
        )
        return mine == theirs

    __hash__ = None  # type: ignore[assignment]  # it can change

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that would make an equal map."""
        return {
            "default_policy": serialize_keras_object(self._default_policy_arg),
            "policy_map": serialize_keras_object(self._policy_map),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> DTypePolicyMap:
        """Make a map from a config."""
        policies = deserialize_keras_object(config["policy_map"], custom_objects)
        return cls(config["default_policy"], policies)

    def __repr__(self) -> str:
        mapping = [(key, policy.name) for key, policy in self._policy_map.items()]
        return f"<DTypePolicyMap default_policy={self._default_policy.name}, {mapping=}>"
