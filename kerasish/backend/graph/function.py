"""GraphFunction: a Python function of tensors that is traced once per signature, then replayed."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import numpy as np

from kerasish import tree
from kerasish.arrays.device import array_module, current_device, module_of
from kerasish.arrays.dtype import dtype_name
from kerasish.arrays.spec import Spec
from kerasish.backend.convert import to_array
from kerasish.backend.graph.graph import Graph
from kerasish.backend.graph.passes import optimise
from kerasish.backend.graph.printers.budget import Budget
from kerasish.backend.graph.printers.choose import Chosen, default_mode
from kerasish.backend.graph.trace import Trace
from kerasish.backend.graph.verify import verify
from kerasish.backend.scopes import scopes
from kerasish.backend.tensor import Tensor
from kerasish.primitives.applier import is_tracing

LARGEST_CACHE = 64  # signatures kept per function; the one not used for longest goes first


class Specialisation:
    """A function traced for one signature.

    Attributes:
        traced: the graph as it was written down.
        graph: the graph after the passes.
        chosen: the plan and the program that runs it now.
    """

    def __init__(
        self, function: Callable[..., Any], structure: Any, leaves: list[Any], jit: Any,
        budget: Budget,
    ) -> None:  # fmt: skip
        recorder = Trace()
        with recorder.active():
            fed = [
                recorder.placeholder(Spec(tuple(x.shape), dtype_name(x.dtype)))
                if _is_value(x)
                else x
                for x in leaves
            ]
            args, kwargs = tree.pack_sequence_as(structure, fed)
            result = function(*args, **kwargs)
            self.structure = result
            self.flat = tree.flatten(result)
            tensors = [x.__tensor__() if hasattr(x, "__tensor__") else x for x in self.flat]
            self.places = [i for i, x in enumerate(tensors) if isinstance(x, Tensor)]
            self.traced: Graph = recorder.finish([tensors[i] for i in self.places])
        self.flat = [None if i in set(self.places) else x for i, x in enumerate(self.flat)]
        self.structure = tree.map_structure(lambda _: None, result)
        self.returns_one = type(result) is Tensor
        self.returns_tuple = (
            type(result) is tuple
            and len(result) == len(self.places) > 0
            and all(isinstance(x, Tensor) for x in result)
        )
        self.graph = optimise(self.traced)
        self.chosen = Chosen(self.graph, jit, budget)

    @property
    def program(self) -> Any:
        """What runs now."""
        return self.chosen.program

    def __call__(self, arrays: list[Any]) -> Any:
        """Run on arrays; return what the function returned, with tensors of the results."""
        outputs = self.chosen(*arrays)
        if self.returns_one:
            return Tensor(_whole(outputs[0]))
        if self.returns_tuple:
            return tuple([Tensor(_whole(array)) for array in outputs])
        flat = list(self.flat)
        for place, array in zip(self.places, outputs, strict=True):
            flat[place] = Tensor(_whole(array))
        return tree.pack_sequence_as(self.structure, flat)


def _whole(array: Any) -> Any:
    return np.asarray(array) if isinstance(array, np.generic) else array


class _Last:
    """The last specialisation, for a quick answer when the same kind of arrays comes again."""

    def __init__(self, specialisation: Specialisation, wanted: list[Any]) -> None:
        self.specialisation = specialisation
        self.wanted = wanted
        self.device = current_device()
        self.run = specialisation.chosen
        self.returns_nothing = not specialisation.places and specialisation.structure is None

    @classmethod
    def of(cls, specialisation: Specialisation, args: Any, kwargs: Any) -> _Last | None:
        """Return it for flat positional NumPy arrays and Nones on the CPU, else None."""
        plain = all(x is None or (type(x) is np.ndarray and x.dtype.isnative) for x in args)
        if kwargs or not plain or array_module() is not np:
            return None
        return cls(specialisation, [None if x is None else (x.shape, x.dtype) for x in args])

    def takes(self, args: Any) -> bool:
        """Whether the arguments are of the same kind."""
        if len(args) != len(self.wanted) or self.device != current_device():
            return False
        for x, wanted in zip(args, self.wanted, strict=True):
            if wanted is None:
                if x is not None:
                    return False
            elif (
                type(x) is not np.ndarray
                or x.shape != wanted[0]
                or x.dtype != wanted[1]
                or not _is_plain(x.flags)
            ):
                return False
        return True

    def __call__(self, args: Any) -> Any:
        arrays = [x for x in args if x is not None]
        if self.returns_nothing:
            self.run(*arrays)
            return None
        return self.specialisation(arrays)


class GraphFunction:
    """A callable with one Specialisation per signature of its inputs.

    The signature is the structure of the arguments, the shapes and dtypes of the arrays in it,
    and the static values themselves.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.specialisations: OrderedDict[Any, Specialisation] = OrderedDict()
        self.traces = 0
        self.jit_compile: Any = None  # None: as the environment has it
        self._last: _Last | None = None
        self._budget = Budget()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if is_tracing() or scopes.state is not None:  # a trace or a StatelessScope around us
            return self.function(*args, **kwargs)
        last = self._last
        if last is not None and not kwargs and last.takes(args):
            return last(args)
        specialisation, arrays = self.specialise(*args, **kwargs)
        self._last = _Last.of(specialisation, args, kwargs)
        return specialisation(arrays)

    def specialise(self, *args: Any, **kwargs: Any) -> tuple[Specialisation, list[Any]]:
        """Return the Specialisation for these arguments, tracing if it is new, and the arrays."""
        structure = (args, kwargs)
        xp = array_module()
        leaves = [_array(x, xp) for x in tree.flatten(structure)]
        key = (
            current_device(),
            _skeleton(structure),
            tuple([(x.shape, x.dtype) if _is_value(x) else _static(x) for x in leaves]),
        )
        found = self.specialisations.get(key)
        if found is None:
            jit = default_mode() if self.jit_compile is None else self.jit_compile
            found = Specialisation(self.function, structure, leaves, jit, self._budget)
            self.traces += 1
            self.specialisations[key] = found
            if len(self.specialisations) > LARGEST_CACHE:
                self.specialisations.popitem(last=False)
        else:
            self.specialisations.move_to_end(key)
        return found, [x for x in leaves if _is_value(x)]

    def verify(self) -> None:
        """Check every graph so far, as traced and as optimised.

        Raises:
            InvalidGraph: when one is not valid.
        """
        for specialisation in self.specialisations.values():
            verify(specialisation.traced)
            verify(specialisation.graph)

    def explain(self) -> list[str]:
        """Return a line for each specialisation: what runs it, and why."""
        return [
            f"{', '.join(str(node.spec) for node in s.traced.inputs) or 'no inputs'}: "
            f"{s.chosen.printer} ({s.chosen.why})"
            for s in self.specialisations.values()
        ]

    def batches(self, *args: Any) -> Any:
        """Return what runs many batches of these sizes in one call, or None.

        Args:
            *args: the arguments for one batch, as the function was last called with.

        Returns:
            A function `(sources, order, start, count)`: arrays for all batches, one for each that
            the arguments hold; the order of the rows, int64; the first batch and how many.
            None while compiled code is not there, or the function gives anything back.
        """
        last = self._last
        if last is None or not last.returns_nothing or not last.takes(args):
            return None
        return last.run.batches

    def show(self, to_file: Any = None) -> Any:
        """Print every graph so far, as traced and as optimised, with what each pass did.

        Args:
            to_file: where to draw them, too (`.png` or `.svg`; needs the extra `draw`).
        """
        from kerasish.backend.graph.show import show

        return show(self, to_file)

    def show_source(self) -> str:
        """Return the source of every specialisation so far."""
        programs = [s.program for s in self.specialisations.values()]
        return "\n".join(p.source.text if hasattr(p, "source") else str(p.graph) for p in programs)


def _is_plain(flags: Any) -> bool:
    return flags.c_contiguous and flags.aligned  # type: ignore[no-any-return]


def _is_value(x: Any) -> bool:
    return hasattr(x, "shape") and hasattr(x, "dtype") and hasattr(x, "flags")


def _static(x: Any) -> Any:
    """A static value as a part of the signature; 0.0 and -0.0 differ, and NaN is NaN."""
    return type(x), x.hex() if isinstance(x, float) else x


def _array(x: Any, xp: Any) -> Any:
    """Return the array of a leaf; static values stay as they are."""
    if type(x) is np.ndarray and xp is np and _is_plain(x.flags) and x.dtype.isnative:
        return x
    if hasattr(x, "__tensor__"):
        x = x.__tensor__()
    if isinstance(x, Tensor):
        x = x.value
    if isinstance(x, np.ndarray) or (module_of(x) is xp and _is_value(x)):
        return to_array(x, None, xp)
    if isinstance(x, np.generic):
        return to_array(np.asarray(x), None, xp)
    return x


def _skeleton(structure: Any) -> Any:
    """A hashable description of how leaves are nested."""
    if isinstance(structure, (list, tuple)):
        return (type(structure), *map(_skeleton, structure))
    if isinstance(structure, dict):
        return (type(structure), *((k, _skeleton(structure[k])) for k in sorted(structure)))
    return None
