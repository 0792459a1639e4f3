"""StatelessScope: variables read from and written to a table."""

import numpy as np
import pytest

import kerasish as keras
from kerasish.backend.convert import as_tensor
from kerasish.backend.stateless import StatelessScope, in_stateless_scope


@pytest.fixture
def v():
    return keras.Variable([1.0, 2.0], name="v")


def test_reads_and_writes_go_to_the_table(v):
    with StatelessScope([(v, [5.0, 6.0])]) as scope:
        assert (v + 1.0).tolist() == [6.0, 7.0]
        v.assign([7.0, 8.0])
        assert v.value.tolist() == v.numpy().tolist() == [7.0, 8.0]
    assert scope.get_current_value(v).tolist() == [7.0, 8.0]
    assert v.numpy().tolist() == [1.0, 2.0]


def test_what_is_not_in_the_table_is_read_outside(v):
    other = keras.Variable(3.0)
    with StatelessScope([(v, [5.0, 6.0])]) as scope:
        assert float(other) == 3.0
    assert scope.get_current_value(other) is None


def test_scopes_nest(v):
    with StatelessScope([(v, [5.0, 6.0])]) as outer:
        with StatelessScope() as inner:
            v.assign(v * 2.0)
        assert inner.get_current_value(v).tolist() == [10.0, 12.0]
        assert v.value.tolist() == [5.0, 6.0]
        v.assign_add([1.0, 1.0])
    assert outer.get_current_value(v).tolist() == [6.0, 7.0]


def test_in_stateless_scope_says_where_we_are(v):
    assert not in_stateless_scope()
    with StatelessScope():
        assert in_stateless_scope()
    assert not in_stateless_scope()


def test_an_error_leaves_the_scope(v):
    with pytest.raises(KeyError), StatelessScope([(v, [0.0, 0.0])]):
        raise KeyError
    assert v.value.tolist() == [1.0, 2.0]


def test_values_are_cast_to_the_variables_dtype(v):
    with StatelessScope([(v, np.array([5, 6]))]):
        assert v.value.dtype == "float32"


@pytest.mark.parametrize("mapping, text", [
    (lambda v: [(3, [1.0])], "must pair Variables with values, not 3"),
    (lambda v: [(v, [1.0])], r"v has shape \(2,\); the value given has \(1,\)"),
])  # fmt: skip
def test_pairs_that_do_not_fit_are_told(v, mapping, text):
    with pytest.raises(ValueError, match=text):
        StatelessScope(mapping(v))


def test_a_function_called_in_a_scope_sees_the_table(v, engine):
    def double():
        v.assign(v * 2.0)
        return v + 0.0

    function = engine.function(double)
    assert function().tolist() == [2.0, 4.0]
    with StatelessScope([(v, [5.0, 6.0])]) as scope:
        assert function().tolist() == [10.0, 12.0]
    assert scope.get_current_value(v).tolist() == [10.0, 12.0]
    assert v.numpy().tolist() == [2.0, 4.0]


def test_a_stateless_step_may_be_traced(v, engine):
    def step(value):
        with StatelessScope([(v, value)]) as scope:
            v.assign(v * 2.0)
            return scope.get_current_value(v)

    value = as_tensor([3.0, 4.0])
    assert engine.function(step)(value).tolist() == [6.0, 8.0]
    assert v.numpy().tolist() == [1.0, 2.0]
