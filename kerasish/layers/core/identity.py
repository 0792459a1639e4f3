"""Identity: the inputs as they are."""

from __future__ import annotations

from typing import Any

from kerasish.layers.layer import Layer


class Identity(Layer):
    """The inputs as they are."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True
        self._build_at_init()

    def call(self, inputs: Any) -> Any:
        """Return the inputs."""
        return inputs
