"""Primitive: the one definition of an operation that every engine shares.

A primitive says what shape and dtype comes out (`infer`), computes it over an array module
(`forward`), and differentiates itself with other primitives (`grad_<input>`). It knows nothing
of tapes, graphs or layers.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from kerasish.arrays.dtype import result_type
from kerasish.arrays.spec import Spec, broadcast
from kerasish.errors import DTypeError, explain
from kerasish.primitives import applier


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


class Route(NamedTuple):
    """A way back from an application to one of its inputs.

    Attributes:
        place: the position of the input.
        rule: the gradient rule that leads there.
        asked: the names that the rule asks for.
        only: if it asks for nothing but the value of one input, the position of that; else -1.
    """

    place: int
    rule: Callable[..., Any]
    asked: tuple[str, ...]
    only: int


class Needed(NamedTuple):
    """What an application must keep, since gradients flow to some of its inputs.

    Attributes:
        values: for each input, whether its value is kept.
        specs: for each input, whether its shape and dtype are kept instead.
        output: whether the output is kept.
        nothing: whether none of those is kept.
        routes: the ways back.
    """

    values: tuple[bool, ...]
    specs: tuple[bool, ...]
    output: bool
    nothing: bool
    routes: tuple[Route, ...]


class Needs:
    """What the gradient rules of a primitive ask for by name, worked out once per class.

    Attributes:
        rules: one per input: the rule and the names it asks for, or None without a gradient.
        of_pair: for a function of two inputs what `of` returns when gradients flow to none of
            them, to the first, to the second, and to both.
    """

    def __init__(self, primitive: type[Primitive]) -> None:
        names, params = primitive.inputs, primitive.params
        self.names = names
        self._kept: dict[tuple[bool, ...], Needed | None] = {}
        self.rules: list[tuple[Callable[..., Any], tuple[str, ...]] | None] = []
        for name in names:
            rule = getattr(primitive, f"grad_{name}", None)
            asked = tuple(inspect.signature(rule).parameters)[2:] if rule else ()
            for ask in asked:
                if not (ask == "out" or ask in params or ask.removesuffix("_spec") in names):
                    raise TypeError(f"{primitive.__name__}.grad_{name} asks for unknown {ask!r}")
            self.rules.append((rule, asked) if rule else None)
        known = ("each",) if primitive.variadic else names
        for attribute in vars(primitive):
            if attribute.startswith("grad_") and attribute[5:] not in known:
                raise TypeError(f"{primitive.__name__}.{attribute} belongs to no input of {names}")
        pairs = [(False, False), (True, False), (False, True), (True, True)]
        self.of_pair = [self.of(pair) for pair in pairs] if len(names) == 2 else []

    def of(self, flowing: tuple[bool, ...]) -> Needed | None:
        """Return what must be kept when gradients flow to some of the inputs.

        Args:
            flowing: for each input, whether a gradient is wanted for it.

        Returns:
            None if no rule leads there.
        """
        if flowing not in self._kept:
            self._kept[flowing] = self._work_out(flowing)
        return self._kept[flowing]

    def _work_out(self, flowing: tuple[bool, ...]) -> Needed | None:
        names = self.names
        routes = []
        for i, (flows, found) in enumerate(zip(flowing, self.rules, strict=True)):
            if flows and found is not None:
                rule, asked = found
                only = names.index(asked[0]) if len(asked) == 1 and asked[0] in names else -1
                routes.append(Route(i, rule, asked, only))
        if not routes:
            return None
        everything = {name for route in routes for name in route.asked}
        values = tuple(name in everything for name in names)
        specs = tuple(f"{name}_spec" in everything for name in names)
        nothing = not any(values) and not any(specs)
        return Needed(values, specs, "out" in everything, nothing, tuple(routes))


class Primitive:
    """An operation without state, used through its one instance.

    Subclasses define `infer`, `forward` (or name an array module's `function`), and one
    `grad_<input>(self, g, …)` for each differentiable input. A gradient rule names what it
    needs: `out`, an input's value, `<input>_spec` for its shape and dtype alone, or a parameter.

    Attributes:
        name: how the primitive is written in a graph's text.
        inputs: names of the array inputs; read off `infer` unless given.
        params: names of the static keyword parameters; likewise.
        variadic: takes any number of inputs, through `grad_each(g, index, specs, …)`.
        function: `forward` is this function of the array module, called `(*arrays, out)`.
        operand: a constant of the input's dtype that `function` takes as its last operand.
        method: `forward` is this method of the array, called with the parameters' values.
        is_copy: `forward` copies the input into `out`, converting the dtype.
        reduce: `forward` is the `reduce` method of this ufunc.
        scalar: the formula for one element, only if each element is correctly rounded.
        is_view: `forward` may return a view of its first input and takes no `out`.
        makes_bundle: runs graphs and gives a bundle of values, of which others each `picks` one.
        picks: takes its value out of a bundle.
        walk_back: takes gradients back by itself, not through rules: a function of the record,
            the gradient and what arrived so far at each record, which may return records of the
            same values at which the walk goes on, with their gradients put to what arrived.
        may_refuse: `forward` may raise an error because of the input's values.
        effect: may not be merged or folded: what is fed, and what a variable holds.
        promotion: how operands of different dtypes meet: `"common"` (cast to the common dtype),
            `"float"` (the same, and whole numbers become floats), `"number"` (the same as common,
            and `bool` becomes `int32`), or `"none"`.
        beyond: what a Python whole number means beside whole numbers whose dtype cannot hold it:
            `"wrap"` (it is taken modulo the dtype's range, as every overflow is), `"limit"` (the
            nearest number that the dtype holds), `"compare"` (what is larger or smaller than
            all), or None (an error).
    """

    name = ""
    inputs: tuple[str, ...] = ()
    params: tuple[str, ...] = ()
    variadic = False
    function: str | None = None
    operand: float | None = None
    method: str | None = None
    is_copy = False
    reduce: str | None = None
    scalar: str | None = None
    is_view = False
    makes_bundle = False
    picks = False
    walk_back: Any = None
    may_refuse = False
    effect = False
    promotion = "none"
    beyond: str | None = None
    needs: Needs

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.name = vars(cls).get("name") or cls.function or _snake(cls.__name__)
        parameters = inspect.signature(cls.infer).parameters.values()
        if "inputs" not in vars(cls):
            found = [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
            cls.inputs = tuple(found[1:]) or cls.inputs
        cls.params = tuple(p.name for p in parameters if p.kind is p.KEYWORD_ONLY)
        cls.needs = Needs(cls)

    def __call__(self, *inputs: Any, **params: Any) -> Any:
        """Hand the application to whoever applies now."""
        return applier.state.apply(self, inputs, params)

    if TYPE_CHECKING:  # each primitive takes inputs and parameters of its own
        infer: Callable[..., Spec]
        forward: Callable[..., Any]
    else:

        def infer(self, *specs, **params):
            """Return the Spec of the output; raise ShapeError or DTypeError for bad inputs."""
            raise TypeError(f"{type(self).__name__} must define `infer`")

        def forward(self, xp, *arrays, out=None, **params):
            """Compute the output with array module `xp`, into `out` if that is given."""
            return getattr(xp, self.function)(*arrays, out=out, **params)

    def __repr__(self) -> str:
        return self.name


class Elementwise(Primitive):
    """A primitive that works element by element on inputs that broadcast.

    Subclasses name their `inputs`, and give `function` or `forward`. `result` is the output's
    dtype when that is not the inputs' own.
    """

    inputs: tuple[str, ...] = ("x",)
    promotion = "common"
    result: str | None = None

    def infer(self, *specs: Spec) -> Spec:
        if len(specs) != len(self.inputs):
            raise TypeError(explain(f"{self.name} takes {len(self.inputs)} inputs", got=len(specs)))
        dtype = specs[0].dtype if len(specs) == 1 else result_type(*(s.dtype for s in specs))
        self.check(dtype)
        return Spec(broadcast(*(s.shape for s in specs)), self.result or dtype)

    def check(self, dtype: str) -> None:
        """Raise DTypeError when the formula makes no sense for this dtype."""


class Floating(Elementwise):
    """An elementwise function of real numbers; whole numbers are cast to `floatx` first."""

    promotion = "float"

    def check(self, dtype: str) -> None:
        if dtype == "bool" or "int" in dtype:
            raise DTypeError(explain(f"{self.name} needs floating-point inputs", dtype=dtype))
