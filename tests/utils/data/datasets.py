"""Datasets that the tests share."""

import threading
import time

import numpy as np


class Rows:
    """Row `i` is the pair of `[i, i + 0.5]` and `i`; which rows were asked for is on record."""

    def __init__(self, count=10, pause=0.0):
        self.count = count
        self.pause = pause
        self.asked = []
        self.threads = set()

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        self.asked.append(index)
        self.threads.add(threading.current_thread().name)
        if self.pause:
            time.sleep(self.pause * (index % 3))
        return np.array([index, index + 0.5], "float32"), index


class Stream:
    """The same rows, known only one after another."""

    def __init__(self, count=10):
        self.rows = Rows(count)

    def __iter__(self):
        return (self.rows[index] for index in range(self.rows.count))


def seen(loader):
    """The numbers of the rows of each batch of one epoch."""
    return [y.numpy().tolist() for _, y in loader]


def worker_threads():
    return [t for t in threading.enumerate() if t.name.startswith("DataLoader-")]
