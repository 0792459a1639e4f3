"""KNOWN: differences that are not faults of kerasish, each with its reason, matched narrowly.

A fault of kerasish never stands here: it is mended. An entry that matches nothing in a long run is
reported, since Keras may have mended what it excuses.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.parity.fuzz import oracles
from tests.parity.fuzz.comparing import Difference, near


@dataclass(frozen=True)
class Known:
    """One reason why results may differ.

    Attributes:
        reason: why, as a sentence.
        matches: whether a difference has this reason.
    """

    reason: str
    matches: Callable[[Difference], bool]


def known(
    reason: str,
    subjects: str = "",
    kinds: str = "value",
    theirs: str = "",
    text: str = "",
    ours: str = "",
    where: str = "",
) -> Known:
    """Return an entry; each pattern that is given must be found, subjects and kinds in full.

    Args:
        reason: why, as a sentence.
        subjects: names of ops, losses, layers, …, divided by spaces; any without.
        kinds: kinds of differences, divided by commas.
        theirs: a pattern of what Keras gave.
        text: a pattern of the program.
        ours: a pattern of what kerasish gave.
        where: a pattern of the place in the result.
    """

    def matches(difference: Difference) -> bool:
        return (
            (not subjects or difference.program.subject in subjects.split())
            and difference.kind in kinds.split(",")
            and difference.side == "jax"
            and bool(re.search(theirs, difference.theirs))
            and bool(re.search(ours, difference.ours))
            and bool(re.search(where, difference.where))
            and bool(re.search(text, difference.program.text))
        )

    return Known(reason, matches)


def wrong(reason: str, text: str = "", **formulas: Callable[..., Any]) -> Known:
    """Return an entry for wrong values of Keras: it matches only where kerasish's are right.

    Args:
        reason: why, as a sentence.
        text: a pattern of the program.
        formulas: what NumPy computes for the op, activation or initializer of that name.
    """

    def matches(difference: Difference) -> bool:
        return (
            difference.program.subject in formulas
            and difference.kind == "value"
            and difference.side == "jax"
            and bool(re.search(text, difference.program.text))
            and oracles.is_right(difference, formulas)
        )

    return Known(reason, matches)


def only_nan(reason: str, subjects: str) -> Known:
    """Return an entry for results of Keras that are NaN where kerasish's are finite, else alike."""

    def matches(difference: Difference) -> bool:
        ours, theirs = difference.values
        if difference.program.subject not in subjects.split() or difference.kind != "value":
            return False
        if difference.side != "jax" or not np.isfinite(ours).all():
            return False
        return near(np.where(np.isnan(theirs), theirs, ours), theirs)

    return Known(reason, matches)


def numpys(*names: str) -> dict[str, Callable[..., Any]]:
    """Return functions of NumPy by name."""
    return {name: getattr(np, name) for name in names}


WHOLE = r'"u?int(8|16|32)"|"bool"'
SIGMOIDS = "sigmoid silu swish rsqrt hard_sigmoid hard_silu hard_swish selu elu celu gelu erf " \
    "erfinv softplus softsign log_sigmoid tanh_shrink squareplus normalize"  # fmt: skip
NARROW = "Keras on JAX has no 64 bits: what is promoted to int64 here stays 32 bits wide there."
KNOWN: list[Known] = [
    known(NARROW, kinds="dtype", ours=r"^int64", theirs=r"^u?int32", text=r"uint32"),
    known(
        "`broadcast_shapes` and `foldl` are names of our own.",
        subjects="broadcast_shapes foldl",
        kinds="error there",
        theirs=r"has no attribute '(broadcast_shapes|foldl)'",
    ),
    known(
        "JAX refuses whole numbers where kerasish computes with floats.",
        subjects=SIGMOIDS,
        kinds="error there",
        theirs=r"does not accept dtype (u?int\d+|bool)",
    ),
    wrong(
        "Keras negates, subtracts and takes sizes in a whole dtype, before it makes floats.",
        text=WHOLE,
        softmax=oracles.softmax,
        log_softmax=oracles.log_softmax,
        log_sigmoid=oracles.log_sigmoid,
        softsign=oracles.softsign,
        hard_tanh=oracles.hard_tanh,
        softplus=oracles.softplus,
        squareplus=oracles.squareplus,
    ),
    wrong(
        "Keras multiplies or divides infinities; kerasish has the limits of these at them.",
        text=r"inf",
        silu=oracles.silu,
        swish=oracles.silu,
        hard_silu=oracles.hard_silu,
        hard_swish=oracles.hard_silu,
        mish=oracles.mish,
        gelu=oracles.gelu,
        softsign=oracles.softsign,
    ),
    wrong(
        "Keras's squares and cubes in half precision lose what is right here to the last digits.",
        text=r"float16",
        squareplus=oracles.squareplus,
        gelu=oracles.gelu,
        normalize=oracles.normalize,
    ),
    wrong(
        "Keras's squareplus loses its digits where x is far below 0.",
        squareplus=oracles.squareplus,
    ),
    wrong(
        "Keras's sparsemax gives rows that do not sum to 1.",
        sparsemax=oracles.sparsemax,
    ),
    wrong(
        "Keras's Identity leaves its gain out of its config.",
        text=r"Identity\(gain=",
        Identity=oracles.Identity,
    ),
    wrong(
        "Keras's CosineSimilarity leaves its axis out of the metric's config.",
        text=r"axis=",
        CosineSimilarity=oracles.CosineSimilarity,
    ),
    wrong(
        "A whole number divided by 0 has no value: NumPy gives 0, JAX something else.",
        text=WHOLE,
        **numpys("floor_divide", "mod"),
    ),
    wrong(
        "JAX wraps a Python number to the dtype of the whole numbers that it is compared with.",
        text=WHOLE,
        **numpys("equal", "not_equal", "greater", "greater_equal", "less", "less_equal"),
    ),
    wrong(
        "NaN stays NaN here; Keras's shrinking activations make it 0.",
        text="nan",
        hard_shrink=oracles.hard_shrink,
        soft_shrink=oracles.soft_shrink,
    ),
    known(
        "A Python number that the dtype cannot hold is refused where it would become another.",
        subjects="bitwise_left_shift bitwise_right_shift left_shift right_shift floor_divide mod "
        "power where pad full_like",
        kinds="error here",
        ours=r"OverflowError: u?int\d+ cannot hold a number beside a tensor of it",
    ),
    known(
        "A whole number to a negative power is no whole number: kerasish refuses it as NumPy does.",
        subjects="power",
        kinds="error here",
        ours="Integers to negative integer powers",
    ),
    known(
        "Keras's OrthogonalRegularizer divides by the number of pairs, which is 0 for one row.",
        subjects="OrthogonalRegularizer",
        ours=r"^float32\([\d, ]*\) \[(-?0\. ?)+\]$",
        theirs=r"nan",
    ),
    known(
        "Keras's BatchNormalization takes no mask where there is one channel.",
        subjects="BatchNormalization",
        kinds="error there",
        theirs=r"IndexError.*tuple index out of range",
        text=r"mask=[\s\S]*compute_output_shape.*, 1\)\)",
    ),
    known(
        "JAX decomposes no half-precision matrices.",
        subjects="Orthogonal",
        kinds="error there",
        theirs=r"Unsupported dtype (bfloat16|float16)",
    ),
    wrong(
        "Keras computes the STFT in the dtype that is asked for, kerasish rounds at the end.",
        text=r'dtype="b?float16"',
        STFT=oracles.STFT,
    ),
    wrong(
        "Keras rounds large whole numbers in float32, which has 24 digits.",
        text=r'"u?int32"',
        round=oracles.rounded,
    ),
    wrong(
        "A limit beyond the dtype is the nearest number that it holds; in JAX the limit wraps.",
        text=WHOLE,
        clip=oracles.clip,
    ),
    wrong(
        "In half precision Keras's slopes lose digits before the last rounding.",
        text="float16",
        sigmoid=oracles.sigmoid,
    ),
    known(
        "JAX counts no booleans.",
        subjects="arange",
        kinds="error there",
        theirs="iota does not accept dtype bool",
    ),
    only_nan("Equal numbers have a spread with slope 0; in Keras it is NaN.", subjects="std"),
    only_nan(
        "A vector of zeros has a slope here, that of x / epsilon; in Keras it is NaN.",
        subjects="CosineSimilarity normalize UnitNormalization",
    ),
    known(
        "A weight for each sample weighs all of its outputs; Keras's BinaryIoU refuses it.",
        subjects="BinaryIoU",
        kinds="error there",
        theirs="Incompatible types for broadcasting",
    ),
    known(
        "JAX does not subtract booleans; kerasish makes floats of them first.",
        subjects="softmax log_softmax",
        kinds="error there",
        theirs=r"sub does not accept dtype bool",
    ),
]


def reason_for(difference: Difference) -> Known | None:
    """Return the first entry that a difference matches, or None for one that is unexplained."""
    return next((entry for entry in KNOWN if entry.matches(difference)), None)
