"""Bad input is one clear error, and leaves the model and its optimizer as they were."""

import numpy as np
import pytest

import kerasish as keras
from kerasish.backend.discovery import current

X = np.random.default_rng(0).normal(size=(20, 4)).astype("float32")
Y = np.random.default_rng(1).integers(0, 3, 20)


@pytest.fixture(params=["eager", "graph"])
def engine(request):
    before = current().name
    keras.config.set_backend(request.param)
    yield request.param
    keras.config.set_backend(before)


def trained(loss="sparse_categorical_crossentropy", outputs=3, activation="softmax"):
    model = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(5, activation="relu"),
            keras.layers.Dense(outputs, activation=activation),
        ]
    )
    model.compile("adam", loss, metrics=["mae"] if loss == "mse" else ["accuracy"])
    good = Y if loss.startswith("sparse") else np.zeros((20, outputs), "float32")
    model.fit(X, good, epochs=1, verbose=0)
    return model


def state(model):
    return [v.numpy().tobytes() for v in model.weights + model.optimizer.variables]


CASES = {
    "too few features": (X[:, :3], Y, r"Input 0 of layer 'sequential.*shape=\(20, 3\)"),
    "too many axes": (np.zeros((20, 4, 2), "f"), Y, r"Input 0 of (layer|model) 'sequential"),
    "text for numbers": (np.full((20, 4), "a"), Y, "wrong dtype.*dtype='string'"),
    "complex for real": (X.astype("complex64"), Y, "wrong dtype.*dtype='complex64'"),
    "objects": (np.full((20, 4), None), Y, "`x` must hold numbers"),
    "texts as targets": (X, np.array(list("ab" * 10)), "`y` holds texts.*np.unique"),
    "a list of texts as targets": (X, list("ab" * 10), "`y` holds texts|A list of texts.*np.uniq"),
    "no rows": (X[:0], Y[:0], "`x` has no rows"),
    "no data": (None, Y, "Received: x=None"),
    "another number of targets": (X, Y[:10], "'x' sizes: 20; 'y' sizes: 10"),
    "no targets": (X, None, "`y` is missing"),
    "class numbers beyond the outputs": (X, Y + 5, "`y` holds class numbers.*largest="),
    "negative class numbers": (X, Y - 5, "`y` holds class numbers.*smallest="),
    "NaN among the targets": (X, np.where(Y == 0, np.nan, Y), "`y` holds NaN, first in row"),
    "targets of another shape": (X, np.zeros((20, 2)), "target"),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_data_is_one_error_and_nothing_changes(case, engine):
    x, y, words = CASES[case]
    model = trained()
    before = state(model)
    with pytest.raises((ValueError, TypeError), match=words):
        model.fit(x, y, verbose=0)
    assert state(model) == before
    model.fit(X, Y, epochs=1, verbose=0)  # it still trains
    assert state(model) != before


@pytest.mark.parametrize("case", ["too few features", "NaN among the targets", "no targets"])
def test_the_first_fit_can_be_wrong_and_the_second_right(case, engine):
    x, y, words = CASES[case]
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    with pytest.raises(ValueError, match=words):
        model.fit(x, y, verbose=0)
    assert not model.optimizer.built
    history = model.fit(X, Y, epochs=2, verbose=0).history
    assert list(history) == ["accuracy", "loss"]


def test_targets_of_the_wrong_shape_name_both_shapes(engine):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match=r"`y` does not fit.*f32\[20,2\].*f32\[20,3\]"):
        model.fit(X, np.zeros((20, 2)), verbose=0)


@pytest.mark.parametrize(
    "arguments, words",
    [
        ({"batch_size": 0}, "`batch_size` must be a positive integer.*batch_size=0"),
        ({"epochs": -1}, "`epochs`.*epochs=-1"),
        ({"validation_split": 1.5}, "`validation_split`.*validation_split=1.5"),
        ({"validation_freq": 0, "validation_data": (X, Y)}, "`validation_freq`"),
        ({"sample_weight": np.ones(3)}, "'sample_weight' sizes: 3"),
        ({"verbose": 7}, "Unknown `verbose`.*verbose=7"),
        ({"shuffle": "yes"}, "Unknown `shuffle`"),
    ],
)
def test_bad_arguments_of_fit_are_named(arguments, words, engine):
    model = trained()
    before = state(model)
    with pytest.raises((ValueError, TypeError), match=words):
        model.fit(X, Y, **{"verbose": 0, **arguments})
    assert state(model) == before


@pytest.mark.parametrize(
    "make, words",
    [
        (lambda: keras.layers.Dense(-1), "`units` must be a positive integer.*units=-1"),
        (lambda: keras.layers.Dense(2, activation="reluu"), "'reluu'.*Did you mean 'relu'"),
        (lambda: keras.layers.Dense(2, kernel_initializer="he_norml"), "he_normal"),
        (lambda: keras.layers.Dropout(1.5), "`rate` must be a number from 0 to 1.*rate=1.5"),
        (lambda: keras.optimizers.Adam("fast"), "`learning_rate`.*learning_rate='fast'"),
        (lambda: keras.optimizers.SGD(clipnorm=-1.0), "`clipnorm` must be positive"),
        (lambda: keras.config.set_backend("torch"), r"'torch'.*\['eager', 'graph'\]"),
        (lambda: keras.Input(3), "`shape` must be a tuple"),
    ],
)
def test_bad_constructor_arguments_are_named(make, words):
    with pytest.raises(ValueError, match=words):
        make()


@pytest.mark.parametrize("arguments", [("adamm", "mse"), ("adam", "msee")])
def test_a_failed_compile_leaves_the_model_as_it_was(arguments, engine):
    model = trained()
    before = model.optimizer
    with pytest.raises(ValueError, match="Did you mean"):
        model.compile(*arguments)
    assert model.optimizer is before
    model.fit(X, Y, epochs=1, verbose=0)


def test_an_unbuilt_model_says_what_it_lacks(tmp_path):
    model = keras.Sequential([keras.layers.Dense(1)])
    with pytest.raises(ValueError, match="compile"):
        model.fit(X, Y)
    with pytest.raises(AttributeError, match="not built"):
        _ = model.output_shape
    with pytest.raises(ValueError, match="not built"):
        model.count_params()
    with pytest.raises(ValueError, match="built"):
        model.save_weights(tmp_path / "m.weights.h5")


def test_weights_that_do_not_fit_change_nothing(engine):
    model = trained()
    before = state(model)
    weights = model.get_weights()
    with pytest.raises(ValueError, match="4 weights and was given 1"):
        model.set_weights(weights[:1])
    with pytest.raises(ValueError, match=r"kernel.*shape=\(2, 2\)"):
        model.set_weights([np.zeros((2, 2)), *weights[1:]])
    assert state(model) == before


def test_nan_inputs_and_custom_losses_with_nan_targets_are_the_users_business(engine):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])

    def masked(y_true, y_pred):
        known = keras.ops.logical_not(keras.ops.isnan(y_true))
        error = keras.ops.where(known, y_true, 0.0) - y_pred
        return keras.ops.square(error) * keras.ops.cast(known, "float32")

    model.compile("sgd", masked)
    y = np.where(np.arange(20) % 2, np.nan, 1.0)[:, None]
    history = model.fit(X, y, epochs=1, verbose=0).history
    assert np.isfinite(history["loss"][0])
