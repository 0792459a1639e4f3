"""What `save_own_variables` writes into and `load_own_variables` reads from: one group each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any

import numpy as np

from kerasish.saving.hdf5_reader import HDF5Reader


class WritableStore(MutableMapping[str, Any]):
    """The variables of one part of a model in a file that is being written.

    Args:
        file: the open `h5py.File`.
        path: where the part lies in it.
        name: the part's own name, kept for people who look into the file.
    """

    def __init__(self, file: Any, path: str, name: Any) -> None:
        self._file = file
        self._path = f"{path}/vars".lstrip("/")
        self._group: Any = None
        if isinstance(name, str):
            self._made().attrs["name"] = name

    def _made(self) -> Any:
        """The group, made when something is to be put there, so that none stays empty."""
        if self._group is None:
            self._group = self._file.require_group(self._path)
        return self._group

    def __setitem__(self, key: str, value: Any) -> None:
        array = np.asarray(value.numpy() if hasattr(value, "numpy") else value)
        dataset = self._made().create_dataset(key, data=array)
        if array.dtype.name == "bfloat16":
            dataset.attrs["dtype"] = "bfloat16"  # HDF5 itself knows only "two bytes"

    def __getitem__(self, key: str) -> Any:
        return self._made()[key][()]

    def __delitem__(self, key: str) -> None:
        del self._made()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(() if self._group is None else self._group)

    def __len__(self) -> int:
        return 0 if self._group is None else len(self._group)


class StoredVariables(Mapping[str, Any]):
    """The variables of one part of a model in a file; an array is read when it is asked for."""

    def __init__(self, reader: HDF5Reader, path: str) -> None:
        self._reader = reader
        self._path = f"{path}/vars".lstrip("/")
        self._group = reader.group(self._path)

    @property
    def exists(self) -> bool:
        """Whether the file has a group at this path."""
        return self._group is not None

    def __getitem__(self, key: str) -> Any:
        return self._read(key, expected=False)

    def _read(self, key: str, expected: bool) -> Any:
        if key not in self:
            raise KeyError(key)
        where = f"{self._path}/{key}"
        return self._reader.read(self._reader.dataset(self._group, key, where), where, expected)

    def expected(self, key: str) -> Any:
        """Return an array whose shape was compared before."""
        return self._read(key, expected=True)

    def spec(self, key: str) -> tuple[tuple[int, ...], np.dtype[Any]]:
        """Return shape and dtype of an array without reading it."""
        dataset = self._reader.dataset(self._group, key, f"{self._path}/{key}")
        dtype = np.dtype("float32") if dataset.dtype.kind == "V" else dataset.dtype
        return dataset.shape, dtype

    def __contains__(self, key: object) -> bool:
        if self._group is None or not isinstance(key, str) or "/" in key:
            return False
        with self._reader.explained(self._path):
            return self._group.get(key, getlink=True) is not None

    def __iter__(self) -> Iterator[str]:
        with self._reader.explained(self._path):
            return iter([] if self._group is None else list(self._group))

    def __len__(self) -> int:
        with self._reader.explained(self._path):
            return 0 if self._group is None else len(self._group)
