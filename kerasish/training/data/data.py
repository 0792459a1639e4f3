"""Data: what `fit`, `evaluate` and `predict` take their batches from, epoch by epoch."""

from __future__ import annotations

from collections.abc import Iterator

from kerasish._frames import warn
from kerasish.training.data.source import Batch, Source


class Data:
    """A source of batches, cut into epochs.

    Without `steps_per_epoch` an epoch is one pass over the source. With it, an epoch has so many
    batches, and the next goes on where it ended; an epoch that meets the end of the source is
    shorter, with a warning, and the next one begins anew.

    Args:
        source: arrays, a generator, a dataset.
        steps_per_epoch: batches of an epoch, or None.

    Attributes:
        source: the source.
        exhausted: whether there will never be another batch, because a generator has ended.
    """

    def __init__(self, source: Source, steps_per_epoch: int | None = None) -> None:
        self.source = source
        self.steps_per_epoch = steps_per_epoch
        self.exhausted = False
        self._counted: int | None = None
        self._passes = 0
        self._position = 0
        self._current: Iterator[Batch] | None = None

    @property
    def num_batches(self) -> int | None:
        """Batches of an epoch; of a generator this is known only after its end, None before."""
        return self.steps_per_epoch or self.source.num_batches or self._counted

    @property
    def batch_size(self) -> int | None:
        """Rows of a full batch, or None if nobody knows."""
        return self.source.batch_size

    @property
    def has_partial_batch(self) -> bool:
        """Whether the last batch of a pass is known to have fewer rows."""
        return self.source.partial_batch_size is not None

    @property
    def partial_batch_size(self) -> int | None:
        """Rows of that last batch, or None."""
        return self.source.partial_batch_size

    def on_epoch_begin(self) -> None:
        """Tell the source that an epoch begins. Whoever runs the epochs calls it."""
        self.source.on_epoch_begin()

    def on_epoch_end(self) -> None:
        """Tell the source that an epoch has ended. Whoever runs the epochs calls it."""
        self.source.on_epoch_end()

    def epoch_batches(self, epoch: int | None = None) -> Iterator[Batch]:
        """Return an iterator over the batches of one epoch, as (x, y, sample_weight).

        Args:
            epoch: its number; it decides how rows are shuffled. By default the epochs are
                counted. With `steps_per_epoch` the passes over the source are counted instead.
        """
        if self.steps_per_epoch is not None:
            return self._so_many(self.steps_per_epoch)
        if not self.source.starts_anew:
            return self._to_the_end()
        return self.source.one_pass(self.next_pass(epoch))

    def next_pass(self, epoch: int | None = None) -> int:
        """Return the number of the pass that begins now, and count it.

        Args:
            epoch: the number, if it is given; the count goes on from there.
        """
        number = self._passes if epoch is None else epoch
        self._passes = number + 1
        return number

    def _to_the_end(self) -> Iterator[Batch]:
        """What is left of a generator."""
        if self.exhausted:
            self._warn(0)
            return
        count = 0
        for batch in self.source.one_pass(0):
            count += 1
            yield batch
        self._counted = count
        self.exhausted = True

    def _so_many(self, steps: int) -> Iterator[Batch]:
        if self._position == self.source.num_batches:
            self._current = None
        for step in range(steps):
            if self._current is None:
                self._current = iter(self.source.one_pass(self._passes))
                self._passes += 1
                self._position = 0
            batch = next(self._current, None)
            if batch is None:
                self._current, self._position = None, 0
                self.exhausted = not self.source.starts_anew
                self._warn(step)
                return
            self._position += 1
            yield batch

    def _warn(self, step: int) -> None:
        wanted = f" of {self.steps_per_epoch}" if self.steps_per_epoch else ""
        warn(
            f"Your input ran out of data after {step}{wanted} batches of this epoch. "
            "It must give at least steps_per_epoch * epochs batches, or be something that can be "
            "gone through again: arrays, a PyDataset, a data loader.",
        )
