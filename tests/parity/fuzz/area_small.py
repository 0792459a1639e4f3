"""Programs of initializers, constraints, regularizers and activations."""

from __future__ import annotations

from typing import Any

from tests.parity.fuzz.area_losses import options
from tests.parity.fuzz.drawing import Draw, arguments_text, normal_text
from tests.parity.fuzz.programs import Program

FANS: dict[str, list[Any]] = {"seed": [3]}
INITIALIZERS: dict[str, dict[str, list[Any]]] = {
    "Zeros": {}, "Ones": {}, "Constant": {"value": [0.5, -2]},
    "Identity": {"gain": [0.5, 2.0]}, "Orthogonal": {"gain": [0.5, 2.0], "seed": [3]},
    "RandomNormal": {"mean": [0.5], "stddev": [0.2], "seed": [3]},
    "RandomUniform": {"minval": [-0.5], "maxval": [0.7], "seed": [3]},
    "TruncatedNormal": {"mean": [0.5], "stddev": [0.2], "seed": [3]},
    "GlorotNormal": FANS, "GlorotUniform": FANS, "HeNormal": FANS, "HeUniform": FANS,
    "LecunNormal": FANS, "LecunUniform": FANS,
    "VarianceScaling": {"scale": [0.5, 2.0], "mode": ["fan_in", "fan_out", "fan_avg"],
                        "distribution": ["uniform", "truncated_normal", "untruncated_normal"]},
    "STFT": {"side": ["real", "imag"], "window": ["hann", None], "periodic": [True],
             "scaling": ["spectrum", None]},
}  # fmt: skip
EXACT = {"Zeros", "Ones", "Constant", "Identity", "STFT"}
INITIALIZERS_NOT_DRAWN = {"Initializer"}  # a base class
CONSTRAINTS: dict[str, dict[str, list[Any]]] = {
    "MaxNorm": {"max_value": [0.5, 2], "axis": [0, 1, -1, [0, 1]]}, "NonNeg": {},
    "MinMaxNorm": {"min_value": [0.3], "max_value": [1.0], "rate": [0.5], "axis": [0, 1]},
    "UnitNorm": {"axis": [0, 1, -1]},
}  # fmt: skip
REGULARIZERS: dict[str, dict[str, list[Any]]] = {
    "L1": {"l1": [0.1]}, "L2": {"l2": [0.1]}, "L1L2": {"l1": [0.1], "l2": [0.2]},
    "OrthogonalRegularizer": {"factor": [0.1], "mode": ["rows", "columns"]},
}  # fmt: skip
BASES = {"Constraint", "Regularizer"}


def draw_initializer(draw: Draw) -> Program:
    """Draw a program of an initializer: values where they are given, else mean and spread."""
    name = draw.pick(sorted(INITIALIZERS))
    dtype = draw.pick(["float32", "float16", "bfloat16"] if draw.keras else ["float32", "float16"])
    made = f"K.initializers.{name}({arguments_text(options(draw, INITIALIZERS[name]))})"
    shape: tuple[int, ...] = draw.pick([(200, 150), (40, 60, 20), (3, 50, 200)])
    if name == "STFT":
        shape = (draw.pick([8, 16]), 1, draw.pick([10, 18]))
    elif name in ("Identity", "Orthogonal"):
        shape = (draw.integer(1, 5), draw.integer(1, 5))
    lines = [f"initializer = {made}",
             "initializer = type(initializer).from_config(initializer.get_config())",
             f'x = initializer({shape}, dtype="{dtype}")']  # fmt: skip
    numbers = 'np.asarray(K.ops.convert_to_numpy(x), "float64")'
    if name in EXACT:
        lines.append("result = x")
    elif name == "Orthogonal":
        lines += [f"x = {numbers}", "x = x if x.shape[0] < x.shape[1] else x.T",
                  'result = np.asarray(np.round(x @ x.T, 1) + 0.0, "float32")']  # fmt: skip
    else:
        lines += ["kind = str(x.dtype)", f"x = {numbers}",
                  'result = [kind, np.float32(x.mean() + 1), np.float32(x.std())]']  # fmt: skip
    return Program(draw.area, draw.seed, "\n".join(lines), name, frozenset({"statistics"}))


def draw_constraint(draw: Draw) -> Program:
    """Draw a program of a constraint or a regularizer of a matrix: value or gradient."""
    room, table = draw.pick([("constraints", CONSTRAINTS), ("regularizers", REGULARIZERS)])
    name = draw.pick(sorted(table))
    given = arguments_text(options(draw, table[name]))
    array = draw.array((draw.integer(1, 4), draw.integer(1, 4)), "float32")
    gradient = draw.yes()
    text = f"""x = {array}
rule = K.{room}.{name}({given})
rule = type(rule).from_config(rule.get_config())
result = {"gradient" if gradient else "call"}(rule, x)"""
    return Program(draw.area, draw.seed, text, name, frozenset({"cancelled"} if gradient else ()))


ACTIVATIONS = [
    "celu", "elu", "exponential", "gelu", "hard_shrink", "hard_sigmoid", "hard_silu", "hard_tanh",
    "leaky_relu", "linear", "log_sigmoid", "log_softmax", "mish", "relu", "relu6", "selu",
    "sigmoid", "silu", "soft_shrink", "softmax", "softplus", "softsign", "sparse_plus",
    "sparse_sigmoid", "sparsemax", "squareplus", "tanh", "tanh_shrink",
]  # fmt: skip


def draw_activation(draw: Draw) -> Program:
    """Draw a program of an activation by name: value or gradient, now and then a large one."""
    name = draw.pick(ACTIVATIONS)
    shape = draw.shape(1, 3, empty=False)
    smooth = draw.yes(0.3)
    x = normal_text(draw.integer(0, 99), shape) if smooth else draw.array(shape, "float32")
    gradient = draw.yes()
    text = f"""x = {x}
result = {"gradient" if gradient else "call"}(K.activations.get("{name}"), x)"""
    return Program(draw.area, draw.seed, text, name, frozenset({"gradient"} if gradient else ()))
