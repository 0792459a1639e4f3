"""OPS: how each public op is called. A test fails when an op has no entry here."""

from __future__ import annotations

from tests.parity.fuzz import op_arguments as arguments
from tests.parity.fuzz import op_others as others
from tests.parity.fuzz.calls import (
    Kind,
    always,
    axes,
    axis,
    binary,
    choice,
    dtype,
    flag,
    shaped,
    signed,
    unary,
    without_arrays,
    written,
)

SMOOTH, KINKED = "finite", "ordinary"

_ELEMENTWISE: dict[str, Kind] = {
    **dict.fromkeys(["abs", "absolute", "relu", "relu6", "hard_sigmoid", "hard_silu",
                     "hard_swish", "hard_tanh", "sparse_plus", "sparse_sigmoid"],
                    unary(gradient=KINKED)),
    **dict.fromkeys(["arctan", "cos", "cosh", "erf", "exp", "exp2", "expm1", "log_sigmoid",
                     "negative", "selu", "sigmoid", "silu", "sin", "sinh", "softplus", "softsign",
                     "square", "swish", "tan", "tanh", "tanh_shrink", "real"],
                    unary(gradient=SMOOTH)),
    **dict.fromkeys(["log", "log1p", "log2", "log10", "reciprocal", "rsqrt", "sqrt"],
                    unary(gradient="positive")),
    **dict.fromkeys(["arccos", "arcsin", "erfinv"], unary(gradient="unit")),
    **dict.fromkeys(["ceil", "floor", "sign", "trunc", "isfinite", "isinf", "isnan",
                     "logical_not"], unary()),
    "round": unary(decimals=choice(0, 1, 2, -1, -2)),
    "gelu": unary(gradient=SMOOTH, approximate=choice(True, False)),
    "celu": unary(gradient=SMOOTH, alpha=choice(1.0, 0.5, 2.0)),
    "elu": unary(gradient=SMOOTH, alpha=choice(1.0)),
    "leaky_relu": unary(gradient=KINKED, negative_slope=choice(0.1, 0.5)),
    "squareplus": unary(gradient=SMOOTH, b=choice(1.0, 4)),
    "hard_shrink": unary(gradient=KINKED, threshold=choice(0.25, 1.0)),
    "soft_shrink": unary(gradient=KINKED, threshold=choice(0.25, 1.0)),
    "threshold": unary(gradient=KINKED, threshold=always(0.3, -0.5), default_value=always(7.0)),
    "nan_to_num": unary(gradient=KINKED, nan=choice(1.5), posinf=choice(9.0), neginf=choice(-8.0)),
    "clip": shaped(arguments.clip, gradient=KINKED),
    "stop_gradient": unary(),
    "bitwise_invert": unary(kinds="ib"), "bitwise_not": unary(kinds="ib"),
}  # fmt: skip

_PAIRS: dict[str, Kind] = {
    **dict.fromkeys(["add", "subtract", "multiply"], binary(gradient=SMOOTH)),
    **dict.fromkeys(["divide", "true_divide", "arctan2"], binary(gradient="positive")),
    **dict.fromkeys(["maximum", "minimum", "divide_no_nan"], binary(gradient=KINKED)),
    "logaddexp": binary(gradient=SMOOTH),
    "power": binary("finite", gradient="positive"),
    **dict.fromkeys(["floor_divide", "mod"], binary("finite")),
    **dict.fromkeys(["equal", "not_equal", "greater", "greater_equal", "less", "less_equal",
                     "logical_and", "logical_or", "logical_xor"], binary()),
    **dict.fromkeys(["bitwise_and", "bitwise_or", "bitwise_xor"],
                    binary(kinds="ib", values="ordinary")),
    **dict.fromkeys(["bitwise_left_shift", "bitwise_right_shift", "left_shift", "right_shift"],
                    binary(kinds="i", values="positive")),
    "isclose": binary(rtol=choice(1e-3), atol=choice(0.5), equal_nan=flag),
    "outer": binary("ordinary", gradient="ordinary", scalars=False),
    **dict.fromkeys(["matmul"], written(arguments.matmul, "ordinary", "ordinary")),
    "dot": written(arguments.dot, "ordinary", "ordinary"),
    "tensordot": written(arguments.tensordot, "ordinary", "ordinary"),
}  # fmt: skip

_REDUCTIONS: dict[str, Kind] = {
    **dict.fromkeys(["sum", "mean"], unary("finite", "ordinary", axis=axes, keepdims=flag)),
    **dict.fromkeys(["var", "std"], unary("ordinary", "ordinary", axis=axes, keepdims=flag)),
    "prod": unary("ordinary", "ordinary", axis=axes, keepdims=flag, dtype=signed),
    **dict.fromkeys(["max", "min"],
                    unary(gradient=KINKED, axis=axes, keepdims=flag, initial=choice(1, 0.5))),
    **dict.fromkeys(["amax", "amin"], unary(gradient=KINKED, axis=axes, keepdims=flag)),
    **dict.fromkeys(["all", "any"], unary(axis=axes, keepdims=flag)),
    **dict.fromkeys(["argmax", "argmin"], unary("ties", axis=axis, keepdims=flag)),
    "argsort": unary("ties", axis=axis), "sort": unary(gradient=KINKED, axis=axis),
    "count_nonzero": unary(axis=axes),
    "cumsum": unary("finite", "ordinary", axis=axis, dtype=signed),
    "logsumexp": unary(gradient=SMOOTH, axis=axes, keepdims=flag),
    "moments": unary("ordinary", "ordinary", least=1, axes=always(0, -1, [0]), keepdims=flag),
    "softmax": unary(gradient=SMOOTH, least=1, axis=axes),
    "log_softmax": unary(gradient=SMOOTH, least=1, axis=axes),
    "sparsemax": unary("ordinary", "ordinary", least=1, kinds="f", axis=choice(-1)),
    "normalize": unary("ordinary", "ordinary", least=1, axis=axis, order=choice(1, 2, 3)),
    "glu": shaped(arguments.glu, values="finite", least=1, kinds="f"),
    "layer_normalization": shaped(arguments.layer_normalization, values="ordinary", least=1,
                                  kinds="f", empty=False),
    "rms_normalization": shaped(arguments.rms_normalization, values="ordinary", least=1,
                                kinds="f", empty=False),
    "batch_normalization": written(arguments.batch_normalization, "ordinary", "ordinary"),
    "top_k": shaped(arguments.top_k, least=1, kinds="fi", values="ordinary"),
    "in_top_k": written(arguments.in_top_k),
}  # fmt: skip

_SHAPES: dict[str, Kind] = {
    **dict.fromkeys(["ndim", "shape", "size"], unary()),
    "dtype": written(arguments.dtype_of), "is_tensor": written(arguments.dtype_of),
    "convert_to_numpy": unary(), "ravel": unary(gradient="ordinary"),
    "flip": unary(gradient="ordinary", axis=axes),
    "transpose": shaped(arguments.transpose), "reshape": shaped(arguments.reshape),
    "broadcast_to": shaped(arguments.broadcast_to), "tile": shaped(arguments.tile),
    "repeat": shaped(arguments.repeat), "pad": shaped(arguments.pad, least=1),
    "moveaxis": shaped(arguments.moveaxis, least=1),
    "swapaxes": shaped(arguments.swapaxes, least=1),
    "expand_dims": shaped(arguments.expand_dims), "squeeze": shaped(arguments.squeeze),
    "split": shaped(arguments.split, least=1), "unstack": shaped(arguments.unstack, least=1),
    "get_item": shaped(arguments.get_item, least=1, empty=False),
    "slice": shaped(arguments.slice_, least=1),
    "slice_update": written(arguments.slice_update, gradient="ordinary"),
    "take": shaped(arguments.take, least=1, empty=False),
    "take_along_axis": written(arguments.take_along_axis, gradient="ordinary"),
    "concatenate": written(arguments.concatenate, "edges", "ordinary"),
    "stack": written(arguments.stack, "edges", "ordinary"),
    "where": written(arguments.where, "edges", "ordinary"),
    "broadcast_shapes": without_arrays(others.broadcast_shapes),
}  # fmt: skip

_CREATION: dict[str, Kind] = {
    "cast": shaped(arguments.a_dtype, gradient=None, values="ordinary"),
    "saturate_cast": shaped(arguments.a_dtype, gradient=None),
    "array": unary(dtype=dtype, values="ordinary"),
    "convert_to_tensor": unary(dtype=dtype, values="ordinary"),
    "zeros_like": unary(dtype=dtype), "ones_like": unary(dtype=dtype),
    "full_like": unary(dtype=dtype, fill_value=always(0, 1, 2.5, True)),
    "zeros": without_arrays(others.made), "ones": without_arrays(others.made),
    "empty": without_arrays(others.made), "full": without_arrays(others.full),
    "arange": without_arrays(others.arange), "linspace": without_arrays(others.linspace),
    "eye": without_arrays(others.eye), "identity": without_arrays(others.identity),
    "one_hot": written(others.one_hot), "multi_hot": written(others.multi_hot),
}  # fmt: skip

_LOSSES: dict[str, Kind] = {
    "binary_crossentropy": written(others.binary_crossentropy, gradient="ordinary"),
    "categorical_crossentropy": written(others.categorical_crossentropy, gradient="ordinary"),
    "sparse_categorical_crossentropy": written(
        others.sparse_categorical_crossentropy, gradient="ordinary"
    ),
    "ctc_loss": written(others.ctc_loss, gradient="ordinary"),
}

_CONTROL: dict[str, Kind] = {
    name: written(getattr(others, name.replace("map", "map_")), gradient=gradient)
    for name, gradient in {
        "cond": "ordinary", "switch": "ordinary", "while_loop": None, "fori_loop": None,
        "scan": "ordinary", "foldl": "ordinary", "map": "ordinary", "custom_gradient": "ordinary",
    }.items()
}  # fmt: skip

OPS: dict[str, Kind] = {
    **_ELEMENTWISE, **_PAIRS, **_REDUCTIONS, **_SHAPES, **_CREATION, **_LOSSES, **_CONTROL,
}  # fmt: skip
