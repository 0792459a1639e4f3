"""Programs of optimizers with every option, and of schedules: 20 steps each."""

from __future__ import annotations

from typing import Any

from tests.parity.fuzz.drawing import Draw, Text, arguments_text
from tests.parity.fuzz.programs import Program

MOMENTS: dict[str, list[Any]] = {"beta_1": [0.0, 0.5, 0.95], "beta_2": [0.5, 0.99],
                                 "epsilon": [1e-3, 1e-5]}  # fmt: skip
RULES: dict[str, dict[str, list[Any]]] = {
    "SGD": {"momentum": [0.5, 0.9], "nesterov": [True]},
    "RMSprop": {"rho": [0.5], "momentum": [0.5], "centered": [True], "epsilon": [1e-3]},
    "Adam": {**MOMENTS, "amsgrad": [True]}, "AdamW": {**MOMENTS, "amsgrad": [True]},
    "Adamax": MOMENTS, "Nadam": MOMENTS, "Lamb": MOMENTS,
    "Lion": {"beta_1": [0.5], "beta_2": [0.5]},
    "Adadelta": {"rho": [0.5], "epsilon": [1e-3]},
    "Adagrad": {"initial_accumulator_value": [0.0, 0.5], "epsilon": [1e-3]},
    "Adafactor": {"beta_2_decay": [-0.5], "clip_threshold": [0.5], "relative_step": [False]},
    "Ftrl": {"learning_rate_power": [-0.3, 0.0], "initial_accumulator_value": [0.5],
             "l1_regularization_strength": [0.01], "l2_regularization_strength": [0.02],
             "l2_shrinkage_regularization_strength": [0.01], "beta": [0.1]},
}  # fmt: skip
NOT_DRAWN = {"Optimizer", "LossScaleOptimizer"}  # a base class; under JAX the other has no state
AROUND: dict[str, list[Any]] = {
    "weight_decay": [0.01, 0.1], "loss_scale_factor": [4.0],
    "gradient_accumulation_steps": [2, 3],
}  # fmt: skip
CLIPPING: dict[str, list[Any]] = {
    "clipnorm": [0.5, 3.0], "clipvalue": [0.2], "global_clipnorm": [0.5, 5.0],
}  # fmt: skip
SCHEDULES: dict[str, dict[str, list[Any]]] = {
    "ExponentialDecay": {"decay_steps": [1, 4, 7.5], "decay_rate": [0.5, 0.9],
                         "staircase": [True, False]},
    "InverseTimeDecay": {"decay_steps": [1, 4], "decay_rate": [0.5, 2.0],
                         "staircase": [True, False]},
    "PolynomialDecay": {"decay_steps": [3, 10], "end_learning_rate": [0.001, 0.2],
                        "power": [0.5, 1.0, 2.0], "cycle": [True, False]},
    "CosineDecay": {"decay_steps": [5, 12], "alpha": [0.0, 0.1], "warmup_target": [None, 0.3],
                    "warmup_steps": [0, 4]},
    "CosineDecayRestarts": {"first_decay_steps": [3, 5.5], "t_mul": [1.0, 1.7],
                            "m_mul": [0.8, 1.0], "alpha": [0.0, 0.1]},
}  # fmt: skip
SCHEDULES_NOT_DRAWN = {"LearningRateSchedule"}  # a base class


def schedule(draw: Draw) -> tuple[str, str]:
    """Return the name of a schedule, and the text that makes it."""
    name = draw.pick([*sorted(SCHEDULES), "PiecewiseConstantDecay"])
    if name == "PiecewiseConstantDecay":
        first, values = draw.integer(0, 6), [0.1, 0.05, 0.2]
        given: dict[str, Any] = {"boundaries": [first, first + draw.integer(1, 6)]}
        given["values"] = values
    else:
        given = {"initial_learning_rate": draw.log_number(1e-3, 0.3)}
        given |= {key: draw.pick(values) for key, values in SCHEDULES[name].items()}
    return name, f"K.optimizers.schedules.{name}({arguments_text(given)})"


def draw_schedule(draw: Draw) -> Program:
    """Draw a program of a schedule: 40 steps."""
    name, text = schedule(draw)
    text = f"""schedule = {text}
schedule = type(schedule).from_config(schedule.get_config())
result = [schedule(step) for step in range(40)]"""
    return Program(draw.area, draw.seed, text, name)


def given_to(draw: Draw, name: str) -> dict[str, Any]:
    """Return options of a rule, and of what is around every rule."""
    rate: Any = draw.log_number(1e-3, 0.3)
    given: dict[str, Any] = {"learning_rate": rate if draw.yes(0.7) else Text(schedule(draw)[1])}
    for choices, most in ((RULES[name], 3), (AROUND, 2), (CLIPPING, draw.integer(0, 1))):
        given |= {key: draw.pick(choices[key]) for key in draw.some(sorted(choices), 0, most)}
    if draw.yes(0.3):
        given |= {"use_ema": True, "ema_momentum": draw.pick([0.5, 0.9])}
        if draw.yes():
            given["ema_overwrite_frequency"] = draw.integer(1, 4)
    return given


def draw_optimizer(draw: Draw) -> Program:
    """Draw a program of an optimizer: 20 steps, then its averages, its state, its variables."""
    name = draw.pick(sorted(RULES))
    given = given_to(draw, name)
    shapes = [draw.shape(0, 3, empty=False) for _ in range(draw.integer(1, 3))]
    scale = draw.pick([0.01, 1.0, 1.0, 30.0])
    still = draw.yes(0.2)
    text = f"""rng = np.random.default_rng({draw.integer(0, 99)})
new = lambda scale: [(scale * rng.normal(size=s)).astype("float32") for s in {shapes}]
variables = [K.Variable(value) for value in new(1.0)]
optimizer = K.optimizers.{name}({arguments_text(given)})
optimizer = type(optimizer).from_config(optimizer.get_config())
optimizer.build(variables)
step = function(lambda *gradients: optimizer.apply(list(gradients), variables))
halfway = None
for i in range(20):
    gradients = new({scale})
    if {still} and i % 3 == 0:
        gradients = [g * 0 for g in gradients]
    step(*map(K.ops.convert_to_tensor, gradients))
    halfway = [np.array(v) for v in variables] if i == 9 else halfway
state = [np.array(v) for v in optimizer.variables]
optimizer.finalize_variable_values(variables)
result = {{"halfway": halfway, "after": variables, "state": state}}"""
    # Ftrl keeps a sum of differences of powers, divided by the learning rate.
    cancelled = {"cancelled"} if name == "Ftrl" else set()
    return Program(draw.area, draw.seed, text, name, frozenset({"trained", *given, *cancelled}))
