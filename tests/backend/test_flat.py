"""Flat variables: many variables as pieces of one buffer, read and assigned either way."""

import numpy as np
import pytest

import kerasish as keras
from kerasish import ops
from kerasish.backend.flat import FlatVariable, flatten
from kerasish.testing.bits import assert_same_bits


@pytest.fixture
def members():
    return [
        keras.Variable([[1.0, 2.0], [3.0, 4.0]], name="a"),
        keras.Variable(5.0, name="b"),
        keras.Variable([6.0, 7.0, 8.0], name="c"),
    ]


def numbers(members):
    return [m.numpy().reshape(-1).tolist() for m in members]


def test_members_are_pieces_of_the_whole(members):
    flat = flatten(members)
    assert isinstance(flat, FlatVariable)
    assert flat.numpy().tolist() == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [(m.shape, m.offset) for m in members] == [((2, 2), 0), ((), 4), ((3,), 5)]
    assert all(np.shares_memory(m.array, flat.array) for m in members)
    assert not flat.trainable


def test_an_assignment_to_either_is_seen_in_both(members):
    flat = flatten(members)
    members[0].assign([[10.0, 20.0], [30.0, 40.0]])
    members[1].assign(50.0)
    assert flat.numpy().tolist() == [10, 20, 30, 40, 50, 6, 7, 8]
    flat.assign(np.arange(8))
    assert numbers(members) == [[0, 1, 2, 3], [4], [5, 6, 7]]


def test_what_was_read_from_a_member_keeps_its_value(members):
    before = members[2].value
    flat = flatten(members)
    between = members[2].value
    flat.assign(flat + 1.0)
    members[0].assign_add(np.ones((2, 2)))
    assert before.tolist() == between.tolist() == [6.0, 7.0, 8.0]
    assert numbers(members) == [[3, 4, 5, 6], [6], [7, 8, 9]]


def test_the_same_members_have_one_whole(members):
    flat = flatten(members)
    assert flatten(members) is flat
    assert flatten(members[::-1]) is None
    assert flatten(members[:2]) is None
    assert flatten([*members, keras.Variable(1.0)]) is None
    assert flatten([flat]) is None


def test_gradients_reach_members(members):
    flatten(members)
    with keras.GradientTape() as tape:
        loss = ops.sum(members[0] * members[1]) + ops.sum(members[2])
    found = tape.gradient(loss, members)
    assert [g.numpy().reshape(-1).tolist() for g in found] == [[5] * 4, [10], [1] * 3]


def in_both(step, members, engine):
    """Run a step over the flat variable and its members; return everything."""
    flat = flatten(members)
    outputs = engine.function(lambda: step(flat, *members))()
    return [np.asarray(o).tolist() for o in outputs or ()], numbers(members), flat.numpy().tolist()


def update_whole(flat, a, b, c):
    flat.assign(flat * 2.0)
    return a[0], b + 0.0, c + 0.0


def update_members(flat, a, b, c):
    a.assign(a + b)
    c.assign(c - b)
    return flat + 0.0, b + 0.0


def update_a_member_and_then_the_whole(flat, a, b, c):
    a.assign(a + 1.0)
    flat.assign(flat * 2.0)
    return a + 0.0, c + 0.0


def update_the_whole_and_then_a_member(flat, a, b, c):
    flat.assign(flat * 2.0)
    a.assign(a + 1.0)
    return flat + 0.0, a + 0.0, b + 0.0


def update_from_old_pieces(flat, a, b, c):
    old = c + 0.0
    flat.assign(ops.concatenate([ops.reshape(a, (-1,)), c[:1], c]))
    return old, b + 0.0


@pytest.mark.parametrize("step", [
    update_whole, update_members, update_a_member_and_then_the_whole,
    update_the_whole_and_then_a_member, update_from_old_pieces,
])  # fmt: skip
def test_reads_and_assignments_keep_their_order(step, engine):
    def fresh():
        return [keras.Variable([[1.0, 2.0], [3.0, 4.0]]), keras.Variable(5.0),
                keras.Variable([6.0, 7.0, 8.0])]  # fmt: skip

    class Direct:
        """Runs the function as it is."""

        @staticmethod
        def function(f):
            return f

    assert in_both(step, fresh(), engine) == in_both(step, fresh(), Direct)


def test_a_function_made_before_goes_on_after_flattening(members, graph):
    step = graph.function(lambda: members[2].assign(members[2] + 1.0))
    step()
    flat = flatten(members)
    step()
    assert members[2].numpy().tolist() == [8.0, 9.0, 10.0]
    assert_same_bits(flat[5:], members[2])
