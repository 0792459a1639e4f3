"""Old names work, and warn once, at the line of the program that has them."""

import pytest

import kerasish as keras


@pytest.mark.parametrize(
    "make",
    [
        lambda: keras.optimizers.SGD(lr=0.1),
        lambda: keras.optimizers.Adam(lr=0.1),
        lambda: keras.layers.Dense(3, input_shape=(2,)),
        lambda: keras.layers.Dense(3, input_dim=2),
        lambda: keras.layers.Dense(3, batch_input_shape=(None, 2)),
    ],
)
def test_an_old_argument_warns_where_it_stands(make):
    with pytest.warns(DeprecationWarning, match="old") as told:
        made = make()
    assert [warning.filename for warning in told] == [__file__]
    if isinstance(made, keras.Layer):
        assert keras.Sequential([made]).output_shape == (None, 3)
    else:
        assert abs(float(made.learning_rate) - 0.1) < 1e-6
