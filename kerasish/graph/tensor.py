"""GraphTensor: a value that a session will compute, as in TensorFlow 1: define, then run."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from kerasish import tree
from kerasish._names import unique_name
from kerasish.backend.abstract import output_specs
from kerasish.backend.tensor import Symbolic
from kerasish.errors import explain
from kerasish.graph.current import default_session
from kerasish.ops.keras_tensor import add_operators

_numbers = itertools.count()
_control: list[tuple[GraphTensor, ...]] = []  # what the `control_dependencies` around now ask for


class GraphTensor(Symbolic):
    """A call that a session will make, once all that it needs has a value.

    Attributes:
        function: what will be called; None for what is fed.
        args, kwargs: with what; graph tensors among them stand for their values.
        shape: sizes, None where unknown; None altogether if not even their number is known.
        dtype: name of the dtype; None if unknown.
        name: unique.
        before: what must run before this (`control_dependencies`).
        number: calls written later have larger numbers.

    Example:
        >>> from kerasish import graph
        >>> x = graph.placeholder("float32", shape=(None, 3))
        >>> (x * 2).shape
        (None, 3)
    """

    __array_ufunc__ = None

    def __init__(
        self, function: Any, args: Any = (), kwargs: Any = None, shape: Any = None,
        dtype: str | None = None, name: str | None = None,
    ) -> None:  # fmt: skip
        self.function = function
        self.args, self.kwargs = args, kwargs or {}
        self._shape, self._dtype = shape, dtype
        self.name = unique_name(name or str(getattr(function, "__name__", "tensor")))
        self.before = tuple(dict.fromkeys(itertools.chain.from_iterable(_control)))
        self.number = next(_numbers)

    @property
    def shape(self) -> Any:
        """Sizes of the axes, None where unknown; None if nothing is known."""
        return self._shape

    @property
    def dtype(self) -> Any:
        """Name of the dtype; None if unknown."""
        return self._dtype

    @property
    def ndim(self) -> int | None:
        """Number of axes; None if unknown."""
        return None if self._shape is None else len(self._shape)

    def get_shape(self) -> Any:
        """Return `shape` (TensorFlow 1's name)."""
        return self._shape

    def defer(
        self, function: Callable[..., Any], args: Any, kwargs: Any, name: str | None = None
    ) -> Any:
        """Return graph tensors for what a function will give."""
        return deferred(function, args, kwargs, name)

    @property
    def needs(self) -> list[GraphTensor]:
        """The graph tensors whose values this needs, or that must run before."""
        return [*self.before, *inputs_of(self.args, self.kwargs)]

    def compute(self, evaluation: Any) -> Any:
        """Return the value, all that is needed being known to the evaluation."""
        args, kwargs = evaluation.values((self.args, self.kwargs))
        return self.function(*args, **kwargs)

    def eval(self, feed_dict: Any = None, session: Any = None) -> Any:
        """Return the value in a session, by default the one whose `with` block is around."""
        return (session or default_session()).run(self, feed_dict)

    def run(self, feed_dict: Any = None, session: Any = None) -> None:
        """Run this in a session, for what it does."""
        self.eval(feed_dict, session)

    @property
    def op(self) -> GraphTensor:
        """This, as something to run (TensorFlow 1 tells the two apart)."""
        return self

    def __getitem__(self, key: Any) -> Any:
        from kerasish.ops.core import get_item

        return get_item(self, key)

    def _no_value(self, what: str) -> NoReturn:
        raise TypeError(
            f"{self.name!r} has no value before a session runs it, and {what} needs one. "
            "Use session.run(...), or kerasish.graph.cond and while_loop inside the graph."
        )

    def __repr__(self) -> str:
        shape = "unknown" if self._shape is None else self._shape
        return f"<{type(self).__name__} {self.name!r} shape={shape} dtype={self._dtype}>"


add_operators(GraphTensor)
# In TensorFlow 1 `==` asks whether two tensors are the same one: they are keys of a feed.
GraphTensor.__eq__ = object.__eq__  # type: ignore[method-assign]
GraphTensor.__ne__ = object.__ne__  # type: ignore[method-assign]


class Part(GraphTensor):
    """One of several values that a call gives.

    Args:
        whole: the call.
        place: of the value among the leaves of what the call gives.
    """

    def __init__(self, whole: GraphTensor, place: int, shape: Any, dtype: Any) -> None:
        super().__init__(None, (whole,), None, shape, dtype, whole.name)
        self.place = place

    def compute(self, evaluation: Any) -> Any:
        """Take the value out."""
        return tree.flatten(evaluation.memo[self.args[0]])[self.place]


class _Handle:
    """The shape and dtype of a result that is worked out before there is a call to it."""

    def __init__(self, shape: Any, dtype: Any) -> None:
        self.shape, self.dtype = shape, dtype


def deferred(function: Callable[..., Any], args: Any, kwargs: Any, name: str | None = None) -> Any:
    """Return graph tensors for what a function will give, in the structure that it gives.

    Raises:
        ShapeError, DTypeError: when shapes that are known do not fit.
    """
    structure = _specs(function, args, kwargs)
    if isinstance(structure, _Handle):
        return GraphTensor(function, args, kwargs, structure.shape, structure.dtype, name)
    whole = GraphTensor(function, args, kwargs, None, None, name)
    leaves = [
        Part(whole, i, x.shape, x.dtype) if isinstance(x, _Handle) else x
        for i, x in enumerate(tree.flatten(structure))
    ]
    return tree.pack_sequence_as(structure, leaves)


def _specs(function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    """What is known of a function's results; a shape may turn out to be unknown."""
    handles = inputs_of(args, kwargs)
    if any(x.shape is None or x.dtype is None for x in handles):
        known = {x.dtype for x in handles}
        return _Handle(None, known.pop() if len(known) == 1 else None)
    try:
        return output_specs(function, args, kwargs, _Handle)
    except (ValueError, TypeError):
        if any(None in x.shape for x in handles):
            return _Handle(None, None)  # the sizes tried in the place of unknown ones may not fit
        raise


def inputs_of(*structures: Any) -> list[GraphTensor]:
    """Return the graph tensors within structures."""
    return [x for x in tree.flatten(structures) if isinstance(x, GraphTensor)]


@contextmanager
def control_dependencies(operations: Iterable[Any]) -> Iterator[None]:
    """Let what is written in the `with` block run only after some operations did.

    Reads of variables still see the values from before the run.

    Args:
        operations: graph tensors; None among them is skipped.
    """
    wanted = tuple(x for x in operations if x is not None)
    for x in wanted:
        if not isinstance(x, GraphTensor):
            raise TypeError(explain("control_dependencies takes graph tensors", operation=x))
    _control.append(wanted)
    try:
        yield
    finally:
        _control.pop()


def behind(targets: Iterable[GraphTensor], known: Iterable[GraphTensor] = ()) -> list[GraphTensor]:
    """Return all that must be computed for some targets, each after what it needs.

    Args:
        targets: what is wanted.
        known: what has a value already; what lies behind it is not looked at.
    """
    order: list[GraphTensor] = []
    done = set(known)
    todo: list[tuple[GraphTensor, bool]] = [(t, False) for t in targets]
    todo.reverse()
    while todo:
        tensor, ready = todo.pop()
        if ready:
            if tensor not in done:
                done.add(tensor)
                order.append(tensor)
        elif tensor not in done:
            todo.append((tensor, True))
            todo.extend((x, False) for x in reversed(tensor.needs) if x not in done)
    return order
