"""Compiled code in memory, ready to be called."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import pathlib
import sys
import threading
from typing import Any

from kerasish.backend.graph.printers.native.compiler import target_machine


def is_there() -> bool:
    """Whether llvmlite can be imported."""
    return importlib.util.find_spec("llvmlite") is not None


def preload() -> None:
    """Load LLVM's library without holding up other threads.

    Python holds its lock while it loads a library, which takes some 50 ms for this one; a call of
    the system's own `dlopen` does not. What is loaded is not loaded again by the import.
    """
    found = importlib.util.find_spec("llvmlite")
    if os.name != "posix" or found is None or "llvmlite" in sys.modules:
        return
    for folder in found.submodule_search_locations or ():
        for library in pathlib.Path(folder, "binding").glob("libllvmlite.*"):
            dlopen = ctypes.CDLL(None).dlopen
            dlopen.argtypes, dlopen.restype = [ctypes.c_char_p, ctypes.c_int], ctypes.c_void_p
            dlopen(os.fsencode(library), os.RTLD_NOW)


def import_llvmlite() -> None:
    """Do what takes Python's lock of loading LLVM."""
    importlib.import_module("llvmlite.binding")


class Code:
    """Compiled code; the memory goes when nobody holds it.

    Args:
        code: object code of a printed plan.

    Attributes:
        step: a function of the table's address; it returns 0, or 1 when Python's part failed, or
            from 2 on the number of a check that failed.
        epoch: a function of five addresses and numbers, or None; likewise.
    """

    def __init__(self, code: bytes) -> None:
        import llvmlite.binding as llvm

        with _lock:  # LLVM's own parts for one machine are shared
            self._object = llvm.object_file.ObjectFileRef.from_data(code)
            self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), target_machine())
            self._engine.add_object_file(self._object)
            self._engine.finalize_object()
        word, place = ctypes.c_int64, ctypes.c_void_p
        self.step = ctypes.CFUNCTYPE(ctypes.c_int, place)(self._address("step"))
        many = ctypes.CFUNCTYPE(ctypes.c_int, place, place, word, word, place)
        epoch = self._address("epoch")
        self.epoch = many(epoch) if epoch else None

    def _address(self, name: str) -> Any:
        return self._engine.get_function_address(name)


_lock = threading.Lock()
