import threading
import time

import numpy as np
import pytest

from kerasish.training.data import adapt
from kerasish.utils.py_dataset import PyDataset


class Numbers(PyDataset):
    """`count` batches of two rows, each holding the number of its batch."""

    def __init__(self, count=6, **kwargs):
        super().__init__(**kwargs)
        self.count = count
        self.told = []
        self.threads = set()

    @property
    def num_batches(self):
        return self.count

    def __getitem__(self, index):
        self.threads.add(threading.get_ident())
        time.sleep(0.002 * (index % 3))
        return np.full((2, 1), index), np.array([0, 1])

    def on_epoch_begin(self):
        self.told.append("begin")

    def on_epoch_end(self):
        self.told.append("end")


def firsts(data, epoch=0):
    return [int(x.flat[0]) for x, _, _ in data.epoch_batches(epoch)]


@pytest.mark.parametrize(
    "workers, use_multiprocessing", [(0, False), (1, False), (1, True), (4, False)]
)
def test_batches_come_in_order_whoever_makes_them(workers, use_multiprocessing):
    dataset = Numbers(workers=workers, use_multiprocessing=use_multiprocessing)
    assert firsts(adapt(dataset)) == list(range(6))
    is_here = dataset.threads == {threading.get_ident()}
    assert is_here is not (workers > 1 or use_multiprocessing)


def test_threads_do_not_run_too_far_ahead():
    asked = []

    class Counting(Numbers):
        def __getitem__(self, index):
            asked.append(index)
            return super().__getitem__(index)

    batches = adapt(Counting(100, workers=4, max_queue_size=3)).epoch_batches()
    next(batches)
    time.sleep(0.05)
    assert max(asked) <= 3
    batches.close()


@pytest.mark.parametrize("workers", [1, 3])
def test_the_order_is_shuffled_by_seed_and_epoch(workers):
    data = adapt(Numbers(workers=workers), shuffle=True, seed=5)
    first, second = firsts(data, 0), firsts(data, 1)
    assert sorted(first) == sorted(second) == list(range(6))
    assert first != second
    assert firsts(adapt(Numbers(), shuffle=True, seed=5), 0) == first


@pytest.mark.parametrize("workers", [1, 3])
def test_an_endless_dataset_goes_on_over_epochs(workers):
    data = adapt(Numbers(None, workers=workers), steps_per_epoch=4)
    assert firsts(data) == [0, 1, 2, 3]
    assert firsts(data) == [4, 5, 6, 7]
    data._current.close()


def test_an_endless_dataset_cannot_be_shuffled():
    with pytest.warns(UserWarning, match="no effect on a PyDataset"):
        adapt(Numbers(None), shuffle=True, steps_per_epoch=1)


def test_a_dataset_may_change_its_length():
    dataset = Numbers()
    data = adapt(dataset)
    assert data.num_batches == 6
    dataset.count = 2
    assert data.num_batches == 2
    assert firsts(data) == [0, 1]


def test_epochs_are_told():
    dataset = Numbers()
    data = adapt(dataset)
    data.on_epoch_begin()
    data.on_epoch_end()
    assert dataset.told == ["begin", "end"]


def test_classes_may_have_weights():
    data = adapt(Numbers(1), class_weight={1: 3.0})
    assert next(iter(data.epoch_batches()))[2].tolist() == [1.0, 3.0]


@pytest.mark.parametrize("workers", [1, 3])
def test_an_error_in_a_dataset_reaches_the_user(workers):
    class Broken(Numbers):
        def __getitem__(self, index):
            if index == 2:
                raise OSError("no such image")
            return super().__getitem__(index)

    with pytest.raises(OSError, match="no such image"):
        firsts(adapt(Broken(workers=workers)))


def test_a_bad_batch_is_named():
    class Bad(Numbers):
        def __getitem__(self, index):
            return "text"

    with pytest.raises(
        ValueError, match=r"PyDataset\.__getitem__\(\) must return a tuple or a dict"
    ):
        firsts(adapt(Bad()))


def test_a_forgotten_super_is_a_warning():
    class Forgetful(Numbers):
        def __init__(self):
            self.count, self.told, self.threads = 3, [], set()

    with pytest.warns(UserWarning, match=r"should call `super\(\)\.__init__"):
        assert firsts(adapt(Forgetful())) == [0, 1, 2]


def test_targets_beside_a_dataset_are_refused():
    with pytest.raises(ValueError, match="When `x` is a PyDataset, `y` should not be passed"):
        adapt(Numbers(), np.ones(3))


def test_a_dataset_can_be_iterated_over():
    assert [int(x[0, 0]) for x, _ in Numbers(3)] == [0, 1, 2]


@pytest.mark.parametrize("use", [lambda d: d[0], lambda d: d.num_batches])
def test_what_is_not_defined_is_said(use):
    with pytest.raises(NotImplementedError, match="`PyDataset` does not define"):
        use(PyDataset())


def test_a_dataset_that_does_not_know_its_length_can_be_iterated_over():
    class Endless(PyDataset):
        def __getitem__(self, index):
            return index

    batches = iter(Endless())
    assert [next(batches) for _ in range(3)] == [0, 1, 2]
