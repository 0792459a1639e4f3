"""What was compiled once, kept for the next process, in a folder that nobody else can write to."""

from __future__ import annotations

import contextlib
import hashlib
import os
import pathlib
import stat
import tempfile

VARIABLE = "KERASISH_CACHE"  # the folder; `off` for none
MOST = 500  # files; the oldest go first

_DIGEST = 32  # bytes that a file begins with: of what follows


def folder() -> pathlib.Path | None:
    """Return the folder, made if need be; None if there is none that is ours alone."""
    named = os.environ.get(VARIABLE)
    if os.name != "posix" or named == "off":
        return None
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    path = pathlib.Path(named) if named else pathlib.Path(cache) / "kerasish"
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = path.stat()
    except OSError:
        return None
    is_ours = status.st_uid == os.getuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return path if is_ours else None


def load(key: str) -> bytes | None:
    """Return what was stored under a key; None if it is not there, or not whole."""
    path = folder()
    if path is None:
        return None
    try:
        content = (path / _name(key)).read_bytes()
    except OSError:
        return None
    digest, value = content[:_DIGEST], content[_DIGEST:]
    return value if hashlib.sha256(value).digest() == digest else None


def store(key: str, value: bytes) -> None:
    """Keep something; where that cannot be, it is made again next time."""
    path = folder()
    if path is None:
        return
    with contextlib.suppress(OSError):
        number, temporary = tempfile.mkstemp(dir=path)
        with open(number, "wb") as file:
            file.write(hashlib.sha256(value).digest() + value)
        os.replace(temporary, path / _name(key))
        files = sorted(path.iterdir(), key=lambda file: file.stat().st_mtime)
        for old in files[: max(0, len(files) - MOST)]:
            old.unlink()


def _name(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
