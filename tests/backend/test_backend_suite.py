"""The suite that every backend must pass: ours, a third party's, and some that are broken."""

from contextlib import suppress

import numpy as np
import pytest

from kerasish.backend import discovery, register
from kerasish.backend.concrete import ConcreteBackend
from kerasish.backend.eager.backend import EagerBackend
from kerasish.backend.graph.backend import GraphBackend
from kerasish.backend.scopes import scopes
from kerasish.backend.tensor import Tensor
from kerasish.primitives.applier import applying, computing
from kerasish.testing.backend_suite import BackendSuite


class TestEager(BackendSuite):
    backend_name = "eager"


class TestGraph(BackendSuite):
    backend_name = "graph"


class Recording(ConcreteBackend):
    """A third party's backend: computes at once and keeps a diary of what each function did."""

    name = "recording"

    def __init__(self):
        self.diary = []

    def function(self, function):
        def run(*args, **kwargs):
            def write_down(primitive, inputs, params):
                self.diary.append(primitive.name)
                with computing():
                    return primitive(*inputs, **params)

            with applying(write_down):
                return super(Recording, self).function(function)(*args, **kwargs)

        return run


class TestThirdParty(BackendSuite):
    backend_name = "recording"

    def setup_method(self):
        register("recording", Recording)
        super().setup_method()

    def teardown_method(self):
        super().teardown_method()
        discovery._registered.pop("recording")

    def test_the_diary_is_kept(self):
        self.backend.function(lambda x: x * 2.0 + 1.0)(np.ones(2))
        assert self.backend.diary == ["multiply", "add"]


# The suite is tested too: each kind of fault must be found.


class ForgetsState(GraphBackend):
    """Assignments inside functions are lost."""

    def function(self, function):
        from kerasish.backend.stateless import StatelessScope

        def run(*args, **kwargs):
            with StatelessScope():
                return function(*args, **kwargs)

        return run


class Halves(EagerBackend):
    """Loses bits in functions."""

    def function(self, function):
        inner = super().function(function)

        def run(*args, **kwargs):
            result = inner(*args, **kwargs)
            if not isinstance(result, tuple):
                return result
            return tuple(
                Tensor(t.numpy().astype("float16").astype(t.dtype)) if isinstance(t, Tensor) else t
                for t in result
            )

        return run


class AssignsLate(EagerBackend):
    """Assignments are seen after the function only: program order is lost."""

    def function(self, function):
        class Scope:
            def __init__(self):
                self.writes = []

            def read(self, variable):
                scopes.state = None
                try:
                    return variable.value
                finally:
                    scopes.state = self

            def assign(self, variable, value):
                self.writes.append((variable, value))

        def run(*args, **kwargs):
            scopes.state = scope = Scope()
            try:
                result = function(*args, **kwargs)
            finally:
                scopes.state = None
            for variable, value in scope.writes:
                variable.assign(value)
            return result

        return run


class UsesMemoryAgain(GraphBackend):
    """Results lie in memory that the next call writes."""

    def function(self, function):
        inner, kept = super().function(function), {}

        def run(*args, **kwargs):
            result = inner(*args, **kwargs)
            for i, t in enumerate(result if isinstance(result, tuple) else ()):
                if isinstance(t, Tensor):
                    memory = kept.setdefault((i, t.shape, t.dtype), t.value)
                    np.copyto(memory, t.value)
                    t.value = memory
            return result

        return run


class WrongBranch(EagerBackend):
    """Takes the other branch."""

    def cond(self, condition, then, otherwise):
        return super().cond(condition, otherwise, then)


class NoErrors(EagerBackend):
    """Swallows what does not fit."""

    def assign(self, variable, value):
        with suppress(ValueError):
            variable.assign(value)
        return variable.value


FAULTS = {
    ForgetsState: "test_state_goes_on_from_call_to_call",
    Halves: "test_a_function_gives_the_same_bits_as_computing_at_once",
    AssignsLate: "test_reads_and_assignments_keep_the_programs_order",
    UsesMemoryAgain: "test_results_are_not_written_again_by_later_calls",
    WrongBranch: "test_cond_takes_the_branch_that_holds",
    NoErrors: "test_a_value_that_does_not_fit_leaves_the_variable_unchanged",
}


@pytest.mark.parametrize("faulty", FAULTS, ids=lambda c: c.__name__)
def test_a_faulty_backend_is_found(faulty):
    register("faulty", faulty)
    faulty.name = "faulty"
    suite = BackendSuite()
    suite.backend_name = "faulty"
    suite.setup_method()
    try:
        with pytest.raises(AssertionError):
            getattr(suite, FAULTS[faulty])()
    finally:
        suite.teardown_method()
        discovery._registered.pop("faulty")


def test_a_backend_that_misses_a_question_is_found():
    class Half:
        name = "half"
        apply = staticmethod(EagerBackend().apply)

    register("half", Half)
    suite = BackendSuite()
    suite.backend_name = "half"
    suite.setup_method()
    try:
        with pytest.raises(AssertionError, match="has no answer"):
            suite.test_it_answers_every_question()
    finally:
        suite.teardown_method()
        discovery._registered.pop("half")
