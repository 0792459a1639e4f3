"""Sizes, counts and times from which on another way of running is taken, lowered for small tests.

What only large or long runs reach is reached by small ones within `lowered()`. A test in
tests/contracts looks that every such number of the package is either here or in `OTHERS`.
"""

import contextlib
import importlib
from unittest import mock

INFINITE = float("inf")

# module → {name: a value that the smallest models cross}
LOWERED = {
    "arrays.threads": {"LIMIT": 500, "ALWAYS_ONE": 50, "ALWAYS_ONE_FOR_VECTORS": 10},
    "backend.pool": {"SMALLEST": 0, "LARGEST_TOTAL": 1 << 12},
    "backend.compute": {"_SMALL": 0},
    "backend.composite": {"LARGEST_CACHE": 1},
    "backend.planned": {"WORTH_COMPILING": 0},
    "backend.graph.function": {"LARGEST_CACHE": 2},
    # more elements than fit the least memory of a slot, so that single numbers share none with them
    "backend.graph.plan.blocks": {"BLOCK": 16, "SMALLEST": 40},
    "backend.graph.passes.fold_constants": {"LARGEST": 4},
    "backend.graph.passes.merge_equal": {"LARGEST": 4},
    "backend.graph.printers.choose": {"WORTH_IT": 3, "PAUSE": 0.0, "QUICK": 0.0, "COMES_AGAIN": 1},
    "backend.graph.printers.budget": {"SHARE": INFINITE, "SHARE_WHEN_TOLD": INFINITE},
    "backend.graph.printers.native.fuse": {"LONGEST": 3},
    "backend.graph.printers.native.program": {"SMALL": 0},
    "backend.graph.printers.native.epoch": {"NARROW": 8},
    "training.blocks": {"SECONDS": 1e-4},
    "training.data.arrays": {"BLOCK_BYTES": 64},
    "primitives.special": {"BLOCK": 8},
    "primitives.distributions": {"LARGEST_BATCH": 16},
}

# Numbers that choose no way of running: what they are instead.
OTHERS = {
    "arrays.memory.ALIGNMENT": "bytes of a cache line",
    "arrays.philox._MASK": "a constant of a formula",
    **{f"arrays.threads.{name}": "names for what a product wants" for name in ("MIXED",)},
    "backend.graph.printers.choose.SMALL_STATE": "what a failed first run is undone for",
    "backend.graph.printers.budget.USUAL": "a cost, compared with SHARE_WHEN_TOLD",
    "backend.abstract.FILLS": "stand-ins for unknown sizes",
    "backend.graph.printers.native.source.LARGEST": "longer plans stay with the NumPy printer",
    "backend.graph.printers.native.source.FIRST_CHECK": "a step's answer",
    "backend.graph.printers.native.epoch.LINE": "bytes of a cache line",
    "backend.graph.printers.native.program.SCRATCH": "the layout of scratch memory",
    "backend.graph.printers.native.disk_cache.MOST": "files kept on disk",
    "backend.graph.printers.native.disk_cache._DIGEST": "the layout of a file",
    "backend.graph.printers.native.beside.LOADING": "a cost, compared with SHARE",
    "backend.graph.printers.native.jobs.BESIDE": "a cost, compared with SHARE",
    "backend.graph.printers.choose.PIECE": "a cost, compared with SHARE",
    "training.data.arrays.DEFAULT_BATCH_SIZE": "an argument's default",
    "primitives.special.NEAR": "where a formula holds",
    "primitives.special._CENTRE": "where a formula holds",
    "primitives.special.SHALLOW": "where a formula holds",
}


@contextlib.contextmanager
def lowered():
    """Lower every threshold within a `with` block."""
    with contextlib.ExitStack() as stack:
        for module, values in LOWERED.items():
            stack.enter_context(
                mock.patch.multiple(importlib.import_module(f"kerasish.{module}"), **values)
            )
        yield
