"""LearningRateSchedule: the learning rate as a function of the step."""

from __future__ import annotations

from typing import Any


class LearningRateSchedule:
    """Base of the schedules: `__call__(step)` returns the learning rate of a step."""

    def __call__(self, step: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} must define `__call__(step)`.")

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that would make an equal schedule."""
        raise NotImplementedError(f"{type(self).__name__} must define `get_config`.")

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Return a schedule made from a config."""
        return cls(**config)
