"""Graphs that tests of what people see have in common."""

from kerasish import ops
from kerasish.arrays.spec import Spec
from kerasish.backend.graph.graph import Graph, Node, make_node
from kerasish.backend.graph.parse import parse
from kerasish.backend.reverse import gradients
from kerasish.backend.variable import Variable
from kerasish.primitives import state
from kerasish.primitives.primitive import Primitive

#: Every pass finds something here: a cast to itself, constants alone, and a product twice.
EVERY_PASS = """
x: f32[4]
a = cast x dtype='float32'
b = constant 2.0: f32[]
c = negative b
d = multiply a c
e = multiply a c
f = add d e
return f
"""

#: Names that are text in every language they are written into.
HOSTILE = 'a"b\\c\nd]; evil -> n0 $x$ <b>&\x1b[31m'


def every_pass():
    return parse(EVERY_PASS)


def training_step(rows=64, width=100):
    """A step of the two-layer net relu(x @ w1) @ w2, ready to be traced, and its inputs' shapes."""
    w1 = Variable(ops.full((1000, width), 0.01), name="w1")
    w2 = Variable(ops.full((width, 10), 0.01), name="w2")

    def step(x, y):
        loss = ops.mean(ops.square(ops.matmul(ops.relu(ops.matmul(x, w1)), w2) - y))
        for w, g in zip((w1, w2), gradients(loss, [w1, w2]), strict=True):
            w.assign(w - 0.1 * g)
        return loss

    return step, [(rows, 1000), (rows, 10)]


class Branch(Primitive):
    """Stands for any primitive that holds graphs."""

    def infer(self, x, *, then, otherwise, rows=None):
        return x


class Held:
    """A parameter's value that holds a graph."""

    def __init__(self, graph):
        self.graph = graph


def with_graphs_inside():
    """A node that holds two graphs, one of which holds graphs again."""
    branch = Branch()
    x = make_node(state.placeholder, spec=Spec((4,), "float32"))
    small = Held(parse("x: f32[4]\na = exp x\nreturn a"))
    inner = make_node(state.placeholder, spec=x.spec)
    deep = Graph((inner,), (make_node(branch, inner, then=small, otherwise=small),))
    outer = make_node(branch, x, then=small, otherwise=Held(deep), rows=3)
    return Graph((x,), (outer,))


def long_chain(length):
    """A graph of an input and so many nodes, each made of the one before."""
    node: Node = make_node(state.placeholder, spec=Spec((), "float32"))
    graph = parse("x: f32[]\na = exp x\nreturn a")
    exp, start = graph.outputs[0].primitive, node
    for _ in range(length):
        node = make_node(exp, node)
    return Graph((start,), (node,))
