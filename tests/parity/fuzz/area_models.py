"""Programs of random models in `fit`: functional graphs with merges, shared and nested layers."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.parity.fuzz.area_optimizers import given_to
from tests.parity.fuzz.drawing import Draw, arguments_text
from tests.parity.fuzz.programs import Program

ACTIVATIONS = ["None", '"relu"', '"tanh"', '"sigmoid"', '"softplus"', '"elu"', '"gelu"', '"silu"']
OPTIMIZERS = ["SGD", "SGD", "Adam", "RMSprop", "Adagrad", "AdamW", "Adamax", "Nadam"]

# A loss, the activation of the last layer, and metrics that go with it.
GOALS = {
    "mse": ("None", ["mae", "mse"]), "mae": ("None", ["mse"]), "huber": ("None", ["mae"]),
    "log_cosh": ('"tanh"', []), "binary_crossentropy": ('"sigmoid"', ["accuracy"]),
    "categorical_crossentropy": ('"softmax"', ["accuracy"]),
    "sparse_categorical_crossentropy": ('"softmax"', ["accuracy"]),
    "kl_divergence": ('"softmax"', []), "hinge": ('"tanh"', []),
}  # fmt: skip


@dataclass
class Writer:
    """The text of a functional model as it grows: names of tensors and their widths."""

    draw: Draw
    lines: list[str] = field(default_factory=list)
    widths: dict[str, int] = field(default_factory=dict)

    def add(self, expression: str, width: int) -> str:
        """Write a line that names a new tensor of shape (batch, width); return its name."""
        name = f"t{len(self.widths)}"
        self.lines.append(f"{name} = {expression}")
        self.widths[name] = width
        return name

    def tensor(self) -> str:
        """Return one of the tensors so far, a late one more often."""
        names = list(self.widths)
        return self.draw.pick(names[-3:] if self.draw.yes(0.7) else names)

    def dense(self, name: str, units: int) -> str:
        """Write a Dense layer with some of its options."""
        draw = self.draw
        more = "" if draw.yes(0.8) else ", use_bias=False"
        more += ', kernel_regularizer="l2"' if draw.yes(0.2) else ""
        more += ", kernel_constraint=K.constraints.MaxNorm(1.5)" if draw.yes(0.1) else ""
        activation = draw.pick(ACTIVATIONS)
        return self.add(f"K.layers.Dense({units}, {activation}{more})({name})", units)

    def grow(self) -> None:
        """Write one more layer, merge, shared layer or nested model."""
        draw, name = self.draw, self.tensor()
        width = self.widths[name]
        kind = draw.pick(["dense", "dense", "dense", "normalization", "merge", "join", "shared",
                          "nested", "around", "random"])  # fmt: skip
        if kind == "dense":
            self.dense(name, draw.integer(1, 6))
        elif kind == "normalization":
            layer = draw.pick(["BatchNormalization(momentum=0.7)", "LayerNormalization()"])
            self.add(f"K.layers.{layer}({name})", width)
        elif kind == "merge":
            other = self.dense(self.tensor(), width)
            merge = draw.pick(["Add", "Multiply", "Average", "Maximum", "Subtract"])
            self.add(f"K.layers.{merge}()([{name}, {other}])", width)
        elif kind == "join":
            other = self.tensor()
            total = width + self.widths[other]
            self.add(f"K.layers.Concatenate()([{name}, {other}])", total)
        elif kind == "shared":
            shared, units = f"shared{len(self.widths)}", draw.integer(1, 4)
            self.lines.append(f"{shared} = K.layers.Dense({units}, {draw.pick(ACTIVATIONS)})")
            twin = self.dense(self.tensor(), width)
            one, other = (self.add(f"{shared}({t})", units) for t in (name, twin))
            self.add(f"K.layers.Add()([{one}, {other}])", units)
        elif kind == "nested":
            units = draw.integer(1, 4)
            inner = f"K.Input(({width},)), K.layers.Dense(3, {draw.pick(ACTIVATIONS)})"
            self.add(f"K.Sequential([{inner}, K.layers.Dense({units})])({name})", units)
        elif kind == "around":
            units = draw.integer(1, 3)
            inner = f"K.layers.Reshape(({width}, 1))({name})"
            self.add(f"K.layers.Flatten()(K.layers.Dense({units})({inner}))", width * units)
        else:
            rate = 0.0 if draw.keras else draw.number(0.1, 0.5)
            layer = draw.pick(["Dropout", "GaussianNoise", "GaussianDropout"])
            self.add(f"K.layers.{layer}({rate})({name})", width)


def draw_model(draw: Draw) -> Program:
    """Draw a program that builds a model, fits it, and looks at everything."""
    writer = Writer(draw)
    rows = draw.integer(5, 24)
    data = [f"rng = np.random.default_rng({draw.integer(0, 99)})"]
    inputs, xs = [], []
    for i in range(draw.integer(1, 2)):
        width = draw.integer(1, 5)
        if draw.yes(0.2):
            inputs.append(_sequence(writer, i, width))
            xs.append(f'rng.integers(0, 5, ({rows}, {width})).astype("int32")')
        else:
            writer.lines.append(f"x{i} = K.Input(({width},))")
            writer.widths[f"x{i}"] = width
            inputs.append(f"x{i}")
            xs.append(f'rng.normal(size=({rows}, {width})).astype("float32")')
    for _ in range(draw.integer(1, 7)):
        writer.grow()
    goals = [draw.pick(sorted(GOALS)) for _ in range(draw.integer(1, 2))]
    outputs, ys = [], []
    for i, goal in enumerate(goals):
        units = draw.integer(2, 4) if GOALS[goal][0] == '"softmax"' else draw.integer(1, 3)
        writer.lines.append(
            f'y{i} = K.layers.Dense({units}, {GOALS[goal][0]}, name="y{i}")({writer.tensor()})'
        )
        outputs.append(f"y{i}")
        ys.append(targets(goal, rows, units))
    data += [f"x = {listed(xs)}", f"y = {listed(ys)}"]
    lines = [*data, *writer.lines, f"model = K.Model({listed(inputs)}, {listed(outputs)})",
             f"fill(model, {draw.integer(0, 99)})", *_run(draw, goals, rows, units)]  # fmt: skip
    return Program(draw.area, draw.seed, "\n".join(lines), "fit", frozenset({"trained"}))


def _sequence(writer: Writer, i: int, length: int) -> str:
    """Write an input of class numbers, embedded, perhaps masked, and flattened."""
    size = writer.draw.integer(1, 3)
    masked = writer.draw.yes(0.4)
    writer.lines.append(f'x{i} = K.Input(({length},), dtype="int32")')
    embedded = f"K.layers.Embedding(5, {size}, mask_zero={masked})(x{i})"
    body = f"K.layers.Dense({size})({embedded})" if masked else embedded
    writer.add(f"K.layers.Flatten()({body})", length * size)
    return f"x{i}"


def targets(goal: str, rows: int, units: int) -> str:
    """Return the text of targets that go with a loss."""
    if goal == "sparse_categorical_crossentropy":
        return f"rng.integers(0, {units}, {rows})" + '.astype("int32")'
    if goal in ("categorical_crossentropy", "kl_divergence"):
        return f'np.eye({units}, dtype="float32")[rng.integers(0, {units}, {rows})]'
    if goal in ("binary_crossentropy", "hinge"):
        return f'rng.integers(0, 2, ({rows}, {units})).astype("float32")'
    return f'rng.normal(size=({rows}, {units})).astype("float32")'


def listed(names: list[str]) -> str:
    """Return one name as it is, several as a list."""
    return names[0] if len(names) == 1 else f"[{', '.join(names)}]"


def _run(draw: Draw, goals: list[str], rows: int, units: int) -> list[str]:
    name = draw.pick(OPTIMIZERS)
    # A gradient that is 0 up to rounding must not become a whole step: Keras rounds otherwise.
    given = given_to(draw, name) | ({} if name == "SGD" else {"epsilon": 0.01})
    metrics = [GOALS[goal][1] for goal in goals]
    optimizer = f"K.optimizers.{name}({arguments_text(given)})"
    weights = f", loss_weights={[draw.number(0.1, 2) for _ in goals]}" if draw.yes(0.3) else ""
    batch = draw.integer(1, rows + 2)
    more = f", batch_size={batch}, epochs={draw.integer(1, 3)}, verbose=0"
    more += ", shuffle=False" if draw.keras or draw.yes() else ""
    if draw.yes(0.3) and len(goals) == 1:
        more += f', sample_weight=rng.uniform(0, 1, {rows}).astype("float32")'
    elif draw.yes(0.3) and goals == ["sparse_categorical_crossentropy"]:
        more += f", class_weight={dict(enumerate([0.5, 2.0, 1.0, 0.1][:units]))}"
    more += ", validation_split=0.3" if draw.yes(0.3) else ""
    more += ", callbacks=[K.callbacks.Callback()]" if draw.yes(0.3) else ""
    return [
        f"model.compile({optimizer}, {listed([repr(goal) for goal in goals])}, "
        f"metrics={metrics[0] if len(metrics) == 1 else metrics}{weights}, jit_compile=jit)",
        f"fitted = model.fit(x, y{more})",
        'result = {"history": fitted.history}',
        f'result["evaluate"] = model.evaluate(x, y, batch_size={batch}, verbose=0)',
        'result["predict"] = model.predict(x, verbose=0)',
        'result["weights"] = model.get_weights()',
        "again = K.models.clone_model(model)",
        "again.set_weights(model.get_weights())",
        'result["again"] = again.predict(x, verbose=0)',
    ]
