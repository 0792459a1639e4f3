"""Random graphs as a Hypothesis strategy, and what computing them node by node gives.

A graph is drawn as a list of small whole numbers; each picks an operation and its inputs among
what there is already, so a failing graph shrinks by dropping lines.
"""

import contextlib
import warnings

import numpy as np
from hypothesis import strategies as st

import kerasish as keras
from kerasish.arrays.spec import Spec, broadcast
from kerasish.backend.compute import apply
from kerasish.backend.convert import as_tensor
from kerasish.backend.graph.graph import Graph, make_node
from kerasish.backend.tensor import Tensor
from kerasish.errors import ShapeError
from kerasish.primitives import (
    arithmetic,
    casting,
    comparison,
    cumulative,
    indexing,
    movement,
    products,
    reduction,
    state,
    transcendental,
)

SHAPES = [(2, 3), (3,), (3, 3), (2, 1), (3, 2), (), (1, 3), (4, 3), (2, 3, 2), (1,), (6,)]
LARGE = [(2, 30), (30,), (3, 30), (2, 1), (30, 2), (), (1, 30), (4, 30), (2, 3, 10), (1,), (60,)]
UNARY = [
    arithmetic.negative, arithmetic.absolute, arithmetic.square, arithmetic.relu, arithmetic.sign,
    arithmetic.floor, transcendental.tanh, transcendental.sigmoid, transcendental.sin,
    transcendental.exp, transcendental.expm1, casting.stop_gradient, movement.contiguous,
]  # fmt: skip
BINARY = [
    arithmetic.add, arithmetic.subtract, arithmetic.multiply, arithmetic.maximum,
    arithmetic.minimum, arithmetic.divide, transcendental.arctan2, arithmetic.power,
    arithmetic.remainder,
]  # fmt: skip
NUMBERS = [1.0, 0.0, -0.0, 2.0, 0.5]


class Drawn(Graph):
    """A graph that Hypothesis shows as its text."""

    def _repr_pretty_(self, printer, cycle):
        printer.text(repr(self))


class Builder:
    """Grows a graph; every method adds one node, chosen by three whole numbers, or none."""

    def __init__(self, shapes, variables, known=SHAPES):
        self.variables, self.known = variables, known
        self.inputs = [make_node(state.placeholder, spec=Spec(s, "float32")) for s in shapes]
        self.nodes = [*self.inputs, *(make_node(state.read, variable=v) for v in variables)]

    def pick(self, i):
        return self.nodes[-1 - i % len(self.nodes)]

    def unary(self, i, j, k):
        return make_node(UNARY[j % len(UNARY)], self.pick(i))

    def binary(self, i, j, k):
        return make_node(BINARY[k % len(BINARY)], self.pick(i), self.pick(j))

    def number(self, i, j, k):
        array = np.full(self.known[j % 2 * 3], NUMBERS[k % len(NUMBERS)], dtype="float32")
        constant = make_node(state.constant, array=array)
        x = self.pick(i)
        if k % 2 and constant.shape == ():
            constant = make_node(movement.broadcast_to, constant, shape=x.shape)
        return make_node(BINARY[(i + k) % 4], *((x, constant) if j % 3 else (constant, x)))

    def chosen(self, i, j, k):
        a, b = self.pick(i), self.pick(j)
        return make_node(arithmetic.select, make_node(comparison.greater, a, b), b, self.pick(k))

    def reduced(self, i, j, k):
        x = self.pick(i)
        axes = tuple(a for a in range(x.spec.ndim) if (j + 1) >> a & 1)
        if not x.spec.size:
            raise ShapeError("nothing has no extreme")
        which = [reduction.sum_, reduction.max_, reduction.min_][k % 3]
        return make_node(which, x, axes=axes, keepdims=bool(k % 2))

    def running(self, i, j, k):
        x = self.pick(i)
        return make_node(cumulative.cumsum, x, axis=j % x.spec.ndim, reverse=bool(k % 2))

    def product(self, i, j, k):
        return make_node(products.matmul, self.pick(i), self.pick(j))

    def turned(self, i, j, k):
        x = self.pick(i)
        axes = list(range(x.spec.ndim))
        a, b = j % len(axes), k % len(axes)
        axes[a], axes[b] = axes[b], axes[a]
        return make_node(movement.transpose, x, axes=tuple(axes))

    def reshaped(self, i, j, k):
        x = self.pick(i)
        fitting = [s for s in self.known if np.prod(s, dtype=int) == x.spec.size] or [
            (x.spec.size,)
        ]
        return make_node(movement.reshape, x, shape=fitting[j % len(fitting)])

    def widened(self, i, j, k):
        return make_node(movement.broadcast_to, self.pick(i), shape=self.known[j % len(self.known)])

    def cut(self, i, j, k):
        x = self.pick(i)
        window = [(0, size, 1) for size in x.shape]
        axis = k % len(window)
        size = x.shape[axis]
        steps = [(1, size, 1), (0, size, 2), (size - 1, -1, -1), (0, max(size - 1, 0), 1)]
        window[axis] = steps[j % 4]
        return make_node(movement.slice_, x, window=tuple(window))

    def padded(self, i, j, k):
        x = self.pick(i)
        widths = tuple(((j + a) % 2, (k + a) % 2) for a in range(x.spec.ndim))
        return make_node(movement.pad, x, widths=widths, value=NUMBERS[j % len(NUMBERS)])

    def joined(self, i, j, k):
        x = self.pick(i)
        parts = [x, self.pick(j), x if k % 3 == 0 else self.pick(j + 1)][: 2 + k % 2]
        return make_node(movement.concatenate, *parts, axis=k // 2 % x.spec.ndim)

    def gathered(self, i, j, k):
        x = self.pick(i)
        if not x.shape[0]:
            raise ShapeError("nothing to pick from")
        index = np.array([j, k, -1][: 1 + k % 3], dtype="int32") % max(x.shape[0], 1)
        return make_node(indexing.gather, x, make_node(state.constant, array=index), axis=0)

    def along(self, i, j, k):
        x = self.pick(i)
        axis = j % x.spec.ndim
        if not x.spec.size:
            raise ShapeError("nothing has no extreme")
        where = make_node(reduction.argmax, x, axis=axis)
        wide = tuple(1 if a == axis else s for a, s in enumerate(x.shape))
        where = make_node(movement.reshape, where, shape=wide)
        picked = make_node(indexing.take_along_axis, x, where, axis=axis)
        if k % 2:
            return picked
        return make_node(indexing.add_along_axis, picked, where, shape=x.shape, axis=axis)

    def scattered(self, i, j, k):
        x = self.pick(i)
        index = np.arange(x.shape[0], dtype="int32") % 2
        index = make_node(state.constant, array=index)
        return make_node(indexing.scatter_add, x, index, shape=(2, *x.shape[1:]), axis=0)

    def cast(self, i, j, k):
        narrow = make_node(casting.cast, self.pick(i), dtype=["float32", "float16"][j % 2])
        return make_node(casting.cast, narrow, dtype="float32")

    def square_product(self, i, j, k):
        x = self.pick(i)
        return make_node(products.matmul, x, make_node(movement.transpose, x, axes=(1, 0)))


KINDS = [name for name in vars(Builder) if not name.startswith("_") and name != "pick"]
KINDS += ["binary", "unary", "reduced", "number", "joined"] * 2
NUMBER = st.integers(0, 20)
LINES = st.lists(st.tuples(st.sampled_from(KINDS), NUMBER, NUMBER, NUMBER), min_size=6, max_size=30)


@st.composite
def graphs(draw, most_variables=2, known=SHAPES):
    """A graph over placeholders and real variables, some of which it updates."""
    shapes = draw(st.lists(st.sampled_from(known), min_size=1, max_size=3))
    wide = draw(st.lists(st.sampled_from(known[:4]), max_size=most_variables))
    variables = [keras.Variable(values(i + 9, s)) for i, s in enumerate(wide)]
    builder = Builder(shapes, variables, known)
    for kind, *choice in draw(LINES):
        with contextlib.suppress(ShapeError, ZeroDivisionError, IndexError):
            node = getattr(builder, kind)(*choice)
            if node.spec.size <= 200:
                builder.nodes.append(node)
    used = {child for node in builder.nodes for child in node.inputs}
    ends = [node for node in builder.nodes if node not in used and node.inputs]
    outputs = [*ends[-4:], *map(builder.pick, draw(st.lists(NUMBER, max_size=2)))]
    updates = []
    for variable in builder.variables:
        node = builder.pick(draw(NUMBER))
        with contextlib.suppress(ShapeError):
            if broadcast(node.shape, variable.shape) == variable.shape:
                if node.shape != variable.shape:
                    node = make_node(movement.broadcast_to, node, shape=variable.shape)
                updates.append((variable, node))
    return Drawn(tuple(builder.inputs), tuple(outputs), tuple(updates))


def values(seed, shape):
    """Reproducible inputs."""
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def inputs_of(graph, seed):
    """Arrays to feed a graph with."""
    return [values(seed * 100 + i, node.shape) for i, node in enumerate(graph.inputs)]


def variables_of(graph):
    """Every variable that a graph reads or updates."""
    read = [n.params["variable"] for n in graph.nodes() if n.primitive is state.read]
    return list(dict.fromkeys([*read, *(v for v, _ in graph.updates)]))


@contextlib.contextmanager
def quiet():
    """Infinities and NaN are welcome here."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)
        yield


def at_once(graph, arrays):
    """What the eager engine gives: outputs and new values of variables, node by node."""
    found = dict(zip(graph.inputs, map(as_tensor, arrays), strict=True))
    with quiet():
        for node in graph.nodes():
            if node.primitive is state.read:
                found[node] = Tensor(node.params["variable"].numpy())
            elif node.primitive is state.constant:
                found[node] = Tensor(node.params["array"])
            elif node not in found:
                inputs = tuple(found[child] for child in node.inputs)
                found[node] = apply(node.primitive, inputs, node.params)
    return (
        [np.array(found[node].numpy()) for node in graph.outputs],
        [np.array(found[node].numpy()) for _, node in graph.updates],
    )


def same(a, b):
    """Whether two arrays have the same bits; any NaN is as good as another."""
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape or a.dtype != b.dtype:
        return False
    there = ~np.isnan(a)
    return np.array_equal(there, ~np.isnan(b)) and a[there].tobytes() == b[there].tobytes()
