import pickle

import numpy as np
import pytest

from kerasish import metrics, ops
from kerasish.backend.discovery import get
from kerasish.backend.variable import Variable
from kerasish.metrics import Metric


class Range(Metric):
    """Smallest and largest value, and a metric inside."""

    def __init__(self, name="range", dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.low = self.add_variable((), "zeros", name="low")
        self.high = self.add_weight((), "ones", name="high")
        self.mean = metrics.Mean()
        self.others = [metrics.Sum(name="a"), {"b": metrics.Sum(name="b")}]

    def update_state(self, values):
        self.low.assign(ops.minimum(self.low, ops.min(values)))
        self.high.assign(ops.maximum(self.high, ops.max(values)))
        self.mean.update_state(values)

    def result(self):
        return {"low": self.low.value, "high": self.high.value, "mean": self.mean.result()}


def test_variables_are_its_own_and_then_those_of_metrics_inside():
    metric = Range()
    assert [v.path for v in metric.variables] == [
        "range/low",
        "range/high",
        "mean/total",
        "mean/count",
        "a/total",
        "b/total",
    ]
    assert not any(v.trainable for v in metric.variables)


def test_a_variable_made_by_hand_belongs_to_the_metric_once():
    metric = metrics.Sum()
    metric.extra = Variable([1.0, 2.0], trainable=False)
    metric.same = metric.extra
    assert len(metric.variables) == 2
    metric.reset_state()
    Metric.reset_state(metric)
    assert metric.extra.numpy().tolist() == [0.0, 0.0]


def test_reset_state_starts_again_from_zero():
    metric = Range()
    result = metric(np.array([-1.0, 3.0], "float32"))
    assert {k: float(v) for k, v in result.items()} == {"low": -1.0, "high": 3.0, "mean": 1.0}
    metric.reset_state()
    assert all(float(v) == 0 for v in metric.variables)


def test_forgetting_super_is_told():
    class Forgetful(Metric):
        def __init__(self):
            self.total = self.add_variable((), "zeros")

    with pytest.raises(RuntimeError, match=r"You forgot to call `super\(\)\.__init__\(\)`"):
        Forgetful()


def test_the_base_says_what_a_subclass_must_define():
    with pytest.raises(NotImplementedError, match="Metric must define `update_state`"):
        Metric().update_state(1)
    with pytest.raises(NotImplementedError, match="Metric must define `result`"):
        Metric().result()


def test_stateless_calls_leave_the_variables_alone():
    metric = metrics.Mean()
    state = metric.stateless_update_state([ops.cast(0.0, "float32")] * 2, [1.0, 3.0])
    assert [float(x) for x in state] == [4.0, 2.0]
    assert float(metric.stateless_result(state)) == 2.0
    assert [float(v) for v in metric.variables] == [0.0, 0.0]
    metric.update_state([5.0])
    assert [float(x) for x in metric.stateless_reset_state()] == [0.0, 0.0]
    assert float(metric.result()) == 5.0


@pytest.mark.parametrize("call", ["stateless_update_state", "stateless_result"])
def test_stateless_calls_want_a_value_for_each_variable(call):
    with pytest.raises(ValueError, match=r"`metric_variables`.*2 values.*length=1"):
        getattr(metrics.Mean(), call)([ops.zeros(())])


def test_variables_made_while_tracing_are_concrete():
    metric = metrics.F1Score(average="macro")
    y = np.eye(3, dtype="float32")
    get("graph").function(lambda t, p: metric.update_state(t, p))(y, y)
    assert len(metric.variables) == 4
    assert float(metric.result()) == pytest.approx(1.0, abs=1e-5)


def test_a_metric_can_be_pickled_with_its_state():
    metric = metrics.Mean()
    metric.update_state([2.0, 4.0])
    again = pickle.loads(pickle.dumps(metric))
    assert float(again.result()) == 3.0
    again.update_state([9.0])
    assert [float(again.result()), float(metric.result())] == [5.0, 3.0]


def test_a_metric_shows_its_name():
    assert repr(metrics.Mean(name="m")) == "<Mean name=m>"
