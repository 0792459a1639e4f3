"""Programs of ordinary nets at real sizes, for the engines alone: no crash, the same bits.

200 to 2,000,000 numbers an activation, batches of 1 to 1,024: the sizes at which plans run block
by block, share memory, are compiled, and products go to several threads.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from tests.parity.fuzz.drawing import Draw
from tests.parity.fuzz.programs import Program

MOST = 2_000_000  # numbers in an activation
PRODUCTS = 1_000_000_000  # multiplications in a dense layer, so that a net ends within seconds
ACTIVATIONS = ['"relu"', '"tanh"', '"sigmoid"', "None", '"gelu"', '"elu"', '"softplus"']


@dataclass
class Net:
    """The text of a net as it grows, with the shape of its last activation, without the batch."""

    draw: Draw
    batch: int
    shape: tuple[int, ...]
    lines: list[str] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Numbers of a sample."""
        return int(np.prod(self.shape))

    def add(self, layer: str, shape: tuple[int, ...]) -> None:
        """Write a layer."""
        self.lines.append(f"x = K.layers.{layer}(x)")
        self.shape = shape

    def dense(self) -> None:
        """Write a Dense layer of a width that keeps the activation and the product in bounds."""
        rows, last = self.size // self.shape[-1], self.shape[-1]
        most = min(MOST // (self.batch * rows), PRODUCTS // (self.batch * rows * last), 1024)
        units = int(self.draw.log_number(1, max(most, 1) + 0.49))
        activation = self.draw.pick(ACTIVATIONS)
        self.add(f"Dense({max(units, 1)}, {activation})", (*self.shape[:-1], max(units, 1)))

    def reshape(self) -> None:
        """Write a Reshape to another rank."""
        sizes = factored(self.draw, self.size, self.draw.integer(1, 4))
        self.add(f"Reshape({sizes})", sizes)

    def grow(self) -> None:
        """Write one more layer."""
        draw = self.draw
        kind = draw.pick(["dense", "dense", "reshape", "flatten", "permute", "repeat",
                          "normalization", "normalization", "random", "merge"])  # fmt: skip
        if kind == "dense":
            self.dense()
        elif kind == "reshape":
            self.reshape()
        elif kind == "flatten":
            self.add("Flatten()", (self.size,))
        elif kind == "permute" and len(self.shape) > 1:
            order = [int(i) for i in draw.rng.permutation(len(self.shape))]
            dims = tuple(i + 1 for i in order)
            self.add(f"Permute({dims})", tuple(self.shape[i] for i in order))
        elif kind == "repeat" and len(self.shape) == 1:
            times = draw.integer(1, max(1, min(4, MOST // (self.batch * self.size))))
            self.add(f"RepeatVector({times})", (times, *self.shape))
        elif kind == "normalization":
            axis = draw.integer(1, len(self.shape)) if draw.yes() else -1
            layer = draw.pick(["BatchNormalization", "LayerNormalization"])
            self.add(f"{layer}(axis={axis})", self.shape)
        elif kind == "random":
            layer = draw.pick(["Dropout(0.3)", "GaussianNoise(0.1)", "GaussianDropout(0.2)"])
            self.add(layer, self.shape)
        elif kind == "merge":
            self.merge()

    def merge(self) -> None:
        """Write a merge of the activation with a function of itself."""
        merge = self.draw.pick(["Add", "Multiply", "Average", "Maximum", "Concatenate"])
        side = self.draw.pick(['Activation("tanh")', "LayerNormalization()", "Rescaling(0.5)"])
        doubled = 2 if merge == "Concatenate" else 1
        if doubled * self.batch * self.size <= MOST:
            self.lines.append(f"x = K.layers.{merge}()([x, K.layers.{side}(x)])")
            self.shape = (*self.shape[:-1], self.shape[-1] * doubled)


def factored(draw: Draw, size: int, parts: int) -> tuple[int, ...]:
    """Return so many sizes whose product is `size`."""
    sizes = [1] * parts
    for factor in (2, 3, 5, 7):
        while size % factor == 0:
            sizes[draw.integer(0, parts - 1)] *= factor
            size //= factor
    sizes[draw.integer(0, parts - 1)] *= size
    return tuple(sizes)


def draw_net(draw: Draw) -> Program:
    """Draw a net, its data and how it is trained: two batches and one that is shorter."""
    batch = int(draw.log_number(1, 1024.49))
    sample = max(1, int(draw.log_number(200, MOST)) // batch)
    shape = factored(draw, sample, draw.integer(1, 4))
    net = Net(draw, batch, shape)
    numbers = draw.yes(0.85)
    if not numbers:
        size = max(1, min(8, MOST // (batch * sample)))
        net.lines.append(f"x = K.layers.Embedding(50, {size})(x)")
        net.shape = (*shape, size)
    for _ in range(draw.integer(1, 6)):
        net.grow()
    same = draw.yes(0.3)
    if not same:
        net.lines += ["x = K.layers.Flatten()(x)", "x = K.layers.Dense(3)(x)"]
    rows = 2 * batch + draw.integer(0, min(batch, 3))
    x = f'rng.random(({rows}, *{shape}), dtype="float32")'
    x = x if numbers else f'rng.integers(0, 50, ({rows}, *{shape})).astype("int32")'
    made = ", ".join(map(str, net.shape if same else (3,)))
    text = "\n".join([
        f"rng = np.random.default_rng({draw.integer(0, 99)})",
        f"data = {x}",
        f"inputs = x = K.Input({shape}" + (")" if numbers else ', dtype="int32")'),
        *net.lines,
        "model = K.Model(inputs, x)",
        f'model.compile("{draw.pick(["sgd", "adam"])}", "mse", jit_compile=jit)',
        f'targets = rng.random(({rows}, {made}), dtype="float32")',
        f"fitted = model.fit(data, targets, batch_size={batch}, epochs=1, verbose=0)",
        f"predicted = model.predict(data[:{batch}], batch_size={batch}, verbose=0)",
        'result = {"history": fitted.history, "weights": model.get_weights(), '
        '"predicted": predicted}',
    ])  # fmt: skip
    return Program(draw.area, draw.seed, text, "net", frozenset({"large"}))
