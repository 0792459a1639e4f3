"""CompileLoss: all that `compile(loss=, loss_weights=)` asks for, as one loss.

The specification is matched with the outputs once, into a flat list of terms; what is computed for
each batch is a loop over those. Knows nothing of models.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from kerasish import ops, tree
from kerasish.backend.composite import Composite
from kerasish.backend.tensor import Tensor
from kerasish.errors import explain
from kerasish.losses import Loss
from kerasish.metrics import Mean
from kerasish.training.matching import align, align_weights, fitting_names
from kerasish.training.resolve import resolve_loss

Path = tuple[Any, ...]


@dataclass(frozen=True)
class Wanted:
    """A loss as the user wrote it, and its weight. A leaf of the specification."""

    loss: Any
    weight: Any


@dataclass(frozen=True)
class Term:
    """One of the losses that are added up.

    Attributes:
        name: of its tracker, without `_loss`.
        loss: a Loss.
        weight: a factor, or None.
        place: the number of the output that it is for; or a structure of such numbers, for a loss
            that takes several outputs at once.
    """

    name: str
    loss: Loss
    weight: Any
    place: Any


class CompileLoss(Loss):
    """The weighted sum of the losses of a model's outputs.

    Args:
        loss: a loss for all outputs, or a structure of losses: a list in the order of the outputs,
            or a dict by their names, or the structure of the outputs themselves. None stands
            for no loss, a list at the place of one output for the sum of several.
        loss_weights: a factor for each loss.
        reduction: kept for Keras; each loss has its own.
        output_names: in the order of the outputs.

    Raises:
        ValueError: when `loss_weights` is neither a float nor a list, a tuple or a dict.

    Example:
        >>> loss = CompileLoss(["mse", "mae"], loss_weights=[1.0, 10.0], output_names=["a", "b"])
        >>> zeros, ones = ops.zeros((2, 1)), ops.ones((2, 1))
        >>> float(loss([zeros, zeros], [ones, ones]))
        11.0
        >>> {tracker.name: float(tracker.result()) for tracker in loss.metrics}
        {'a_loss': 1.0, 'b_loss': 1.0}
    """

    def __init__(
        self,
        loss: Any,
        loss_weights: Any = None,
        reduction: str | None = "sum_over_batch_size",
        output_names: Sequence[str] | None = None,
    ) -> None:
        if loss_weights and not isinstance(loss_weights, (list, tuple, dict, float)):
            raise ValueError(
                explain(
                    "Expected `loss_weights` argument to be a float (one output), or a list, "
                    "tuple or dict (several outputs)",
                    loss_weights=loss_weights,
                )
            )
        super().__init__(name="compile_loss", reduction=reduction)
        self.output_names = output_names
        self.built = False
        self._user_loss = loss
        self._user_loss_weights = loss_weights
        self._terms: list[Term] = []
        self._trackers: list[Mean] = []
        self._needed: list[int] = []
        self._output_count = 0
        self._whole: Any = None  # the only loss, if it is built in, as one step

    @property
    def metrics(self) -> list[Mean]:
        """The mean of each loss, without its weight, where there are several losses."""
        return self._trackers

    @property
    def variables(self) -> list[Any]:
        """The variables of those means."""
        return [variable for tracker in self._trackers for variable in tracker.variables]

    def ignored_classes(self) -> list[int]:
        """The class numbers that the losses ignore."""
        found = (getattr(term.loss, "_fn_kwargs", {}).get("ignore_class") for term in self._terms)
        return [number for number in found if number is not None]

    def losses_by_output(self) -> list[Any]:
        """The loss of each output that has exactly one, else None, in the outputs' order."""
        found: list[Any] = [None] * self._output_count
        for place in range(self._output_count):
            mine = [term.loss for term in self._terms if term.place == place]
            found[place] = mine[0] if len(mine) == 1 else None
        return found

    def build(self, y_true: Any, y_pred: Any) -> None:
        """Match the losses with the outputs.

        Args:
            y_true: targets, or symbolic tensors of their shapes.
            y_pred: predictions, likewise.

        Raises:
            KeyError: when a loss is given for an output that there is not.
            ValueError: when names, weights or targets don't go with the outputs.
        """
        outputs = tree.flatten(y_pred)
        names = fitting_names(self.output_names, len(outputs)) or [None] * len(outputs)
        wanted = weigh(*self._by_position(y_pred))
        places = tree.pack_sequence_as(y_pred, range(len(outputs)))
        if isinstance(wanted, Wanted):  # one loss for all outputs
            wanted = tree.map_structure(lambda _: wanted, places)
        found = list(match(wanted, places))
        needed = {number for _, place, _ in found for number in tree.flatten(place)}
        targets = align(y_true, y_pred, self.output_names, sorted(needed))
        self._terms = []
        for path, place, wish in found:
            loss = resolve_loss(wish.loss, _pick(targets, place), _pick(outputs, place))
            name = term_name(path, place, names, loss.name)
            self._terms.append(Term(name, loss, wish.weight, place))
        several = len(self._terms) > 1
        self._whole = None
        if len(self._terms) == 1 and getattr(self._terms[0].loss, "is_built_in", False):
            self._whole = Composite(self._terms[0].loss)
        self._trackers = [Mean(name=f"{term.name}_loss") for term in self._terms if several]
        self._needed, self._output_count = sorted(needed), len(outputs)
        self.built = True
        if several and not tree.is_nested(y_true) and not tree.is_nested(y_pred):
            warnings.warn(
                "Of several losses for a model's only output, only the first counts, as in Keras. "
                "Add them up in one function to have their sum.",
                stacklevel=2,
            )

    def _by_position(self, y_pred: Any) -> tuple[Any, Any]:
        """Losses and weights; in the order of the outputs if they were named and these are not."""
        loss, weights, names = self._user_loss, self._user_loss_weights, self.output_names
        if not names or not isinstance(loss, dict) or isinstance(y_pred, dict):
            return loss, weights
        if set(names) != set(loss):
            raise ValueError(
                f"Expected keys {list(names)} in the `loss` dict, one for each output (None for "
                f"no loss). Received: loss with the keys {list(loss)}"
            )
        if isinstance(weights, dict):
            weights = [weights[name] for name in names]
        return [loss[name] for name in names], weights

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Return the sum of the losses, each times its weight; None if there is no loss.

        Args:
            y_true: targets, in the structure of the predictions, or a dict by the names of the
                outputs, or a list in their order. Outputs without a loss need none.
            y_pred: predictions.
            sample_weight: for all outputs, or for each, given as the targets are.
        """
        return self.call(y_true, y_pred, sample_weight)

    def call(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Return the sum of the losses."""
        if not self.built:
            self.build(y_true, y_pred)
        if len(self._terms) == 1 and type(y_pred) is type(y_true) is Tensor:
            return self._only_term(y_true, y_pred, sample_weight)
        outputs = tree.flatten(y_pred)
        if len(outputs) != self._output_count:
            raise ValueError(
                f"The loss was built for {self._output_count} outputs. Received: {len(outputs)}"
            )
        targets = align(y_true, y_pred, self.output_names, self._needed)
        weights = align_weights(sample_weight, y_pred, self.output_names, self._needed)
        if not tree.is_nested(y_true) and not tree.is_nested(y_pred):
            terms, trackers = self._terms[:1], []  # Keras stops here after the first
        else:
            terms, trackers = self._terms, self._trackers
        total = None
        for term, tracker in zip_longest(terms, trackers):
            predictions, weight = _pick(outputs, term.place), _pick_weight(weights, term.place)
            value = term.loss(_pick(targets, term.place), predictions, weight)
            value = ops.cast(value, self.dtype)
            if tracker is not None:
                tracker.update_state(value, sample_weight=_batch_size(predictions))
            if term.weight is not None:
                value = ops.multiply(value, term.weight)
            total = value if total is None else ops.add(total, value)
        return total

    def _only_term(self, y_true: Any, y_pred: Any, sample_weight: Any) -> Any:
        """The loss of the usual model: one output, one loss."""
        term = self._terms[0]
        if isinstance(sample_weight, (list, tuple, dict)):
            (sample_weight,) = align_weights(sample_weight, y_pred, self.output_names, self._needed)
        if self._whole is None or sample_weight is not None or hasattr(y_pred, "_keras_mask"):
            value = term.loss(y_true, y_pred, sample_weight)
        else:
            value = self._whole(y_true, y_pred)
        value = ops.cast(value, self.dtype)
        return value if term.weight is None else ops.multiply(value, term.weight)


def weigh(loss: Any, weights: Any) -> Any:
    """Put each loss together with its weight, in the structure of the losses.

    Raises:
        ValueError: when there are not as many weights as losses.
    """
    if weights is None:
        return tree.map_structure(lambda one: _wanted(one, None), loss)
    try:
        return tree.map_structure(_wanted, loss, weights)
    except ValueError:  # other containers: then the order counts
        losses, factors = tree.flatten(loss), tree.flatten(weights)
    other_keys = isinstance(loss, dict) and isinstance(weights, dict) and set(loss) != set(weights)
    if len(losses) != len(factors) or other_keys:
        raise ValueError(
            f"`loss_weights` must match the number of losses, got {len(losses)} losses and "
            f"{len(factors)} weights. Received: loss={loss}, loss_weights={weights}"
        )
    return tree.pack_sequence_as(loss, map(_wanted, losses, factors))


def match(wanted: Any, places: Any, path: Path = ()) -> Iterator[tuple[Path, Any, Wanted]]:
    """Yield each loss with where it goes: the path to it, and the place of the outputs there.

    Args:
        wanted: the specification, with `Wanted` and None as its leaves.
        places: the structure of the outputs, with their numbers as its leaves.
        path: what leads here.

    Raises:
        KeyError: when the specification goes where there is no output.
    """
    if isinstance(wanted, Wanted):
        yield path, places, wanted
    elif isinstance(wanted, (list, tuple)):
        yield from _match_list(wanted, places, path)
    elif isinstance(wanted, dict):
        if not isinstance(places, dict):
            raise KeyError(_no_such_output(path))
        for key, inner in wanted.items():
            if inner is not None and key not in places:
                raise KeyError(_no_such_output((*path, key), or_labels=True))
            yield from match(inner, places.get(key), (*path, key))


def _match_list(wanted: Any, places: Any, path: Path) -> Iterator[tuple[Path, Any, Wanted]]:
    """A list of losses: one for each output below; or several here; or one for each child."""
    leaves = tree.flatten_with_path(places)
    if len(wanted) == len(leaves) and not any(map(tree.is_nested, wanted)):
        for (inner, place), one in zip(leaves, wanted, strict=True):
            yield from match(one, place, (*path, *inner))
    elif not isinstance(places, _kind(wanted)):
        for one in wanted:
            yield from match(one, places, path)
    else:
        for i, one in enumerate(wanted):
            if one is not None and i >= len(places):
                raise KeyError(_no_such_output((*path, i), or_labels=True))
            yield from match(one, places[i] if i < len(places) else None, (*path, i))


def term_name(path: Path, place: Any, names: Sequence[str | None], loss_name: str) -> str:
    """Return the name of a loss: its path, with the output's name in the place of a number."""
    if tree.is_nested(place):
        if path:
            return "/".join(map(str, path))
        parts = place if isinstance(place, dict) else [names[i] for i in tree.flatten(place)]
        return loss_name if None in parts else "_".join(map(str, parts))
    if not path or isinstance(path[-1], int):
        path = (*path[:-1], names[place] or loss_name)
    return "/".join(map(str, path))


def _wanted(loss: Any, weight: Any) -> Wanted | None:
    return None if loss is None else Wanted(loss, weight)


def _kind(container: Any) -> type:
    """The type that outputs must have to be matched child by child with a list of losses."""
    if hasattr(container, "_fields"):
        return type(container)
    return list if isinstance(container, list) else tuple


def _pick(flat: list[Any], place: Any) -> Any:
    if isinstance(place, int):
        return flat[place]
    return tree.map_structure(flat.__getitem__, place)


def _pick_weight(weights: list[Any], place: Any) -> Any:
    """As `_pick`; but weights that are the same for all outputs are so for several at once."""
    first = weights[tree.flatten(place)[0]]
    return first if all(weight is first for weight in weights) else _pick(weights, place)


def _batch_size(predictions: Any) -> Any:
    shape = tree.flatten(predictions)[0].shape
    return shape[0] if shape else 1


def _no_such_output(path: Path, or_labels: bool = False) -> str:
    where = "the model's output (`y_pred`)"
    if or_labels:
        where = f"either {where} or in the labels (`y_true`)"
    return f"The path: {path} in the `loss` argument, can't be found in {where}."
