"""How does the time of a step grow with width, depth, batch and rows, beside the peers?

    python benchmarks/growth.py --json benchmarks/results/growth.json
    python benchmarks/growth.py --cases width --peers graph torch --rounds 3

A net of 32 inputs, 4 layers of 64 and 4 outputs is trained on batches of 64 by Adam, through
`fit` as in dense_steps.py, and one of its sizes is varied. Rows are those of the data: what an
epoch costs besides its steps shows where they are few.
"""

from __future__ import annotations

import itertools

import _turns
import dense_steps

PEERS = ("native", "graph", "eager", "torch", "jit", "scan")
VALUES = {
    "width": (8, 32, 128, 512, 1024), "depth": (1, 2, 4, 8, 16, 32),
    "batch": (1, 8, 64, 512, 2048), "rows": (64, 640, 6400, 64000),
}  # fmt: skip
WORK = 3e9  # multiplications of an epoch, about: so that none takes long


def case(what, value):
    """Return sizes, loss, batch and batches of an epoch."""
    width = value if what == "width" else 64
    depth = value if what == "depth" else 4
    batch = value if what == "batch" else 64
    sizes = (32, *[width] * depth, 4)
    products = 3 * batch * sum(n * m for n, m in itertools.pairwise(sizes))
    steps = value // 64 if what == "rows" else min(1000, max(20, int(WORK / products)))
    return sizes, "crossentropy", batch, steps


CASES = {f"{what} {value}": case(what, value) for what in VALUES for value in VALUES[what]}


def measure(peer, name):
    """Return the time of a step, in microseconds."""
    found = CASES[name]
    return _turns.shortest(dense_steps.MAKERS[peer](found), found[3])


if __name__ == "__main__":
    _turns.main(
        __file__, __doc__.splitlines()[0], dict.fromkeys(CASES, PEERS), measure, ("native",)
    )
