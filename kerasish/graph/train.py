"""Optimizers in TensorFlow 1's words: `minimize` gives an operation that a session runs."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerasish import optimizers, tree
from kerasish.backend.reverse import gradients as walk_back
from kerasish.backend.variable import Variable as State
from kerasish.errors import explain
from kerasish.graph.differentiation import gradients
from kerasish.graph.tensor import GraphTensor, behind
from kerasish.graph.variable import Variable, add_to_initializer, group


class Apply(GraphTensor):
    """One step of an optimizer; its value is None.

    Args:
        optimizer: kerasish's, built for the variables.
        states: what is updated.
        loss: what to differentiate, or None where gradients are given.
        grads: the gradients.
        after: what runs with it.
    """

    def __init__(
        self, optimizer: Any, states: list[State], loss: Any, grads: list[Any],
        variables: list[Variable],
    ) -> None:  # fmt: skip
        super().__init__(None, (loss, grads, variables), None, (), None, "minimize")
        self.optimizer, self.states = optimizer, states

    def compute(self, evaluation: Any) -> None:
        """Differentiate and update."""
        loss, grads, _ = evaluation.values(self.args)
        if loss is not None:
            grads = walk_back(loss, self.states, release=False)
        self.optimizer.apply(grads, self.states)


class Reset(GraphTensor):
    """Sets what an optimizer remembers to its beginning: a part of the initializer."""

    def __init__(self, optimizer: Any) -> None:
        super().__init__(None, (), None, (), None, "reset")
        self.optimizer = optimizer

    def compute(self, evaluation: Any) -> None:
        """Assign zeros to the counter and the slots."""
        for state in self.optimizer.variables:
            if state is not self.optimizer._learning_rate:
                state.assign(np.zeros(state.shape, state.dtype))


class Optimizer:
    """Base of the optimizers below.

    Args:
        rule: makes the kerasish optimizer that does the work.
    """

    def __init__(self, rule: Any) -> None:
        self._rule = rule

    def minimize(
        self, loss: GraphTensor, global_step: Any = None, var_list: Any = None
    ) -> GraphTensor:
        """Return the operation that makes one step against the gradient of a loss.

        Args:
            loss: one number.
            global_step: a variable that counts the steps.
            var_list: the variables to change; by default all trainable ones that the loss
                depends on.

        Raises:
            ValueError: when the loss depends on none of them.
        """
        variables = found_in(loss) if var_list is None else list(var_list)
        states = [v.state if isinstance(v, Variable) else v for v in variables]
        if not states:
            raise ValueError(explain("The loss depends on no trainable variable", loss=loss))
        return self._step(states, variables, loss, [], global_step)

    def compute_gradients(self, loss: GraphTensor, var_list: Any = None) -> list[tuple[Any, Any]]:
        """Return pairs of a gradient and its variable."""
        found = found_in(loss) if var_list is None else list(var_list)
        variables = [v for v in found if isinstance(v, Variable)]
        return list(zip(gradients(loss, variables), variables, strict=True))

    def apply_gradients(self, grads_and_vars: Any, global_step: Any = None) -> GraphTensor:
        """Return the operation that makes one step along given gradients."""
        pairs = [(g, v) for g, v in grads_and_vars if g is not None]
        if not pairs:
            raise ValueError("There is no gradient among the pairs of a gradient and a variable.")
        variables = [v for _, v in pairs]
        return self._step([v.state for v in variables], variables, None, [g for g, _ in pairs],
                          global_step)  # fmt: skip

    def _step(
        self, states: list[State], variables: list[Any], loss: Any, grads: list[Any],
        global_step: Any,
    ) -> GraphTensor:  # fmt: skip
        optimizer = self._rule()
        optimizer.build(states)
        add_to_initializer(Reset(optimizer))
        read = [v for v in variables if isinstance(v, Variable)]
        step = Apply(optimizer, states, loss, grads, read)
        if global_step is None:
            return step
        return group(step, global_step.assign_add(1))


def found_in(loss: GraphTensor) -> list[Any]:
    """Return the trainable variables that a loss depends on, those of layers among them."""
    found: list[Any] = []
    for tensor in behind([loss]):
        if isinstance(tensor, Variable):
            found += [tensor] if tensor.trainable else []
        else:
            found += getattr(tensor.function, "trainable_variables", [])
            found += [x for x in _states(tensor) if x.trainable]
    return list(dict.fromkeys(found))


def _states(tensor: GraphTensor) -> list[State]:
    return [x for x in tree.flatten((tensor.args, tensor.kwargs)) if isinstance(x, State)]


class GradientDescentOptimizer(Optimizer):
    """Plain gradient descent.

    Args:
        learning_rate: a number.
    """

    def __init__(self, learning_rate: float) -> None:
        super().__init__(lambda: optimizers.SGD(learning_rate))


class MomentumOptimizer(Optimizer):
    """Gradient descent with momentum.

    Args:
        learning_rate, momentum: numbers.
        use_nesterov: look ahead.
    """

    def __init__(self, learning_rate: float, momentum: float, use_nesterov: bool = False) -> None:
        super().__init__(
            lambda: optimizers.SGD(learning_rate, momentum=momentum, nesterov=use_nesterov)
        )


class AdamOptimizer(Optimizer):
    """Adam (Kingma and Ba, 2014).

    Args:
        learning_rate, beta1, beta2, epsilon: numbers.
    """

    def __init__(
        self, learning_rate: float = 0.001, beta1: float = 0.9, beta2: float = 0.999,
        epsilon: float = 1e-8,
    ) -> None:  # fmt: skip
        super().__init__(lambda: optimizers.Adam(learning_rate, beta1, beta2, epsilon))


class RMSPropOptimizer(Optimizer):
    """RMSProp (Hinton, 2012). The mean of squares begins at 0, where TensorFlow's begins at 1.

    Args:
        learning_rate, decay, momentum, epsilon: numbers.
    """

    def __init__(
        self, learning_rate: float, decay: float = 0.9, momentum: float = 0.0,
        epsilon: float = 1e-10,
    ) -> None:  # fmt: skip
        super().__init__(
            lambda: optimizers.RMSprop(learning_rate, rho=decay, momentum=momentum, epsilon=epsilon)
        )
