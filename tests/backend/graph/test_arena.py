"""Slots share memory, and none is written while another that lies there is in use."""

from hypothesis import given
from hypothesis import strategies as st

from kerasish.backend.graph.plan.arena import arrange, steps_between

SLOTS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2**6 - 1)), max_size=12)


@given(SLOTS)
def test_slots_in_use_at_the_same_time_lie_apart(slots):
    sizes, busy = [size for size, _ in slots], [steps for _, steps in slots]
    offsets = arrange(sizes, busy)
    for step in range(6):
        used = [i for i in range(len(slots)) if busy[i] >> step & 1]
        cells = [cell for i in used for cell in range(offsets[i], offsets[i] + sizes[i])]
        assert len(cells) == len(set(cells))
    assert all(begin >= 0 for begin in offsets)


def test_what_is_never_in_use_together_takes_the_space_of_one():
    assert arrange([10, 10, 10], [1, 2, 4]) == (0, 0, 0)
    assert arrange([4, 10, 6], [1, 2, 1]) == (6, 0, 0)
    assert arrange([], []) == ()


def test_a_gap_between_two_others_is_filled():
    long, first, last = steps_between(0, 3), steps_between(0, 1), steps_between(2, 3)
    assert arrange([3, 5, 4, 2], [long, first, last, last]) == (5, 0, 0, 8)
    assert arrange([8, 6, 2], [first, long, last]) == (0, 8, 0)


def test_bits_of_steps():
    assert [steps_between(0, 0), steps_between(1, 3)] == [0b1, 0b1110]
