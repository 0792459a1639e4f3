"""What every backend must do, as tests: ours run them, and so may third parties.

```python
class TestOurs(BackendSuite):
    backend_name = "ours"       # as registered, or as its entry point is called
```
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from kerasish import ops
from kerasish.backend import GradientTape, Variable, compute, discovery
from kerasish.backend.interface import Backend
from kerasish.backend.tensor import Tensor
from kerasish.errors import ShapeError
from kerasish.primitives import arithmetic, products, transcendental
from kerasish.primitives.movement import transpose
from kerasish.primitives.random import random_uniform
from kerasish.testing.bits import assert_same_bits

X = np.array([[0.5, -1.25, 3.0], [2.0, 0.1, -0.7]], dtype="float32")
ROW = np.array([1.5, -0.5, 0.25], dtype="float32")


def expect(claim: Any, what: str) -> None:
    """Raise AssertionError unless the claim holds."""
    if not claim:
        raise AssertionError(what)


@contextmanager
def expect_error(*kinds: type[BaseException]) -> Iterator[None]:
    """Raise AssertionError unless the block raises one of these errors."""
    try:
        yield
    except kinds:
        return
    raise AssertionError(f"expected one of {[kind.__name__ for kind in kinds]}")


class BackendSuite:
    """Inherit, say which backend, and pytest runs the tests with that backend in force.

    Attributes:
        backend_name: the name under which the backend is found.
    """

    backend_name = ""

    def setup_method(self) -> None:
        """Put the backend in force."""
        self._before = discovery.current().name
        discovery.set_backend(self.backend_name)
        self.backend: Any = discovery.get(self.backend_name)

    def teardown_method(self) -> None:
        """Put the backend of before in force again."""
        discovery.set_backend(self._before)

    def same_as_at_once(self, step: Callable[..., Any], *args: Any, calls: int = 3) -> None:
        """Check that a function of the backend gives the bits of running it line by line.

        `step(state)` gets a dict for what lives between calls and returns the function; it is
        made twice, once for each way.
        """
        ours, plain = step({}), step({})
        function = self.backend.function(ours)
        for call in range(calls):
            found, wanted = function(*args), plain(*args)
            for one, other in zip(found, wanted, strict=True):
                assert_same_bits(one, other, f"call {call}")

    # What it is.

    def test_it_answers_every_question(self) -> None:
        expect(isinstance(self.backend, Backend), "a question of `Backend` has no answer")
        expect(self.backend.name == self.backend_name, "its name is another")
        expect(discovery.current() is self.backend, "it is not in force")

    # apply

    def test_apply_gives_a_tensor_of_the_same_bits_as_computing_at_once(self) -> None:
        for primitive, inputs in (
            (arithmetic.add, (X, ROW)),
            (arithmetic.multiply, (X, 2.5)),
            (products.matmul, (X, X.T.copy())),
            (transcendental.tanh, (X,)),
        ):
            found = self.backend.apply(primitive, inputs, {})
            expect(isinstance(found, Tensor), f"{primitive} gave {type(found)}")
            assert_same_bits(found, compute.apply(primitive, inputs, {}), str(primitive))

    def test_apply_takes_tensors_variables_arrays_and_numbers(self) -> None:
        for other in (Tensor(ROW), Variable(ROW), ROW):
            assert_same_bits(self.backend.apply(arithmetic.subtract, (X, other), {}), X - ROW)
        assert_same_bits(self.backend.apply(arithmetic.subtract, (1, Tensor(X)), {}), 1 - X)

    def test_apply_takes_parameters(self) -> None:
        found = self.backend.apply(transpose, (X,), {"axes": (1, 0)})
        assert_same_bits(found, np.ascontiguousarray(X.T))

    def test_apply_names_what_does_not_fit(self) -> None:
        with expect_error(ShapeError):
            self.backend.apply(products.matmul, (X, X), {})

    def test_operators_and_ops_go_through_it(self) -> None:
        assert_same_bits(Tensor(X) * ROW + 1.0, X * ROW + np.float32(1))
        assert_same_bits(ops.exp(X), np.exp(X))

    # gradients

    def test_gradients_of_tensors_and_variables(self) -> None:
        x, v = Tensor(ROW).requires_grad_(), Variable(ROW)
        unused = Variable(ROW)
        target = ops.sum(x * v)
        found = self.backend.gradients(target, [x, v, unused])
        assert_same_bits(found[0], ROW)
        assert_same_bits(found[1], ROW)
        expect(found[2] is None, "an unused variable has a gradient")

    def test_gradients_sum_broadcast_axes(self) -> None:
        v = Variable(ROW)
        (found,) = self.backend.gradients(ops.sum(v * X), [v])
        expect(found.shape == (3,), f"the gradient has shape {found.shape}")
        np.testing.assert_allclose(found.numpy(), X.sum(0), rtol=1e-6)

    def test_gradients_of_gradients(self) -> None:
        v = Variable(2.0)
        with GradientTape() as outer:
            with GradientTape() as inner:
                y = v * v * v
            first = inner.gradient(y, v)
        expect(float(first) == 12.0, "the gradient is wrong")
        expect(float(outer.gradient(first, v)) == 12.0, "the second gradient is wrong")

    # function

    def test_a_function_gives_the_same_bits_as_computing_at_once(self) -> None:
        def make(state: Any) -> Any:
            def step(x: Any) -> Any:
                h = ops.tanh(ops.matmul(x, ops.transpose(x)) + 0.5)
                return ops.softmax(h), ops.sum(h, axis=0), ops.transpose(h), h[0, ::-1]

            return step

        self.same_as_at_once(make, Tensor(X))

    def test_reads_and_assignments_keep_the_programs_order(self) -> None:
        v = Variable(1.0)

        def step(x: Any) -> Any:
            before = v * 1.0
            v.assign(v + x)
            between = v * 1.0
            v.assign(v * 10.0)
            return before, between, v * 1.0

        found = self.backend.function(step)(np.float32(2))
        expect([float(t) for t in found] == [1.0, 3.0, 30.0], "program order is not kept")
        expect(float(v) == 30.0, "the last assignment does not stand")

    def test_state_goes_on_from_call_to_call(self) -> None:
        def make(state: Any) -> Any:
            state["a"], state["b"] = Variable(ROW), Variable(2.0 * ROW)

            def step(x: Any) -> Any:
                a, b = state["a"], state["b"]
                old = a * 1.0
                a.assign(b + x[0])
                b.assign(old - b)
                return a * 1.0, b * 1.0, old

            return step

        self.same_as_at_once(make, Tensor(X), calls=4)

    def test_a_variable_changed_between_calls_is_seen(self) -> None:
        v = Variable(ROW)
        function = self.backend.function(lambda x: x * v)
        for factor in (1.0, 2.0, 3.0):
            v.assign(ROW * np.float32(factor))
            assert_same_bits(function(X), X * (ROW * np.float32(factor)))

    def test_what_was_read_before_a_call_keeps_its_value(self) -> None:
        v = Variable(ROW)
        function = self.backend.function(lambda: v.assign(v + 1.0))
        before = v.value
        first = function()
        function()
        assert_same_bits(before, ROW)
        assert_same_bits(first, ROW + np.float32(1))
        assert_same_bits(v, ROW + np.float32(1) + np.float32(1))

    def test_results_are_not_written_again_by_later_calls(self) -> None:
        function = self.backend.function(lambda x: (ops.exp(x), x, x[0]))
        kept = [(factor, function(X * np.float32(factor))) for factor in (1, 2, 3)]
        for factor, (power, same, row) in kept:
            assert_same_bits(power, np.exp(X * np.float32(factor)))
            assert_same_bits(same, X * np.float32(factor))
            assert_same_bits(row, X[0] * np.float32(factor))

    def test_arguments_are_left_as_they_are(self) -> None:
        x = X.copy()
        (same,) = self.backend.function(lambda x: [x * 1.0])(x)
        assert_same_bits(x, X)
        expect(not np.shares_memory(same.numpy(), x), "a result lies in an argument's memory")

    def test_structures_go_in_and_come_out(self) -> None:
        def step(x: Any, *, scale: Any) -> Any:
            return {"sum": x["a"] + x["b"][0], "rest": (x["b"][1] * scale, [None, "text", 5])}

        found = self.backend.function(step)({"a": X, "b": [X, ROW]}, scale=3)
        expect(set(found) == {"sum", "rest"}, "the keys are others")
        assert_same_bits(found["sum"], X + X)
        assert_same_bits(found["rest"][0], ROW * np.float32(3))
        expect(found["rest"][1] == [None, "text", 5], "static results are not handed through")

    def test_static_arguments_choose_in_python(self) -> None:
        def step(x: Any, negate: bool, power: int = 1) -> Any:
            for _ in range(power - 1):
                x = x * x
            return -x if negate else x

        function = self.backend.function(step)
        assert_same_bits(function(X, False), X)
        assert_same_bits(function(X, True), -X)
        assert_same_bits(function(X, True, power=2), -(X * X))
        assert_same_bits(function(X, False), X)

    def test_shapes_and_dtypes_may_change_from_call_to_call(self) -> None:
        function = self.backend.function(lambda x: x + x)
        for array in (X, ROW, X.astype("float64"), X[:1], np.array([1, 2]), X, X[:0]):
            assert_same_bits(function(array), array + array)

    def test_tensors_variables_and_arrays_are_taken_alike(self) -> None:
        function = self.backend.function(lambda x: x * 2.0)
        for x in (ROW, Tensor(ROW), Variable(ROW), ROW[::-1][::-1]):
            assert_same_bits(function(x), ROW * np.float32(2))

    def test_arrays_arrive_as_tensors_and_static_values_as_they_are(self) -> None:
        seen: list[Any] = []

        def step(x: Any, rest: Any, *, flag: Any) -> Any:
            seen.extend([x, *rest["values"], flag])
            return x / 2

        found = self.backend.function(step)(
            np.array([1, 2]), {"values": [X, Variable(ROW), None, 3]}, flag="text"
        )
        expect(all(isinstance(x, Tensor) for x in seen[:3]), f"got {seen[:3]}")
        expect(seen[3:] == [None, 3, "text"], f"got {seen[3:]}")
        assert_same_bits(found, np.array([0.5, 1.0], dtype="float32"))

    def test_a_function_may_return_nothing_or_a_variable(self) -> None:
        v = Variable(1.0)
        expect(self.backend.function(lambda: None)() is None, "None did not come back")
        expect(float(self.backend.function(lambda: v)()) == 1.0, "the variable did not come back")

    def test_functions_may_call_functions(self) -> None:
        inner = self.backend.function(lambda x: x * 2.0)
        outer = self.backend.function(lambda x: inner(x) + 1.0)
        assert_same_bits(outer(X), X * np.float32(2) + np.float32(1))

    def test_an_error_leaves_the_state_unchanged(self) -> None:
        v = Variable(ROW)

        def step(x: Any) -> Any:
            y = ops.matmul(x, x)  # fits no matrix that is not square
            v.assign(v + 1.0)
            return y

        function = self.backend.function(step)
        for _ in range(2):
            with expect_error(ShapeError):
                function(X)
        assert_same_bits(v, ROW)
        assert_same_bits(self.backend.function(lambda x: x * v)(X), X * ROW)

    def test_gradients_inside_a_function_have_the_same_bits(self) -> None:
        def make(state: Any) -> Any:
            weights = [Variable(X.T.copy()), Variable(X[0, :2])]

            def step(x: Any) -> Any:
                with GradientTape() as tape:
                    out = ops.tanh(ops.matmul(x, weights[0]) + weights[1])
                    loss = ops.mean(ops.square(out))
                gradients = tape.gradient(loss, weights)
                for weight, gradient in zip(weights, gradients, strict=True):
                    weight.assign(weight - 0.1 * gradient)
                return loss, *gradients

            return step

        self.same_as_at_once(make, Tensor(X), calls=5)

    def test_random_numbers_are_those_drawn_at_once(self) -> None:
        def make(state: Any) -> Any:
            seed = Variable(np.array([7, 0], dtype="uint32"), trainable=False)

            def step() -> Any:
                drawn = random_uniform(seed, shape=(5,), dtype="float32")
                seed.assign(seed + np.array([0, 1], dtype="uint32"))
                return drawn, seed * 1

            return step

        self.same_as_at_once(make)

    def test_a_planned_function_has_the_same_bits_and_passes_gradients(self) -> None:
        def rule(a: Any, b: Any) -> Any:
            return ops.sqrt(ops.square(a) + 1.0) * b, ops.sum(a * b, axis=0)

        planned = self.backend.planned(rule)
        for factor in (1.0, 2.0):
            a, b = Tensor(X * np.float32(factor)), Tensor(ROW)
            for one, other in zip(planned(a, b), rule(a, b), strict=True):
                assert_same_bits(one, other)
        leaf = Tensor(X).requires_grad_()
        (found,) = self.backend.gradients(ops.sum(planned(leaf, Tensor(ROW))[1]), [leaf])
        assert_same_bits(found, np.broadcast_to(ROW, X.shape).copy())
        traced = self.backend.function(lambda a: planned(a, a * 2.0))(X)
        for one, other in zip(traced, rule(Tensor(X), Tensor(X) * 2.0), strict=True):
            assert_same_bits(one, other)

    # Control flow.

    def test_cond_takes_the_branch_that_holds(self) -> None:
        for value, wanted in ((1.0, X), (-1.0, -X)):
            found = self.backend.cond(
                ops.convert_to_tensor(value) > 0, lambda: Tensor(X), lambda: Tensor(-X)
            )
            assert_same_bits(found, wanted)

    def test_cond_inside_a_function_chooses_what_is_returned_and_assigned(self) -> None:
        v = Variable(1.0)

        def double() -> Any:
            v.assign(v * 2.0)
            return {"y": v + 0.5}

        def step(c: Any) -> Any:
            return self.backend.cond(c > 0, double, lambda: {"y": v - 0.5})

        function = self.backend.function(step)
        found = [(float(function(np.float32(c))["y"]), float(v)) for c in (1, -1, 1)]
        expect(found == [(2.5, 2.0), (1.5, 2.0), (4.5, 4.0)], f"got {found}")

    def test_while_loop_runs_as_long_as_the_condition_holds(self) -> None:
        one = ops.convert_to_tensor(1.0)
        found = self.backend.while_loop(lambda x: x < 100.0, lambda x: (x * 2.0,), (one,))
        expect(float(found[0]) == 128.0, f"got {found}")
        found = self.backend.while_loop(lambda x: x < 100.0, lambda x: (x * 2.0,), (one,), 3)
        expect(float(found[0]) == 8.0, f"got {found}, with at most three rounds")

    def test_scan_carries_and_collects(self) -> None:
        def body(carry: Any, x: Any) -> Any:
            return carry + x, carry * 2.0

        carry, rows = self.backend.scan(body, Tensor(ROW * 0), Tensor(X))
        assert_same_bits(carry, X[0] + X[1])
        assert_same_bits(rows, np.stack([ROW * 0, X[0] * np.float32(2)]))
        function = self.backend.function(lambda x: self.backend.scan(body, x[0] * 0.0, x))
        again = function(X)
        assert_same_bits(again[0], carry)
        assert_same_bits(again[1], rows)

    def test_scan_may_go_without_rows_and_without_results(self) -> None:
        def body(carry: Any, x: Any) -> Any:
            return carry * 2.0, None

        carry, rows = self.backend.scan(body, ops.convert_to_tensor(1.0), None, 5)
        expect((float(carry), rows) == (32.0, None), f"got {carry}, {rows}")

    # State, and the way out.

    def test_variables_are_made_and_assigned(self) -> None:
        v = self.backend.variable(ROW, name="row", trainable=False)
        expect((v.name, v.shape, v.dtype, v.trainable) == ("row", (3,), "float32", False), repr(v))
        expect(np.all(self.backend.assign(v, ROW * 2).numpy() == ROW * 2), "no new value is given")
        assert_same_bits(v, ROW * np.float32(2))

    def test_a_value_that_does_not_fit_leaves_the_variable_unchanged(self) -> None:
        v = self.backend.variable(ROW)
        with expect_error(ShapeError):
            self.backend.assign(v, X)
        assert_same_bits(v, ROW)

    def test_values_come_to_the_host(self) -> None:
        found = self.backend.to_numpy(Tensor(X) * 1.0)
        expect(type(found) is np.ndarray, f"got {type(found)}")
        assert_same_bits(found, X)
