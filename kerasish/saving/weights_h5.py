"""Weights in Keras 3's `.weights.h5` layout: written whole or not at all, read with distrust."""

from __future__ import annotations

import io
import os
from typing import Any

from kerasish.errors import ModelFileError, explain
from kerasish.saving.atomic import atomic_write
from kerasish.saving.hdf5_reader import HDF5Reader
from kerasish.saving.loading import Loading, LoadReport
from kerasish.saving.stores import WritableStore
from kerasish.saving.walk import saves_itself, walk

SUFFIX = ".weights.h5"


def save_weights(model: Any, filepath: Any, overwrite: bool = True) -> None:
    """Write the weights of a model, and its optimizer's state, into a file.

    The file appears whole or not at all; one that was there before stays until then.

    Args:
        model: a built model.
        filepath: a path that ends in `.weights.h5`, or a binary file object.
        overwrite: whether a file that exists may be replaced.

    Raises:
        ValueError: when the name ends otherwise, or the model is not built.
        FileExistsError: when the file exists and `overwrite` is off. Nobody is asked.
    """
    _check_built(model, "saving")
    if hasattr(filepath, "write"):
        memory = io.BytesIO()
        _write(model, memory)
        filepath.write(memory.getvalue())
        return
    path = _checked_path(filepath)
    if not overwrite and os.path.exists(path):
        raise FileExistsError(
            explain("The file exists already", advice="Pass overwrite=True.", filepath=path)
        )
    with atomic_write(path) as temporary:
        _write(model, temporary)


def load_weights(model: Any, filepath: Any, skip_mismatch: bool = False) -> LoadReport:
    """Set the weights of a model, and its optimizer's state, from a file.

    Everything is checked before anything is set: after an error the model is as it was. The
    optimizer is built first if the file has its state. If it cannot use that state, there is a
    warning, and it keeps its own.

    Args:
        model: a built model.
        filepath: a path that ends in `.weights.h5`, or a binary file object.
        skip_mismatch: load the layers that fit, and warn of the others, instead of failing.

    Returns:
        A report: what was loaded, what was not and why, what the file has beyond that.

    Raises:
        FileNotFoundError: when there is no such file.
        ValueError: when the name ends otherwise, or the model is not built.
        ModelFileError: when the file is damaged or hostile, or does not fit the model.
    """
    _check_built(model, "loading")
    source = filepath if hasattr(filepath, "read") else _checked_path(filepath)
    with HDF5Reader(source) as reader:
        if reader.has_attribute("layer_names") or reader.group("model_weights") is not None:
            raise ModelFileError(
                f"{reader.name} has the layout of Keras 1 and 2. "
                "Load it with Keras, and save it again as .weights.h5."
            )
        _build_optimizer(model, reader)
        return Loading(model, reader).run(skip_mismatch)


def _write(model: Any, target: Any) -> None:
    import h5py

    with h5py.File(target, "w") as file:

        def save(path: str, part: Any) -> bool:
            if saves_itself(part):
                part.save_own_variables(WritableStore(file, path, getattr(part, "name", None)))
            return True

        walk(model, save)


def _check_built(model: Any, purpose: str) -> None:
    if not model.built:
        raise ValueError(
            explain(
                f"The model has no weights before it is built, so {purpose} must wait",
                advice="Call it on data first, or use build().",
                model=getattr(model, "name", model),
            )
        )


def _checked_path(filepath: Any) -> str:
    path = os.fspath(filepath)
    if not str(path).endswith(SUFFIX):
        raise ValueError(explain(f"The filename must end in `{SUFFIX}`", filepath=path))
    return path


def _build_optimizer(model: Any, reader: HDF5Reader) -> None:
    """Give the optimizer its slots if the file has something to put there."""
    optimizer = getattr(model, "optimizer", None)
    if optimizer is None or optimizer.built or reader.group("optimizer/vars") is None:
        return
    optimizer.build(model.trainable_variables)
