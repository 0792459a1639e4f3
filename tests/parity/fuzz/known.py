"""KNOWN: differences that are not faults of kerasish, each with its reason, matched narrowly.

A fault of kerasish never stands here: it is mended. An entry that matches nothing in a long run is
reported, since Keras may have mended what it excuses.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.parity.fuzz.comparing import Difference


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


SIGMOIDS = "sigmoid silu swish rsqrt hard_sigmoid hard_silu hard_swish selu elu celu gelu erf " \
    "erfinv softplus softsign log_sigmoid tanh_shrink squareplus normalize"  # fmt: skip
NARROW = "Keras on JAX has no 64 bits: what is promoted to int64 here stays 32 bits wide there."
KNOWN: list[Known] = [
    known(
        NARROW, kinds="dtype,dtype and value", ours=r"^int64", theirs=r"^u?int32", text=r"uint32"
    ),
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
    known(
        "Keras negates and subtracts unsigned numbers before it makes floats of them.",
        subjects="softmax log_softmax log_sigmoid softsign hard_tanh softplus",
        text=r'"uint(8|16|32)"',
    ),
    known(
        "Keras's sparsemax gives rows that do not sum to 1 or refuses them.",
        subjects="sparsemax",
    ),
    known(
        "Keras's Identity leaves its gain out of its config.",
        subjects="Identity",
        text=r"Identity\(gain=",
    ),
    known(
        "Keras's OrthogonalRegularizer divides by the number of pairs, which is 0 for one row.",
        subjects="OrthogonalRegularizer",
        theirs=r"nan",
    ),
    known(
        "JAX decomposes no half-precision matrices.",
        subjects="Orthogonal",
        kinds="error there",
        theirs=r"Unsupported dtype (bfloat16|float16)",
    ),
    known(
        "Keras computes the STFT in the dtype that is asked for, kerasish rounds at the end.",
        subjects="STFT",
        text=r'dtype="b?float16"',
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
