"""cond, while_loop, scan and foldl in TensorFlow 1's words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kerasish import ops, tree
from kerasish.graph.tensor import GraphTensor, Part, behind, inputs_of
from kerasish.graph.variable import constant


class Expression:
    """What a function of graph tensors wrote: calls that run in a branch or a round only.

    Args:
        function: called once, with graph tensors.
        inputs: what it is called with.

    Attributes:
        result: what it returned, each leaf a graph tensor.
        inner: the calls that it wrote.
        outer: the calls that those need, and that were written before.
    """

    def __init__(self, function: Callable[..., Any], inputs: list[GraphTensor]) -> None:
        begin = GraphTensor(None, name="begin").number
        self.inputs = inputs
        self.result = tree.map_structure(_handle, function(*inputs))
        leaves = inputs_of(self.result)
        order = behind(leaves, inputs)
        self.inner = [x for x in order if x.number > begin]
        needed = [need for x in self.inner for need in x.needs] + leaves
        known = set(self.inner) | set(inputs)
        self.outer = [x for x in dict.fromkeys(needed) if x not in known]

    def run(self, evaluation: Any, *values: Any) -> Any:
        """Return the result for some values of the inputs."""
        inner = evaluation.within(dict(zip(self.inputs, values, strict=True)), self.inner)
        return inner.values(self.result)


def _handle(x: Any) -> Any:
    return x if x is None or isinstance(x, GraphTensor) else constant(x)


class _Control(GraphTensor):
    """A call that runs expressions."""

    def __init__(self, function: Any, args: Any, expressions: list[Expression], name: str) -> None:
        super().__init__(function, args, None, None, None, name)
        self.expressions = expressions

    @property
    def needs(self) -> list[GraphTensor]:
        """What goes in, and what the expressions take from outside."""
        return super().needs + [x for e in self.expressions for x in e.outer]

    def compute(self, evaluation: Any) -> Any:
        """Run."""
        return self.function(evaluation, *evaluation.values(self.args))


def _parts(whole: GraphTensor, like: Any, lead: tuple[int | None, ...] | None = ()) -> Any:
    """Graph tensors for a structure that a call gives, with the shapes of another."""
    leaves = [
        None if x is None else Part(whole, i, _behind(lead, x.shape), x.dtype)
        for i, x in enumerate(tree.flatten(like))
    ]
    return tree.pack_sequence_as(like, leaves) if tree.is_nested(like) else leaves[0]


def _behind(lead: Any, shape: Any) -> Any:
    return None if lead is None or shape is None else (*lead, *shape)


def cond(pred: Any, true_fn: Callable[[], Any], false_fn: Callable[[], Any]) -> Any:
    """Return what one of two functions gives, as `pred` has it in each run.

    Each function is called once, now. What it writes runs only if it is chosen; what was written
    before runs in any case.

    Example:
        >>> from kerasish import graph
        >>> x = graph.placeholder(graph.float32, shape=())
        >>> y = graph.cond(x > 0, lambda: x * 2, lambda: -x)
        >>> with graph.Session() as session:
        ...     [float(session.run(y, {x: v})) for v in (3.0, -3.0)]
        [6.0, 3.0]
    """
    then, otherwise = Expression(true_fn, []), Expression(false_fn, [])

    def run(evaluation: Any, condition: Any) -> Any:
        return ops.cond(condition, lambda: then.run(evaluation), lambda: otherwise.run(evaluation))

    whole = _Control(run, (_handle(pred),), [then, otherwise], "cond")
    return _parts(whole, then.result)


def while_loop(
    cond: Callable[..., Any], body: Callable[..., Any], loop_vars: Any,
    maximum_iterations: int | None = None,
) -> Any:  # fmt: skip
    """Return the loop variables after `body` ran on them while `cond` of them held.

    Both functions are called once, now, with graph tensors.
    """
    begin = [_handle(x) for x in loop_vars]
    test = Expression(cond, _stand_ins(begin))
    step = Expression(lambda *values: list(body(*values)), _stand_ins(begin))

    def run(evaluation: Any, *values: Any) -> Any:
        return ops.while_loop(
            lambda *now: test.run(evaluation, *now), lambda *now: step.run(evaluation, *now),
            list(values), maximum_iterations,
        )  # fmt: skip

    return _parts(_Control(run, tuple(begin), [test, step], "while_loop"), begin)


def _stand_ins(values: list[GraphTensor]) -> list[GraphTensor]:
    return [GraphTensor(None, (), None, x.shape, x.dtype, "loop_variable") for x in values]


def foldl(fn: Callable[[Any, Any], Any], elems: GraphTensor, initializer: Any) -> Any:
    """Return the last `value = fn(value, row)` over the rows of `elems`."""
    whole, begin = _folded(fn, elems, initializer, stack=False)
    return _parts(whole, begin)


def scan(fn: Callable[[Any, Any], Any], elems: GraphTensor, initializer: Any) -> Any:
    """Return every `value = fn(value, row)` over the rows of `elems`, stacked."""
    whole, begin = _folded(fn, elems, initializer, stack=True)
    return _parts(whole, begin, None if elems.shape is None else elems.shape[:1])


def _folded(fn: Any, elems: GraphTensor, initializer: Any, stack: bool) -> Any:
    begin = _handle(initializer)
    shape = None if elems.shape is None else elems.shape[1:]
    row = GraphTensor(None, (), None, shape, elems.dtype, "row")
    step = Expression(fn, [*_stand_ins([begin]), row])

    def run(evaluation: Any, value: Any, rows: Any) -> Any:
        def round_of(carry: Any, x: Any) -> Any:
            found = step.run(evaluation, carry, x)
            return found, found if stack else None

        last, collected = ops.scan(round_of, value, rows)
        return collected if stack else last

    return _Control(run, (begin, elems), [step], "scan" if stack else "foldl"), begin
