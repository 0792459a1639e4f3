"""LLVM's text → object code. Also a program, for a process of its own: text in, object code out.

A thread that compiles would hold up the one that trains: between two calls of LLVM it takes
Python's lock, which whoever computes with NumPy gives away at each product.
"""

from __future__ import annotations

import functools
import sys
from typing import Any


def object_code(text: str) -> bytes:
    """Compile a module for this machine.

    Args:
        text: the module.
    """
    import llvmlite.binding as llvm

    machine = target_machine()
    module = llvm.parse_assembly(text)
    module.verify()
    options = llvm.create_pipeline_tuning_options(speed_level=3)
    options.loop_vectorization = options.slp_vectorization = True
    builder = llvm.create_pass_builder(machine, options)
    builder.getModulePassManager().run(module, builder)
    return machine.emit_object(module)  # type: ignore[no-any-return]


def target_machine() -> Any:
    """Return a machine for one module: LLVM's engine takes it over, and ends it with itself."""
    import llvmlite.binding as llvm

    _initialize()
    return llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=3,
        jit=True,
    )  # fmt: skip


def identity() -> str:
    """Return what object code depends on besides its text: LLVM and the processor."""
    import llvmlite
    import llvmlite.binding as llvm

    _initialize()
    parts = (llvmlite.__version__, llvm.llvm_version_info, llvm.get_default_triple(),
             llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten())  # fmt: skip
    return "\n".join(map(str, parts))


@functools.cache
def _initialize() -> None:
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()


if __name__ == "__main__":
    sys.path.insert(0, sys.argv[1])
    sys.stdout.buffer.write(object_code(sys.stdin.buffer.read().decode()))
