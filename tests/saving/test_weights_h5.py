import io
import pathlib
import signal
import subprocess
import sys
import time

import h5py
import numpy as np
import pytest

import kerasish as keras
from kerasish import layers
from kerasish.errors import ModelFileError
from kerasish.saving import load_weights, save_weights

ROOT = pathlib.Path(__file__).parents[2]


def sequential(units=4):
    return keras.Sequential(
        [
            keras.Input((3,)),
            layers.Dense(units, activation="relu"),
            layers.BatchNormalization(),
            layers.Dropout(0.5),
            layers.Dense(2),
        ]
    )


def functional():
    inputs = keras.Input((3,))
    shared = layers.Dense(3)
    inner = keras.Sequential([keras.Input((3,)), layers.Dense(4), layers.Dense(2)])
    return keras.Model(inputs, layers.Dense(1)(inner(shared(shared(inputs)))))


class Blocks(keras.Model):
    """Layers in attributes, in containers, in containers in containers, and a weight."""

    def __init__(self):
        super().__init__()
        self.zed = layers.Dense(3)
        self.blocks = [layers.Dense(3), layers.Dense(3), [layers.Dense(3)]]
        self.named = {"b": layers.Dense(3), "a": layers.Dense(3)}
        self._hidden = layers.Dense(3)
        self.scale = self.add_weight(shape=(3,), initializer="ones", name="scale")

    def call(self, x):
        x = self._hidden(self.zed(x)) * self.scale
        x = self.blocks[2][0](self.blocks[1](self.blocks[0](x)))
        return self.named["a"](self.named["b"](x))


def blocks():
    model = Blocks()
    model(np.ones((1, 3), "float32"))
    return model


def shaken(model, seed=0):
    """The model with other weights, all different."""
    rng = np.random.default_rng(seed)
    model.set_weights([rng.normal(size=w.shape).astype("float32") for w in model.get_weights()])
    return model


def trained(model, optimizer="adam"):
    model.compile(optimizer, "mse")
    rng = np.random.default_rng(0)
    x = rng.normal(size=(8, 3)).astype("float32")
    model.fit(x, np.ones((8, *model(x).shape[1:]), "float32"), verbose=0)
    return model


def state(model):
    optimizer = getattr(model, "optimizer", None)
    variables = [*model.weights, *(optimizer.variables if optimizer is not None else [])]
    return [np.array(variable) for variable in variables]


def assert_same(first, second):
    assert len(first) == len(second)
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)


def paths(file):
    found = []
    with h5py.File(file) as opened:
        opened.visititems(lambda name, item: found.append(name) if hasattr(item, "shape") else None)
    return found


@pytest.mark.parametrize("make", [sequential, functional, blocks])
def test_what_is_saved_comes_back(make, tmp_path):
    model, other = shaken(make()), make()
    save_weights(model, tmp_path / "m.weights.h5")
    report = load_weights(other, tmp_path / "m.weights.h5")
    assert_same(model.get_weights(), other.get_weights())
    assert report.problems == {}
    assert report.unused == ()


@pytest.mark.parametrize("make", [sequential, functional, blocks])
def test_the_optimizer_comes_along(make, tmp_path):
    model, other = trained(make()), make()
    other.compile("adam", "mse")
    save_weights(model, tmp_path / "m.weights.h5")
    load_weights(other, tmp_path / "m.weights.h5")
    assert_same(state(model), state(other))
    assert int(other.optimizer.iterations) == 1


def test_a_model_goes_on_training_as_if_nothing_had_happened(tmp_path):
    model = trained(keras.Sequential([keras.Input((3,)), layers.Dense(2)]))
    other = keras.Sequential([keras.Input((3,)), layers.Dense(2)])
    other.compile("adam", "mse")
    save_weights(model, tmp_path / "m.weights.h5")
    load_weights(other, tmp_path / "m.weights.h5")
    x, y = np.ones((4, 3), "float32"), np.zeros((4, 2), "float32")
    for each in (model, other):
        each.fit(x, y, epochs=3, verbose=0, shuffle=False)
    assert_same(state(model), state(other))


def test_the_layout_is_that_of_keras(tmp_path):
    save_weights(blocks(), tmp_path / "m.weights.h5")
    # `layers` comes before `named` in the alphabet, so the layers in there are met in `layers`.
    parts = [
        "blocks/container/dense", "blocks/dense", "blocks/dense_1", "layers/dense",
        "layers/dense_4", "layers/dense_5", "layers/dense_6",
    ]  # fmt: skip
    expected = [f"{part}/vars/{i}" for part in parts for i in range(2)]
    assert paths(tmp_path / "m.weights.h5") == [*expected, "vars/0"]
    with h5py.File(tmp_path / "m.weights.h5") as file:
        assert file["blocks/dense/vars"].attrs["name"].startswith("dense")


def test_batch_normalization_keeps_four(tmp_path):
    save_weights(sequential(), tmp_path / "m.weights.h5")
    expected = [f"layers/batch_normalization/vars/{i}" for i in range(4)]
    assert set(expected) <= set(paths(tmp_path / "m.weights.h5"))


def test_a_model_in_memory(tmp_path):
    model, other = shaken(sequential()), sequential()
    memory = io.BytesIO()
    save_weights(model, memory)
    memory.seek(0)
    load_weights(other, memory)
    assert_same(model.get_weights(), other.get_weights())


def test_a_part_shared_by_two_attributes_is_written_once(tmp_path):
    class Twice(keras.Model):
        def __init__(self):
            super().__init__()
            self.first = self.second = layers.Dense(3)

        def call(self, x):
            return self.second(self.first(x))

    model = Twice()
    model(np.ones((1, 3), "float32"))
    save_weights(model, tmp_path / "m.weights.h5")
    assert paths(tmp_path / "m.weights.h5") == ["first/vars/0", "first/vars/1"]


def test_a_part_that_knows_its_owner_does_not_go_round_in_circles(tmp_path):
    model = shaken(blocks())
    object.__setattr__(model.zed, "owner", model)
    other = blocks()
    object.__setattr__(other.zed, "owner", other)
    save_weights(model, tmp_path / "m.weights.h5")
    load_weights(other, tmp_path / "m.weights.h5")
    assert_same(model.get_weights(), other.get_weights())


def test_a_layer_may_save_itself_in_its_own_way(tmp_path):
    class Table(layers.Layer):
        words = ()

        def build(self, shape):
            self.w = self.add_weight(shape=(2,), name="w")

        def call(self, x):
            return x * self.w

        def save_own_variables(self, store):
            store["codes"] = np.array([ord(word) for word in self.words])
            store["w"] = self.w

        def load_own_variables(self, store):
            self.words = tuple(chr(code) for code in store["codes"])
            self.w.assign(store["w"])

    def make():
        return keras.Sequential([keras.Input((2,)), Table()])

    model, other = make(), make()
    model.layers[0].words = ("a", "b")
    save_weights(model, tmp_path / "m.weights.h5")
    load_weights(other, tmp_path / "m.weights.h5")
    assert other.layers[0].words == ("a", "b")
    assert_same(model.get_weights(), other.get_weights())


def test_a_layer_that_fails_halfway_leaves_the_model_as_it_was(tmp_path):
    class Failing(layers.Dense):
        def load_own_variables(self, store):
            self.kernel.assign(store["0"])
            raise RuntimeError("no room")

    def make():
        return shaken(keras.Sequential([keras.Input((3,)), layers.Dense(3), Failing(2)]), seed=1)

    save_weights(shaken(make(), seed=2), tmp_path / "m.weights.h5")
    model = make()
    before = state(model)
    with pytest.raises(ModelFileError, match="no room"):
        load_weights(model, tmp_path / "m.weights.h5")
    assert_same(state(model), before)


@pytest.mark.parametrize("use", [save_weights, load_weights])
@pytest.mark.parametrize("name", ["m.h5", "m.keras", "m"])
def test_the_ending_must_be_right(use, name, tmp_path):
    with pytest.raises(ValueError, match=rf"must end in `\.weights\.h5`.*{name}"):
        use(sequential(), tmp_path / name)


@pytest.mark.parametrize("use", [save_weights, load_weights])
def test_a_model_without_weights_is_refused(use, tmp_path):
    with pytest.raises(ValueError, match="before it is built"):
        use(keras.Sequential([layers.Dense(2)]), tmp_path / "m.weights.h5")


def test_an_existing_file_may_be_protected(tmp_path):
    path = tmp_path / "m.weights.h5"
    save_weights(sequential(), path)
    before = path.read_bytes()
    with pytest.raises(FileExistsError, match="overwrite=True"):
        save_weights(shaken(sequential()), path, overwrite=False)
    assert path.read_bytes() == before
    save_weights(shaken(sequential()), path)
    assert path.read_bytes() != before


def test_a_file_for_another_model_names_each_layer_and_changes_nothing(tmp_path):
    save_weights(sequential(5), tmp_path / "m.weights.h5")
    model = shaken(sequential(4))
    before = state(model)
    with pytest.raises(ModelFileError) as caught:
        load_weights(model, tmp_path / "m.weights.h5")
    message = str(caught.value)
    assert "m.weights.h5 does not fit the model: 3 of" in message
    assert "layers/dense: Dense 'dense" in message
    assert "variable 0 has shape (3, 4) in the model, (3, 5) in the file" in message
    assert "layers/batch_normalization: BatchNormalization" in message
    assert_same(state(model), before)


def test_a_missing_layer_is_named(tmp_path):
    save_weights(keras.Sequential([keras.Input((3,)), layers.Dense(3)]), tmp_path / "m.weights.h5")
    longer = keras.Sequential([keras.Input((3,)), layers.Dense(3), layers.Dense(2)])
    with pytest.raises(
        ModelFileError, match=r"(?s)layers/dense_1: .*not in the file\n.*skip_mismatch=True"
    ):
        load_weights(longer, tmp_path / "m.weights.h5")


def test_what_fits_may_be_loaded_alone(tmp_path):
    first = shaken(keras.Sequential([keras.Input((3,)), layers.Dense(4), layers.Dense(2)]))
    save_weights(first, tmp_path / "m.weights.h5")
    second = keras.Sequential([keras.Input((3,)), layers.Dense(4), layers.Dense(7)])
    before = second.get_weights()
    with pytest.warns(UserWarning, match="(?s)not everything was loaded.*layers/dense_1"):
        report = load_weights(second, tmp_path / "m.weights.h5", skip_mismatch=True)
    assert_same(second.get_weights(), [*first.get_weights()[:2], *before[2:]])
    assert report.loaded == ("layers/dense",)
    assert list(report.problems) == ["layers/dense_1"]


def test_nothing_that_fits_is_an_error_all_the_same(tmp_path):
    save_weights(keras.Sequential([keras.Input((3,)), layers.Dense(4)]), tmp_path / "m.weights.h5")
    with pytest.raises(ModelFileError, match="1 of"):
        load_weights(
            keras.Sequential([keras.Input((5,)), layers.Dense(4)]),
            tmp_path / "m.weights.h5",
            skip_mismatch=True,
        )


def test_more_than_the_model_needs_is_a_warning(tmp_path):
    first = shaken(keras.Sequential([keras.Input((3,)), layers.Dense(4), layers.Dense(2)]))
    save_weights(first, tmp_path / "m.weights.h5")
    second = keras.Sequential([keras.Input((3,)), layers.Dense(4)])
    with pytest.warns(UserWarning, match="Not in the model: layers/dense_1"):
        report = load_weights(second, tmp_path / "m.weights.h5")
    assert report.unused == ("layers/dense_1",)


def test_another_optimizer_keeps_its_own_state(tmp_path):
    save_weights(trained(sequential(), "adam"), tmp_path / "m.weights.h5")
    model = sequential()
    model.compile("rmsprop", "mse")
    with pytest.warns(UserWarning, match="optimizer: RMSprop"):
        load_weights(model, tmp_path / "m.weights.h5")
    assert int(model.optimizer.iterations) == 0


def test_a_file_without_optimizer_is_no_reason_to_warn_before_training(tmp_path):
    saved, model = shaken(sequential()), sequential()
    save_weights(saved, tmp_path / "m.weights.h5")
    model.compile("adam", "mse")
    load_weights(model, tmp_path / "m.weights.h5")
    assert_same(model.get_weights(), saved.get_weights())
    assert int(model.optimizer.iterations) == 0


def test_an_optimizer_in_the_file_is_passed_over_by_a_plain_model(tmp_path):
    saved, model = trained(sequential()), sequential()
    save_weights(saved, tmp_path / "m.weights.h5")
    load_weights(model, tmp_path / "m.weights.h5")
    assert_same(model.get_weights(), saved.get_weights())
    assert model.optimizer is None


def test_files_of_2023_called_their_layers_dependencies(tmp_path):
    model = shaken(sequential())
    path = tmp_path / "m.weights.h5"
    save_weights(model, path)
    with h5py.File(path, "a") as file:
        file.move("layers", "_layer_checkpoint_dependencies")
    other = sequential()
    report = load_weights(other, path)
    assert report.unused == ()
    assert_same(model.get_weights(), other.get_weights())


def test_older_files_keep_layers_of_inner_containers_elsewhere(tmp_path):
    model, path = shaken(blocks()), tmp_path / "m.weights.h5"
    save_weights(model, path)
    with h5py.File(path, "a") as file:
        file.move("blocks/container/dense", "layers/dense_3")
    other = blocks()
    load_weights(other, path)
    assert_same(model.get_weights(), other.get_weights())


SAVING_FOR_EVER = """
import sys
import numpy as np
import kerasish as keras
model = keras.Sequential([keras.Input((100,)), keras.layers.Dense(1000), keras.layers.Dense(100)])
value = 0
while True:
    value += 1
    model.set_weights([np.full(w.shape, value, "float32") for w in model.get_weights()])
    keras.saving.save_weights(model, sys.argv[1])
    print(value, flush=True)
"""


@pytest.mark.slow
def test_killing_a_save_leaves_a_whole_file(tmp_path):
    path = tmp_path / "m.weights.h5"
    rng = np.random.default_rng(0)
    model = keras.Sequential([keras.Input((100,)), layers.Dense(1000), layers.Dense(100)])
    for _ in range(12):
        process = subprocess.Popen(
            [sys.executable, "-c", SAVING_FOR_EVER, str(path)], cwd=ROOT, stdout=subprocess.PIPE
        )
        process.stdout.readline()
        time.sleep(rng.uniform(0, 0.05))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        load_weights(model, path)
        values = {float(value) for weight in model.get_weights() for value in weight.flat}
        assert len(values) == 1
