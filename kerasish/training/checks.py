"""Targets that no training could learn from, found before anything is changed."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerasish import tree
from kerasish.errors import explain
from kerasish.losses import Loss
from kerasish.training.data.conversion import NUMBER_CLASSES
from kerasish.training.data.weights import check_keys


def check_targets(y: Any, compile_loss: Any, outputs: Any) -> None:
    """Look through the targets of a whole data set, given as arrays.

    Args:
        y: an array, a structure of arrays, or None.
        compile_loss: the compiled loss, built.
        outputs: handles of the model's outputs, flat.

    Raises:
        ValueError: for texts, for NaN among the targets of a built-in loss, and for class
            numbers that the output has no place for.
    """
    if y is None or compile_loss is None:
        return
    terms = compile_loss.losses_by_output()
    for target, loss, output in zip(tree.flatten(y), terms, outputs, strict=False):
        if isinstance(target, np.ndarray) and target.dtype.kind in "USO":
            raise ValueError(
                explain(
                    "`y` holds texts, and a loss needs numbers",
                    advice=NUMBER_CLASSES,
                    dtype=str(target.dtype),
                )
            )
        if not (isinstance(target, np.ndarray) and isinstance(loss, Loss) and loss.is_built_in):
            continue  # users' own losses may give NaN a meaning
        if target.dtype.kind == "f" and np.isnan(target).any():
            row = int(np.argwhere(np.isnan(target))[0][0])
            raise ValueError(
                f"`y` holds NaN, first in row {row}: the loss {loss.name!r} would be NaN, and all "
                "weights after one step. Remove or replace such rows."
            )
        if getattr(getattr(loss, "fn", None), "takes_class_numbers", False):
            _check_classes(target, loss, output.shape)


def check_class_weight(class_weight: Any, outputs: Any) -> None:
    """Look for class weights under keys that are no class of a model's only output.

    Args:
        class_weight: dict from class to weight, or None.
        outputs: handles of the model's outputs, flat; None as long as it is not built.

    Raises:
        ValueError: for such a key.
    """
    if class_weight is None or outputs is None or len(outputs) != 1 or not outputs[0].shape:
        return
    columns = outputs[0].shape[-1]
    if columns is not None:
        check_keys(class_weight, max(columns, 2))  # one column tells two classes apart


def _check_classes(target: Any, loss: Any, shape: Any) -> None:
    classes = shape[-1] if shape else None
    ignored = loss._fn_kwargs.get("ignore_class")
    known = target if ignored is None else target[target != ignored]
    if classes and known.size and (known.min() < 0 or known.max() >= classes):
        raise ValueError(
            explain(
                f"`y` holds class numbers that the model's {classes} outputs have no place for",
                expected=f"0 to {classes - 1}",
                smallest=known.min().item(),
                largest=known.max().item(),
            )
        )
