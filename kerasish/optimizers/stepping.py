"""Stepping: `zero_grad` and `step`, for a training loop in PyTorch's words."""

from __future__ import annotations

from typing import Any

from kerasish.backend.record import no_grad
from kerasish.backend.variable import Variable


class Stepping:
    """The part of an optimizer that takes gradients from where `backward()` left them."""

    built: bool
    name: str
    _trainable_variables: list[Variable]

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all variables that this optimizer was built for.

        Args:
            set_to_none: kept for PyTorch; gradients become None in any case.
        """
        self._check_built("zero_grad")
        for variable in self._trainable_variables:
            variable.grad = None

    def step(self) -> None:
        """Update the variables that `backward()` reached, by their `grad`.

        Raises:
            ValueError: when the optimizer was not built, or there is no gradient at all.

        Example:
            >>> import kerasish as keras
            >>> w = keras.Variable([1.0, 2.0])
            >>> optimizer = keras.optimizers.SGD(0.5)
            >>> optimizer.build([w])
            >>> (w * w).sum().backward()
            >>> optimizer.step()
            >>> w.numpy().tolist()
            [0.0, 0.0]
        """
        self._check_built("step")
        found = [v for v in self._trainable_variables if v.grad is not None]
        if not found:
            raise ValueError(
                f"No variable of optimizer {self.name!r} has a gradient: call loss.backward() "
                "before step()."
            )
        with no_grad():
            self.apply([v.grad for v in found], found)  # type: ignore[attr-defined]

    def _check_built(self, method: str) -> Any:
        if not self.built:
            raise ValueError(
                f"Optimizer {self.name!r} does not know its variables yet. Call "
                f"optimizer.build(model.parameters()) before {method}()."
            )
