"""Writes a graph file: a model as plain data, which `loader.py` runs with NumPy alone."""

from __future__ import annotations

import inspect
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kerasish import tree
from kerasish.arrays.dtype import floatx, standardize_dtype
from kerasish.arrays.spec import Spec
from kerasish.backend.abstract import FILLS
from kerasish.backend.tensor import Tensor
from kerasish.errors import explain
from kerasish.export.encoding import ALIGNMENT, FIXED, Encoder
from kerasish.export.inference import ExportError, trace_inference
from kerasish.export.loader import MAGIC, START, VERSION, GraphFileError, load
from kerasish.layers.layer import Layer
from kerasish.saving.atomic import atomic_write

# A third size, which takes no part in finding a · batch + b, checks it.
TRIALS = (*FILLS, 60)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What an input must be like; None is the size of the batch."""

    name: str
    shape: tuple[int | None, ...]
    dtype: str

    def spec(self, batch: int) -> Spec:
        return Spec(tuple(batch if size is None else size for size in self.shape), self.dtype)


def export(target: Any, path: Any, *specs: Any, batch_size: int | None = None) -> None:
    """Write a model, or a function of tensors, to a graph file.

    The file holds the graph of a prediction and the weights. `kerasish.export.load`, or a copy of
    `loader.py` without kerasish, runs it with the same bits, for any size of the batch.

    Args:
        target: a built model or layer, or a function of tensors.
        path: of the file; by custom it ends in `.kgraph`. It appears whole or not at all.
        *specs: for each argument an InputSpec, a KerasTensor, an array, a shape, or a structure
            of those. Models that were made with inputs need none.
        batch_size: the size of the batch, if the model works for one size only.

    Raises:
        ExportError: when the graph file would not do what the model does, with the reason.

    Example:
        >>> import os, tempfile
        >>> import numpy as np, kerasish as keras
        >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
        >>> path = os.path.join(tempfile.mkdtemp(), "model.kgraph")
        >>> keras.export.export(model, path)
        >>> runner = keras.export.load(path)
        >>> list(runner.inputs.values()), [y.shape for y in [runner(np.ones((4, 3)))]]
        ([((None, 3), 'float32')], [(4, 2)])
    """
    wanted = _wanted_of(target, specs, batch_size)
    leaves = tree.flatten(wanted)
    if len({leaf.name for leaf in leaves}) < len(leaves):
        raise ExportError(explain("Inputs need different names", names=[x.name for x in leaves]))

    def function(*tensors: Tensor) -> tuple[list[Tensor], Any]:
        args = tree.pack_sequence_as(wanted, list(tensors))
        found: list[Tensor] = []
        if not isinstance(target, Layer):
            return found, _structure(target(*args), found)
        try:
            return found, _structure(target(*args, training=False), found)
        finally:
            target._clear_losses()  # they are of tensors that stand for nothing now

    is_open = any(None in leaf.shape for leaf in leaves)
    sizes = TRIALS if is_open else (1,)
    traced = [trace_inference(function, [x.spec(size) for x in leaves]) for size in sizes]
    encoder = Encoder([graph for graph, _ in traced], sizes)
    structure = traced[0][1]
    if any(other != structure for _, other in traced):
        raise ExportError(explain("The outputs are nested by the batch's size", advice=FIXED))
    names = _output_names(target, structure, len(encoder.outputs))
    _write(path, {
        "inputs": [{"name": x.name, **e} for x, e in zip(leaves, encoder.inputs, strict=True)],
        "constants": encoder.constants,
        "nodes": encoder.nodes,
        "outputs": [{"name": n, "place": p} for n, p in zip(names, encoder.outputs, strict=True)],
        "structure": structure,
    }, encoder.blocks)  # fmt: skip


def _write(path: Any, header: dict[str, Any], blocks: list[bytes]) -> None:
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-(START + len(text)) % ALIGNMENT)
    parts = [len(text).to_bytes(8, "little"), text, *blocks]
    crc = 0
    for part in parts:
        crc = zlib.crc32(part, crc)
    with atomic_write(path) as temporary:
        with open(temporary, "wb") as file:
            file.write(MAGIC + VERSION.to_bytes(4, "little") + crc.to_bytes(4, "little"))
            file.writelines(parts)
        try:
            load(temporary, limit=1 << 60)
        except GraphFileError as error:
            raise ExportError(f"The loader does not take what was written: {error}") from error


# Inputs.


def _wanted_of(target: Any, specs: tuple[Any, ...], batch_size: int | None) -> list[Any]:
    if isinstance(target, Layer):
        if not target.built:
            raise ExportError(f"Model {target.name!r} is not built: call it on data first.")
        names = _argument_names(target.call)
        if not specs:
            specs, names = _declared(target), []
    elif callable(target):
        names = _argument_names(target)
    else:
        raise ExportError(explain("Expected a model or a function of tensors", target=target))
    if not specs:
        raise ExportError(
            "It is not known what the inputs are like: pass an InputSpec or a shape for each."
        )
    return [
        _wanted(spec, names[i] if i < len(names) else f"input_{i}", batch_size)
        for i, spec in enumerate(specs)
    ]


def _declared(layer: Any) -> tuple[Any, ...]:
    """Return the inputs that a model was made with, or the shapes that it was built for."""
    declared = getattr(layer, "input", None) if hasattr(layer, "output_names") else None
    if declared is not None:
        return (declared,)
    shapes = list((layer._build_shapes_dict or {}).values())
    if len(shapes) == 1 and _is_shape(shapes[0]) and shapes[0]:
        return (Spec((None, *shapes[0][1:]), layer.compute_dtype),)  # type: ignore[arg-type]
    return ()


def _argument_names(function: Callable[..., Any]) -> list[str]:
    parameters = inspect.signature(function).parameters.values()
    return [p.name for p in parameters if p.kind is not p.VAR_POSITIONAL]


def _is_shape(x: Any) -> bool:
    return isinstance(x, (list, tuple)) and all(s is None or isinstance(s, int) for s in x)


def _wanted(spec: Any, name: str, batch_size: int | None, is_key: bool = False) -> Any:
    """Return what is wanted of an input; its name is its key in a dict, or else its own name."""
    if isinstance(spec, dict):
        return {key: _wanted(value, str(key), batch_size, True) for key, value in spec.items()}
    if isinstance(spec, (list, tuple)) and not _is_shape(spec):
        return [_wanted(value, f"{name}_{i}", batch_size) for i, value in enumerate(spec)]
    shape = spec if _is_shape(spec) else getattr(spec, "shape", None)
    if shape is None:
        raise ExportError(explain("An input needs a shape", input=name, spec=spec))
    shape = tuple(shape)
    if batch_size is not None and shape and shape[0] is None:
        shape = (int(batch_size), *shape[1:])
    if None in shape[1:]:
        raise ExportError(
            f"Only the first size of input {name!r} may be unknown, and there it is the batch. "
            f"Received: shape={shape}"
        )
    dtype = standardize_dtype(getattr(spec, "dtype", None) or floatx())
    history = getattr(spec, "_keras_history", None)
    declared = history.operation.name if history else getattr(spec, "name", None)
    return _Wanted(name if is_key or not declared else declared, shape, dtype)


# Outputs.


def _structure(result: Any, found: list[Tensor]) -> Any:
    """Return how the outputs are nested, as plain data, and collect the tensors."""
    if result is None:
        return None
    if isinstance(result, dict):
        return {"dict": {str(key): _structure(value, found) for key, value in result.items()}}
    if isinstance(result, (list, tuple)):
        kind = "list" if isinstance(result, list) else "tuple"
        return {kind: [_structure(value, found) for value in result]}
    tensor = result.__tensor__() if hasattr(result, "__tensor__") else result
    if not isinstance(tensor, Tensor):
        raise ExportError(explain("An output is no tensor", output=result))
    found.append(tensor)
    return len(found) - 1


def _output_names(target: Any, structure: Any, count: int) -> list[str]:
    if isinstance(structure, dict) and "dict" in structure:
        places = structure["dict"]
        if sorted(map(str, places.values())) == sorted(map(str, range(count))):
            return sorted(places, key=lambda name: places[name])
    names = list(getattr(target, "output_names", ()) or ())
    is_complete = len(names) == count == len(set(names))
    return names if is_complete else [f"output_{i}" for i in range(count)]
