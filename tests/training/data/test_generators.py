import numpy as np
import pytest

from kerasish.training.data import adapt

BATCH = (np.ones((2, 3)), np.ones(2))


def generator(count):
    for i in range(count):
        yield np.full((2, 1), float(i)), np.full(2, i)


def firsts(data, epoch=0):
    return [int(x.flat[0]) for x, _, _ in data.epoch_batches(epoch)]


def test_a_generator_is_gone_through_once():
    data = adapt(generator(3))
    assert data.num_batches is None
    assert firsts(data) == [0, 1, 2]
    assert data.num_batches == 3
    assert data.exhausted
    with pytest.warns(UserWarning, match="ran out of data after 0 batches"):
        assert firsts(data) == []


def test_an_epoch_of_so_many_steps_goes_on_where_the_last_ended():
    data = adapt(generator(7), steps_per_epoch=3)
    assert firsts(data) == [0, 1, 2]
    assert firsts(data) == [3, 4, 5]
    assert not data.exhausted
    with pytest.warns(UserWarning, match="ran out of data after 1 of 3 batches"):
        assert firsts(data) == [6]
    assert data.exhausted


def test_steps_over_arrays_go_on_and_begin_anew():
    data = adapt(np.arange(5), batch_size=1, steps_per_epoch=2)
    assert firsts(data) == [0, 1]
    assert firsts(data) == [2, 3]
    with pytest.warns(UserWarning, match="after 1 of 2 batches"):
        assert firsts(data) == [4]
    assert firsts(data) == [0, 1]
    assert not data.exhausted


def test_steps_that_fill_a_pass_begin_anew_without_a_word():
    data = adapt(np.arange(4), batch_size=1, steps_per_epoch=2)
    assert [firsts(data) for _ in range(3)] == [[0, 1], [2, 3], [0, 1]]


def test_an_iterator_left_in_the_middle_of_its_last_batch_counts_as_ended():
    data = adapt(np.arange(2), batch_size=1, steps_per_epoch=2)
    batches = data.epoch_batches()
    next(batches), next(batches)
    assert firsts(data) == [0, 1]


def test_floats_of_a_generator_become_floatx():
    ((x, y, weights),) = list(adapt(iter([BATCH])).epoch_batches())
    assert x.dtype == "float32"
    assert weights is None
    assert y.dtype == "float32"


@pytest.mark.parametrize("batch", [np.ones(3), {"a": np.ones(3)}, (np.ones(3),)])
def test_inputs_may_come_alone(batch):
    ((_, y, weights),) = list(adapt(iter([batch])).epoch_batches())
    assert y is None
    assert weights is None


@pytest.mark.parametrize(
    "batch", [[np.ones(3), np.ones(3)], (), (1, 2, 3, 4), "text", None, (None, np.ones(2))]
)
def test_what_is_no_batch_is_refused_before_training(batch):
    with pytest.raises(ValueError, match=r"The generator .*\(inputs, targets\)"):
        adapt(iter([batch]))


def test_an_empty_generator_is_refused():
    with pytest.raises(ValueError, match="at least one batch"):
        adapt(generator(0))


class Loader:
    """What PyTorch's DataLoader shows of itself."""

    batch_size = 2
    dataset = range(5)

    def __len__(self):
        return 3

    def __iter__(self):
        return iter(
            [[np.arange(2), np.arange(2)], [np.arange(2), np.arange(2)], [np.arange(1)] * 2]
        )


def test_a_loader_is_gone_through_each_epoch():
    data = adapt(Loader())
    assert (data.num_batches, data.batch_size, data.partial_batch_size) == (3, 2, 1)
    for _ in range(2):
        assert [len(x) for x, _, _ in data.epoch_batches()] == [2, 2, 1]


def test_an_iterable_without_length_begins_anew():
    class Stream:
        def __iter__(self):
            return generator(3)

    data = adapt(Stream(), steps_per_epoch=2)
    assert firsts(data) == [0, 1]
    with pytest.warns(UserWarning, match="after 1 of 2"):
        assert firsts(data) == [2]
    assert firsts(data) == [0, 1]


@pytest.mark.parametrize("make", [lambda: generator(2), Loader])
@pytest.mark.parametrize("name", ["y", "sample_weight"])
def test_targets_beside_batches_are_refused(make, name):
    with pytest.raises(ValueError, match=f"`{name}` should not be passed"):
        adapt(make(), **{name: np.ones(2)})


@pytest.mark.parametrize("make", [lambda: generator(2), Loader])
def test_class_weights_beside_batches_are_refused(make):
    with pytest.raises(ValueError, match="`class_weight` is not supported for a"):
        adapt(make(), class_weight={0: 1.0})


@pytest.mark.parametrize("make", [lambda: generator(2), Loader])
def test_shuffling_somebody_elses_batches_is_a_warning(make):
    with pytest.warns(UserWarning, match="`shuffle=True` has no effect on a"):
        adapt(make(), shuffle=True)


def test_data_is_taken_as_it_is():
    data = adapt(np.arange(3))
    assert adapt(data) is data
