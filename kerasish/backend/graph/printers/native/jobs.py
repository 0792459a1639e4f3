"""Who compiles: this process at once, or one of its own beside it. What was compiled is kept."""

from __future__ import annotations

import contextlib
import importlib.util
import pathlib
import subprocess
import sys
import tempfile
from collections.abc import Generator
from typing import Any

from kerasish.backend.graph.printers.native import compiler, disk_cache

# Work done piece by piece. It yields where others may go on, and what follows costs them: so many
# seconds of a core that works beside them.
Pieces = Generator[float, None, Any]
BESIDE = 0.5  # seconds of a core for LLVM in a process of its own, from its start to its end


class Job:
    """A module that is to be compiled, unless that was done before.

    Args:
        text: the module.

    Attributes:
        is_known: whether its code was found on disk.
    """

    def __init__(self, text: str) -> None:
        self._process: Any = None
        self._result: Any = None
        self.text = text
        self.key = f"{compiler.identity()}\n{text}"
        self._found = disk_cache.load(self.key)
        self.is_known = self._found is not None

    def begin(self) -> None:
        """Let a process of its own compile, if there can be one."""
        command = _command()
        if command is not None:
            self._result = tempfile.TemporaryFile()  # noqa: SIM115  until it is read
            with tempfile.TemporaryFile() as source, contextlib.suppress(OSError):
                source.write(self.text.encode())
                source.seek(0)
                self._process = subprocess.Popen(
                    command, stdin=source, stdout=self._result, stderr=subprocess.DEVNULL
                )

    def is_done(self) -> bool:
        """Whether `code` answers at once, if anybody compiles beside us."""
        return self._process is None or self._process.poll() is not None

    def code(self) -> bytes:
        """Return the object code, compiled here if nobody else did."""
        if self._found is None:
            if self._process is not None and self._process.wait() == 0:
                self._result.seek(0)
                self._found = self._result.read()
            else:
                self._found = compiler.object_code(self.text)
            disk_cache.store(self.key, self._found)
        return self._found

    def __del__(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        if self._result is not None:
            self._result.close()


def compiled(text: str, beside: bool) -> Pieces:
    """Have a module compiled; return the object code."""
    job = Job(text)
    if beside and not job.is_known:
        yield BESIDE
        job.begin()
        while not job.is_done():
            yield 0.0
    return job.code()


def _command() -> list[str] | None:
    """The command that compiles, if Python can be called by its name."""
    found = importlib.util.find_spec("llvmlite")
    is_python = pathlib.Path(sys.executable or "").name.startswith("python")
    if not is_python or getattr(sys, "frozen", False) or found is None or found.origin is None:
        return None
    return [sys.executable, compiler.__file__, str(pathlib.Path(found.origin).parents[1])]
