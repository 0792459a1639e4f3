"""Connectionist temporal classification: labels whose places in a sequence are unknown."""

from __future__ import annotations

from typing import Any

from kerasish.arrays.dtype import result_type
from kerasish.backend.convert import as_tensor
from kerasish.errors import ShapeError
from kerasish.ops.core import cast
from kerasish.ops.nn import log_softmax
from kerasish.ops.numpy.creation import arange, full
from kerasish.ops.numpy.elementwise import logaddexp, where
from kerasish.ops.numpy.indexing import take_along_axis
from kerasish.ops.numpy.movement import broadcast_to, concatenate, expand_dims, reshape, stack
from kerasish.ops.numpy.reduction import logsumexp
from kerasish.ops.operation import op
from kerasish.primitives.arithmetic import add, multiply, negative, subtract
from kerasish.primitives.comparison import equal, less, logical_and, logical_or, not_equal

IMPOSSIBLE = -1e5  # logarithm of a probability of 0, finite so that gradients stay so


@op
def ctc_loss(
    target: Any, output: Any, target_length: Any, output_length: Any, mask_index: int = 0
) -> Any:
    """-log of the probability that a sequence of classes spells the labels (Graves, 2006).

    It does if, after leaving out repetitions and then blanks, the labels remain. All ways to
    do so are summed, step by step, over states that are the labels with blanks around each.

    Args:
        target: labels, of shape (samples, labels).
        output: logits, of shape (samples, steps, classes).
        target_length: how many labels of each sample count.
        output_length: how many steps of each sample count.
        mask_index: the class that is the blank.

    Returns:
        A loss per sample.
    """
    target, output = cast(target, "int32"), as_tensor(output)
    if target.ndim != 2 or output.ndim != 3:
        raise ShapeError(
            "ctc_loss needs targets (samples, labels) and outputs (samples, steps, classes)",
            target=target.spec, output=output.spec,
        )  # fmt: skip
    output = cast(output, result_type(output.dtype, "float32"))
    samples, steps, _ = output.shape
    blanks = full(target.shape, mask_index, "int32")
    states = reshape(stack([blanks, target], axis=-1), (samples, -1))
    states = concatenate([states, full((samples, 1), mask_index, "int32")], axis=1)
    size = states.shape[1]
    numbers = broadcast_to(expand_dims(states, 1), (samples, steps, size))
    emitted = take_along_axis(log_softmax(output), numbers, -1)
    place = arange(size, dtype="int32")
    # From a label straight to the next, without the blank between, unless they are equal.
    differs = not_equal(states[:, 2:], states[:, :-2])
    may_skip = logical_and(equal(place % 2, 1)[2:], differs)
    nowhere = full((samples, 2), IMPOSSIBLE, output.dtype)
    paths = where(less(place, 2), emitted[:, 0], IMPOSSIBLE)
    limits = expand_dims(cast(output_length, "int32"), -1)
    for step in range(1, steps):
        moved = concatenate([nowhere[:, :1], paths[:, :-1]], axis=1)
        skipped = where(may_skip, paths[:, :-2], IMPOSSIBLE)
        skipped = concatenate([nowhere, skipped], axis=1)
        longer = add(logaddexp(logaddexp(paths, moved), skipped), emitted[:, step])
        paths = where(less(step, limits), longer, paths)
    last = multiply(expand_dims(cast(target_length, "int32"), -1), 2)
    ends = logical_or(equal(place, last), equal(place, subtract(last, 1)))
    return negative(logsumexp(where(ends, paths, IMPOSSIBLE), axis=1))
