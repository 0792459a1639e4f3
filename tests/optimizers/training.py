"""Variables, gradients and runs of updates that the tests of this folder share."""

import numpy as np

from kerasish import Variable, optimizers
from kerasish.backend.discovery import get

SHAPES = [(3, 5), (7,), (), (2, 3, 4)]


def make(optimizer, **given):
    return getattr(optimizers, optimizer)(**given)


def make_variables(seed=0, shapes=SHAPES, dtype="float32"):
    rng = np.random.default_rng(seed)
    return [
        Variable(rng.normal(size=shape).astype(dtype), dtype=dtype, name=f"v{i}")
        for i, shape in enumerate(shapes)
    ]


def make_gradients(steps, seed=1, shapes=SHAPES, dtype="float32"):
    rng = np.random.default_rng(seed)
    return [[rng.normal(size=s).astype(dtype) for s in shapes] for _ in range(steps)]


def run(optimizer, variables, gradients, engine="eager"):
    """Apply each list of gradients; return the arrays of the variables and of all state."""
    optimizer.build(variables)
    step = get(engine).function(lambda *grads: optimizer.apply(list(grads), variables))
    with np.errstate(all="ignore"):  # as in `fit`
        for grads in gradients:
            step(*grads)
    return [v.numpy() for v in (*variables, *optimizer.variables)]


def assert_same(first, second):
    """The arrays are the same bits, one by one."""
    assert len(first) == len(second)
    for i, (a, b) in enumerate(zip(first, second, strict=True)):
        assert a.dtype == b.dtype, i
        assert a.tobytes() == b.tobytes(), f"array {i} of shape {a.shape} differs"
