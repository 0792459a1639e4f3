"""`utils.Sequence`, as programs for Keras 2 have it."""

import numpy as np

import kerasish as keras


def test_a_sequence_is_a_dataset_even_without_a_constructor_of_the_base():
    class Batches(keras.utils.Sequence):
        def __len__(self):
            return 3

        def __getitem__(self, index):
            return np.ones((4, 2), "float32"), np.ones((4, 1), "float32")

    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    history = model.fit(Batches(), epochs=2, verbose=0)
    assert len(history.history["loss"]) == 2
    assert keras.utils.Sequence is keras.utils.PyDataset
