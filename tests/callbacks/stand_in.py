"""A model of few words, for callbacks that only set and ask simple things."""

import numpy as np


class Optimizer:
    learning_rate = 0.1


class Model:
    """Counts what was saved, and keeps weights as a list of arrays."""

    def __init__(self):
        self.optimizer = Optimizer()
        self.metrics = []
        self.stop_training = False
        self.weights = [np.zeros(2)]
        self.saved = []

    def get_weights(self):
        return [weight.copy() for weight in self.weights]

    def set_weights(self, weights):
        self.weights = weights

    def save_weights(self, path, overwrite=True):
        self.saved.append(path)

    def save(self, path, overwrite=True):
        self.saved.append(path)


def run(callback, values, name="val_loss", model=None):
    """Call a callback as a training would, with one value of one quantity an epoch."""
    model = model or Model()
    callback.set_model(model)
    model.stop_training = False
    callback.on_train_begin()
    for epoch, value in enumerate(values):
        callback.on_epoch_begin(epoch)
        model.weights = [np.full(2, float(epoch))]
        callback.on_epoch_end(epoch, {name: value})
        if model.stop_training:
            break
    callback.on_train_end()
    return epoch + 1, model
