"""check_layer: one battery for every layer, ours and those of extensions."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from kerasish import ops, tree
from kerasish.arrays.dtype import is_float
from kerasish.backend.discovery import get
from kerasish.layers import deserialize, serialize
from kerasish.ops.keras_tensor import KerasTensor
from kerasish.optimizers import SGD
from kerasish.testing.bits import assert_same_bits


def check_layer(
    cls: Any, init_kwargs: Any = None, input_shape: Any = None, *,
    input_dtype: str = "float32", input_data: Any = None, mixed_precision: bool = True,
    custom_objects: Any = None,
) -> Any:  # fmt: skip
    """Check what every layer must do.

    - its config, written as JSON and read again, makes a layer with an equal config;
    - `build` alone, a call on handles and a call on arrays make the same weights;
    - the shapes and dtypes told beforehand are those of the outputs, the batch unknown or not;
    - a training step gives the same bits in each engine: outputs, loss, weights, other state;
    - with the policy `mixed_float16` it computes in float16 and keeps its weights in float32.

    Args:
        cls: the layer's class.
        init_kwargs: arguments for it; or, where they hold layers, a function that makes them anew.
        input_shape: the inputs' shape with the batch, or a list of shapes.
        input_dtype: their dtype.
        input_data: the inputs themselves, in place of random ones.
        mixed_precision: whether the policy is tried too.
        custom_objects: for reading the config.

    Returns:
        A built layer.

    Raises:
        AssertionError: with what does not hold.
    """

    def make(**more: Any) -> Any:
        given = init_kwargs() if callable(init_kwargs) else init_kwargs or {}
        return cls(**{**given, **more})

    inputs = _inputs(input_shape, input_dtype) if input_data is None else input_data
    _check_config(make(), custom_objects)
    layer = _check_building(make, inputs)
    _check_shapes(layer, inputs)
    _check_training(make, inputs)
    if mixed_precision:
        _check_mixed_precision(make, inputs)
    return layer


def _require(holds: bool, message: str) -> None:
    if not holds:
        raise AssertionError(message)


def _inputs(shape: Any, dtype: str) -> Any:
    if isinstance(shape, list):
        return [_inputs(s, dtype) for s in shape]
    rng = np.random.default_rng(len(shape))
    if is_float(dtype):
        return rng.normal(size=shape).astype(dtype)
    return rng.integers(0, 2, size=shape).astype(dtype)


def _handles(inputs: Any, any_batch: bool = False) -> Any:
    def handle(x: Any) -> KerasTensor:
        return KerasTensor((None, *x.shape[1:]) if any_batch else x.shape, str(x.dtype))

    return tree.map_structure(handle, inputs)


def _check_config(layer: Any, custom_objects: Any) -> None:
    name = type(layer).__name__
    config = layer.get_config()
    again = type(layer).from_config(json.loads(json.dumps(config)))
    _require(
        again.get_config() == config,
        f"{name}: the config {config} came back as {again.get_config()}",
    )
    whole = deserialize(json.loads(json.dumps(serialize(layer))), custom_objects)
    _require(type(whole) is type(layer), f"{name} came back as a {type(whole).__name__}")
    _require(whole.get_config() == config, f"{name}: serialized and read, its config is another")


def _check_building(make: Any, inputs: Any) -> Any:
    """Build in three ways; return the layer that was called on arrays."""
    built, told, called = make(), make(), make()
    built.build(tree.map_structure(lambda x: tuple(x.shape), inputs))
    told(_handles(inputs, any_batch=True))
    called(_tensors(inputs))
    for layer in (built, told, called):
        _require(layer.built, f"{layer.name} is not built after building")
    for layer in (built, told):
        mine, other = ([(v.name, v.shape, v._dtype) for v in x.weights] for x in (layer, called))
        _require(mine == other, f"{layer.name} was built with {mine}, and with {other}")
    return called


def _tensors(inputs: Any) -> Any:
    return tree.map_structure(ops.convert_to_tensor, inputs)


def _check_shapes(layer: Any, inputs: Any) -> None:
    outputs = tree.flatten(layer(_tensors(inputs)))
    for any_batch in (False, True):
        told = tree.flatten(layer(_handles(inputs, any_batch)))
        for handle, output in zip(told, outputs, strict=True):
            fits = len(handle.shape) == len(output.shape) and all(
                a in (b, None) for a, b in zip(handle.shape, output.shape, strict=True)
            )
            _require(fits, f"{layer.name}: told {handle.shape}, got {output.shape}")
            _require(
                handle.dtype == output.dtype,
                f"{layer.name}: told {handle.dtype}, got {output.dtype}",
            )
    shapes = tree.map_structure(lambda x: tuple(x.shape), inputs)
    computed = layer.compute_output_shape(shapes)
    if len(outputs) == 1:
        _require(
            tuple(computed) == tuple(outputs[0].shape),
            f"{layer.name}: compute_output_shape says {computed}, not {outputs[0].shape}",
        )


def _check_training(make: Any, inputs: Any) -> None:
    first = make()
    first(_tensors(inputs))
    start = [v.numpy() for v in first.variables]
    found = {}
    for engine in ("eager", "graph"):
        layer = make()
        layer(_tensors(inputs))
        for variable, array in zip(layer.variables, start, strict=True):
            variable.assign(array)
        train = _training_step(layer, get(engine))  # traced once: the second step is a replay
        results = [train(_tensors(inputs)) for _ in range(2)]
        state = [v.numpy() for v in layer.variables]
        found[engine] = [x.numpy() for step in results for x in step] + state
    for i, (a, b) in enumerate(zip(found["eager"], found["graph"], strict=True)):
        assert_same_bits(a, b, f"{first.name}: result {i} of two training steps, by engine")


def _training_step(layer: Any, engine: Any) -> Any:
    optimizer = SGD(learning_rate=0.125)
    weights = layer.trainable_weights
    if weights:
        optimizer.build(weights)

    def step(x: Any) -> list[Any]:
        given = {"training": True} if layer._takes_training else {}
        outputs = tree.flatten(layer(x, **given))
        loss = sum(ops.mean(ops.square(ops.cast(o, "float32"))) for o in outputs)
        loss = sum(layer.losses, loss)
        if weights:
            optimizer.apply(engine.gradients(loss, weights), weights)
        return [*outputs, loss]

    return engine.function(step)


def _check_mixed_precision(make: Any, inputs: Any) -> None:
    layer = make(dtype="mixed_float16")
    outputs = tree.flatten(layer(_tensors(inputs)))
    told = tree.flatten(layer(_handles(inputs)))
    for output, handle in zip(outputs, told, strict=True):
        _require(
            not is_float(output.dtype) or output.dtype == "float16",
            f"{layer.name} gives {output.dtype} where it should compute in float16",
        )
        _require(output.dtype == handle.dtype, f"{layer.name}: told {handle.dtype}")
    for variable in layer.weights:
        _require(variable._dtype != "float16", f"{layer.name} keeps {variable.name} in float16")
