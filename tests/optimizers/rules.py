"""Each optimizer's rule in NumPy and float64, written without a look at ours.

A rule is a generator-like class: `step(x, g)` returns the new x and remembers what it must.
"""

import numpy as np


class SGD:
    def __init__(self, learning_rate=0.01, momentum=0.0, nesterov=False):
        self.rate, self.momentum, self.nesterov = learning_rate, momentum, nesterov
        self.v = 0.0

    def step(self, x, g):
        self.v = self.momentum * self.v - self.rate * g
        return x + (self.momentum * self.v - self.rate * g if self.nesterov else self.v)


class RMSprop:
    def __init__(self, learning_rate=0.001, rho=0.9, momentum=0.0, epsilon=1e-7, centered=False):
        self.rate, self.rho, self.momentum = learning_rate, rho, momentum
        self.epsilon, self.centered = epsilon, centered
        self.square = self.mean = self.v = 0.0

    def step(self, x, g):
        self.square = self.rho * self.square + (1 - self.rho) * g**2
        self.mean = self.rho * self.mean + (1 - self.rho) * g
        spread = self.square - (self.mean**2 if self.centered else 0)
        self.v = self.momentum * self.v + self.rate * g / np.sqrt(spread + self.epsilon)
        return x - self.v


class Adam:
    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False):
        self.rate, self.b1, self.b2 = learning_rate, beta_1, beta_2
        self.epsilon, self.amsgrad = epsilon, amsgrad
        self.m = self.v = self.largest = 0.0
        self.t = 0

    def means(self, g):
        self.t += 1
        self.m = self.b1 * self.m + (1 - self.b1) * g
        self.v = self.b2 * self.v + (1 - self.b2) * g**2

    def step(self, x, g):
        self.means(g)
        self.largest = np.maximum(self.largest, self.v)
        v = self.largest if self.amsgrad else self.v
        rate = self.rate * np.sqrt(1 - self.b2**self.t) / (1 - self.b1**self.t)
        return x - rate * self.m / (np.sqrt(v) + self.epsilon)


class AdamW(Adam):
    def __init__(self, learning_rate=0.001, weight_decay=0.004, **kwargs):
        super().__init__(learning_rate, **kwargs)
        self.decay = weight_decay

    def step(self, x, g):
        return super().step(x * (1 - self.rate * self.decay), g)


class Adamax(Adam):
    def step(self, x, g):
        self.t += 1
        self.m = self.b1 * self.m + (1 - self.b1) * g
        self.v = np.maximum(self.b2 * self.v, np.abs(g))
        return x - self.rate / (1 - self.b1**self.t) * self.m / (self.v + self.epsilon)


class Nadam(Adam):
    def step(self, x, g):
        self.means(g)

        def u(t):
            return self.b1 * (1 - 0.5 * 0.96**t)

        product = np.prod([u(t) for t in range(1, self.t + 1)])
        ahead = u(self.t + 1) * self.m / (1 - product * u(self.t + 1))
        ahead = ahead + (1 - u(self.t)) * g / (1 - product)
        v = self.v / (1 - self.b2**self.t)
        return x - self.rate * ahead / (np.sqrt(v) + self.epsilon)


class Lamb(Adam):
    def step(self, x, g):
        self.means(g)
        m, v = self.m / (1 - self.b1**self.t), self.v / (1 - self.b2**self.t)
        direction = m / (np.sqrt(v) + self.epsilon)
        own, other = np.linalg.norm(x), np.linalg.norm(direction)
        return x - self.rate * (own / other if own and other else 1.0) * direction


class Adagrad:
    def __init__(self, learning_rate=0.001, initial_accumulator_value=0.1, epsilon=1e-7):
        self.rate, self.total, self.epsilon = learning_rate, initial_accumulator_value, epsilon

    def step(self, x, g):
        self.total = self.total + g**2
        return x - self.rate * g / np.sqrt(self.total + self.epsilon)


class Adadelta:
    def __init__(self, learning_rate=0.001, rho=0.95, epsilon=1e-7):
        self.rate, self.rho, self.epsilon = learning_rate, rho, epsilon
        self.squares = self.moves = 0.0

    def step(self, x, g):
        self.squares = self.rho * self.squares + (1 - self.rho) * g**2
        move = -np.sqrt((self.moves + self.epsilon) / (self.squares + self.epsilon)) * g
        self.moves = self.rho * self.moves + (1 - self.rho) * move**2
        return x + self.rate * move


class Ftrl:
    def __init__(
        self, learning_rate=0.001, learning_rate_power=-0.5, initial_accumulator_value=0.1,
        l1_regularization_strength=0.0, l2_regularization_strength=0.0,
        l2_shrinkage_regularization_strength=0.0, beta=0.0,
    ):  # fmt: skip
        self.rate, self.power, self.total = (
            learning_rate, -learning_rate_power, initial_accumulator_value,
        )  # fmt: skip
        self.l1 = l1_regularization_strength
        self.l2 = l2_regularization_strength + beta / (2 * learning_rate)
        self.shrinkage = l2_shrinkage_regularization_strength
        self.z = 0.0

    def step(self, x, g):
        before, self.total = self.total, self.total + g**2
        growth = (self.total**self.power - before**self.power) / self.rate
        self.z = self.z + g + 2 * self.shrinkage * x - growth * x
        small = np.abs(self.z) <= self.l1
        away = np.sign(self.z) * self.l1 - self.z
        return np.where(small, 0.0, away / (self.total**self.power / self.rate + 2 * self.l2))


class Lion:
    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.99):
        self.rate, self.b1, self.b2 = learning_rate, beta_1, beta_2
        self.m = 0.0

    def step(self, x, g):
        direction = np.sign(self.b1 * self.m + (1 - self.b1) * g)
        self.m = self.b2 * self.m + (1 - self.b2) * g
        return x - self.rate * direction


class Adafactor:
    def __init__(
        self, learning_rate=0.001, beta_2_decay=-0.8, epsilon_1=1e-30, epsilon_2=1e-3,
        clip_threshold=1.0, relative_step=True,
    ):  # fmt: skip
        self.rate, self.decay, self.e1, self.e2 = learning_rate, beta_2_decay, epsilon_1, epsilon_2
        self.threshold = clip_threshold
        self.rows = self.columns = self.v = 0.0
        self.t = 0

    def step(self, x, g):
        self.t += 1
        keep = 1 - self.t**self.decay
        squares = g**2 + self.e1
        if x.ndim < 2:
            self.v = keep * self.v + (1 - keep) * squares
        else:
            self.rows = keep * self.rows + (1 - keep) * squares.mean(-1)
            self.columns = keep * self.columns + (1 - keep) * squares.mean(-2)
            scale = self.rows.mean(-1, keepdims=True)
            self.v = (self.rows / scale)[..., :, None] * self.columns[..., None, :]
        u = g / np.sqrt(self.v)
        u = u / max(1.0, np.sqrt((u**2).mean()) / self.threshold)
        size = max(self.e2, np.sqrt((x**2).mean()))
        return x - min(self.rate, 1 / np.sqrt(self.t)) * size * u


# Class name → argument sets beside the defaults.
CASES = [
    ("SGD", {}),
    ("SGD", {"momentum": 0.9}),
    ("SGD", {"momentum": 0.8, "nesterov": True, "learning_rate": 0.05}),
    ("RMSprop", {}),
    ("RMSprop", {"momentum": 0.5, "centered": True, "rho": 0.8}),
    ("RMSprop", {"centered": True}),
    ("Adam", {}),
    ("Adam", {"amsgrad": True, "beta_1": 0.8, "beta_2": 0.7}),
    ("AdamW", {}),
    ("AdamW", {"weight_decay": 0.1, "learning_rate": 0.01}),
    ("Adamax", {}),
    ("Adamax", {"beta_1": 0.7, "beta_2": 0.5}),
    ("Nadam", {}),
    ("Nadam", {"beta_1": 0.7, "beta_2": 0.9}),
    ("Lamb", {}),
    ("Adagrad", {}),
    ("Adagrad", {"initial_accumulator_value": 0.0, "learning_rate": 1.0}),
    ("Adadelta", {}),
    ("Adadelta", {"rho": 0.5, "learning_rate": 1.0}),
    ("Ftrl", {}),
    ("Ftrl", {"learning_rate": 0.1, "l1_regularization_strength": 0.2, "beta": 0.1}),
    (
        "Ftrl",
        {
            "learning_rate_power": -0.3,
            "l2_regularization_strength": 0.2,
            "l2_shrinkage_regularization_strength": 0.1,
        },
    ),
    ("Lion", {}),
    ("Lion", {"beta_1": 0.5, "beta_2": 0.8}),
    ("Adafactor", {}),
    ("Adafactor", {"learning_rate": 0.5, "clip_threshold": 0.5, "beta_2_decay": -0.5}),
]
NAMES = list(dict.fromkeys(name for name, _ in CASES))


def reference(name, **given):
    """The rule of a class, for one variable."""
    return globals()[name](**given)
