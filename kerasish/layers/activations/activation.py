"""Activation, ReLU, Softmax and their kin: an activation as a layer."""

from __future__ import annotations

from typing import Any

from kerasish import activations, ops
from kerasish.errors import explain
from kerasish.layers.formula import formula, is_formula
from kerasish.layers.layer import Layer


class Activation(Layer):
    """Apply an activation.

    Args:
        activation: a function or its name.
    """

    def __init__(self, activation: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.activation = activations.get(activation)
        self.supports_masking = True
        self._build_at_init()

    def call(self, inputs: Any) -> Any:
        """Apply the activation."""
        return self.activation(inputs)

    def _formula(self) -> Any:
        return (formula(self.activation), ()) if is_formula(self.activation) else None

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the inputs' shape."""
        return input_shape


class ReLU(Layer):
    """max(x, 0), with a slope below a threshold and a limit above.

    Args:
        max_value: the largest output; None for no limit.
        negative_slope: the slope below the threshold.
        threshold: below it the output is `negative_slope * (x - threshold)`.
    """

    def __init__(
        self, max_value: Any = None, negative_slope: Any = 0.0, threshold: Any = 0.0, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        if max_value is not None and max_value < 0:
            raise ValueError(explain("`max_value` must not be negative", max_value=max_value))
        for name, value in (("negative_slope", negative_slope), ("threshold", threshold)):
            if value is None or value < 0:
                raise ValueError(explain(f"`{name}` must not be negative", **{name: value}))
        self.max_value, self.negative_slope, self.threshold = max_value, negative_slope, threshold
        self.supports_masking = True
        self._build_at_init()

    def call(self, inputs: Any) -> Any:
        """Apply the activation."""
        return activations.relu(inputs, **self._constants())

    def _formula(self) -> Any:
        constants = self._constants()
        is_plain = all(v is None or isinstance(v, (int, float)) for v in constants.values())
        return (formula(activations.relu, **constants), ()) if is_plain else None

    def _constants(self) -> dict[str, Any]:
        return {
            "negative_slope": self.negative_slope,
            "max_value": self.max_value,
            "threshold": self.threshold,
        }

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the inputs' shape."""
        return input_shape


class LeakyReLU(Layer):
    """x where it is positive, `negative_slope * x` elsewhere."""

    def __init__(self, negative_slope: float = 0.3, **kwargs: Any) -> None:
        if "alpha" in kwargs:
            negative_slope = kwargs.pop("alpha")
        super().__init__(**kwargs)
        if negative_slope is None or negative_slope < 0:
            raise ValueError(
                explain("`negative_slope` must not be negative", negative_slope=negative_slope)
            )
        self.negative_slope = negative_slope
        self.supports_masking = True
        self._build_at_init()

    def call(self, inputs: Any) -> Any:
        """Apply the activation."""
        return activations.leaky_relu(inputs, negative_slope=self.negative_slope)


class ELU(Layer):
    """x where it is positive, `alpha * (exp(x) - 1)` elsewhere."""

    def __init__(self, alpha: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.alpha = alpha
        self.supports_masking = True
        self._build_at_init()

    def call(self, inputs: Any) -> Any:
        """Apply the activation."""
        return activations.elu(inputs, alpha=self.alpha)


class Softmax(Layer):
    """exp(x) / sum(exp(x)) along an axis.

    Args:
        axis: the axis, or several.

    Call arguments:
        inputs: the values.
        mask: a bool that broadcasts to them; what it leaves out gets 0.

    Raises:
        ValueError: when the mask does not broadcast to the inputs.
    """

    def __init__(self, axis: Any = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis
        self.supports_masking = True
        self._build_at_init()

    def call(self, inputs: Any, mask: Any = None) -> Any:
        """Apply the softmax."""
        if mask is None:
            return activations.softmax(inputs, axis=self.axis)
        _check_mask(mask.shape, inputs.shape)
        if mask.dtype != "bool":
            mask = ops.greater(mask, 0.5)
        lowest = -3e4 if inputs.dtype == "float16" else -1e9
        outputs = activations.softmax(ops.where(mask, inputs, lowest), axis=self.axis)
        return ops.where(mask, outputs, 0.0)  # where all are left out, softmax is not 0

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the inputs' shape."""
        return input_shape


def _check_mask(mask: tuple[int, ...], inputs: tuple[int, ...]) -> None:
    if len(mask) > len(inputs):
        raise ValueError(
            explain(
                "`mask` must not have more dimensions than the inputs", mask=mask, inputs=inputs
            )
        )
    if any(m not in (1, i) for m, i in zip(mask[::-1], inputs[::-1], strict=False)):
        raise ValueError(
            explain("`mask` must be broadcastable to the inputs", mask=mask, inputs=inputs)
        )
