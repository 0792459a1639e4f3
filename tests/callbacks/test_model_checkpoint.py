import pytest

from kerasish.callbacks import CallbackList, ModelCheckpoint
from tests.callbacks.stand_in import Model, run


def test_each_epoch_is_saved_under_its_own_name(tmp_path):
    path = tmp_path / "new" / "{epoch:02d}-{val_loss:.2f}.weights.h5"
    _, model = run(ModelCheckpoint(path, save_weights_only=True), [0.5, 0.25])
    names = [saved.removeprefix(str(tmp_path)) for saved in model.saved]
    assert names == ["/new/01-0.50.weights.h5", "/new/02-0.25.weights.h5"]
    assert (tmp_path / "new").is_dir()


@pytest.mark.parametrize(
    "arguments, values, saves",
    [
        ({}, [3.0, 2.0, 4.0], 3),
        ({"save_best_only": True}, [3.0, 2.0, 4.0, 1.0], 3),
        ({"save_best_only": True, "mode": "max"}, [3.0, 2.0, 4.0, 1.0], 2),
        ({"save_best_only": True, "initial_value_threshold": 2.5}, [3.0, 2.0, 4.0], 1),
        ({"save_best_only": True}, [float("nan"), 2.0], 1),
    ],
)
def test_only_what_is_wanted_is_saved(arguments, values, saves, tmp_path):
    _, model = run(ModelCheckpoint(tmp_path / "m.keras", **arguments), values)
    assert len(model.saved) == saves


def test_batches_are_counted_over_epochs(tmp_path):
    checkpoint = ModelCheckpoint(tmp_path / "{epoch}-{batch}.keras", save_freq=3)
    model = Model()
    callbacks = CallbackList([checkpoint], model=model)
    for epoch in range(2):
        callbacks.on_epoch_begin(epoch)
        for batch in range(4):
            callbacks.on_train_batch_end(batch, {"loss": 1.0})
        callbacks.on_epoch_end(epoch, {"loss": 1.0})
    assert [path.rsplit("/")[-1] for path in model.saved] == ["1-3.keras", "2-2.keras"]


def test_a_model_that_cannot_be_saved_whole_is_refused_before_training(tmp_path):
    class WeightsOnly:
        pass

    with pytest.raises(ValueError, match="Expected: save_weights_only=True"):
        CallbackList([ModelCheckpoint(tmp_path / "m.keras")], model=WeightsOnly())


def test_it_says_what_it_does(tmp_path, capsys):
    checkpoint = ModelCheckpoint(tmp_path / "m.keras", save_best_only=True, verbose=1)
    run(checkpoint, [3.0, 4.0, 2.0])
    said = capsys.readouterr().out
    assert "Epoch 1: val_loss improved from None to 3.00000, saving model to" in said
    assert "Epoch 2: val_loss did not improve from 3.00000" in said
    assert "Epoch 3: finished saving model to" in said


def test_a_quantity_that_is_missing_is_saved_with_a_warning(tmp_path):
    with pytest.warns(UserWarning, match="only with val_loss available"):
        _, model = run(ModelCheckpoint(tmp_path / "m.keras", save_best_only=True), [1.0], "loss")
    assert len(model.saved) == 1


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"filepath": "m.h5", "save_weights_only": True}, r"must end in `\.weights\.h5`"),
        ({"filepath": "m.ckpt"}, r"must end in `\.keras`.*filepath='m\.ckpt'"),
        ({"filepath": "m.keras", "save_freq": "batch"}, "Unrecognized save_freq.*'batch'"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        ModelCheckpoint(**arguments)


def test_a_name_with_an_unknown_place_is_an_error(tmp_path):
    with pytest.raises(KeyError, match=r"no entry 'mape'"):
        run(ModelCheckpoint(tmp_path / "{mape:.2f}.keras"), [1.0])


def test_a_folder_is_an_error(tmp_path):
    (tmp_path / "m.keras").mkdir()
    with pytest.raises(OSError, match="non-directory filepath"):
        run(ModelCheckpoint(tmp_path / "m.keras"), [1.0])
