"""How the variables of a file find their places in a model: everything is checked, then set.

A failure at any point leaves the model as it was.
"""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

from kerasish.backend.variable import Variable
from kerasish.errors import ModelFileError
from kerasish.optimizers.optimizer import Optimizer
from kerasish.saving.hdf5_reader import HDF5Reader
from kerasish.saving.stores import StoredVariables
from kerasish.saving.walk import saves_itself, walk

MOST_LINES = 20  # of a report, that an error shows


@dataclasses.dataclass(frozen=True)
class LoadReport:
    """What became of the variables.

    Attributes:
        loaded: paths in the file of the parts that were set.
        problems: path → why that part of the model was not set.
        unused: paths in the file of variables that the model has no place for.
    """

    loaded: tuple[str, ...]
    problems: dict[str, str]
    unused: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class _Place:
    """A part of the model and where its variables are in the file."""

    part: Any
    path: str
    store: StoredVariables
    is_expected: bool  # whether names and shapes were compared with the part's own


class Loading:
    """One file being loaded into one model.

    Args:
        model: a built model.
        reader: the open file.
    """

    def __init__(self, model: Any, reader: HDF5Reader) -> None:
        self.model = model
        self.reader = reader
        self.places: dict[int, _Place] = {}
        self.failures: dict[int, tuple[str, str, Any]] = {}
        self.cold_starts: dict[str, str] = {}  # optimizers that keep the state they have
        self._expected: dict[int, dict[str, tuple[tuple[int, ...], np.dtype[Any]]]] = {}
        self._older = reader.group("_layer_checkpoint_dependencies") is not None

    def run(self, skip_mismatch: bool) -> LoadReport:
        """Match, check, read, and only then set.

        Raises:
            ModelFileError: when a part of the model has no fitting variables in the file and
                `skip_mismatch` is off, or when none has.
        """
        walk(self.model, self._place)
        report = self._report()
        if report.problems and (not skip_mismatch or not report.loaded):
            raise ModelFileError(self._misfit(report))
        self._warn(report)
        arrays = [(place, self._read(place)) for place in self.places.values()]
        self._set(arrays)
        return report

    def _place(self, path: str, part: Any) -> bool:
        """Decide whether this path of the file is the place of this part."""
        if not saves_itself(part) or id(part) in self.places:
            return True
        store = self._store(path)
        symmetric = _loads_what_it_saves(type(part))
        problem = self._problem(part, store) if symmetric else None
        if problem is None:
            self.places[id(part)] = _Place(part, path, store, symmetric)
            self.failures.pop(id(part), None)
            return True
        if isinstance(part, Optimizer):
            if part.built or store.exists:
                self.cold_starts[path] = _describe(part, problem)
            return True
        if id(part) not in self.failures or store.exists:
            self.failures[id(part)] = (path, problem, part)
        return False

    def _store(self, path: str) -> StoredVariables:
        store = StoredVariables(self.reader, path)
        if not store.exists and self._older:
            older = path.replace("layers", "_layer_checkpoint_dependencies")
            return StoredVariables(self.reader, older)
        return store

    def _problem(self, part: Any, store: StoredVariables) -> str | None:
        """Say why variables of a file do not fit a part, or None if they do."""
        expected = self._expected.get(id(part))
        if expected is None:
            expected = self._expected[id(part)] = _specs(part)
        if len(store) != len(expected):
            found = f"{len(store)} in the file" if store.exists else "it is not in the file"
            return f"{len(expected)} variables in the model, {found}"
        for key, (shape, dtype) in expected.items():
            if key not in store:
                return f"variable {key!r} is not in the file, which has {sorted(store)[:10]}"
            in_file, its_dtype = store.spec(key)
            if in_file != shape:
                return f"variable {key} has shape {shape} in the model, {in_file} in the file"
            if its_dtype.kind == "f" and dtype.kind in "biu":
                return f"variable {key} is {dtype} in the model, {its_dtype} in the file"
        return None

    def _report(self) -> LoadReport:
        used = {place.path for place in self.places.values()}
        loaded = [p.path for p in self.places.values() if len(p.store)]
        problems = {path: _describe(part, text) for path, text, part in self.failures.values()}
        known = used | set(problems) | set(self.cold_starts)
        if self._older:
            known |= {p.replace("layers", "_layer_checkpoint_dependencies") for p in known}
        unused = [path for path in self.reader.groups_of_variables() if path not in known]
        if getattr(self.model, "optimizer", None) is None:
            unused = [path for path in unused if path.split("/")[0] != "optimizer"]
        return LoadReport(tuple(loaded), problems, tuple(unused))

    def _misfit(self, report: LoadReport) -> str:
        parts = len(self.places) + len(report.problems)
        lines = [
            f"{self.reader.name} does not fit the model: {len(report.problems)} of {parts} parts."
        ]
        problems = [f"  {path or '(the model itself)'}: {x}" for path, x in report.problems.items()]
        lines += _shortened(problems)
        if report.unused:
            lines.append(f"  In the file and not in the model: {', '.join(report.unused[:10])}")
        if report.loaded:
            lines.append("Pass skip_mismatch=True to load only the parts that fit.")
        return "\n".join(lines)

    def _warn(self, report: LoadReport) -> None:
        problems = {**report.problems, **self.cold_starts}
        lines = [f"  {path}: {problem}" for path, problem in problems.items()]
        if report.unused:
            lines.append(f"  Not in the model: {', '.join(report.unused[:10])}")
        if lines:
            text = "\n".join(_shortened(lines))
            warnings.warn(f"{self.reader.name}: not everything was loaded.\n{text}", stacklevel=4)

    def _read(self, place: _Place) -> Any:
        """Read what a part wants; a part with its own way of loading reads for itself."""
        if not place.is_expected:
            return place.store
        return {key: place.store.expected(key) for key in self._expected[id(place.part)]}

    def _set(self, arrays: list[tuple[_Place, Any]]) -> None:
        before = [(variable, variable.value) for variable in _variables(self.model)]
        try:
            for place, store in arrays:
                with self.reader.explained(place.path):
                    place.part.load_own_variables(store)
        except BaseException:
            for variable, value in before:
                variable.assign(value)
            raise


def _loads_what_it_saves(kind: type) -> bool:
    """Whether a class has our own pair of methods: then names and shapes can be compared first."""
    owners = {_owner(kind, name) for name in ("save_own_variables", "load_own_variables")}
    return (
        all(owner.__module__.split(".")[0] == "kerasish" for owner in owners) and len(owners) == 1
    )


def _owner(kind: type, name: str) -> type:
    return next(base for base in kind.__mro__ if name in vars(base))


def _specs(part: Any) -> dict[str, tuple[tuple[int, ...], np.dtype[Any]]]:
    store: dict[str, Any] = {}
    part.save_own_variables(store)
    return {key: (tuple(np.shape(value)), np.asarray(value).dtype) for key, value in store.items()}


def _describe(part: Any, text: str) -> str:
    name = getattr(part, "name", None)
    return f"{type(part).__name__}{f' {name!r}' if name else ''}: {text}"


def _shortened(lines: list[str]) -> list[str]:
    if len(lines) <= MOST_LINES:
        return lines
    return [*lines[:MOST_LINES], f"  … and {len(lines) - MOST_LINES} more"]


def _variables(model: Any) -> Iterator[Variable]:
    """All variables that loading may write: the model's and its optimizer's."""
    holders = [model, getattr(model, "optimizer", None)]
    found = [v for holder in holders for v in (getattr(holder, "variables", None) or ())]
    return iter({id(v): v for v in found if isinstance(v, Variable)}.values())
