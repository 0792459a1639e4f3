"""Formulas: layers that are functions of their input and weights, as single steps of eager code."""

from __future__ import annotations

import functools
import itertools
import types
from collections.abc import Callable, Sequence
from typing import Any

from kerasish._registry import is_ours
from kerasish.backend.composite import Composite, is_planned_for
from kerasish.backend.tensor import Tensor
from kerasish.layers.calling import LayerCalling


def is_formula(activation: Any) -> bool:
    """Whether an activation consists of primitives alone: None, and the functions from here."""
    return activation is None or (
        isinstance(activation, types.FunctionType) and is_ours(activation)
    )


@functools.cache
def formula(function: Callable[..., Any], **constants: Any) -> Composite:
    """Return a function of tensors with some of its arguments set, as one step."""
    return Composite(functools.partial(function, **constants) if constants else function)


@functools.lru_cache(maxsize=256)
def in_a_row(steps: tuple[Composite, ...], takes: tuple[int, ...]) -> Composite:
    """Return steps one after another as one.

    Args:
        steps: each takes the result of the one before, and weights.
        takes: how many weights each takes.
    """

    def row(x: Any, *weights: Any) -> Any:
        remaining = iter(weights)
        for step, count in zip(steps, takes, strict=True):
            x = step.function(x, *itertools.islice(remaining, count))
        return x

    return Composite(row)


def call_in_a_row(layers: Sequence[Any], x: Tensor) -> Any:
    """Call layers one after another; those with formulas that follow each other are one step.

    Args:
        layers: layers and other operations, which are known to fit each other.
        x: of a shape that the first of them takes.
    """
    done = 0
    while done < len(layers):
        steps: list[Composite] = []
        takes, weights = [], []
        if is_planned_for(x):
            for layer in itertools.islice(layers, done, None):
                found = layer._formula_for(x) if isinstance(layer, LayerCalling) else None
                if found is None:
                    break
                step, own = found
                steps.append(step)
                takes.append(len(own))
                weights += own
        if len(steps) > 1:
            x = in_a_row(tuple(steps), tuple(takes))(x, *weights)
            done += len(steps)
        else:
            x = layers[done](x)
            done += 1
    return x
