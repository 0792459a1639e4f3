"""HDF5Reader: the only door through which HDF5 files are read, distrusting what they say.

It opens only what it is asked for, one name at a time, through hard links alone; it looks at
type, layout and size of a dataset before it reads any of it; and whatever is wrong is a
`ModelFileError` that names the file and the place in it.
"""

from __future__ import annotations

import contextlib
import math
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from kerasish.errors import ModelFileError

HARMLESS_FILTERS = {1: "deflate", 2: "shuffle", 3: "fletcher32"}  # others load plugins
NUMBERS = "biuf"
MOST_BYTES_OF_A_NUMBER = 8
LARGE_CHUNK = 1 << 20
MOST_UNEXPECTED_BYTES = 4 << 30  # a file's arrays whose shape nobody knew beforehand
MOST_GROUPS = 10_000
BEGINNINGS = {
    b"PK\x03\x04": "a zip archive, as .keras files are",
    b"version https://git-lfs": "a placeholder of Git LFS; `git lfs pull` brings the file",
    b"<!doctype": "a web page; the download went wrong",
    b"<html": "a web page; the download went wrong",
    b"\x93numpy": "a NumPy file",
}


class HDF5Reader:
    """An HDF5 file open for reading. Use it in a `with` block.

    Args:
        source: a path, or a binary file object.

    Raises:
        FileNotFoundError: when there is no such file.
        ModelFileError: when it is no HDF5 file, or is damaged.
    """

    def __init__(self, source: Any) -> None:
        self.source = source
        self.name = str(getattr(source, "name", source)) if hasattr(source, "read") else None
        if self.name is None:
            self.name = os.fspath(source)
            _check_file(self.name)
        self._unexpected_bytes = 0
        self._file = self._open()

    def _open(self) -> Any:
        import h5py

        try:
            if hasattr(self.source, "read"):
                return h5py.File(self.source, "r")
            return h5py.File(self.source, "r", locking=False)
        except (OSError, RuntimeError, ValueError, OverflowError) as error:
            raise ModelFileError(
                f"{self.name}: {_what_is_wrong(error, self._beginning())}"
            ) from None

    def _beginning(self) -> bytes:
        with contextlib.suppress(OSError, ValueError):
            if hasattr(self.source, "read"):
                self.source.seek(0)
                return bytes(self.source.read(32))
            with open(self.source, "rb") as file:
                return file.read(32)
        return b""

    def __enter__(self) -> HDF5Reader:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def fail(self, where: str, what: str) -> ModelFileError:
        """Return the error that says what is wrong at a place of this file."""
        return ModelFileError(f"{self.name}, at {where or '/'}: {what}.")

    @contextmanager
    def explained(self, where: str) -> Iterator[None]:
        """Turn whatever h5py raises into a ModelFileError."""
        try:
            yield
        except ModelFileError:
            raise
        except (OSError, KeyError, RuntimeError, ValueError, TypeError, OverflowError) as error:
            raise self.fail(where, f"the file is damaged ({_one_line(error)})") from error

    def has_attribute(self, name: str) -> bool:
        """Say whether the file itself has an attribute of this name."""
        with self.explained("/"):
            return name in self._file.attrs

    def group(self, path: str) -> Any:
        """Return the group at a path, or None if there is none.

        Raises:
            ModelFileError: when the path leads over a link, or to something else.
        """
        import h5py

        current = self._file
        for name in filter(None, path.split("/")):
            with self.explained(path):
                current = self._child(current, name, path)
            if current is None:
                return None
            if not isinstance(current, h5py.Group):
                raise self.fail(path, "expected a group, found a dataset")
        return current

    def _child(self, group: Any, name: str, where: str) -> Any:
        """Return what a hard link of this name leads to, or None."""
        import h5py

        link = group.get(name, getlink=True)
        if link is None:
            return None
        if not isinstance(link, h5py.HardLink):
            kind = type(link).__name__
            raise self.fail(
                where, f"{name!r} is a {kind}; links out of their place are not followed"
            )
        return group[name]

    def dataset(self, group: Any, name: str, where: str) -> Any:
        """Return a dataset that is safe to read as far as it says of itself.

        Raises:
            ModelFileError: when it is missing, or is no plain array of numbers.
        """
        import h5py

        with self.explained(where):
            found = self._child(group, name, where)
            if found is None:
                raise self.fail(where, "it is not in the file")
            if not isinstance(found, h5py.Dataset):
                raise self.fail(where, "expected a dataset, found a group")
            problem = _type_problem(found) or _layout_problem(found)
        if problem:
            raise self.fail(where, problem)
        return found

    def read(self, dataset: Any, where: str, expected: bool) -> np.ndarray[Any, Any]:
        """Return the array of a dataset from `dataset()`.

        Args:
            expected: whether its shape was compared with one that is known to fit.
        """
        if not expected:
            self._unexpected_bytes += _size(dataset)
            if self._unexpected_bytes > MOST_UNEXPECTED_BYTES:
                raise self.fail(where, f"the arrays so far have {self._unexpected_bytes} bytes")
        with self.explained(where):
            array = np.empty(dataset.shape, dtype=dataset.dtype)
            if array.size:
                dataset.read_direct(array)
        if array.dtype.kind == "V":
            return _from_bfloat16(array)
        return array.astype(array.dtype.newbyteorder("="), copy=False)

    def groups_of_variables(self) -> list[str]:
        """Return the paths of the groups "vars" that hold something, without the "vars"."""
        import h5py

        found: list[str] = []
        seen: set[Any] = set()
        todo = [("", self._file)]
        with self.explained("/"):
            while todo and len(seen) < MOST_GROUPS:
                path, group = todo.pop()
                address = h5py.h5o.get_info(group.id).addr
                if address in seen:
                    continue
                seen.add(address)
                for name in group:
                    if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                        continue
                    child = group[name]
                    if not isinstance(child, h5py.Group):
                        continue
                    if name == "vars" and len(child):
                        found.append(path)
                    todo.append((f"{path}/{name}".lstrip("/"), child))
        return sorted(found)


def _check_file(name: str) -> None:
    """Refuse what is no file with something in it, before libhdf5 or a pipe can hang on it."""
    try:
        state = os.stat(name)
    except FileNotFoundError:
        raise FileNotFoundError(f"There is no file {name!r}.") from None
    if stat.S_ISDIR(state.st_mode):
        raise ModelFileError(f"{name}: expected a file, found a folder.")
    if not stat.S_ISREG(state.st_mode):
        raise ModelFileError(f"{name}: expected a file, found a device or a pipe.")
    if state.st_size == 0:
        raise ModelFileError(f"{name}: the file is empty; was a save interrupted?")


def _what_is_wrong(error: Exception, beginning: bytes) -> str:
    sizes = re.search(r"truncated file: eof = (\d+).*stored_eof = (\d+)", str(error))
    if sizes:
        has, should = (f"{int(n):,}" for n in sizes.groups())
        return f"the file is incomplete (has {has} of {should} bytes); was a save interrupted?"
    for start, kind in BEGINNINGS.items():
        if beginning.lower().startswith(start.lower()):
            return f"expected an HDF5 file; this is {kind}."
    if not beginning.startswith(b"\x89HDF"):
        return "this is no HDF5 file."
    return f"the file is damaged ({_one_line(error)})."


def _one_line(error: Exception) -> str:
    return " ".join(str(error.args[0] if error.args else error).split())[:200]


def _size(dataset: Any) -> int:
    return math.prod(dataset.shape) * dataset.dtype.itemsize


def _is_bfloat16(dataset: Any) -> bool:
    """Whether this is Keras's way to keep bfloat16: two opaque bytes and an attribute."""
    dtype = dataset.dtype
    if dtype.kind != "V" or dtype.itemsize != 2 or dtype.names or dtype.subdtype:
        return False
    attributes = dataset.attrs
    if "dtype" not in attributes or attributes.get_id("dtype").shape != ():
        return False
    return attributes["dtype"] in ("bfloat16", b"bfloat16")


def _from_bfloat16(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """bfloat16 is the upper half of float32."""
    return (array.view(np.uint16).astype(np.uint32) << np.uint32(16)).view(np.float32)


def _type_problem(dataset: Any) -> str | None:
    import h5py

    dtype = dataset.dtype
    if dataset.shape is None:
        return "the dataset has no shape"
    if _is_bfloat16(dataset):
        return None
    plain = dtype.kind in NUMBERS and dtype.itemsize <= MOST_BYTES_OF_A_NUMBER
    if not plain or h5py.check_enum_dtype(dtype) is not None:
        return f"expected numbers, found the type {dtype}"
    return None


def _layout_problem(dataset: Any) -> str | None:
    """What is wrong with where the bytes lie: elsewhere, too few of them, or behind a plugin."""
    from h5py import h5d

    properties = dataset.id.get_create_plist()
    layout = properties.get_layout()
    if layout == h5d.VIRTUAL:
        return "a virtual dataset is made of other files' data, and is not read"
    if properties.get_external_count():
        return "the data lies in another file, and is not read"
    filters = [properties.get_filter(i)[0] for i in range(properties.get_nfilters())]
    unknown = [number for number in filters if number not in HARMLESS_FILTERS]
    if unknown:
        return f"the data needs the filters {unknown}; known are {HARMLESS_FILTERS}"
    size, stored = _size(dataset), dataset.id.get_storage_size()
    if layout == h5d.CHUNKED:
        chunk = math.prod(dataset.chunks) * dataset.dtype.itemsize
        if chunk > max(LARGE_CHUNK, 2 * size):
            return f"its pieces have {chunk:,} bytes, the whole array only {size:,}"
        if size and (stored == 0 or (not filters and stored < size)):
            return f"it should have {size:,} bytes, but only {stored:,} are stored"
    elif stored != size:
        return f"it should have {size:,} bytes, but {stored:,} are stored"
    return None
