"""A layer knows the layers within it, whenever they come and go."""

import copy
import pickle

import numpy as np

import kerasish as keras
from kerasish import layers

X = np.ones((2, 3), "float32")


@keras.saving.register_keras_serializable()
class Stack(layers.Layer):
    """Layers in a list that may change."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.stack = []

    def call(self, x):
        for layer in self.stack:
            x = layer(x)
        return x


def penalised(units):
    return layers.Dense(units, activity_regularizer="l2", kernel_regularizer="l1")


def test_losses_are_found_in_layers_that_came_later_and_not_in_those_that_went():
    outer = Stack()
    outer.stack.append(Stack())
    assert len(outer._inner_layers()) == 1
    outer.stack[0].stack.append(penalised(3))
    outer.stack[0].stack[0].build((None, 3))
    for _ in range(3):
        outer(X)
        assert len(outer.losses) == 2
    gone = outer.stack[0].stack.pop()
    assert (outer.losses, len(gone.losses)) == ([], 2)


def test_copies_have_layers_of_their_own():
    outer = Stack()
    outer.stack = [penalised(3)]
    outer(X)
    assert len(outer._inner_layers()) == 1
    for other in (copy.deepcopy(outer), pickle.loads(pickle.dumps(outer))):
        (inner,) = other._inner_layers()
        assert inner is other.stack[0]
        assert inner is not outer.stack[0]
