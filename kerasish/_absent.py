"""What a name says that is not there: whether Keras has it, what to use, what may be meant.

`keras_names.txt` lists Keras's public names, and for some what to use instead. It is read when
a name is missing, and never before.
"""

from __future__ import annotations

import functools
import importlib
import importlib.machinery
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

_OWN, _KERAS = "kerasish", "keras"


def public(
    namespace: str, names: Sequence[str]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return a namespace's `__getattr__`, for names that it lacks, and its `__dir__`.

    Args:
        namespace: the module's `__name__`.
        names: its `__all__`; what `dir` lists.
    """

    def __getattr__(name: str) -> Any:
        refuse(namespace, name)

    def __dir__() -> list[str]:
        return sorted(names)

    return __getattr__, __dir__


def refuse(namespace: str, name: str) -> NoReturn:
    """Raise the error for a name that a namespace lacks; called by its `__getattr__`.

    Raises:
        ImportError: in `from kerasish.layers import …`, where Python would drop the message.
        AttributeError: everywhere else.
    """
    asking = sys._getframe(1)
    while asking.f_code.co_name == "__getattr__":
        asking = asking.f_back  # type: ignore[assignment]
    # Python asks for each module of a package, too, before it looks for a file.
    if name.startswith("_") or asking.f_globals.get("__name__") == "importlib._bootstrap":
        raise AttributeError(f"module {namespace!r} has no attribute {name!r}")
    import opcode  # here and below: imported for a message only

    message = explain_absence(namespace, name)
    if asking.f_code.co_code[asking.f_lasti] == opcode.opmap["IMPORT_FROM"]:
        raise ImportError(message, name=f"{namespace}.{name}")
    raise AttributeError(message)


def explain_absence(namespace: str, name: str) -> str:
    """Say why `namespace.name` is not there, and what to use.

    Example:
        >>> print(explain_absence("kerasish.layers", "Conv2D"))
        `keras.layers.Conv2D` is in Keras but not in kerasish yet.
        >>> print(explain_absence("kerasish.layers", "Danse"))
        module 'kerasish.layers' has no attribute 'Danse'. Did you mean 'Dense'?
    """
    names, instead = keras_names()
    inside = namespace.removeprefix(_OWN).removeprefix(".")
    place = f"{inside}.{name}" if inside else name
    advice = instead.get(place) or _elsewhere(name, inside)
    if name in names.get(inside, ()) or place in names:
        text = f"`{_KERAS}.{place}` is in Keras but not in kerasish yet."
    else:
        text = f"module {namespace!r} has no attribute {name!r}."
        advice = advice or _like_it(namespace, name)
    return f"{text} {advice}" if advice else text


@functools.cache
def keras_names() -> tuple[dict[str, list[str]], dict[str, str]]:
    """Return Keras's public names by namespace, and what to use instead of some."""
    names: dict[str, list[str]] = {}
    instead: dict[str, str] = {}
    for line in _package().joinpath("keras_names.txt").read_text(encoding="utf-8").splitlines():
        where, sign, rest = line.partition(":")
        if line.startswith("#") or not sign:
            continue
        if rest.startswith(":"):
            instead |= dict.fromkeys(where.split(), rest[1:].strip())
        else:
            names[where] = rest.split()
    return names, instead


def _package() -> Any:
    """Return the folder of the package, which may be in a zip file."""
    import importlib.resources

    return importlib.resources.files(_OWN)


def _elsewhere(name: str, inside: str) -> str | None:
    """Say which other namespace of ours has a name of Keras: first one around it."""
    names_of = keras_names()[0]
    for other in sorted(names_of, key=lambda other: not inside.startswith(f"{other}.")):
        names = names_of[other]
        if other and name in names and _has(f"{_OWN}.{other}", name):
            return f"There is `{_OWN}.{other}.{name}`."
    return None


def _like_it(namespace: str, name: str) -> str | None:
    """Ask whether a name like it is meant."""
    import difflib

    known = {known.lower(): known for known in sys.modules[namespace].__all__}
    near = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.7)
    return f"Did you mean {known[near[0]]!r}?" if near else None


def _has(namespace: str, name: str) -> bool:
    try:
        return name in importlib.import_module(namespace).__all__
    except (ImportError, AttributeError):
        return False


def _is_here(inside: str) -> bool:
    """Whether a module is one of ours, and somebody only asked in the wrong place for it."""
    path = inside.replace(".", "/")
    return _package().joinpath(path).is_dir() or _package().joinpath(f"{path}.py").is_file()


class AbsentModules:
    """Stands last in `sys.meta_path`: says of a module of Keras that it is not here yet."""

    @staticmethod
    def find_spec(
        name: str, path: Any = None, target: Any = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Refuse `import kerasish.applications`; know nothing of any other module."""
        inside = name.removeprefix(f"{_OWN}.")
        if inside == name or _is_here(inside):
            return None
        if inside in keras_names()[0]:
            namespace, _, last = name.rpartition(".")
            raise ModuleNotFoundError(explain_absence(namespace, last), name=name)
        return None
