"""adapt: whatever `fit` was given as data → Data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kerasish import tree
from kerasish._frames import warn
from kerasish.errors import explain
from kerasish.training.data.arrays import ArrayBatches, are_arrays
from kerasish.training.data.conversion import unrecognized
from kerasish.training.data.data import Data
from kerasish.training.data.generators import GeneratorBatches, LoaderBatches
from kerasish.training.data.pydataset import DatasetBatches
from kerasish.training.data.source import Source
from kerasish.utils.py_dataset import PyDataset

CONTAINERS = (str, bytes, list, tuple, dict, set, frozenset)


def adapt(
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    batch_size: int | None = None,
    steps_per_epoch: int | None = None,
    shuffle: Any = False,
    class_weight: Any = None,
    seed: int | None = None,
) -> Data:
    """Return the batches of any kind of data.

    Args:
        x: arrays (or a structure of arrays), a `PyDataset`, a generator or other iterator, a
            data loader or other iterable of batches, or what `adapt` returned before.
        y: targets, if `x` is arrays; everything else brings its own.
        sample_weight: a weight for each row, likewise.
        batch_size: rows of a batch, if `x` is arrays; 32 by default.
        steps_per_epoch: batches of an epoch; None for all.
        shuffle: whether rows (of a dataset: batches) come in a new order each epoch.
        class_weight: dict from class to weight, for arrays and datasets.
        seed: decides the shuffling; by default drawn from NumPy's global generator.

    Raises:
        ValueError: for data of no known kind, and for arguments that do not go together.

    Example:
        >>> import numpy as np
        >>> data = adapt(np.arange(5.0), batch_size=2)
        >>> data.num_batches, data.batch_size, data.has_partial_batch
        (3, 2, True)
        >>> [x.tolist() for x, _, _ in data.epoch_batches()]
        [[0.0, 1.0], [2.0, 3.0], [4.0]]
    """
    if isinstance(x, Data):
        return x
    steps_per_epoch = _checked_steps(steps_per_epoch)
    if not are_arrays(x, y, sample_weight) or x is None:
        _check_alone(x, y, sample_weight)
        return Data(_other_source(x, shuffle, class_weight, seed), steps_per_epoch)
    arrays = ArrayBatches(
        x, y, sample_weight, batch_size, steps_per_epoch, shuffle, class_weight, seed
    )
    return Data(arrays, steps_per_epoch)


def _other_source(x: Any, shuffle: Any, class_weight: Any, seed: int | None) -> Source:
    kind = _kind(x)
    if isinstance(x, PyDataset):
        if shuffle and x.num_batches is None:
            _warn_order(kind)
        return DatasetBatches(x, shuffle, class_weight, seed)
    if class_weight is not None:
        raise ValueError(
            explain(
                f"Argument `class_weight` is not supported for a {kind}",
                advice="Yield (x, y, sample_weight) instead.",
                class_weight=class_weight,
            )
        )
    if shuffle and not hasattr(x, "shuffle"):  # a loader that has it was asked about its order
        _warn_order(kind)
    if isinstance(x, Iterator):
        return GeneratorBatches(x)
    return LoaderBatches(x)


def _check_alone(x: Any, y: Any, sample_weight: Any) -> None:
    """Refuse what is no data, and targets beside data that has its own."""
    is_iterable = hasattr(x, "__iter__") and not isinstance(x, CONTAINERS) and not are_arrays(x)
    is_data = isinstance(x, PyDataset) or is_iterable
    if not is_data:
        for name, value in (("x", x), ("y", y), ("sample_weight", sample_weight)):
            stranger = _first_stranger(value, name == "x")
            if stranger is not None:
                raise ValueError(unrecognized(stranger[0], name))
    for name, value in (("y", y), ("sample_weight", sample_weight)):
        if value is not None:
            raise ValueError(
                explain(
                    f"When `x` is a {_kind(x)}, `{name}` should not be passed: it belongs into "
                    "the batches",
                    **{name: type(value)},
                )
            )


def _first_stranger(structure: Any, needed: bool) -> tuple[Any] | None:
    """The first leaf that is no array, in a tuple of one, or None."""
    if structure is None:
        return (None,) if needed else None
    return next(((leaf,) for leaf in tree.flatten(structure) if not are_arrays(leaf)), None)


def _kind(x: Any) -> str:
    if isinstance(x, PyDataset):
        return "PyDataset"
    return "generator" if isinstance(x, Iterator) else type(x).__name__


def _warn_order(kind: str) -> None:
    warn(f"`shuffle=True` has no effect on a {kind}, which decides on its order itself.")


def _checked_steps(steps: Any) -> int | None:
    if steps is None:
        return None
    if isinstance(steps, bool) or not hasattr(steps, "__index__") or steps < 1:
        raise ValueError(
            explain("`steps_per_epoch` must be a positive integer", steps_per_epoch=steps)
        )
    return int(steps)
