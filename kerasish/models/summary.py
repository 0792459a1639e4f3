"""A table of a model's layers, their output shapes and their numbers of parameters."""

from __future__ import annotations

import re
from typing import Any

from kerasish.arrays.dtype import numpy_dtype
from kerasish.layers.layer import Layer


def summarise(
    model: Any, line_length: int | None = None, expand_nested: bool = False,
    show_trainable: bool = False, layer_range: Any = None,
) -> str:  # fmt: skip
    """Return the table as text.

    Raises:
        ValueError: when `layer_range` names layers that are not there.
    """
    header = ["Layer (type)", "Output Shape", "Param #"] + (["Trainable"] if show_trainable else [])
    rows = _rows(_chosen(model, layer_range), expand_nested, show_trainable, 0)
    widths = [max(len(r[i]) for r in [header, *rows]) for i in range(len(header))]
    if line_length:
        widths[0] = max(widths[0], line_length - sum(widths[1:]) - 3 * len(widths) - 1)
    lines = [f'Model: "{model.name}"', _rule(widths, "┏┳┓", "━"), _line(header, widths, "┃")]
    lines.append(_rule(widths, "┡╇┩", "━"))
    lines += [_line(row, widths, "│") for row in rows]
    lines.append(_rule(widths, "└┴┘", "─"))
    return "\n".join([*lines, *_totals(model)])


def _chosen(model: Any, layer_range: Any) -> list[Any]:
    layers = list(getattr(model, "_sequence", model.layers)) if model.layers else []
    layers = [
        x for x in layers if not (hasattr(model, "_sequence") and type(x).__name__ == "InputLayer")
    ]
    if layer_range is None:
        return layers
    if len(layer_range) != 2:
        raise ValueError(f"`layer_range` must hold two names. Received: layer_range={layer_range}")
    ends = []
    for pattern in layer_range:
        found = [i for i, x in enumerate(layers) if re.match(pattern, x.name)]
        if not found:
            raise ValueError(f"No layer of the model matches {pattern!r}.")
        ends.append(found)
    return layers[min(ends[0]) : max(ends[1]) + 1]


def _rows(layers: list[Any], expand: bool, trainable: bool, depth: int) -> list[list[str]]:
    rows = []
    for layer in layers:
        name = "   " * depth + f"{layer.name} ({type(layer).__name__})"
        row = [name, _output_shape(layer), _parameters(layer)]
        rows.append(
            row
            + ([("Y" if layer.trainable else "N") if layer.weights else "-"] if trainable else [])
        )
        if expand and hasattr(layer, "layers"):
            rows += _rows(layer.layers, expand, trainable, depth + 1)
    return rows


def _output_shape(layer: Any) -> str:
    calls = layer._inbound_nodes
    if calls:
        shapes = [t.shape for t in calls[0].outputs]
        return str(shapes[0]) if len(shapes) == 1 else str(shapes)
    try:
        return str(layer.compute_output_shape(**layer._build_shapes_dict))
    except (NotImplementedError, TypeError, AttributeError, ValueError):
        return "?"


def _parameters(layer: Layer) -> str:
    if not layer.built:
        return "0 (unbuilt)"
    return f"{layer.count_params():,}"


def _line(cells: list[str], widths: list[int], bar: str) -> str:
    aligned = [
        c.rjust(w) if i == 2 else c.ljust(w)
        for i, (c, w) in enumerate(zip(cells, widths, strict=True))
    ]
    return f"{bar} " + f" {bar} ".join(aligned) + f" {bar}"


def _rule(widths: list[int], corners: str, dash: str) -> str:
    return corners[0] + corners[1].join(dash * (w + 2) for w in widths) + corners[2]


def _totals(model: Any) -> list[str]:
    trainable, others = model.trainable_weights, model.non_trainable_weights
    optimizer = getattr(model, "optimizer", None)
    everything = trainable + others + (optimizer.variables if optimizer else [])
    lines = [
        f" Total params: {_counted(everything)}",
        f" Trainable params: {_counted(trainable)}",
        f" Non-trainable params: {_counted(others)}",
    ]
    if optimizer:
        lines.append(f" Optimizer params: {_counted(optimizer.variables)}")
    return lines


def _counted(variables: list[Any]) -> str:
    count = sum(v.size for v in variables)
    size = float(sum(v.size * numpy_dtype(v._dtype).itemsize for v in variables))
    units = ["GB", "MB", "KB", "B"]
    while size >= 1024 and len(units) > 1:
        size /= 1024
        units.pop()
    return f"{count:,} ({size:.2f} {units[-1]})"
