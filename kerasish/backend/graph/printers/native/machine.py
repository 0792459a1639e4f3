"""LLVM's text → machine code. The only file that knows llvmlite."""

from __future__ import annotations

import ctypes
import functools
import importlib.util
import os
import pathlib
import sys
import threading
from typing import Any

from kerasish.errors import BackendError


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


class Code:
    """Compiled code; the memory goes when nobody holds it.

    Attributes:
        step: a function of the table's address; it returns 0, or 1 when Python's part failed.
        epoch: a function of five addresses and numbers, or None; likewise.
    """

    def __init__(self, text: str) -> None:
        if not is_there():
            raise BackendError("jit_compile=True needs llvmlite: pip install 'kerasish[jit]'.")
        import llvmlite.binding as llvm

        with _lock:  # LLVM's own parts for one machine are shared
            machine = _machine()
            module = llvm.parse_assembly(text)
            module.verify()
            options = llvm.create_pipeline_tuning_options(speed_level=3)
            options.loop_vectorization = options.slp_vectorization = True
            builder = llvm.create_pass_builder(machine, options)
            builder.getModulePassManager().run(module, builder)
            self._engine = llvm.create_mcjit_compiler(module, _machine())
            self._engine.finalize_object()
        has_epoch = "@epoch(" in text
        self.step = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)(self._address("step"))
        word = ctypes.c_int64
        many = ctypes.CFUNCTYPE(
            ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, word, word, ctypes.c_void_p
        )
        self.epoch = many(self._address("epoch")) if has_epoch else None

    def _address(self, name: str) -> Any:
        return self._engine.get_function_address(name)


_lock = threading.Lock()


def _machine() -> Any:
    """A machine for one module: LLVM's engine takes it over, and ends it with itself."""
    import llvmlite.binding as llvm

    _initialize()
    target = llvm.Target.from_default_triple()
    return target.create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=3,
        jit=True,
    )  # fmt: skip


@functools.cache
def _initialize() -> None:
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
