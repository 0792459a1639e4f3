"""Runs a graph file with NumPy alone: copy this one file to where an exported model is used.

    runner = load("model.kgraph"); y = runner(x)      python loader.py model.kgraph x.npy y.npy

It knows nothing of kerasish. A file is data: what it may ask for stands in the tables here, and
one that asks for anything else, or for too much memory, is refused with a GraphFileError.
"""

from __future__ import annotations

import json
import math
import sys
import zlib
from typing import Any

import numpy as np

MAGIC, VERSION, START = b"kgraph\r\n", 1, 24  # then version: 4 bytes, CRC-32: 4, header's size: 8
LIMIT = 4 << 30  # bytes that the values of a run may take at a time, for each sample of the batch
DTYPES = [np.dtype(code).name for code in "?bhiqBHIQefdFD"]  # bool, int8, … complex128
PARTS = {  # of the header, beside "structure": lists of objects with these fields
    "inputs": ("name", "shape", "dtype"),
    "constants": ("start", "nbytes", "shape", "dtype"),
    "nodes": ("primitive", "inputs", "parameters", "shape", "dtype"),
    "outputs": ("name", "place"),
}
KINDS = {  # of fields and parameters; `int*` is a list of `int`s
    "name": "str", "place": "int", "start": "int", "nbytes": "int", "shape": "size*",
    "dtype": "dtype", "primitive": "primitive", "inputs": "int*", "parameters": "dict",
    "axis": "axis", "axes": "int*", "keepdims": "bool", "value": "number", "window": "edge**",
}  # fmt: skip
MEANING = {"size": "int", "edge": "int NoneType", "number": "int float", "axis": "int"}


class GraphFileError(ValueError):
    """A graph file that is damaged or hostile, or needs another version of this loader."""


class Runner:
    """A model out of a graph file: call it on arrays, or on a dict of arrays by input name.

    Attributes:
        inputs, outputs: name → (shape, dtype), with None for a size that the batch decides.
    """

    def __init__(self, header: Any, data: memoryview, limit: int = LIMIT) -> None:
        parts: Any = [header.get(part) if type(header) is dict else None for part in PARTS]
        _need(all(_fits(part, "dict*") for part in parts), f"The header lacks some of {[*PARTS]}.")
        for part, fields in zip(parts, PARTS.values(), strict=True):
            for entry in part:
                _check(entry, fields)
        inputs, constants, nodes, outputs = parts
        values, first = inputs + constants + nodes, len(inputs + constants)
        self._places = [_place(entry["place"], len(values)) for entry in outputs]
        self._structure, self._limit, self._nodes = header.get("structure"), limit, nodes
        _pack(self._structure, self._places)
        self._constants = [_constant(entry, data) for entry in constants]
        self._dead: list[list[int]] = [[] for _ in nodes]  # after each: what no later one needs
        last = {_place(i, n): n for n, e in enumerate(nodes, first) for i in e["inputs"]}
        for i in last.keys() - set(self._places):
            self._dead[last[i] - first].append(i)
        ports = [(_for_batch(e["shape"], None), e["dtype"]) for e in values]
        self.inputs = {e["name"]: ports[i] for i, e in enumerate(inputs)}
        self.outputs = {e["name"]: ports[e["place"]] for e in outputs}
        self._steps = {1: self._prepare(1)}

    def __call__(self, *arrays: Any) -> Any:
        """Return what the exported model returns, bit for bit; a ValueError names a bad input."""
        with np.errstate(all="ignore"):
            values, batch = self._feed(arrays)
            if batch not in self._steps:
                self._steps = {batch: self._prepare(batch)}
            try:
                for name, inputs, parameters, shape, dtype, dead in self._steps[batch]:
                    out = shape if name in VIEWS else np.empty(shape, dtype)
                    view = PRIMITIVES[name](*[values[i] for i in inputs], out=out, **parameters)
                    values.append(view if name in VIEWS else out)
                    if values[-1].shape != shape or values[-1].dtype != dtype:
                        raise ValueError(f"it is not of shape {shape} and dtype {dtype}.")
                    for i in dead:
                        values[i] = None
            except Exception as error:
                raise GraphFileError(f"Value {len(values)} for batch {batch}: {error}") from error
        return _pack(self._structure, [values[i] for i in self._places])

    def _feed(self, arrays: tuple[Any, ...]) -> tuple[list[Any], int]:
        """Return the inputs as arrays of their dtypes, then the constants; and the batch's size."""
        batch, fed = None, []
        names = [*self.inputs, *range(len(self.inputs), len(arrays))]  # numbers: one too many
        by_name = len(arrays) == 1 and isinstance(arrays[0], dict)
        given = arrays[0] if by_name else dict(zip(names, arrays, strict=False))
        if set(given) != set(self.inputs):
            raise ValueError(f"The inputs are {[*self.inputs]}. Received: {[*given]}")
        for name, (shape, dtype) in self.inputs.items():
            array = np.asarray(given[name])
            if batch is None and None in shape and array.ndim == len(shape):
                batch = array.shape[shape.index(None)]
            wanted = tuple(batch if size is None else size for size in shape)
            kinds = "biufc" if dtype.startswith("complex") else "biuf"
            if array.shape != wanted or array.dtype.kind not in kinds:
                what = f"Input {name!r} takes numbers of shape {shape}, here {wanted}"
                raise ValueError(f"{what}. Received: {array.dtype} of shape {array.shape}")
            fed.append(np.asarray(array, dtype, order="C"))
        return fed + self._constants, 1 if batch is None else batch

    def _prepare(self, batch: int) -> list[Any]:
        """Return the steps for a batch of that size, if they take no more memory than allowed."""
        steps, live, sizes = [], 0, [0] * (len(self.inputs) + len(self._constants))
        for node, dead in zip(self._nodes, self._dead, strict=True):
            name, inputs, parameters, shape, dtype = (node[key] for key in PARTS["nodes"])
            shape = _for_batch(shape, batch)
            sizes.append(_nbytes(shape, dtype))
            live += sizes[-1]
            _need(live <= self._limit * max(batch, 1), f"A run needs more than {self._limit=}.")
            live -= sum(sizes[i] for i in dead)
            parameters = {key: _for_batch(value, batch) for key, value in parameters.items()}
            steps.append((name, inputs, parameters, shape, np.dtype(dtype), dead))
        return steps


def load(path: Any, limit: int = LIMIT) -> Runner:
    """Read a graph file; a run may take `limit` bytes at a time, for each sample of the batch.

    Raises:
        GraphFileError: when the file is damaged, hostile, or of another version.
    """
    with open(path, "rb") as file:
        data = memoryview(file.read())
    _need(data[:8] == MAGIC, f"This is no graph file: it does not begin with {MAGIC!r}.")
    version, crc = (int.from_bytes(data[start : start + 4], "little") for start in (8, 12))
    _need(version == VERSION, f"The file has version {version}; this loader reads {VERSION}.")
    _need(zlib.crc32(data[16:]) == crc, "The file is damaged or cut short: its checksum differs.")
    end = START + int.from_bytes(data[16:START], "little")
    try:
        return Runner(json.loads(bytes(data[START:end])), data[end:], limit)
    except (ValueError, RecursionError) as error:
        raise GraphFileError(f"The header is wrong: {error}") from error


def _need(holds: bool, complaint: str) -> None:
    if not holds:
        raise GraphFileError(complaint)


def _fits(value: Any, kind: str) -> bool:
    if kind[-1] == "*" or (kind == "axis" and type(value) is list):
        return type(value) is list and all(_fits(item, kind.removesuffix("*")) for item in value)
    if kind in ("dtype", "primitive"):
        return type(value) is str and value in (DTYPES if kind == "dtype" else PRIMITIVES)
    if type(value) is dict and kind != "dict":  # {"batch": [a, b]} stands for a * batch + b
        is_size = [*value] == ["batch"] and _fits(value["batch"], "int*")
        return is_size and len(value["batch"]) == 2 and kind in ("size", "edge", "number")
    return type(value).__name__ in MEANING.get(kind, kind).split()


def _check(entry: dict[str, Any], fields: Any) -> None:
    _need({*entry} == {*fields}, f"Expected {[*fields]}. Received: {[*entry]!r:.80}.")
    for name, value in entry.items():
        _need(_fits(value, KINDS[name]), f"`{name}` is no {KINDS[name]}: {value!r:.80}.")
    if "primitive" in entry:
        function, count = PRIMITIVES[entry["primitive"]], len(entry["inputs"])
        wanted, names = getattr(function, "nin", 1), () if type(function) is np.ufunc else REDUCING
        if hasattr(function, "__code__"):  # of ours: parameters come by keyword, after `out`
            code = function.__code__
            wanted = count if code.co_flags & 4 else code.co_argcount
            names = code.co_varnames[code.co_argcount + 1 :][: code.co_kwonlyargcount - 1]
        _check(entry["parameters"], names)
        _need(count == wanted, f"{entry['primitive']} does not take {count} inputs.")


def _place(value: Any, count: int) -> Any:
    _need(type(value) is int and 0 <= value < count, f"{value!r:.80} is not below {count}.")
    return value


def _for_batch(value: Any, batch: int | None) -> Any:
    if type(value) is dict:
        return None if batch is None else value["batch"][0] * batch + value["batch"][1]
    return tuple(_for_batch(v, batch) for v in value) if type(value) is list else value


def _nbytes(shape: Any, dtype: str) -> Any:
    _need(len(shape) <= 64, f"{len(shape)} axes are too many.")
    return math.prod(max(size, 0) for size in shape) * np.dtype(dtype).itemsize


def _constant(entry: dict[str, Any], data: memoryview) -> Any:
    start, nbytes, shape, dtype = (entry[name] for name in PARTS["constants"])
    fits = _fits(shape, "int*") and min(shape, default=0) >= 0 <= start <= len(data) - nbytes
    _need(fits and nbytes == _nbytes(shape, dtype), f"A constant, {shape!r:.80}, has other data.")
    array = np.frombuffer(data[start : start + nbytes], np.dtype(dtype).newbyteorder("<"))
    return (array.view(np.uint8) != 0 if dtype == "bool" else array).reshape(shape)


def _pack(structure: Any, values: list[Any]) -> Any:
    """Put the outputs into their structure: {"list": […]}, {"tuple": […]} or {"dict": {…}}."""
    if type(structure) is not dict:
        return None if structure is None else values[_place(structure, len(values))]
    kind, inner = [*structure.items(), ("", None)][0]
    if kind in ("list", "tuple") and type(inner) is list:
        return (list if kind == "list" else tuple)([_pack(item, values) for item in inner])
    _need(kind == "dict" and type(inner) is dict, f"This is no structure: {structure!r:.80}.")
    return {name: _pack(item, values) for name, item in inner.items()}


def _take_along_axis(x: Any, indices: Any, *, out: Any, axis: int) -> None:
    x = np.broadcast_to(x, (*out.shape[:axis], x.shape[axis], *out.shape[axis + 1 :]))
    np.copyto(out, np.take_along_axis(x, np.broadcast_to(indices, out.shape), axis))


def _pad(x: Any, *, out: Any, window: Any, value: Any) -> None:
    np.copyto(out, value, "unsafe")
    out[tuple(slice(*edges) for edges in window)] = x


REDUCING = ("axis", "keepdims")  # parameters of a ufunc's `reduce`
UFUNCS = """absolute add arccos arcsin arctan arctan2 bitwise_and bitwise_not bitwise_or
bitwise_xor ceil copysign cos cosh divide equal exp expm1 floor floor_divide greater greater_equal
isfinite isinf isnan left_shift less less_equal log log1p logical_and logical_not logical_or
logical_xor matmul maximum minimum multiply negative not_equal power reciprocal remainder
right_shift rint sign sin sinh sqrt square subtract tan tanh trunc"""
VIEWS: dict[str, Any] = {  # these get the wanted shape as `out`
    "reshape": lambda x, *, out: x.reshape(out),
    "broadcast_to": lambda x, *, out: np.broadcast_to(x, out),
    "transpose": lambda x, *, out, axes: x.transpose(axes),
    "slice": lambda x, *, out, window: x[tuple(slice(*edges) for edges in window)],
}
PRIMITIVES: dict[str, Any] = VIEWS | {
    "relu": lambda x, *, out: np.maximum(x, x.dtype.type(0), out=out),
    "select": lambda condition, a, b, *, out: np.copyto(
        out, np.where(*(np.broadcast_to(x, out.shape) for x in (condition, a, b))), "unsafe"),
    "cast": lambda x, *, out: np.copyto(out, x if out.dtype.kind == "c" else x.real, "unsafe"),
    "fill": lambda *, out, value: np.copyto(out, value, "unsafe"),
    "sum": np.add.reduce, "max": np.maximum.reduce, "min": np.minimum.reduce,
    "all": np.logical_and.reduce, "any": np.logical_or.reduce,
    "argmax": lambda x, *, out, axis: np.copyto(out, np.argmax(x, axis), "unsafe"),
    "argmin": lambda x, *, out, axis: np.copyto(out, np.argmin(x, axis), "unsafe"),
    "argsort": lambda x, *, out, axis: np.copyto(out, np.argsort(x, axis, "stable"), "unsafe"),
    "cumsum": lambda x, *, out, axis: np.add.accumulate(x, axis, x.dtype, out),
    "gather": lambda x, indices, *, out, axis: x.take(indices, axis, out, "wrap"),
    "take_along_axis": _take_along_axis,
    "within": lambda x, *, out, window: np.copyto(out, x) if all(((a <= x) & (x < b)).all()
        for a, b, _ in window) else _need(False, f"An index is not in the range {window[0][:2]}."),
    "pad": _pad,
    "concatenate": lambda *x, out, axis: np.concatenate(x, axis, out),
} | {name: getattr(np, name) for name in UFUNCS.split()}  # fmt: skip

if __name__ == "__main__":
    np.save(sys.argv[3], load(sys.argv[1])(np.load(sys.argv[2])))
