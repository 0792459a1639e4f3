"""Programs of one layer: every argument, training or not, masks, dtype policies, its config."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.parity.fuzz.area_losses import options
from tests.parity.fuzz.drawing import Draw, Text, arguments_text, array_text
from tests.parity.fuzz.programs import Program

Shapes = list[tuple[int, ...]]
INITIALIZED = ["ones", "zeros", "he_normal", Text("K.initializers.Constant(0.3)")]
REGULARIZED = ["l2", Text("K.regularizers.L1L2(0.01, 0.02)")]
CONSTRAINED = ["non_neg", Text("K.constraints.MaxNorm(0.5)")]
ACTIVATED = ["relu", "tanh", "softmax", "gelu", "softplus", "sigmoid", "elu", None]
SCALED: dict[str, list[Any]] = {
    "center": [False], "scale": [False], "epsilon": [0.1, 1e-5], "beta_initializer": INITIALIZED,
    "gamma_regularizer": REGULARIZED, "beta_constraint": CONSTRAINED,
}  # fmt: skip


def ranks(least: int, most: int) -> Callable[[Draw], Shapes]:
    """Return what draws the shape of one input."""
    return lambda draw: [draw.shape(least, most, empty=False)]


def merged(draw: Draw) -> Shapes:
    """Draw two or three shapes of one rank, some sizes 1."""
    shape = draw.shape(2, 4, empty=False)
    thin = [tuple(1 if i and draw.yes(0.2) else n for i, n in enumerate(shape)) for _ in range(3)]
    return [shape, *thin[: draw.integer(1, 2)]]


def exactly_two(draw: Draw) -> Shapes:
    """Draw one shape twice."""
    shape = draw.shape(2, 4, empty=False)
    return [shape, shape]


def joined(draw: Draw) -> Shapes:
    """Draw shapes that differ in the last axis."""
    shape = draw.shape(1, 3, empty=False)
    return [(*shape, draw.integer(1, 4)) for _ in range(draw.integer(1, 3))]


Drawn = tuple[Callable[[Draw], Shapes], dict[str, list[Any]]]
NO_OPTIONS: dict[str, list[Any]] = {}
LAYERS: dict[str, Drawn] = {
    "Dense": (ranks(2, 4), {
        "activation": ACTIVATED, "use_bias": [False], "kernel_initializer": INITIALIZED,
        "bias_initializer": INITIALIZED, "kernel_regularizer": REGULARIZED,
        "bias_regularizer": REGULARIZED, "activity_regularizer": REGULARIZED,
        "kernel_constraint": CONSTRAINED, "bias_constraint": CONSTRAINED}),
    "Embedding": (ranks(1, 3), {"embeddings_initializer": INITIALIZED, "mask_zero": [True],
                                "embeddings_regularizer": REGULARIZED}),
    "BatchNormalization": (ranks(2, 4), {**SCALED, "momentum": [0.5], "axis": [1, -1],
                                         "moving_mean_initializer": INITIALIZED}),
    "LayerNormalization": (ranks(2, 4), {**SCALED, "axis": [1, -1, [1, -1]]}),
    "UnitNormalization": (ranks(2, 4), {"axis": [1, -1, [1, -1]]}),
    "Activation": (ranks(1, 4), NO_OPTIONS),
    "ActivityRegularization": (ranks(2, 3), {"l1": [0.1], "l2": [0.2]}),
    "ELU": (ranks(1, 4), {"alpha": [0.5, 1.0]}),
    "LeakyReLU": (ranks(1, 4), {"negative_slope": [0.5]}),
    "PReLU": (ranks(2, 4), {"alpha_initializer": INITIALIZED, "shared_axes": [[1]],
                            "alpha_regularizer": REGULARIZED}),
    "ReLU": (ranks(1, 4), {"max_value": [1.0, 6], "negative_slope": [0.1], "threshold": [0.2]}),
    "Softmax": (ranks(2, 4), {"axis": [1, -1, [1, -1]]}),
    "Dropout": (ranks(2, 4), {"seed": [3]}), "GaussianDropout": (ranks(2, 4), {"seed": [3]}),
    "GaussianNoise": (ranks(2, 4), {"seed": [3]}),
    "Flatten": (ranks(1, 4), {"data_format": ["channels_first", "channels_last"]}),
    "Identity": (ranks(1, 3), NO_OPTIONS), "Masking": (ranks(3, 3), {"mask_value": [0.0, 1.0]}),
    "Permute": (ranks(2, 4), NO_OPTIONS), "RepeatVector": (ranks(2, 2), NO_OPTIONS),
    "Reshape": (ranks(2, 4), NO_OPTIONS),
    "Rescaling": (ranks(1, 4), {"offset": [0.5, -1]}),
    "TimeDistributed": (ranks(3, 3), NO_OPTIONS), "Lambda": (ranks(2, 3), NO_OPTIONS),
    **dict.fromkeys(["Add", "Average", "Maximum", "Minimum", "Multiply"], (merged, NO_OPTIONS)),
    "Subtract": (exactly_two, NO_OPTIONS), "Concatenate": (joined, NO_OPTIONS),
}  # fmt: skip
NOT_DRAWN = {"Layer", "Wrapper", "InputLayer", "InputSpec"}  # bases, and what has no call
RANDOM = {"Dropout", "GaussianDropout", "GaussianNoise"}
MASKED = {"BatchNormalization", "Dense", "Softmax", "TimeDistributed", "Dropout"}


def needed(draw: Draw, name: str, shapes: Shapes) -> dict[str, Any]:
    """Return the arguments that a layer cannot do without."""
    shape = shapes[0]
    if name in RANDOM:
        rate = draw.pick([0.0, 0.3]) if not draw.keras else 0.4
        return {"stddev" if name == "GaussianNoise" else "rate": rate}
    if name == "Permute":
        return {"dims": tuple(int(i) + 1 for i in draw.rng.permutation(len(shape) - 1))}
    if name == "Reshape":
        rest = [int(i) for i in draw.rng.permutation(shape[1:])]
        return {"target_shape": draw.pick([tuple(rest), (-1,), (1, *rest), (-1, *rest[-1:])])}
    return {
        "Dense": {"units": draw.integer(1, 5)},
        "Embedding": {"input_dim": 6, "output_dim": draw.integer(1, 4)},
        "Activation": {"activation": draw.pick(ACTIVATED)},
        "RepeatVector": {"n": draw.integer(1, 3)},
        "Rescaling": {"scale": draw.pick([0.5, 2, -1])},
        "TimeDistributed": {"layer": Text(f"K.layers.Dense({draw.integer(1, 4)})")},
        "Lambda": {"function": Text("lambda x: x * 2 + 1")},
    }.get(name, {})


def draw_layer(draw: Draw) -> Program:
    """Draw a program of a layer."""
    name = draw.pick(sorted(LAYERS))
    draw_shapes, choices = LAYERS[name]
    shapes = draw_shapes(draw)
    given = {**needed(draw, name, shapes), **options(draw, choices)}
    policies = ["mixed_float16", "mixed_bfloat16", "float16", "bfloat16"]
    policies = policies if "bfloat16" in draw.dtypes else ["mixed_float16", "float16"]
    if draw.yes(0.3):
        given["dtype"] = draw.pick(policies)
    arrays = [
        array_text(draw.rng.integers(0, 6, shape), "int32")
        if name == "Embedding"
        else draw.array(shape, "float32", draw.pick(["ordinary", "ordinary", "ties"]))
        for shape in shapes
    ]
    written = text(draw, name, given, arrays, shapes)
    return Program(draw.area, draw.seed, written, name, tags(name, given))


def tags(name: str, given: dict[str, Any]) -> frozenset[str]:
    """Return what decides how near results must be: the policy, whether gradients cancel."""
    found = {given["dtype"]} if "dtype" in given else set()
    return frozenset(found | ({"cancelled"} if "Normalization" in name else set()))


def text(
    draw: Draw, name: str, given: dict[str, Any], arrays: list[str], shapes: Shapes
) -> str:  # fmt: skip
    """Return the program: made, filled, made again from its config, called twice."""
    inputs = f"[{', '.join(arrays)}]" if len(arrays) > 1 or name in MERGES else arrays[0]
    training = draw.yes() and not (name in RANDOM and draw.keras)
    options = {"training": training} if name in {*RANDOM, "BatchNormalization"} else {}
    mask = ""
    if name in MASKED and len(shapes[0]) == 3 and draw.yes(0.5):
        shape = shapes[0] if name == "Softmax" else shapes[0][:2]
        mask = f", mask={draw.array(shape, 'bool')}"
    call = f"layer(x{''.join(f', {key}={value}' for key, value in options.items())}{mask})"
    differentiates = name not in MERGES and not training and name != "Embedding"
    last = f"gradient(lambda x: {call}, x)" if differentiates else "None"
    again = "" if name == "Lambda" else "layer = type(layer).from_config(layer.get_config())\n"
    return f"""x = {inputs}
layer = K.layers.{name}({arguments_text(given)})
{again}{call}
fill(layer, {draw.integer(0, 99)})
result = {{"first": {call}, "losses": list(layer.losses), "second": {call}}}
result["weights"] = list(layer.weights) if {name not in RANDOM} else []
result["names"] = [w.name for w in layer.weights]
result["shape"] = {shape_text(name, shapes)}
result["gradient"] = {last}"""


MERGES = {"Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract", "Concatenate"}


def shape_text(name: str, shapes: Shapes) -> str:
    """Return the call of `compute_output_shape`; the batch size is not known there."""
    unknown = [(None, *shape[1:]) for shape in shapes]
    given = unknown if len(unknown) > 1 or name in MERGES else unknown[0]
    return f"list(layer.compute_output_shape({given}))"
