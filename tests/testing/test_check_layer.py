"""check_layer is checked: each kind of fault, made on purpose, must be found."""

import numpy as np
import pytest

from kerasish import layers, ops
from kerasish.testing.layers import check_layer


class Scale(layers.Layer):
    """A layer without a fault; each class below has one."""

    def __init__(self, factor=2.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def build(self, input_shape):
        self.weight = self.add_weight(name="weight", shape=(input_shape[-1],))

    def call(self, inputs):
        return inputs * self.weight * self.factor

    def compute_output_shape(self, input_shape):
        return input_shape


def check(cls, **given):
    names = {cls.__name__: cls}
    return check_layer(cls, {"factor": 3.0}, (4, 3), custom_objects=names, **given)


def test_a_layer_without_a_fault_passes():
    layer = check(Scale)
    assert layer.built


def test_a_config_that_forgets_is_found():
    class Forgets(Scale):
        def get_config(self):
            config = super().get_config()
            return {**config, "factor": config["factor"] + 1}

    with pytest.raises(AssertionError, match="the config"):
        check(Forgets)


def test_a_config_that_json_cannot_hold_is_found():
    class Keeps(Scale):
        def get_config(self):
            return {**super().get_config(), "factor": np.float32(3)}

    with pytest.raises(TypeError, match="JSON"):
        check(Keeps)


def test_a_wrong_shape_is_found():
    class Longer(Scale):
        def compute_output_shape(self, input_shape):
            return (*input_shape[:-1], input_shape[-1] + 1)

    with pytest.raises(AssertionError, match="told"):
        check(Longer)


def test_a_wrong_dtype_is_found():
    class Wide(Scale):
        def call(self, inputs):
            return ops.cast(super().call(inputs), "float64")

    with pytest.raises(AssertionError, match="told float32, got float64"):
        check(Wide)


def test_weights_that_depend_on_the_way_of_building_are_found():
    class Hasty(Scale):
        def build(self, input_shape):
            super().build(input_shape)
            if input_shape[0] is None:
                self.more = self.add_weight(name="more", shape=())

    with pytest.raises(AssertionError, match="was built with"):
        check(Hasty)


def test_state_that_engines_do_not_share_is_found():
    class Counts(Scale):
        def call(self, inputs, training=False):
            vars(self)["count"] = vars(self).get("count", 0) + 1  # in Python: a graph counts once
            return super().call(inputs) + float(vars(self)["count"])

    with pytest.raises(AssertionError, match="by engine"):
        check(Counts, mixed_precision=False)


def test_a_weight_kept_in_half_precision_is_found():
    class Narrow(Scale):
        def build(self, input_shape):
            shape = (input_shape[-1],)
            self.weight = self.add_weight(name="weight", shape=shape, dtype=self.compute_dtype)

    with pytest.raises(AssertionError, match="keeps weight in float16"):
        check(Narrow)


def test_computing_wide_in_mixed_precision_is_found():
    class Wide(Scale):
        def call(self, inputs):
            return ops.cast(inputs, "float32") * self.weight * self.factor

        def compute_output_spec(self, inputs):
            from kerasish.ops.keras_tensor import KerasTensor

            return KerasTensor(inputs.shape, "float32")

    with pytest.raises(AssertionError, match="should compute in float16"):
        check(Wide)
