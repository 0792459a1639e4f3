"""Session: runs what is asked for of a graph, planned once for each set of fetches."""

from __future__ import annotations

from types import TracebackType
from typing import Any

import numpy as np

from kerasish import tree
from kerasish.arrays.dtype import numpy_dtype
from kerasish.backend import discovery, pool
from kerasish.backend.tensor import Tensor
from kerasish.errors import ShapeError, explain
from kerasish.graph import current
from kerasish.graph.evaluation import Evaluation, Recipe
from kerasish.graph.tensor import GraphTensor


class Session:
    """Runs parts of a graph. Only what is asked for runs; reads see the values from before.

    `run` plans its work at the first call for some fetches and fed shapes, and then repeats it in
    memory that is already there. Variables keep their values themselves, so all sessions share
    them.

    Args:
        backend: the name of the engine; `"eager"` computes the same bits line by line.

    Example:
        >>> from kerasish import graph
        >>> x = graph.placeholder(graph.float32, shape=(None,))
        >>> total = graph.reduce_sum(x * x)
        >>> with graph.Session() as session:
        ...     float(session.run(total, feed_dict={x: [3.0, 4.0]}))
        25.0
    """

    def __init__(self, backend: str = "graph") -> None:
        self._engine = discovery.get(backend)
        self._prepared: dict[Any, Prepared] = {}
        self._is_open = True

    def run(self, fetches: Any, feed_dict: Any = None) -> Any:
        """Return the values of what is fetched.

        Args:
            fetches: a graph tensor, variable or operation, or lists, tuples and dicts of them.
            feed_dict: graph tensors (placeholders, usually) and the arrays they stand for.

        Returns:
            NumPy arrays and scalars in the structure of `fetches`; None for operations without
            a value.

        Raises:
            RuntimeError: when the session is closed, or a variable has no value yet.
            TypeError: for a fetch or a key of `feed_dict` that is no graph tensor.
            ValueError: when a placeholder is not fed, or fed with another shape than its own.
        """
        return self.prepare(fetches, feed_dict).run(feed_dict or {})

    def prepare(self, fetches: Any, feed_dict: Any = None) -> Prepared:
        """Return what `run` does for some fetches and keys of a feed; both are checked."""
        if not self._is_open:
            raise RuntimeError("This session was closed. Open another one.")
        try:
            key = _key(fetches), tuple(feed_dict or ())
            found = self._prepared.get(key)
        except TypeError:  # not hashable, so something in it is no graph tensor: that is told
            key, found = None, None
        if found is None:
            found = Prepared(self._engine, fetches, tuple(feed_dict or ()))
            self._prepared[key] = found
        return found

    def close(self) -> None:
        """Let go of what was planned; the session cannot be used any more."""
        self._is_open = False
        self._prepared.clear()

    def __enter__(self) -> Session:
        current.enter(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        current.leave()
        self.close()


def _key(fetches: Any) -> Any:
    """What tells one structure of fetches from another."""
    if isinstance(fetches, (list, tuple)):
        return (type(fetches), *map(_key, fetches))
    if isinstance(fetches, dict):
        return (dict, *((name, _key(value)) for name, value in fetches.items()))
    return fetches


class Prepared:
    """What a session does for some fetches and the keys of a feed.

    Attributes:
        recipe: what is computed, in which order.
        function: does it; under the graph engine planned once for each set of fed shapes.
    """

    def __init__(self, engine: Any, fetches: Any, feeds: tuple[Any, ...]) -> None:
        self.fetches = fetches
        self.feeds = [_Feed(tensor) for tensor in feeds]
        targets = tree.flatten(fetches)
        for target in targets:
            if not isinstance(target, GraphTensor):
                raise TypeError(
                    explain(
                        "A session fetches graph tensors, variables and operations",
                        fetch=target, type=type(target).__name__,
                    )
                )  # fmt: skip
        self.recipe = Recipe(targets, feeds)
        self._places: list[int] = []
        self._uninitialized = self.recipe.read
        self.function = engine.function(self._compute)

    def _compute(self, *fed: Tensor) -> Any:
        known = dict(zip([feed.tensor for feed in self.feeds], fed, strict=True))
        values = Evaluation(known, self.recipe).targets()
        self._places = [i for i, value in enumerate(values) if value is not None]
        return tuple(values[i] for i in self._places) or None

    def arrays(self, feed_dict: Any) -> list[Any]:
        """Return what is fed, as arrays of the placeholders' dtypes."""
        return [feed.array(feed_dict[feed.tensor]) for feed in self.feeds]

    def run(self, feed_dict: Any) -> Any:
        """Run with some arrays."""
        if self._uninitialized:
            self._check_initialized()
        results = self.function(*self.arrays(feed_dict)) or ()
        for variable in self.recipe.initialized:
            variable.is_initialized = True
        flat: list[Any] = [None] * len(self.recipe.targets)
        for place, result in zip(self._places, results, strict=True):
            array = result.numpy()
            flat[place] = array if array.shape else array[()]
        if self.recipe.targets == [self.fetches]:
            return flat[0]
        if type(self.fetches) is list and len(flat) == len(self.fetches):
            return flat
        return tree.pack_sequence_as(self.fetches, flat)

    def _check_initialized(self) -> None:
        for variable in self._uninitialized:
            if not variable.is_initialized:
                raise RuntimeError(
                    f"The variable {variable.name!r} has no value yet. "
                    "Run global_variables_initializer() first."
                )
        self._uninitialized = []


class _Feed:
    """What may be fed for one graph tensor."""

    def __init__(self, tensor: Any) -> None:
        if not isinstance(tensor, GraphTensor):
            raise TypeError(explain("The keys of feed_dict must be graph tensors", key=tensor))
        self.tensor = tensor
        self.dtype = None if tensor.dtype is None else numpy_dtype(tensor.dtype)
        self.shape = tensor.shape

    def array(self, value: Any) -> Any:
        """Return a value as an array of the right dtype and a fitting shape."""
        if isinstance(value, GraphTensor):
            raise TypeError(explain(f"{self.tensor.name!r} must be fed a value", value=value))
        array = value.numpy() if isinstance(value, Tensor) else np.asarray(value)
        if self.dtype is not None and array.dtype is not self.dtype and array.dtype != self.dtype:
            array = self._cast(array, self.dtype)
        if array.shape != self.shape and not self._fits(array.shape):
            raise ShapeError(
                f"What is fed for {self.tensor.name!r} has another shape",
                expected=str(self.shape), shape=array.shape,
            )  # fmt: skip
        return array

    def _cast(self, array: Any, dtype: Any) -> Any:
        if not np.can_cast(array.dtype, dtype, "same_kind"):
            raise TypeError(
                explain(
                    f"What is fed for {self.tensor.name!r} has another kind of dtype",
                    expected=str(dtype), dtype=array.dtype,
                )
            )  # fmt: skip
        cast = pool.take(array.shape, dtype)  # memory of an earlier run, if it is free
        np.copyto(cast, array, casting="same_kind")
        return cast

    def _fits(self, shape: tuple[int, ...]) -> bool:
        return self.shape is None or (
            len(shape) == len(self.shape)
            and all(w in (None, s) for s, w in zip(shape, self.shape, strict=True))
        )
