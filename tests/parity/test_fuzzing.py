"""The fuzzer itself: it draws alike, misses no public name, and finds planted faults."""

import dataclasses

import numpy as np
import pytest

import kerasish
from tests.parity.fuzz import (
    area_layers,
    area_losses,
    area_optimizers,
    area_small,
    oracles,
    running,
)
from tests.parity.fuzz.__main__ import arguments as parsed
from tests.parity.fuzz.__main__ import main, plan
from tests.parity.fuzz.areas import AREAS, check_program, draw
from tests.parity.fuzz.comparing import compare
from tests.parity.fuzz.known import KNOWN, Known, known, reason_for
from tests.parity.fuzz.op_table import OPS
from tests.parity.fuzz.programs import Engine, Outcome, OutOfTime, Program, run


def program(text, subject="op"):
    return Program("ops", 0, text, subject)


def outcome(*values):
    return Outcome({f"result[{i}]": np.asarray(value) for i, value in enumerate(values)})


def classes(namespace):
    return {name for name in namespace.__all__ if isinstance(getattr(namespace, name), type)}


def test_every_public_op_has_an_entry():
    assert set(OPS) == set(kerasish.ops.__all__)


@pytest.mark.parametrize(
    "namespace, drawn, others",
    [
        (kerasish.losses, area_losses.LOSSES, area_losses.NOT_DRAWN),
        (kerasish.metrics, area_losses.METRICS, area_losses.METRICS_NOT_DRAWN),
        (kerasish.optimizers, area_optimizers.RULES, area_optimizers.NOT_DRAWN),
        (kerasish.layers, area_layers.LAYERS, area_layers.NOT_DRAWN),
        (kerasish.constraints, area_small.CONSTRAINTS, area_small.BASES),
        (kerasish.regularizers, area_small.REGULARIZERS, area_small.BASES),
        (kerasish.initializers, area_small.INITIALIZERS, area_small.INITIALIZERS_NOT_DRAWN),
    ],
)
def test_every_public_class_is_drawn(namespace, drawn, others):
    aliases = {getattr(namespace, name) for name in drawn}
    missing = {n for n in classes(namespace) - others if getattr(namespace, n) not in aliases}
    assert not missing


@pytest.mark.parametrize("area", AREAS)
def test_a_seed_draws_the_same_program_again_and_another_seed_another(area):
    for keras in (False, True):
        programs = [draw(AREAS[area], seed, keras) for seed in (3, 3, 4)]
        assert programs[0] == programs[1]
        assert programs[0].text != programs[2].text
        compile(programs[0].text, area, "exec")


def test_values_shapes_dtypes_and_errors_that_differ_are_found():
    one = outcome(np.float32([1, 2]))
    for other, kind in [
        (outcome(np.float32([1, 2.01])), "value"),
        (outcome(np.float32([1, np.nan])), "value"),
        (outcome(np.float32([[1, 2]])), "shape"),
        (outcome(np.float64([1, 2])), "dtype"),
        (outcome(np.float32([1, 2]), np.float32(0)), "names"),
        (Outcome(error=ValueError("no")), "error there"),
    ]:
        assert [d.kind for d in compare(program(""), one, other, "jax")] == [kind]
    assert not compare(program(""), one, outcome(np.float32([1, 2.00001])), "jax")
    assert [d.kind for d in compare(program(""), Outcome(error=ValueError()), one, "jax")] == [
        "error here"
    ]


def test_between_engines_each_bit_counts():
    one, other = outcome(np.float32([0.0])), outcome(np.float32([-0.0]))
    assert not compare(program(""), one, other, "jax")
    assert [d.kind for d in compare(program(""), one, other, "graph", bits=True)] == ["bits"]


def test_a_planted_fault_in_one_engine_is_found(monkeypatch):
    monkeypatch.setattr(Engine, "call", lambda self, f, x: f(x + (self.name == "graph")))
    text = 'result = call(lambda x: x * 2, np.array([1.0], "float32"))'
    (difference,) = check_program(program(text), None, ("eager", "graph"))
    assert difference.kind == "bits"
    assert "--only ops --seed 0" in str(difference)
    assert text in str(difference)


def test_a_program_that_takes_too_long_is_ended():
    with pytest.raises(OutOfTime):
        run(program("while True: pass"), Engine("eager"), seconds=0.1)


def test_an_engine_leaves_the_settings_as_they_were():
    before = kerasish.config.backend()
    for engine in ("eager", "graph"):
        run(program('K.config.set_dtype_policy("mixed_float16"); result = 1'), Engine(engine))
    assert kerasish.config.backend() == before
    assert kerasish.config.dtype_policy().name == "float32"


def test_a_known_difference_is_matched_narrowly():
    (difference,) = compare(
        program("K.ops.op(1)"), outcome(1.0), Outcome(error=TypeError("no int")), "jax"
    )
    entry = known("why", subjects="op", kinds="error there", theirs="no int", text="1")
    assert entry.matches(difference)
    for change in ({"subjects": "other"}, {"kinds": "value"}, {"theirs": "float"}, {"text": "2"}):
        given = {"subjects": "op", "kinds": "error there", "theirs": "no int", "text": "1"}
        assert not known("why", **{**given, **change}).matches(difference)
    assert reason_for(dataclasses.replace(difference, program=program("", "no op"))) is None


def known_wrong(text, ours, theirs, subject):
    (difference,) = compare(program(text, subject), outcome(ours), outcome(theirs), "jax")
    difference = dataclasses.replace(difference, where="result")
    found = reason_for(difference)
    return found and found.reason


def test_a_wrong_value_of_keras_is_known_only_where_kerasish_is_right():
    x = 'x = np.array([3, 250], "uint8")\nresult = call(lambda a: K.ops.softmax(a), x)'
    one, zero = np.float32([0, 1]), np.float32([1, 0])
    assert "whole dtype" in known_wrong(x, one, zero, "softmax")
    assert known_wrong(x, zero, one, "softmax") is None
    assert known_wrong(x.replace('"uint8"', '"float32"'), one, zero, "softmax") is None
    assert known_wrong(x.replace("softmax", "nothing"), one, zero, "softmax") is None


def test_a_wrong_gradient_of_keras_is_known_only_where_kerasish_is_right():
    x = 'x = np.array([0.5, 0.2, -9.0], "float32")\nresult = gradient(K.ops.sparsemax, x)[0]'
    right, other = np.float32([-0.5, 0.5, 0]), np.float32([-0.5, 0.5, 1])
    assert "sum to 1" in known_wrong(x, right, other, "sparsemax")
    assert known_wrong(x, other, right, "sparsemax") is None


def test_a_nan_of_keras_is_known_only_where_the_rest_agrees_and_ours_is_finite():
    ours, theirs = np.float32([1, 5]), np.float32([1, np.nan])
    assert "vector of zeros" in known_wrong("", ours, theirs, "normalize")
    assert known_wrong("", ours, theirs, "sum") is None
    assert known_wrong("", np.float32([2, 5]), theirs, "normalize") is None
    assert known_wrong("", np.float32([1, np.inf]), theirs, "normalize") is None


def test_oracles_are_the_functions_that_they_are_called():
    x = np.array([[0.5, -2.0, 0.25, 3.0]])
    for name in ("softmax", "log_softmax", "softplus", "log_sigmoid", "softsign", "hard_tanh",
                 "hard_shrink", "soft_shrink", "sparsemax", "squareplus"):  # fmt: skip
        found = getattr(oracles, name)(x)
        np.testing.assert_allclose(found, getattr(kerasish.ops, name)(x).numpy(), rtol=1e-12)


def test_known_differences_have_reasons_of_their_own_and_excuse_no_engine():
    assert len({entry.reason for entry in KNOWN}) == len(KNOWN)
    (bits,) = compare(program(""), outcome(1.0), outcome(2.0), "graph", bits=True)
    assert reason_for(bits) is None


def test_an_entry_that_matches_nothing_is_reported(monkeypatch):
    entry = Known("it never happens", lambda difference: False)
    monkeypatch.setattr(running, "KNOWN", [entry])
    assert running.Report().unused() == ["it never happens"]


@pytest.mark.slow
def test_many_cases_run_in_a_process_of_their_own():
    wanted = plan(
        parsed(["--engines-only", "--only", "constraints", "--seed", "0", "--cases", "3"])
    )
    report = running.run(wanted, processes=1)
    assert report.cases == {"constraints": 3}
    assert not report.unexplained, report.text()


@pytest.mark.slow
def test_a_process_that_ends_is_replaced(monkeypatch):
    monkeypatch.setattr(running, "serve", ends_at_once)
    wanted = plan(parsed(["--engines-only", "--only", "ops", "--seed", "5", "--cases", "2"]))
    report = running.run(wanted, processes=1)
    assert [d.kind for d in report.unexplained] == ["crash", "crash"]
    assert "seeds [5, 6]" in report.text()


def ends_at_once(connection, engines, keras):
    connection.recv()
    raise SystemExit(3)


def test_the_command_shows_a_program(capsys):
    assert main(["--only", "ops", "--seed", "3", "--cases", "1", "--engines-only", "--show"]) == 0
    assert "result = " in capsys.readouterr().out
