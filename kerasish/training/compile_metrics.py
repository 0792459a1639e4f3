"""CompileMetrics: all that `compile(metrics=, weighted_metrics=)` asks for, as one metric.

The specification is matched with the outputs once, into a list of metrics for each output. Knows
nothing of models.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from kerasish import tree
from kerasish.errors import explain
from kerasish.metrics import Metric
from kerasish.training.matching import align, align_weights, fitting_names
from kerasish.training.resolve import resolve_metric


class CompileMetrics(Metric):
    """The metrics of a model's outputs.

    Args:
        metrics: a list of metrics for the only output; for several outputs a list with what each
            wants (a metric, a list of them, or None), or a dict by their names, or the structure
            of the outputs themselves.
        weighted_metrics: likewise, those that sample weights count for.
        name: of the whole.
        output_names: in the order of the outputs.

    Raises:
        ValueError: when the metrics are in no list, tuple or dict.

    Example:
        >>> from kerasish import ops
        >>> metrics = CompileMetrics(["mse"], ["mse"])
        >>> y_true, y_pred = ops.zeros((2, 1)), ops.array([[1.0], [3.0]])
        >>> metrics.update_state(y_true, y_pred, sample_weight=ops.array([1.0, 0.0]))
        >>> {name: float(value) for name, value in metrics.result().items()}
        {'mse': 5.0, 'weighted_mse': 1.0}
    """

    def __init__(
        self,
        metrics: Any,
        weighted_metrics: Any,
        name: str = "compile_metrics",
        output_names: Sequence[str] | None = None,
    ) -> None:
        super().__init__(name=name)
        for argument, value in (("metrics", metrics), ("weighted_metrics", weighted_metrics)):
            if value and not isinstance(value, (list, tuple, dict)):
                raise ValueError(
                    explain(
                        f"Expected `{argument}` argument to be a list, tuple, or dict",
                        **{argument: value},
                    )
                )
        self.output_names = output_names
        self.built = False
        self._user_metrics = metrics
        self._user_weighted_metrics = weighted_metrics
        self._keys: list[Any] | None = None
        self._names: list[str] | None = None
        self._plain: list[list[Metric]] = []
        self._weighted: list[list[Metric]] = []
        self._labels: list[tuple[str, Metric]] = []

    @property
    def metrics(self) -> list[Metric]:
        """The metrics, output by output, and then the weighted ones."""
        return [metric for _, metric in self._labels]

    @property
    def variables(self) -> list[Any]:
        """The variables of all of them."""
        return [variable for metric in self.metrics for variable in metric.variables]

    def build(self, y_true: Any, y_pred: Any) -> None:
        """Match the metrics with the outputs.

        Args:
            y_true: targets, or symbolic tensors of their shapes.
            y_pred: predictions, likewise.

        Raises:
            ValueError: when the metrics don't go with the outputs, or are none.
        """
        self._keys = key_order(y_pred, self.output_names)
        self._names = self._keys or fitting_names(self.output_names, len(tree.flatten(y_pred)))
        self._plain = self._made("metrics", self._user_metrics, y_true, y_pred)
        self._weighted = self._made("weighted_metrics", self._user_weighted_metrics, y_true, y_pred)
        names = self._names if self._names and len(self._plain) > 1 else [None] * len(self._plain)
        self._labels = labelled(self._plain, self._weighted, names)
        self.built = True

    def _made(self, argument: str, given: Any, y_true: Any, y_pred: Any) -> list[list[Metric]]:
        """The metrics of one argument for each output, as objects."""
        outputs = self._ordered(y_pred)
        try:
            wanted = match(given, outputs, self._names)
        except (ValueError, TypeError) as error:
            names = f"the output names {list(self.output_names)} or " if self.output_names else ""
            raise ValueError(
                f"Invalid `{argument}`: a list or dict of metrics must match {names}the "
                f"structure of the outputs, {tree.map_structure(lambda _: 'X', y_pred)}. "
                f"{error}\nReceived: {argument}={given}"
            ) from error
        targets = self._targets(y_true, outputs, wanted)
        try:
            return [
                [resolve_metric(one, true, pred) for one in some]
                for some, true, pred in zip(wanted, targets, tree.flatten(outputs), strict=True)
            ]
        except ValueError as error:
            raise ValueError(f"{error}\nReceived: {argument}={given}") from error

    def _ordered(self, y_pred: Any) -> Any:
        """The outputs, those of a flat dict as a list."""
        if self._keys and isinstance(y_pred, dict):
            return [y_pred[key] for key in self._keys]
        return y_pred

    def _targets(self, y_true: Any, outputs: Any, wanted: list[list[Any]]) -> list[Any]:
        if len(wanted) == 1:
            return tree.flatten(y_true)[:1]
        needed = _places(wanted)
        return align(y_true, outputs, self._names, needed) if needed else [None] * len(wanted)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take a batch into account.

        Args:
            y_true: targets, in the structure of the predictions, or a dict by the names of the
                outputs, or a list in their order.
            y_pred: predictions.
            sample_weight: for all outputs, or for each, given as the targets are; the weighted
                metrics count them.
        """
        if not self.built:
            self.build(y_true, y_pred)
        outputs = self._ordered(y_pred)
        predictions = tree.flatten(outputs)
        self._update(self._plain, self._targets(y_true, outputs, self._plain), predictions)
        needed = _places(self._weighted)
        if needed:
            targets = self._targets(y_true, outputs, self._weighted)
            weights = align_weights(sample_weight, outputs, self._names, needed)
            self._update(self._weighted, targets, predictions, weights)

    def _update(
        self, metrics: list[list[Metric]], targets: list[Any], predictions: list[Any],
        weights: list[Any] | None = None,
    ) -> None:  # fmt: skip
        weights = weights or [None] * len(metrics)
        for some, true, pred, weight in zip(metrics, targets, predictions, weights, strict=True):
            for metric in some:
                metric.update_state(true, pred, sample_weight=weight)

    def reset_state(self) -> None:
        """Start again from nothing."""
        for metric in self.metrics:
            metric.reset_state()

    def result(self) -> dict[str, Any]:
        """Return the result of each metric by its name.

        Raises:
            ValueError: when no batch was seen yet.
        """
        if not self.built:
            raise ValueError("Cannot get result() since the metric has not yet been built.")
        return {label: metric.result() for label, metric in self._labels}


def key_order(y_pred: Any, output_names: Sequence[str] | None) -> list[Any] | None:
    """Return in which order to take the outputs of a flat dict; None for anything else.

    It is the order of the output names if those are the keys.
    """
    if not isinstance(y_pred, dict) or len(y_pred) < 2 or any(map(tree.is_nested, y_pred.values())):
        return None
    if output_names and set(output_names) == set(y_pred):
        return list(output_names)
    return list(y_pred) if isinstance(y_pred, OrderedDict) else sorted(y_pred)


def match(given: Any, outputs: Any, names: Sequence[str] | None) -> list[list[Any]]:
    """Return for each output the list of the metrics that are given for it.

    Args:
        given: the user's specification.
        outputs: the predictions.
        names: of the outputs, in the order of `tree.flatten`.

    Raises:
        ValueError: when the specification has not the structure of the outputs.

    Example:
        >>> match({"b": "mse"}, ["y", "z"], ["a", "b"])
        [[], ['mse']]
    """
    count = len(tree.flatten(outputs))
    if not given:
        return [[] for _ in range(count)]
    if count == 1:
        return [tree.flatten(given)]
    if len(outputs) == count:  # a flat list or dict
        if isinstance(given, (list, tuple)) and len(given) == count:
            return [_listed(one) for one in given]
        if names and isinstance(given, dict) and set(given) <= set(names):
            return [_listed(given.get(name)) for name in names]
    found: list[list[Any]] = []
    tree.map_structure_up_to(
        tree.lists_to_tuples(outputs),
        lambda some: found.append(_listed(some)),
        tree.lists_to_tuples(given),
    )
    return found


def labelled(
    plain: list[list[Metric]], weighted: list[list[Metric]], names: Sequence[str | None]
) -> list[tuple[str, Metric]]:
    """Return the metrics, each with the name of its result.

    A result is named after its output and its metric. A weighted metric says so only where another
    has that name. What is then still the same is numbered.
    """
    uses: dict[str, int] = {}
    found = []
    for by_output, is_weighted in ((plain, False), (weighted, True)):
        for output, some in zip(names, by_output, strict=True):
            prefix = f"{output}_" if output else ""
            for metric in some:
                label = f"{prefix}{metric.name}"
                if is_weighted and label in uses:
                    label = f"{prefix}weighted_{metric.name}"
                number = uses.get(label, 0)
                uses[label] = number + 1
                found.append((f"{label}_{number}" if number else label, metric))
    return found


def _places(by_output: list[list[Any]]) -> list[int]:
    """The numbers of the outputs that have metrics."""
    return [i for i, some in enumerate(by_output) if some]


def _listed(some: Any) -> list[Any]:
    if some is None:
        return []
    return list(some) if isinstance(some, (list, tuple)) else [some]
