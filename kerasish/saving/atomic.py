"""atomic_write: a file is either the old one or the whole new one, whatever happens meanwhile.

Knows nothing of what is written.
"""

from __future__ import annotations

import contextlib
import os
import pathlib
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kerasish.errors import explain


@contextmanager
def atomic_write(path: Any) -> Iterator[pathlib.Path]:
    """Give an empty temporary file to fill; put it in the place of `path` if all went well.

    The temporary file lies in the folder of `path` (of what it points to, if it is a symbolic
    link) and is named `.<name>.<process>.<random>.tmp`. It gets the permissions of the file that
    it replaces, and its bytes are on the disk before it does. After any error it is removed and
    `path` is as before.

    Args:
        path: a file that exists or not, in a folder that exists.

    Raises:
        FileNotFoundError: when the folder does not exist.
        IsADirectoryError: when `path` is a folder.
        ValueError: when `path` is neither a file nor free, a device for example.

    Example:
        >>> import tempfile
        >>> target = pathlib.Path(tempfile.mkdtemp()) / "greeting.txt"
        >>> with atomic_write(target) as temporary:
        ...     _ = temporary.write_text("hello")
        >>> target.read_text(), [file.name for file in target.parent.iterdir()]
        ('hello', ['greeting.txt'])
    """
    target = pathlib.Path(os.path.realpath(os.fspath(path)))
    mode = _mode_to_keep(target)
    temporary = _new_file_beside(target)
    try:
        if mode is not None:
            os.chmod(temporary, mode)
        yield temporary
        _synchronise(temporary)
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    _synchronise_folder(target.parent)


def _mode_to_keep(target: pathlib.Path) -> int | None:
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(explain("A file cannot take the place of a folder", path=target))
    if not stat.S_ISREG(mode):
        raise ValueError(
            explain(
                "This is no ordinary file and cannot be replaced as a whole",
                advice="Pass an open file or a BytesIO instead.",
                path=target,
            )
        )
    return stat.S_IMODE(mode)


def _new_file_beside(target: pathlib.Path) -> pathlib.Path:
    """Make an empty file that nobody else has, with the permissions any new file gets."""
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0)
    ending = f".{os.getpid()}.{secrets.token_hex(8)}.tmp"
    name = target.name.encode()[: 254 - len(ending)].decode(errors="ignore")
    temporary = target.parent / f".{name}{ending}"
    try:
        os.close(os.open(temporary, flags, 0o666))
    except FileNotFoundError:
        raise FileNotFoundError(
            explain("The folder to write into does not exist", folder=str(target.parent))
        ) from None
    return temporary


def _synchronise(path: pathlib.Path) -> None:
    """Wait until the bytes of a file are on the disk."""
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _synchronise_folder(folder: pathlib.Path) -> None:
    """Wait until the new name is on the disk, where the system can say so."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    with contextlib.suppress(OSError):  # some file systems cannot; the file itself is safe
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
