"""Bundles: how a primitive that runs whole graphs gives several values at once."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, NamedTuple

from kerasish.arrays.spec import Spec
from kerasish.backend.graph.graph import Graph
from kerasish.backend.graph.passes import optimise
from kerasish.backend.graph.plan.buffers import make_plan
from kerasish.backend.graph.printers.numpy.program import Program
from kerasish.backend.tensor import Tensor
from kerasish.primitives.primitive import Primitive


class Bundle(NamedTuple):
    """What a control primitive gives.

    Attributes:
        parts: arrays, all C-contiguous, none of them in the memory of an input.
        history: what the primitive's gradient needs to know of the run.
    """

    parts: tuple[Any, ...]
    history: Any = None


BUNDLE = Spec((), "bundle")  # what stands for the shape and dtype of one


class Control(Primitive):
    """A primitive that runs graphs; `pick` takes the values out of its bundle.

    Each defines `walk_back(record, gradients, arriving)`: the record's `saved` holds its inputs,
    and what arrived are gradients of the parts, by index.
    """

    variadic = True
    effect = True  # a bundle is no array: it is neither folded nor merged
    makes_bundle = True


class Pick(Primitive):
    """One part of a bundle."""

    is_view = True
    picks = True

    def infer(self, bundle: Spec, *, index: int, shape: tuple[int, ...], dtype: str) -> Spec:
        return Spec(shape, dtype)

    def forward(
        self, xp: Any, bundle: Bundle, *, index: int, shape: tuple[int, ...], dtype: str
    ) -> Any:
        return bundle.parts[index]


pick = Pick()


def parts(bundle: Tensor, specs: Sequence[Spec]) -> list[Tensor]:
    """Return the parts of a bundle, whose shapes and dtypes are known."""
    return [
        pick(bundle, index=index, shape=spec.shape, dtype=spec.dtype)
        for index, spec in enumerate(specs)
    ]


_count = itertools.count()


class SubGraph:
    """A graph that a control primitive runs, as often as it needs to.

    Its outputs are C-contiguous and lie in memory of their own. It reads and updates no
    variables: they come in and go out as values.

    Attributes:
        traced: as it was written down; gradients are derived from this.
        graph: after the passes.
    """

    def __init__(self, traced: Graph) -> None:
        self.traced = traced
        self.graph = optimise(traced)
        self._name = f"graph_{next(_count)}"
        self._program: Program | None = None

    @property
    def specs(self) -> list[Spec]:
        """Shapes and dtypes of the outputs."""
        return [node.spec for node in self.traced.outputs]

    def __call__(self, *arrays: Any) -> tuple[Any, ...]:
        """Run on arrays."""
        if self._program is None:
            self._program = Program(make_plan(self.graph))
        return self._program(*arrays)

    def __repr__(self) -> str:  # unique: passes compare parameters by their text
        return self._name
