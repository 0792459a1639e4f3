"""What a Python `if` says of a value that is only being traced: the line, and the cure."""

import numpy as np
import pytest

from kerasish import ops
from kerasish.errors import SymbolicBoolError

X = np.ones(2, dtype="float32")


def branch(x):
    if ops.sum(x) > 1:
        return x
    return -x


def wait(x):
    while ops.sum(x) > 1:
        x = x / 2
    return x


def look(x):
    return x.numpy()


def number(x):
    return float(ops.sum(x))


def count(x):
    return list(range(ops.argmax(x, axis=0)))


@pytest.mark.parametrize("function, what, line", [
    (branch, "A Python `if`", r"if ops\.sum\(x\) > 1:"),
    (wait, "A Python `if`", r"while ops\.sum\(x\) > 1:"),
    (look, r"numpy\(\)", r"return x\.numpy\(\)"),
    (number, r"numpy\(\)", r"return float\(ops\.sum\(x\)\)"),
    (count, r"numpy\(\)", r"return list\(range\(ops\.argmax\(x, axis=0\)\)\)"),
])  # fmt: skip
def test_the_error_names_the_users_line(function, what, line, graph):
    first = function.__code__.co_firstlineno + 1
    text = rf"^{what} needs a value.*\n  test_symbolic_errors\.py, line {first}:  {line}\n"
    with pytest.raises(SymbolicBoolError, match=text):
        graph.function(function)(X)


def test_the_error_says_what_to_do(graph):
    with pytest.raises(SymbolicBoolError) as caught:
        graph.function(branch)(X)
    assert "this is only bool[]" in str(caught.value)
    assert "ops.cond(condition, then, otherwise) or ops.where" in str(caught.value)
    assert "compile(run_eagerly=True)" in str(caught.value)


def test_it_is_a_type_error_and_the_engine_goes_on(graph):
    function = graph.function(branch)
    for _ in range(2):
        with pytest.raises(TypeError):
            function(X)
    assert ops.sum(X) > 1
    assert graph.function(lambda x: x + 1)(X).tolist() == [2.0, 2.0]


def test_the_cure_works(engine):
    def cured(x):
        return ops.cond(ops.sum(x) > 1, lambda: x, lambda: -x)

    function = engine.function(cured)
    assert function(X).tolist() == [1.0, 1.0]
    assert function(-X).tolist() == [1.0, 1.0]


def test_an_eager_if_just_works():
    assert branch(ops.convert_to_tensor(X)).tolist() == [1.0, 1.0]
    assert wait(ops.convert_to_tensor(X)).tolist() == [0.5, 0.5]
