"""Crossentropies as functions of the target, too: distillation differentiates by it."""

import numpy as np
import pytest

from kerasish import ops
from kerasish.backend import GradientTape

TARGET = np.array([[0, 1, 0], [0.5, 0.5, 0]], "float32")
LOGITS = np.array([[1.0, 2.0, -1.0], [0.5, -0.5, 3.0]], "float32")


def by_target(loss):
    def step(target, output):
        target, output = ops.convert_to_tensor(target), ops.convert_to_tensor(output)
        with GradientTape() as tape:
            tape.watch(target)
            cost = loss(target, output)
        return tape.gradient(cost, target)

    return step


@pytest.mark.parametrize("from_logits", [True, False])
def test_the_slope_by_a_target_of_zero_is_that_by_any_other(from_logits, run):
    shares = np.exp(LOGITS) / np.exp(LOGITS).sum(-1, keepdims=True)
    given = LOGITS if from_logits else shares
    loss = by_target(lambda t, x: ops.categorical_crossentropy(t, x, from_logits))
    np.testing.assert_allclose(run(loss, TARGET, given).numpy(), -np.log(shares), rtol=1e-5)
    loss = by_target(lambda t, x: ops.binary_crossentropy(t, x, from_logits))
    chances = 1 / (1 + np.exp(-LOGITS)) if from_logits else shares
    wanted = np.log(1 - chances) - np.log(chances)
    np.testing.assert_allclose(run(loss, TARGET, given).numpy(), wanted, rtol=1e-4)


def test_a_logit_of_minus_infinity_costs_nothing_where_the_target_is_zero(run):
    logits = np.array([[0.0, 0.0, -np.inf], [0.0, 0.0, -np.inf]], "float32")
    targets = np.array([[1, 0, 0], [0, 0, 1]], "float32")
    found = run(lambda t, x: ops.categorical_crossentropy(t, x, True), targets, logits)
    np.testing.assert_allclose(found.numpy(), [np.log(2), np.inf], rtol=1e-6)
