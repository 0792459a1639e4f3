"""GradientTape and its friends: gradients of what was computed step by step."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Any

from kerasish import tree
from kerasish.backend.convert import as_tensor
from kerasish.backend.record import mode
from kerasish.backend.retaken import HowTaken, differentiable, let_go
from kerasish.backend.tensor import Tensor
from kerasish.errors import explain


class GradientTape:
    """Records what is computed in its `with` block, for one `gradient(...)` afterwards.

    Trainable variables are watched by themselves; other tensors by `watch`. Recording costs
    nothing more than the values that gradients need, and they are let go as the walk uses them,
    unless the target depends on more than the sources. The gradients can be differentiated by
    whatever comes after them, be it a tape around this one, `backward()` or `fit`; where they
    cannot, since everything was let go, that is an error. (TensorFlow's name and arguments.)

    Args:
        persistent: keep everything, so that `gradient` may be called several times.
        watch_accessed_variables: kept for TensorFlow; variables are always watched.

    Example:
        >>> import kerasish as keras
        >>> w = keras.Variable(3.0)
        >>> with keras.GradientTape() as tape:
        ...     loss = w * w
        >>> float(tape.gradient(loss, w))
        6.0
    """

    def __init__(self, persistent: bool = False, watch_accessed_variables: bool = True) -> None:
        self.persistent = persistent
        self._before: bool | None = None
        self._used = False

    def __enter__(self) -> GradientTape:
        self._before, mode.recording = mode.recording, True
        mode.tapes += 1
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        mode.recording, self._before = bool(self._before), None
        mode.tapes -= 1

    def watch(self, tensor: Any) -> None:
        """Want gradients for a tensor (or for each of a structure of them)."""
        for leaf in tree.flatten(tensor):
            if not isinstance(leaf, Tensor):
                raise TypeError(explain("Only tensors can be watched", tensor=leaf))
            leaf.requires_grad_()
            if mode.tapes <= 1:
                let_go(leaf)

    def gradient(self, target: Any, sources: Any, output_gradients: Any = None) -> Any:
        """Return the gradients of the target, or of the sum of several, for each source.

        Args:
            target: a tensor or a structure of tensors.
            sources: a tensor, a variable, or a structure of them.
            output_gradients: what arrives at the targets; ones by default.

        Returns:
            A structure like `sources`; None where no gradient arrives.

        Raises:
            RuntimeError: at the second call on a tape that is not persistent.
        """
        if self._used and not self.persistent:
            raise RuntimeError("This tape was used. Make it with persistent=True to use it again.")
        self._used = True
        targets = [as_tensor(t) for t in tree.flatten(target)]
        seeds = None
        if output_gradients is not None:
            seeds = [as_tensor(g) for g in tree.flatten(output_gradients)]
        inside = mode.tapes > 0  # this tape or one around it: gradients of gradients are wanted
        wanted: Sequence[Any] = tree.flatten(sources)
        how = HowTaken(targets, wanted, seeds)
        keep = self.persistent or inside or how.passes is not None
        flat = how.take(release=not keep, create_graph=inside)
        if mode.recording and not inside:
            flat = differentiable(flat, how, keep)
        return tree.pack_sequence_as(sources, flat)
