"""Where a graph's values come from: placeholders, constants, and variables as they were before."""

from __future__ import annotations

from typing import Any

from kerasish.arrays.dtype import dtype_name
from kerasish.arrays.spec import Spec
from kerasish.primitives.primitive import Primitive


class Source(Primitive):
    """A node without inputs. It is never computed: the plan binds what it stands for."""

    effect = True


class Placeholder(Source):
    """A value that each run is fed."""

    def infer(self, *, spec: Spec) -> Spec:
        return spec


class Constant(Source):
    """An array that is the same in every run."""

    def infer(self, *, array: Any) -> Spec:
        return Spec(tuple(array.shape), dtype_name(array.dtype))


class Read(Source):
    """A variable's value from before the run."""

    def infer(self, *, variable: Any) -> Spec:
        return Spec(tuple(variable.shape), variable._dtype)


placeholder = Placeholder()
constant = Constant()
read = Read()
