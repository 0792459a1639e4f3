"""Plans: memory used again, updates in place, pieces in their places, and never a wrong alias."""

import threading
import tracemalloc

import numpy as np
import pytest

import kerasish as keras
from kerasish import layers, ops
from kerasish.arrays.memory import ALIGNMENT
from kerasish.backend.discovery import get
from kerasish.backend.flat import flatten
from kerasish.backend.graph.parse import parse
from kerasish.backend.graph.plan import blocks
from kerasish.backend.graph.plan.buffers import make_plan
from kerasish.backend.graph.plan.plan import Fresh, InVariable, Piece, Slot
from kerasish.backend.graph.printers.numpy.program import Program
from kerasish.backend.tensor import Tensor
from kerasish.testing.bits import assert_same_bits
from tests.engines import current_engine


def plan_of(text):
    return make_plan(parse(text))


def places(plan):
    """The kind of place of each step, by the step's name in the graph's text."""
    names = plan.graph.names()
    return {names[node]: type(place) for node, place in plan.places.items()}


def specialised(function, *args):
    """The plan of a function, and its program."""
    specialisation, _ = function.specialise(*args)
    return specialisation.program.plan, specialisation.program


X = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")


# Slots.


def test_a_chain_needs_one_block():
    lines = ["x: f32[100]", "a0 = exp x"]
    lines += [f"a{i} = sin a{i - 1}" for i in range(1, 20)]
    plan = plan_of("\n".join([*lines, "b = sum a19 axes=(0,) keepdims=False", "return b"]))
    assert plan.slots == (448,)
    assert plan.memory == 448


def test_blocks_are_used_again_by_what_comes_later():
    lines = ["x: f32[100]", "a0 = cumsum x axis=0 reverse=False"]
    lines += [f"a{i} = cumsum a{i - 1} axis=0 reverse=False" for i in range(1, 20)]
    plan = plan_of("\n".join([*lines, "b = sum a19 axes=(0,) keepdims=False", "return b"]))
    assert len(plan.slots) == 2


def test_a_value_that_is_still_needed_is_not_written_over():
    plan = plan_of("x: f32[4]\na = exp x\nb = sin a\nc = add a b\nd = exp c\nreturn d")
    assert len(plan.slots) == 2
    names = {name: place.index for name, place in zip(
        plan.graph.names().values(), map(plan.places.get, plan.graph.nodes()), strict=True)
        if isinstance(place, Slot)}  # fmt: skip
    assert names["v0"] != names["v1"]


def test_a_step_that_broadcasts_an_input_does_not_write_over_it():
    plan = plan_of("x: f32[4]\ny: f32[1]\na = exp y\nb = add x a\nc = exp b\nd = sum c axes=(0,) "
                   "keepdims=False\nreturn d")  # fmt: skip
    slots = {plan.graph.names()[n]: p.index for n, p in plan.places.items() if isinstance(p, Slot)}
    assert slots["v0"] != slots["v1"]


def test_a_step_that_reads_an_input_turned_does_not_write_over_it():
    text = "x: f32[3,3]\na = exp x\nt = transpose a axes=(1,0)\nb = add a t\nc = exp b\nreturn c"
    program = Program(plan_of(text))
    x = np.arange(9, dtype="float32").reshape(3, 3) / 9
    e = np.exp(x)
    assert_same_bits(program(x)[0], np.exp(e + e.T))


def test_blocks_begin_on_cache_lines(graph):
    function = graph.function(lambda x: ops.sum(ops.exp(ops.cumsum(x, axis=0)), axis=0))
    function(X)
    _, program = specialised(function, X)
    assert all(block.ctypes.data % ALIGNMENT == 0 for block in program._idle[0].memory.slots)


# Outputs and inputs.


def test_outputs_are_new_memory_in_each_run(graph):
    function = graph.function(lambda x: (ops.exp(x), ops.transpose(ops.exp(x)), x, x[1:]))
    first = function(X)
    kept = [np.array(t.numpy()) for t in first]
    second = function(X * 2)
    for tensor, array in zip(first, kept, strict=True):
        assert_same_bits(tensor, array)
    for one, other in zip(first, second, strict=True):
        assert not np.shares_memory(one.numpy(), other.numpy())


def test_an_input_that_is_returned_is_a_copy(graph):
    x = X.copy()
    outputs = graph.function(lambda x: (x, x[1:], ops.transpose(x), ops.reshape(x, (-1,))))(x)
    assert not any(np.shares_memory(t.numpy(), x) for t in outputs)
    x[:] = 0
    assert outputs[0].numpy().any()


def test_inputs_may_be_views_in_any_layout(graph):
    wide = np.random.default_rng(0).normal(size=(6, 8)).astype("float32")
    function = graph.function(lambda x: ops.sum(x * 1.5, axis=0))
    for view in (wide[::2, ::2], wide.T[1:4, :4], wide[:3, :4], wide[::-1][:3, 4:],
                 np.broadcast_to(wide[0, :4], (3, 4))):  # fmt: skip
        wanted = ops.sum(Tensor(np.array(view[:3, :4], order="C")) * 1.5, axis=0)
        assert_same_bits(function(view[:3, :4]), wanted)
    assert function.traces == 1


def test_an_output_asked_for_twice_is_given_twice(graph):
    a, b, c = graph.function(lambda x: [ops.exp(x)] * 2 + [ops.exp(x)])(X)
    assert_same_bits(a, b)
    assert_same_bits(a, c)


def test_outputs_lie_in_rows_so_that_later_sums_have_the_same_bits(graph):
    x = np.random.default_rng(0).normal(size=(300, 70)).astype("float32")

    def step(x):
        y = ops.transpose(x) * 1.5
        return y, ops.sum(y, axis=0), ops.matmul(ops.transpose(x), x)

    function = graph.function(step)
    for one, other in zip(function(x), step(Tensor(x)), strict=True):
        assert one.value.flags.c_contiguous
        assert_same_bits(one, other)


def test_a_turned_constant_is_taken_as_it_lies(graph):
    w = ops.transpose(ops.convert_to_tensor(np.random.default_rng(0).normal(size=(300, 70))))

    def step(x):
        y = x * w
        return y, ops.sum(y, axis=0), ops.matmul(w, ops.transpose(y))

    x = np.ones((1, 1)) / 3
    for one, other in zip(graph.function(step)(x), step(Tensor(x)), strict=True):
        assert_same_bits(one, other)


@pytest.mark.parametrize("axis", [0, 1, (0, 1), None])
@pytest.mark.parametrize("shape", [(300, 70), (70, 300), (1, 257), (257, 1), (16, 16)])
def test_reductions_of_turned_inputs_have_the_bits_of_eager(axis, shape, graph):
    x = np.random.default_rng(0).normal(size=shape).astype("float32")

    def step(x):
        return ops.sum(ops.transpose(x), axis=axis), ops.mean(ops.transpose(x * x), axis=axis)

    for one, other in zip(graph.function(step)(x), step(Tensor(x)), strict=True):
        assert_same_bits(one, other)


@pytest.mark.parametrize("function", [ops.power, ops.arctan2, ops.multiply])
def test_functions_of_turned_inputs_have_the_bits_of_eager(function, graph):
    rng = np.random.default_rng(0)

    def step(a, b):
        return function(ops.transpose(a), ops.transpose(b)), function(ops.flip(a, 1), a)

    for _ in range(200):
        n, m = rng.integers(1, 9, size=2)
        a = rng.choice([2.0, 0.5, 1.5, 0.3], size=(n, m)).astype("float32")
        b = rng.choice([2.0, 0.5, -1.0], size=(rng.choice([1, n]), rng.choice([1, m])))
        b = b.astype("float32")
        for one, other in zip(graph.function(step)(a, b), step(Tensor(a), Tensor(b)), strict=True):
            assert_same_bits(one, other)


# Updates.


def test_an_update_is_made_in_the_variables_memory(graph):
    v, w = keras.Variable(X), keras.Variable(X)

    def step(x):
        v.assign(v * 0.9 + x)
        w.assign(ops.exp(x))

    plan, _ = specialised(graph.function(step), X)
    assert plan.copies == ()
    assert sum(isinstance(place, InVariable) for place in plan.places.values()) == 2


def test_two_variables_swap_their_values(graph):
    a, b = keras.Variable([1.0, 2.0]), keras.Variable([3.0, 4.0])

    def swap():
        old = a.value
        a.assign(b)
        b.assign(old)

    function = graph.function(swap)
    for _ in range(3):
        function()
    assert (a.numpy().tolist(), b.numpy().tolist()) == ([3.0, 4.0], [1.0, 2.0])


def test_an_update_reads_the_old_value_of_another_updated_variable(graph):
    def fresh():
        return keras.Variable([1.0, 2.0]), keras.Variable([3.0, 4.0])

    def rotate(a, b):
        old_a, old_b = a * 1.0, b * 1.0
        a.assign(a + old_b)
        b.assign(old_a - b)
        return a - b, old_a

    (a, b), (c, d) = fresh(), fresh()
    function = graph.function(lambda: rotate(a, b))
    for _ in range(4):
        found, wanted = function(), rotate(c, d)
        for one, other in zip([*found, a, b], [*wanted, c, d], strict=True):
            assert_same_bits(one, other)


def test_a_value_that_is_assigned_and_returned_is_not_shared(graph):
    v = keras.Variable([1.0, 2.0])
    function = graph.function(lambda: v.assign(v + 1.0))
    first = function()
    function()
    assert first.tolist() == [2.0, 3.0]
    assert v.numpy().tolist() == [3.0, 4.0]


def test_one_value_may_go_into_two_variables(graph):
    a, b = keras.Variable([1.0]), keras.Variable([2.0])

    def step(x):
        y = ops.exp(x)
        a.assign(y)
        b.assign(y)

    graph.function(step)(np.array([0.5], dtype="float32"))
    a.assign_add([1.0])
    assert_same_bits(b, np.exp(np.array([0.5], dtype="float32")))


def test_a_variable_may_be_read_turned_while_it_is_updated(graph):
    v = keras.Variable(np.arange(9, dtype="float32").reshape(3, 3))
    wanted = v.numpy()
    function = graph.function(lambda: v.assign(v + ops.transpose(v)))
    for _ in range(3):
        wanted = wanted + wanted.T
        function()
        assert_same_bits(v, wanted)


def test_pieces_of_one_buffer_are_updated_alone(graph):
    members = [keras.Variable([1.0, 2.0]), keras.Variable([3.0])]
    flat = flatten(members)
    function = graph.function(lambda: members[0].assign(members[0] + members[1]))
    for _ in range(2):
        function()
    assert flat.numpy().tolist() == [7.0, 8.0, 3.0]


# Concatenations.


def test_parts_of_a_concatenation_are_made_in_their_places():
    plan = plan_of("""
        x: f32[2,3]
        y: f32[4]
        a = exp x
        b = reshape a shape=(6,)
        c = exp y
        d = concatenate b c axis=0
        e = cumsum d axis=0 reverse=False
        return e
    """)
    assert places(plan) == {"v0": Piece, "v2": Piece, "v3": Slot, "v4": Fresh}
    assert [n.primitive.name for n in plan.steps] == ["exp", "exp", "cumsum"]


def test_gradients_of_many_weights_are_made_in_one_buffer(graph):
    w = [keras.Variable(np.ones((3, 2), "float32")), keras.Variable(np.ones(2, "float32"))]

    def step(x):
        with keras.GradientTape() as tape:
            loss = ops.sum(ops.square(ops.matmul(x, w[0]) + w[1]))
        gradients = tape.gradient(loss, w)
        return ops.sum(ops.square(ops.concatenate([ops.reshape(g, (-1,)) for g in gradients])))

    function = graph.function(step)
    plan, _ = specialised(function, X)
    assert sum(isinstance(place, Piece) for place in plan.places.values()) == 2
    assert "concatenate" not in [n.primitive.name for n in plan.steps]
    assert_same_bits(function(X), step(Tensor(X)))


@pytest.mark.parametrize("text", [
    # one part twice, a part that is an input, a part of a part, another axis
    "a = exp x\nb = concatenate a a axis=0\nreturn b",
    "a = exp x\nb = concatenate a x axis=0\nreturn b",
    "a = exp x\nb = slice a window=((0,2,1),)\nc = concatenate b a axis=0\nreturn c",
    "a = exp x\nb = concatenate a y axis=0\nc = concatenate b a axis=0\nreturn c b",
    "a = exp x\nb = exp y\nc = concatenate a b axis=0\nd = concatenate b a axis=0\nreturn c d",
    "a = exp x\nb = slice a window=((3,-1,-1),)\nc = concatenate b x axis=0\nreturn c a",
    # a part that is needed after the whole was read for the last time
    "a = exp x\nb = exp y\nc = concatenate a b axis=0\nd = sum c axes=(0,) keepdims=False\n"
    "e = add b d\nf = concatenate e e axis=0\ng = multiply f f\nh = cumsum g axis=0 reverse=False\n"
    "i = sum h axes=(0,) keepdims=False\nj = add a i\nreturn j b",
])  # fmt: skip
def test_parts_that_cannot_be_placed_are_copied(text):
    graph = parse(f"x, y: f32[4]\n{text}")
    program = Program(make_plan(graph))
    from tests.backend.graph.random_graphs import at_once, inputs_of

    for seed in range(2):
        arrays = inputs_of(graph, seed)
        for one, other in zip(program(*arrays), at_once(graph, arrays)[0], strict=True):
            assert_same_bits(one, other)


def test_a_concatenation_into_a_variable_reads_the_old_pieces(graph):
    v = keras.Variable(np.arange(1, 5, dtype="float32"))

    def step():
        a, b = v[:2] * 2.0, v[:2] + 1.0
        v.assign(ops.concatenate([a, b]))

    function, wanted = graph.function(step), v.numpy()
    for _ in range(3):
        wanted = np.concatenate([wanted[:2] * 2, wanted[:2] + 1])
        function()
        assert_same_bits(v, wanted)


# Runs.


def test_runs_with_other_inputs_give_other_outputs(graph):
    def step(x):
        return ops.sum(ops.exp(x) * ops.cumsum(x, axis=0), axis=1)

    function = graph.function(step)
    for i in range(4):
        assert_same_bits(function(X * i), step(Tensor(X * np.float32(i))))


def test_a_run_allocates_no_more_than_its_outputs(graph):
    big = np.ones((256, 256), dtype="float32")
    v = keras.Variable(big)

    def step(x):
        y = ops.tanh(ops.matmul(x, v) * 0.1)
        v.assign(v - 0.1 * ops.matmul(ops.transpose(x), y))
        return ops.sum(y)

    function = graph.function(step)
    for _ in range(3):
        function(big)
    tracemalloc.start()
    for _ in range(5):
        function(big)
    now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < big.nbytes / 4, "an array was made in a run"
    assert now < 20_000


def test_threads_run_with_memory_of_their_own(graph):
    def step(x):
        for _ in range(5):
            x = ops.cumsum(ops.tanh(x), axis=0) * 0.5
        return x

    function = graph.function(step)
    big = np.random.default_rng(0).normal(size=(64, 64)).astype("float32")
    wanted = {i: function(big * np.float32(i)).numpy().tobytes() for i in range(4)}
    wrong = []

    def work(i):
        x = big * np.float32(i)
        wrong.extend(i for _ in range(100) if function(x).numpy().tobytes() != wanted[i])

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert function.traces == 1


def test_an_error_in_a_run_leaves_the_program_usable(graph):
    function = graph.function(lambda x, i: ops.take_along_axis(x, i, axis=0))
    good, bad = np.zeros((1, 3), dtype="int32"), np.full((1, 3), 9, dtype="int32")
    assert function(X, good).numpy().tolist() == X[:1].tolist()
    with pytest.raises(IndexError):
        function(X, bad)
    assert function(X, good).numpy().tolist() == X[:1].tolist()


# The printed source.


def test_the_source_is_a_line_a_step(graph):
    v = keras.Variable(np.ones(3, dtype="float32"), name="scale")
    function = graph.function(lambda x: ops.sum(ops.exp(x) * v, axis=0))
    function(X)
    source = function.show_source()
    assert "def bind(xp, constants, variables, memory, primitives):" in source
    assert "variables[0]  # 'scale' (3,)" in source
    body = source.split("def run(x0):\n")[1].split("    return run")[0]
    assert [line.strip().split("(")[0] for line in body.strip().splitlines()] == [
        "exp", "multiply", "v2 = add_reduce", "return ",
    ]  # fmt: skip


def test_a_variables_name_cannot_smuggle_code_into_the_source(graph, capsys):
    v = keras.Variable([1.0], name="x\n    print('smuggled')  #")
    graph.function(lambda: v.assign(v + 1.0))()
    assert capsys.readouterr().out == ""
    assert v.numpy().tolist() == [2.0]


@pytest.mark.parametrize("value", [-np.inf, np.nan, np.float32(2), np.int64(3)])
def test_parameters_of_any_kind_can_be_printed(value, graph):
    from kerasish.primitives.movement import pad

    found = graph.function(lambda x: pad(x, widths=((1, 0), (0, 0)), value=value))(X)
    np.testing.assert_array_equal(found.numpy()[0], np.full(3, value, dtype="float32"))


def long_rule(variable, gradient, momentum):
    moved = momentum + (gradient - momentum) * 0.1
    return variable - moved * 0.01 / (ops.sqrt(ops.square(moved)) + 1e-7), moved


@pytest.mark.parametrize("size", [blocks.SMALLEST, blocks.SMALLEST + 1, 5 * blocks.BLOCK - 7])
def test_long_chains_run_block_by_block_with_the_same_bits(size):
    rng = np.random.default_rng(size)
    arrays = [rng.normal(size=size).astype("float32") for _ in range(3)]
    function = get("graph").function(long_rule)
    results = function(*arrays)
    assert "_b in memory.blocks(" in function.show_source()
    for blocked, whole in zip(results, long_rule(*map(Tensor, arrays)), strict=True):
        assert_same_bits(blocked, whole)


def test_long_variables_are_updated_block_by_block_in_place():
    rng = np.random.default_rng(0)
    start = [rng.normal(size=blocks.SMALLEST + 3).astype("float32") for _ in range(2)]
    gradient = rng.normal(size=blocks.SMALLEST + 3).astype("float32")
    after = {}
    for engine in ("eager", "graph"):
        weight, slot = (keras.Variable(a, trainable=False) for a in start)

        def step(g, weight=weight, slot=slot):
            new_weight, new_slot = long_rule(weight.value, g, slot.value)
            weight.assign(new_weight)
            slot.assign(new_slot)

        step = get(engine).function(step)
        for _ in range(3):
            step(gradient)
        after[engine] = weight.numpy(), slot.numpy()
    for a, b in zip(*after.values(), strict=True):
        assert_same_bits(a, b)


def test_long_parts_of_a_concatenation_are_made_in_their_places_block_by_block():
    def joined(a, b):
        parts = [ops.sqrt(a * a + b * b), (a - b) * a]
        return ops.concatenate(parts, axis=0) * 3.0 - 1.0

    rng = np.random.default_rng(1)
    arrays = [rng.normal(size=blocks.SMALLEST + 5).astype("float32") for _ in range(2)]
    function = get("graph").function(joined)
    assert_same_bits(function(*arrays), joined(*map(Tensor, arrays)))
    assert "concatenate" not in function.show_source()
    assert "_b in memory.blocks(" in function.show_source()


def test_what_every_block_reads_is_not_written_over_by_the_first():
    def product(x):
        scaled = x * ops.sum(ops.cumsum(x, axis=0), axis=0, keepdims=True)
        return ops.dot(scaled, ops.cos(scaled))

    x = np.random.default_rng(2).normal(size=blocks.SMALLEST + 5).astype("float32")
    function = get("graph").function(product)
    assert_same_bits(function(x), product(Tensor(x)))
    assert "_b in memory.blocks(" in function.show_source()


def test_one_element_of_a_long_value_is_read_before_a_block_is_written_over_it():
    def shifted(x):
        first = ops.cumsum(x, axis=0)
        scaled = ops.exp(x * 0.001) * ops.reshape(first[3:4], ())
        return ops.dot(ops.cos(scaled + 1.0), ops.sin(scaled))

    x = np.random.default_rng(4).normal(size=blocks.SMALLEST + 5).astype("float32")
    function = get("graph").function(shifted)
    function.jit_compile = False
    assert_same_bits(function(x), shifted(Tensor(x)))
    variable = keras.Variable(x, trainable=False)

    def update(x):
        variable.assign((variable.value + x) * ops.reshape(variable.value[0:1], ()))

    wanted = (x + x) * x[0]
    stepping = get("graph").function(update)
    stepping.jit_compile = False
    stepping(x)
    assert_same_bits(variable, wanted)


@pytest.mark.parametrize("rows", [2, 5, 33])
def test_a_matrix_times_its_own_transpose_has_one_answer(rows):
    """NumPy takes another routine where both are the same memory, as passes may make them."""
    functions = [
        lambda x: (x * np.ones((rows, 1), "float32")) @ ops.transpose(x),
        lambda x: x @ ops.transpose(x),
        lambda x: ops.transpose(x) @ x,
        lambda x: ops.exp(x) @ ops.transpose(ops.exp(x)),
    ]
    x = np.random.default_rng(5).normal(size=(rows, 64)).astype("float32")
    for function in functions:
        planned = get("graph").function(function)
        assert_same_bits(planned(x), function(Tensor(x)))


def test_short_arrays_and_turned_ones_are_not_cut_into_blocks():
    function = get("graph").function(lambda x: ops.exp(ops.transpose(x)) + 1.0)
    function(np.zeros((blocks.SMALLEST - 1, 1), "float32"))
    function(np.zeros((blocks.SMALLEST, 2), "float32"))
    assert "memory.blocks" not in function.show_source()


@pytest.mark.parametrize("normalization", [None, "batch", "layer"])
@pytest.mark.parametrize("rank", [2, 3, 4, 5])
def test_long_activations_of_any_rank_train_in_blocks_to_the_same_bits(rank, normalization):
    shape = (*(1,) * (rank - 2), 28, 28)[-rank + 1 :]
    batch = blocks.SMALLEST // int(np.prod(shape)) + 3
    x = np.random.default_rng(3).random((batch, *shape)).astype("float32")
    trained = []
    for engine in ("eager", "graph"):
        with current_engine(engine):
            keras.utils.set_random_seed(1)
            made = {"batch": layers.BatchNormalization, "layer": layers.LayerNormalization}
            middle = [made[normalization]()] if normalization else []
            size = int(np.prod(shape))
            model = keras.Sequential(
                [
                    keras.Input(shape), *middle, layers.Flatten(),
                    layers.Dense(size, activation="sigmoid"), layers.Reshape(shape),
                ]
            )  # fmt: skip
            model.compile("sgd", "mse", jit_compile=False)
            model.fit(x, x, batch_size=batch, epochs=2, verbose=0)
            trained.append(model.get_weights())
    for one, other in zip(*trained, strict=True):
        assert_same_bits(one, other)
