"""Backend: the dozen questions a backend answers, and no code.

A backend decides what applying a primitive means. Two come with kerasish, `eager` and `graph`;
others are found through the entry-point group `kerasish.backends`, or registered by
`kerasish.backend.register`. `kerasish.testing.backend_suite` says, as tests, what each must do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class Backend(Protocol):
    """What the layers above ask of a backend."""

    name: str

    def apply(self, primitive: Any, inputs: tuple[Any, ...], params: dict[str, Any]) -> Any:
        """Return a Tensor: the primitive applied to inputs, outside any `function`.

        Inputs may be tensors, variables, arrays and numbers (`convert.coerce` unifies them).
        If a gradient can flow, the application is recorded (`record.remember`).
        """

    def variable(self, initializer: Any, **options: Any) -> Any:
        """Return a new Variable."""

    def assign(self, variable: Any, value: Any) -> Any:
        """Set a variable; return its new value."""

    def gradients(self, target: Any, sources: Sequence[Any]) -> list[Any]:
        """Return d target / d source for each source (tensor or variable), or None."""

    def function(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a callable that does what the Python function of tensors does.

        Called with structures of tensors, arrays and static values. Reads and assignments of
        variables inside happen in program order. Here alone do engines part ways: eager calls
        the function, graph traces it once for each signature of its inputs.
        """

    def planned(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a callable that does what the function does, for code nobody steps through.

        The function takes tensors, returns a tuple of tensors, reads and assigns variables, and
        has no other effects, so that even an eager backend may plan it once and run it often.
        """

    def cond(self, condition: Any, then: Callable[[], Any], otherwise: Callable[[], Any]) -> Any:
        """Return what `then()` or `otherwise()` returns, as the condition has it."""

    def while_loop(
        self,
        condition: Callable[..., Any],
        body: Callable[..., Any],
        values: Any,
        maximum: int | None = None,
    ) -> Any:
        """Return the values after `body` ran on them for as long as `condition` held."""

    def scan(
        self, body: Callable[..., Any], carry: Any, xs: Any, length: int | None = None,
        unroll: bool = False,
    ) -> tuple[Any, Any]:  # fmt: skip
        """Return the last carry and the stacked results of `body(carry, x)` over xs's rows.

        With `unroll`, a backend that traces writes the rounds down one after another.
        """

    def to_numpy(self, tensor: Any) -> Any:
        """Return the value as a NumPy array on the host."""
