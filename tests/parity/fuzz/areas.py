"""The areas: what draws a program, who runs it, and for how long it may run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from tests.parity.fuzz.area_layers import draw_layer
from tests.parity.fuzz.area_losses import draw_loss, draw_metric
from tests.parity.fuzz.area_models import draw_model
from tests.parity.fuzz.area_nets import draw_net
from tests.parity.fuzz.area_ops import draw_op
from tests.parity.fuzz.area_optimizers import draw_optimizer, draw_schedule
from tests.parity.fuzz.area_small import draw_activation, draw_constraint, draw_initializer
from tests.parity.fuzz.comparing import Difference, compare
from tests.parity.fuzz.drawing import Draw
from tests.parity.fuzz.programs import Engine, Keras, OutOfTime, Program, bfloat16, run


@dataclass(frozen=True)
class Area:
    """One kind of program.

    Attributes:
        name: what `--only` calls it.
        draw: makes a program of a Draw.
        keras: whether Keras can be asked; large nets are for the engines alone.
        must_run: whether an error that all engines raise is a fault, too, without Keras.
        seconds: how long a case may take on one side.
        compiled: one seed in so many runs as compiled code, too, since LLVM takes its time.
    """

    name: str
    draw: Callable[[Draw], Program]
    keras: bool = True
    must_run: bool = True
    seconds: int = 30
    compiled: int = 20


AREAS = {
    area.name: area
    for area in [
        Area("ops", draw_op, must_run=False),
        Area("activations", draw_activation),
        Area("losses", draw_loss, must_run=False),
        Area("metrics", draw_metric, must_run=False),
        Area("initializers", draw_initializer),
        Area("constraints", draw_constraint),
        Area("schedules", draw_schedule),
        Area("optimizers", draw_optimizer),
        Area("layers", draw_layer, must_run=False),
        Area("models", draw_model, seconds=120, compiled=4),
        Area("nets", draw_net, keras=False, seconds=120, compiled=1),
    ]
}


def draw(area: Area, seed: int, keras: bool) -> Program:
    """Return the program of a seed; what is drawn depends on whether Keras is asked."""
    program = area.draw(Draw(area.name, seed, bfloat16() is not None, keras))
    return replace(program, keras=keras)


def check(area: Area, seed: int, keras: Keras | None, engines: tuple[str, ...]) -> list[Difference]:
    """Return how the program of a seed differs: from Keras, and between engines.

    Args:
        area: what draws the program.
        seed: which one.
        keras: the real Keras, if it is asked.
        engines: the engines; the first is compared with Keras, and with each other one.
    """
    program = draw(area, seed, keras is not None)
    if seed % area.compiled:
        engines = tuple(name for name in engines if name != "compiled")
    found = check_program(program, keras, engines, area.seconds)
    alone = keras is None and not area.must_run
    return [d for d in found if not (alone and d.kind == "error here" and d.side == "-")]


def check_program(
    program: Program, keras: Keras | None, engines: tuple[str, ...], seconds: int = 30
) -> list[Difference]:
    """Return how a program's outcomes differ: from Keras, and between engines."""
    sides: list[Any] = [Engine(name) for name in engines]
    found = []
    try:
        first, *others = [run(program, side, seconds) for side in sides]
        for side, other in zip(sides[1:], others, strict=True):
            found += compare(program, first, other, side.name, bits=True)
        if keras is not None:
            theirs = run(program, keras, seconds)
            found += compare(program, first, theirs, keras.backend)
        elif first.error is not None and not found:
            found.append(Difference("error here", "result", str(first), "no Keras", program, "-"))
    except OutOfTime as late:
        found.append(Difference("time", "result", str(late), "", program, "-"))
    return found
