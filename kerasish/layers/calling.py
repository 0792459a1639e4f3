"""What happens around a layer's `call`: inputs converted, weights built, masks handed on."""

from __future__ import annotations

import functools
import inspect
from typing import Any

import numpy as np

from kerasish import tree
from kerasish._frames import filter_traceback, warn
from kerasish._names import named
from kerasish._registry import is_ours
from kerasish.arrays.dtype import is_float
from kerasish.backend.convert import as_tensor
from kerasish.backend.scopes import autocast_to, scopes
from kerasish.backend.tensor import Tensor
from kerasish.backend.variable import Variable
from kerasish.errors import IndexRangeError, explain
from kerasish.layers.call_spec import CallSpec, context, entered, is_tensor_like
from kerasish.layers.input_spec import InputSpec, assert_input_compatibility
from kerasish.ops.keras_tensor import KerasTensor, first_symbolic
from kerasish.ops.operation import Call, Operation

_ANYTHING = InputSpec()


class LayerCalling:
    """The call of a layer, from its arguments to its outputs."""

    _quick_spec: InputSpec | None = None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        try:
            if len(args) == 1:
                x = args[0]
                if type(x) is np.ndarray and vars(self).get("_quick_dtype") is x.dtype:
                    x = as_tensor(x)
                if type(x) is Tensor and self._is_simple(x, kwargs):
                    return self._quick_call(x, kwargs.get("training"))
            return self._full_call(args, kwargs)
        except BaseException as error:
            filter_traceback(error)
            raise

    def _full_call(self, args: Any, kwargs: Any) -> Any:
        """The call with all that may surround it."""
        handle = first_symbolic((args, kwargs))
        if handle is not None and not isinstance(handle, KerasTensor):
            return handle.defer(self, args, kwargs, self.name)
        self._check_super_called()
        self._called = True
        args, kwargs = self._convert(args, kwargs)
        self._check_positional(args)
        wanted = None if self._takes_training else kwargs.pop("training", None)
        spec = CallSpec(self._call_signature, args, kwargs)
        assert_input_compatibility(self.input_spec, spec.first, self.name)
        with entered(self) as outermost, named(self.name, self):
            if outermost:
                self._clear_losses()
            context.training = training = self._resolve_training(spec, wanted)
            added: dict[str, Any] = {}
            if training is not None and self._takes_training:
                added["training"] = training
                args = self._without_positional(args, "training")
            self._pass_masks(spec, added)
            with autocast_to(self.compute_dtype if self.autocast else None):
                self._maybe_build(spec)
                if handle is not None:
                    outputs = self._call_on_handles(args, kwargs, added)
                else:
                    try:
                        outputs = self.call(*args, **{**kwargs, **added})
                    except IndexRangeError as error:
                        error.locate(self.path)
                        raise
            self._after_call(spec, outputs)
        return outputs

    def _is_simple(self, x: Tensor, kwargs: dict[str, Any]) -> bool:
        """Whether nothing but the call itself is to be done for one tensor.

        It is not while a call is traced, which wants to know whose steps it writes down (a node's
        dtype is a name), nor where weights are read in another dtype than the layer's own.
        """
        own = vars(self)
        return bool(
            own.get("built")
            and own.get("_called")
            and (not kwargs or (len(kwargs) == 1 and "training" in kwargs))
            and own["activity_regularizer"] is None
            and type(self).compute_mask is LayerCalling.compute_mask
            and not hasattr(x, "_keras_mask")
            and own["_computes_as_kept"]
            and x.value.dtype is own["_quick_dtype"]
            and (scopes.autocast is None or scopes.autocast == own["_quick_name"])
        )

    def _formula(self) -> Any:
        """Return what `call` computes, as a composite and its weights, or None."""
        return None

    def _formula_for(self, x: Tensor) -> Any:
        """Return `_formula` where to compute it is all that a call would do; else None.

        Args:
            x: what the layer is called with, or one of the same dtype before it.
        """
        found = self._formula()
        if found is None or "call" in vars(self) or not is_ours(type(self)):
            return None
        return found if self._is_simple(x, {}) else None

    def _quick_call(self, x: Tensor, training: Any) -> Any:
        """The call of a built layer on one tensor of its own dtype: no more than is needed."""
        spec = self._quick_spec
        if spec is None:
            spec = self._quick_spec = self.input_spec or _ANYTHING
        if not (type(spec) is InputSpec and spec.fits(x.value.shape)):
            assert_input_compatibility(self.input_spec, x, self.name)
        before = context.entry, context.training
        if before[0] is None:
            context.entry = self
            self._clear_losses()
        try:
            if training is None:
                training = before[1] if before[1] is not None else self._training_default
            context.training = training
            if training is None or not self._takes_training:
                return self.call(x)
            return self.call(x, training=training)
        except IndexRangeError as error:
            error.locate(self.path)
            raise
        finally:
            context.entry, context.training = before

    def _call_on_handles(self, args: Any, kwargs: Any, added: Any) -> Any:
        """Find the outputs' shapes, and record the call as the user wrote it."""
        seen_args, seen_kwargs = tree.map_structure(self._as_computed, (args, {**kwargs, **added}))
        outputs = self.compute_output_spec(*seen_args, **seen_kwargs)
        Call(self, args, kwargs, outputs)
        return outputs

    def _as_computed(self, x: Any) -> Any:
        """A handle as the layer will see it: in its compute dtype."""
        cast = self._convert_input_args and self.autocast and isinstance(x, KerasTensor)
        if cast and is_float(x.dtype) and x.dtype != self.compute_dtype:
            return _keep_mask(x, KerasTensor(x.shape, self.compute_dtype))
        return x

    def _convert(self, args: Any, kwargs: Any) -> tuple[Any, dict[str, Any]]:
        """Turn arrays into tensors, and floats into the compute dtype."""
        if not self._convert_input_args:
            return args, dict(kwargs)
        is_one_tensor = len(args) == 1 and not kwargs and type(args[0]) is Tensor
        if is_one_tensor and args[0].dtype == self.compute_dtype:
            return args, kwargs
        convert = functools.partial(_convert_one, policy=self.dtype_policy, autocast=self.autocast)
        return tree.map_structure(convert, args), tree.map_structure(convert, kwargs)

    def _check_positional(self, args: Any) -> None:
        if self._allow_non_tensor_positional_args:
            return
        for arg in tree.flatten(args):
            if arg is not None and not is_tensor_like(arg):
                raise ValueError(
                    explain(
                        f"Layer {self.name!r} takes only tensors as positional arguments; pass "
                        "others by their names",
                        argument=arg,
                        type=type(arg).__name__,
                    )
                )

    def _resolve_training(self, spec: CallSpec, wanted: Any) -> Any:
        training = spec.arguments.get("training", wanted)
        if training is None:
            training = context.training
        return self._training_default if training is None else training

    def _without_positional(self, args: Any, name: str) -> Any:
        names = list(self._call_signature.parameters)
        return args[: names.index(name)] if name in names else args

    def _maybe_build(self, spec: CallSpec) -> None:
        if self.built:
            return
        shapes = spec.shapes()
        if not _defines_build(self):
            if holds_unbuilt(self):
                self._build_by_running(spec)
            self._finish_building()
            return
        self.build(**self._build_arguments(shapes))

    def _build_arguments(self, shapes: dict[str, Any]) -> dict[str, Any]:
        """Match the shapes to the parameters of `build`: the only one, or by name."""
        parameters = inspect.signature(self.build).parameters
        if any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
            return shapes
        names = list(parameters)
        if len(names) == 1:
            return {names[0]: next(iter(shapes.values()), None)}
        for name in names:
            if parameters[name].default is not inspect.Parameter.empty:
                continue
            argument = name.removesuffix("_shape")
            is_known = name in shapes or argument in self._call_signature.parameters
            if not (name.endswith("_shape") and is_known):
                raise ValueError(
                    f"`build()` of layer {self.name!r} has an argument {name!r}. It must take one "
                    "argument, or arguments named like those of `call()` with `_shape` behind: "
                    f"{sorted(shapes)}."
                )
        return {name: shapes.get(name) for name in names if name in shapes}

    def _build_by_running(self, spec: CallSpec) -> None:
        """Let sublayers build themselves: run the call on shapes alone."""
        to_spec = lambda x: KerasTensor(x.shape, str(x.dtype)) if is_tensor_like(x) else x  # noqa: E731
        arguments = {k: tree.map_structure(to_spec, v) for k, v in spec.arguments.items()}
        Operation.compute_output_spec(self, **arguments)

    def _pass_masks(self, spec: CallSpec, kwargs: dict[str, Any]) -> None:
        """Hand the masks that inputs carry to a call that takes them."""
        if len(spec.tensors) == 1:
            if self._takes_mask and spec.arguments.get("mask") is None:
                masks = tree.map_structure(mask_of, spec.first)
                if any(m is not None for m in tree.flatten(masks)):
                    kwargs["mask"] = masks
            return
        for name, value in spec.tensors.items():
            key = f"{name}_mask"
            if key in self._call_signature.parameters and spec.arguments.get(key) is None:
                masks = tree.map_structure(mask_of, value)
                if any(m is not None for m in tree.flatten(masks)):
                    kwargs[key] = masks

    def _after_call(self, spec: CallSpec, outputs: Any) -> None:
        if self.activity_regularizer is not None:
            for output in tree.flatten(outputs):
                if isinstance(output, Tensor):
                    rows = max(output.shape[0] if output.shape else 1, 1)
                    self.add_loss(self.activity_regularizer(output) / rows)
        masks = tree.map_structure(mask_of, spec.first) if spec.first is not None else None
        if all(m is None for m in tree.flatten(masks)):
            makes_masks = type(self).compute_mask is not LayerCalling.compute_mask
            if not (makes_masks and self.supports_masking):
                return
            masks = masks if isinstance(spec.first, (list, tuple, dict)) else None
        if not self.supports_masking:
            warn(
                f"Layer {self.name!r} (of type {type(self).__name__}) was passed an input with a "
                "mask, but does not support masking. The mask goes no further."
            )
            return
        computed = self.compute_mask(spec.first, masks)
        flat = tree.flatten(computed)
        for output, mask in zip(tree.flatten(outputs), flat, strict=False):
            if mask is not None and mask_of(output) is None:
                output._keras_mask = mask

    def compute_mask(self, inputs: Any, previous_mask: Any) -> Any:
        """Return the mask of the outputs; by default that of the inputs."""
        return previous_mask


def _defines_build(layer: Any) -> bool:
    from kerasish.layers.layer import Layer

    return type(layer).build is not Layer.build


def holds_unbuilt(layer: Any) -> bool:
    """Whether a layer within is not built yet."""
    return any(not inner.built for inner in layer._layers)


def mask_of(x: Any) -> Any:
    """Return the mask that a tensor carries, or None."""
    return getattr(x, "_keras_mask", None)


def map_shapes(function: Any, structure: Any) -> Any:
    """Apply a function to each shape (a tuple of sizes) in a structure."""
    if isinstance(structure, (list, tuple)) and all(
        size is None or isinstance(size, int) for size in structure
    ):
        return function(tuple(structure))
    if isinstance(structure, dict):
        return {key: map_shapes(function, value) for key, value in structure.items()}
    return type(structure)(map_shapes(function, value) for value in structure)


def _convert_one(x: Any, policy: Any, autocast: bool) -> Any:
    if isinstance(x, (Tensor, Variable)):
        wrong = autocast and is_float(x.dtype) and x.dtype != policy.compute_dtype
        return _keep_mask(x, as_tensor(x, policy.compute_dtype)) if wrong else x
    if isinstance(x, KerasTensor):
        return x
    if hasattr(x, "__array__"):
        return _convert_one(as_tensor(x), policy, autocast)
    return x


def _keep_mask(old: Any, new: Any) -> Any:
    if mask_of(old) is not None:
        new._keras_mask = mask_of(old)
    return new
