"""Plan → Python source: one call per step, with `out=` memory and views made beforehand."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kerasish.arrays import threads
from kerasish.backend import pool
from kerasish.backend.graph.graph import Node
from kerasish.backend.graph.plan.blocks import Group
from kerasish.backend.graph.plan.layout import is_contiguous, root
from kerasish.backend.graph.plan.plan import Fresh, InVariable, Piece, Plan, Slot, nbytes
from kerasish.primitives import state
from kerasish.primitives.products import matmul


@dataclass(frozen=True, slots=True)
class Source:
    """A printed plan.

    Attributes:
        text: a function `bind(xp, constants, variables, memory, primitives)` that returns
            `run(*inputs)`, which returns the outputs as a tuple.
        constants: the arrays that `bind` gets, in order.
        variables: the variables whose memory `bind` gets, in order.
        primitives: those whose `forward` the text calls, by name.
        steps: for lines of the text, by number, the step that they belong to.
    """

    text: str
    constants: tuple[Any, ...]
    variables: tuple[Any, ...]
    primitives: dict[str, Any]
    steps: dict[int, Node]


def print_plan(plan: Plan) -> Source:
    """Return the plan as source."""
    return _Printer(plan).source()


class _Printer:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.names = plan.graph.names()
        self.constants: list[Any] = []
        self.variables: list[Any] = []
        self.primitives: dict[str, Any] = {}
        self.functions: dict[str, str] = {}
        self.bound: list[str] = []
        self.body: list[str] = []
        self.steps: dict[int, Node] = {}  # by the number of the line in the body
        self.viewed: set[Node] = set()
        self.made: set[Node] = set()  # values whose memory is new in each run, once it is there
        self.loops = 0
        self.wants, self.has = plan.wants_threads, threads.ANY
        groups = [step for step in plan.steps if isinstance(step, Group)]
        self.local = {node for group in groups for node in group.local}
        self.moving = set(plan.graph.inputs)  # values whose memory is another one in each run

    def source(self) -> Source:
        plan, names = self.plan, self.names
        for node in plan.graph.nodes():
            if node.primitive is state.constant:
                self.bound.append(f"{names[node]} = constants[{len(self.constants)}]")
                self.constants.append(node.params["array"])
            elif node.primitive is state.read:
                self.bound.append(f"{names[node]} = {self._variable(node.params['variable'])}")
        self._bind_places()
        for step in plan.steps:
            begin = len(self.body)
            if isinstance(step, Group):
                self._group(step)
            else:
                self._views_for(step.inputs)
                self._step(step)
            for line in range(begin, len(self.body)):
                self.steps.setdefault(line, step.steps[0] if isinstance(step, Group) else step)
        self._views_for(plan.graph.targets)
        for variable, node in plan.copies:
            self.functions["copyto"] = "xp.copyto"
            self.body.append(f"copyto({self._variable(variable)}, {names[node]})")
        self.body.append(f"return ({''.join(names[n] + ', ' for n in plan.graph.outputs)})")
        head = self._head()
        text = "\n".join(
            [*head, *(f"        {line}" for line in self.body), "", "    return run", ""]
        )
        steps = {len(head) + 1 + line: step for line, step in self.steps.items()}
        constants, variables = tuple(self.constants), tuple(self.variables)
        return Source(text, constants, variables, self.primitives, steps)

    def _head(self) -> list[str]:
        """The lines before the body of `run`."""
        inputs = ", ".join(self.names[node] for node in self.plan.graph.inputs)
        functions = [f"{name} = {value}" for name, value in sorted(self.functions.items())]
        lines = ["def bind(xp, constants, variables, memory, primitives):"]
        lines += [f"    {text}" for text in functions + self.bound]
        return [*lines, "", f"    def run({inputs}):"]

    def _variable(self, variable: Any) -> str:
        for index, known in enumerate(self.variables):
            if known is variable:
                return f"m{index}"
        self.variables.append(variable)
        index = len(self.variables) - 1
        about = f"{variable.path!r} {variable.shape}"  # quoted: a name may come from a file
        self.bound.append(f"m{index} = variables[{index}]  # {about}")
        return f"m{index}"

    def _bind_places(self) -> None:
        """Name the memory of every value: whole concatenations first, then their pieces."""
        places = self.plan.places
        ordered = sorted(places, key=lambda node: isinstance(places[node], Piece))
        pieces = [n for n in ordered if isinstance(places[n], Piece)]
        for node in [n for n in ordered if not isinstance(places[n], Piece)] + pieces:
            place, name = places[node], self.names[node]
            if isinstance(place, Slot):
                if node not in self.local:
                    text = f"memory.slot({place.index}, {node.shape}, {node.dtype!r})"
                    self.bound.append(f"{name} = {text}")
            elif isinstance(place, InVariable):
                self.bound.append(f"{name} = {self._variable(place.variable)}")
            elif isinstance(place, Piece):
                if isinstance(places[place.whole], Fresh):
                    self._whole_in_each_run(place.whole)
                window = f"{place.start}:{place.start + node.spec.size}"
                whole = self.names[place.whole]
                text = f"{name} = {whole}.reshape(-1)[{window}].reshape({node.shape})"
                (self.body if place.whole in self.moving else self.bound).append(text)
                if place.whole in self.moving:
                    self.moving.add(node)
            elif isinstance(place, Fresh):
                self.moving.add(node)

    def _whole_in_each_run(self, whole: Node) -> None:
        if whole not in self.made:
            self.made.add(whole)
            self.moving.add(whole)
            text = f"{self.names[whole]} = memory.fresh({whole.shape}, {whole.dtype!r})"
            self.body.append(text)

    def _views_for(self, nodes: Sequence[Node]) -> None:
        """Make the views among some nodes, and the views that those are of."""
        for node in nodes:
            if node.primitive.is_view and node not in self.viewed:
                self.viewed.add(node)
                self._views_for(node.inputs)
                self._view(node)

    def _group(self, group: Group) -> None:
        """Write a loop over blocks: `for a_b, b_b in …:` and a call for each step.

        A view stands for the value behind it, which has the same elements in the same order, and
        may be a step of the group. Single numbers are taken as vectors: with more axes than a
        block has, they would give the result axes of their own.
        """
        whole: dict[Node, None] = {}
        single: dict[Node, None] = {}
        for step in group.steps:
            for child in step.inputs:
                if group.is_single(child):
                    single[child] = None
                else:
                    whole[root(child)] = None
            whole[step] = None
            if isinstance(self.plan.places[step], Fresh):
                self._whole_in_each_run(step)
        self._views_for(list(single))
        for node in single:
            text = f"{self.names[node]}_1 = {self.names[node]}.reshape(-1)"
            lines = self.body if node in self.moving or root(node) in self.moving else self.bound
            if text not in lines:
                lines.append(text)
        shared = [node for node in whole if node not in group.local]
        names = [self.names[node] for node in shared]
        local = [self.names[step] for step in group.steps if step in group.local]
        for step in group.local:
            slot = self.plan.places[step]
            if isinstance(slot, Slot):  # as it always is
                text = f"memory.local({slot.index}, {step.dtype!r})"
                self.bound.append(f"{self.names[step]} = {text}")
        whole_names, local_names = (f"({''.join(n + ', ' for n in x)})" for x in (names, local))
        call = f"memory.blocks({whole_names}, {local_names}, {group.size})"
        if not any(node in self.moving for node in shared):
            self.loops += 1
            self.bound.append(f"blocks{self.loops} = {call}")
            call = f"blocks{self.loops}"
        self.body.append(f"for {', '.join(f'{n}_b' for n in names + local)} in {call}:")
        for step in group.steps:
            inputs = [
                f"{self.names[c]}_1" if group.is_single(c) else f"{self.names[root(c)]}_b"
                for c in step.inputs
            ]
            self.steps[len(self.body)] = step
            self.body.append("    " + self._call(step, f"{self.names[step]}_b", inputs))

    def _view(self, node: Node) -> None:
        inner = node.inputs[0]
        text = f"{self.names[node]} = {self._call(node, None)}"
        moves = inner in self.moving or root(node) in self.moving
        if moves:
            self.moving.add(node)
        (self.body if moves else self.bound).append(text)

    def _use_threads(self, node: Node) -> None:
        """Let a product have as many threads as it wants, where others want another number."""
        wants = threads.wanted(*node.inputs) if node.primitive is matmul else threads.ANY
        if wants != threads.ANY and self.wants == threads.MIXED and wants != self.has:
            self.has = wants
            self.functions["use_threads"] = "primitives['use_threads']"
            self.primitives["use_threads"] = threads.use
            self.body.append(f"use_threads({wants})")

    def _step(self, node: Node) -> None:
        self._use_threads(node)
        place = self.plan.places[node]
        if node.primitive.makes_bundle:
            self.body.append(f"{self.names[node]} = {self._call(node, None)}")
            return
        if isinstance(place, Fresh) and node not in self.made:
            small = nbytes(node) < pool.SMALLEST
            if small and all(is_contiguous(child) for child in node.inputs):
                self.body.append(f"{self.names[node]} = {self._call(node, None)}")
                return
            self._whole_in_each_run(node)  # NumPy would choose the inputs' layout
        self.body.append(self._call(node, self.names[node]))

    def _call(self, node: Node, out: str | None, inputs: list[str] | None = None) -> str:
        """Write an application down: by what its primitive says it is, else by its `forward`.

        Args:
            node: the application.
            out: the name of the memory to write into.
            inputs: the names of its inputs, if they are not the nodes' own.
        """
        primitive, params = node.primitive, node.params
        inputs = inputs or [self.names[child] for child in node.inputs]
        if primitive.method is not None:
            return f"{inputs[0]}.{primitive.method}({', '.join(map(repr, params.values()))})"
        if primitive.reduce is not None:
            name = f"{primitive.reduce}_reduce"
            self.functions[name] = f"xp.{primitive.reduce}.reduce"
            axes, keep = params["axes"], params["keepdims"]
            dtype = None if node.dtype.startswith("float") else node.dtype  # floats keep theirs
            return f"{name}({inputs[0]}, {axes}, {dtype!r}, {out}, {keep})"
        if primitive.is_copy and out and not node.inputs[0].dtype.startswith("complex"):
            self.functions["copyto"] = "xp.copyto"
            return f"copyto({out}, {inputs[0]}, 'unsafe')"
        if primitive.function is not None and not params:
            self.functions[primitive.function] = f"xp.{primitive.function}"
            if primitive.operand is not None:
                inputs.append(self._operand(primitive.operand, node.dtype))
            # By position is quicker; NumPy wants `out` of these two by name.
            by_name = primitive.function in ("maximum", "minimum")
            last = [f"out={out}" if by_name else out] if out else []
            return f"{primitive.function}({', '.join(inputs + last)})"
        if primitive.makes_bundle:  # its parameters are graphs: no text says what they are
            name = f"{primitive.name}_{self.names[node]}"
            self.primitives[name] = functools.partial(primitive.forward, **params)
            self.functions[name] = f"primitives[{name!r}]"
            return f"{name}({', '.join(['xp', *inputs])})"
        name = f"{primitive.name}_"
        self.primitives[primitive.name] = primitive
        self.functions[name] = f"primitives[{primitive.name!r}].forward"
        keywords = [f"out={out}"] if out else []
        keywords += [f"{key}={value!r}" for key, value in params.items()]
        return f"{name}({', '.join(['xp', *inputs, *keywords])})"

    def _operand(self, value: float, dtype: str) -> str:
        name = f"k_{str(value).replace('.', '_').replace('-', 'minus_')}_{dtype}"
        self.functions[name] = f"xp.asarray({value!r}, {dtype!r})"
        return name
