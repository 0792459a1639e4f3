"""The reverse walk: gradients from records, for tapes and traces alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from operator import attrgetter
from typing import Any

from kerasish.arrays.dtype import dtype_name
from kerasish.backend.record import Leaf, Record, mode, no_grad, recording
from kerasish.backend.tensor import Tensor
from kerasish.primitives.arithmetic import add
from kerasish.primitives.casting import cast
from kerasish.primitives.movement import reshape
from kerasish.primitives.reduction import sum_

_order = attrgetter("order")


def reachable(roots: Sequence[Record]) -> list[Record]:
    """Return all records behind the roots, the earliest first."""
    seen, todo = set(roots), list(roots)
    for record in todo:
        for parent in record.parents:
            if parent is not None and parent not in seen:
                seen.add(parent)
                todo.append(parent)
    todo.sort(key=_order)
    return todo


def walk(
    arriving: dict[Record, Any],
    wanted: Callable[[Record], bool],
    *,
    release: bool,
    create_graph: bool,
    passes: Set[Record] | None = None,
) -> dict[Record, Any]:
    """Return the gradients at every wanted record behind those at which some arrive.

    Args:
        arriving: the gradients that the walk begins with; they are taken out of it.
        wanted: says for which records the gradient is kept.
        release: let each record's saved values go as soon as they were used. The records then
            cannot be walked again.
        create_graph: record the walk itself, so that its results can be differentiated.
        passes: the records that the walk passes; None for all.
    """
    found: dict[Record, Any] = {}
    with recording() if create_graph else no_grad():
        records = reachable(list(arriving))
        while records:  # popped, so that nothing here keeps a record alive that was walked
            record = records.pop()
            gradient = arriving.pop(record, None)
            if gradient is None or (passes is not None and record not in passes):
                continue
            if wanted(record):
                found[record] = gradient
            primitive = record.primitive
            if primitive is None:
                continue
            if record.saved is None:
                if not any(wanted(other) for other in reachable(_known(record.parents))):
                    continue  # it was let go, but nothing that is wanted lies behind it
                raise RuntimeError(
                    "These values were let go by an earlier backward walk. Pass retain_graph=True "
                    "to the first backward(), or make the tape persistent."
                )
            if record.needed is not None:
                _follow(record, gradient, arriving)
            elif primitive.picks:
                arriving.setdefault(record.parents[0], {})[record.params["index"]] = gradient
            elif primitive.walk_back is not None:
                onward = primitive.walk_back(record, gradient, arriving)
                if onward:  # the same values, computed in steps that are newer than all
                    newer = [r for r in reachable(onward) if r.order > record.order]
                    records += newer
                    passes = None if passes is None else {*passes, *newer}
            else:
                _follow_each(record, gradient, arriving)
            if release:
                record.saved = record.value = None
    return found


def _known(records: Sequence[Record | None]) -> list[Record]:
    return [record for record in records if record is not None]


def collect(arriving: dict[Record, Any], record: Record | None, gradient: Any) -> None:
    """Add a gradient to what arrived at a record so far; without a record it goes nowhere."""
    if record is None:
        return
    before = arriving.get(record)
    arriving[record] = gradient if before is None else add(before, gradient)


def _follow(record: Record, gradient: Any, arriving: dict[Record, Any]) -> None:
    """Apply the gradient rules of one record, and bring each parent its share."""
    primitive, saved, parents = record.primitive, record.saved, record.parents
    for place, rule, asked, only in record.needed.routes:
        if only >= 0:
            share = rule(primitive, gradient, saved[only])
        elif not asked:
            share = rule(primitive, gradient)
        else:
            share = rule(primitive, gradient, *[_asked(record, name) for name in asked])
        parent = parents[place]
        value = share.value
        if value.shape != parent.shape or value.dtype is not parent.dtype:
            share = fit(share, parent)
        before = arriving.get(parent)
        arriving[parent] = share if before is None else add(before, share)


def _asked(record: Record, name: str) -> Any:
    """What a gradient rule asks for by name."""
    if name == "out":
        return Tensor(record.value, record if mode.recording else None)
    names = record.primitive.inputs
    if name in names:
        return record.saved[names.index(name)]
    if name in record.params:
        return record.params[name]
    kept = record.saved[names.index(name.removesuffix("_spec"))]
    return kept.spec if isinstance(kept, Tensor) else kept


def _follow_each(record: Record, gradient: Any, arriving: dict[Record, Any]) -> None:
    """The same for a primitive of any number of inputs."""
    for index, parent in enumerate(record.parents):
        if parent is not None:
            share = record.primitive.grad_each(gradient, index, record.saved, **record.params)
            collect(arriving, parent, fit(share, parent))


def fit(gradient: Any, parent: Record) -> Any:
    """Sum the axes along which the parent was broadcast, and match its dtype."""
    value = gradient.value
    if value.shape != parent.shape:
        gradient = unbroadcast(gradient, parent.shape)
    if value.dtype is not parent.dtype and value.dtype != parent.dtype:
        gradient = cast(gradient, dtype=dtype_name(parent.dtype))
    return gradient


def unbroadcast(gradient: Any, shape: tuple[int, ...]) -> Any:
    """Sum a gradient over the axes that broadcasting from `shape` made."""
    extra = gradient.ndim - len(shape)
    axes = tuple(range(extra)) + tuple(
        extra + a for a, size in enumerate(shape) if size == 1 and gradient.shape[extra + a] != 1
    )
    if axes:
        gradient = sum_(gradient, axes=axes, keepdims=False)
    return gradient if gradient.shape == shape else reshape(gradient, shape=shape)


def gradients(
    target: Any,
    sources: Sequence[Any],
    seeds: Sequence[Any] | None = None,
    *,
    release: bool = True,
    create_graph: bool = False,
    passes: Set[Record] | None = None,
) -> list[Any]:
    """Return the gradient of a target with respect to each source, None where it has none.

    Args:
        target: one tensor or several, whose sum is differentiated.
        sources: tensors through which gradients flow, or variables.
        seeds: the gradients that arrive at the targets; ones by default.
        release, create_graph, passes: as for `walk`.
    """
    targets = [target] if isinstance(target, Tensor) else list(target)
    seeds = [t.ones_like() for t in targets] if seeds is None else seeds
    records = [source.record for source in sources]
    arriving: dict[Record, Any] = {}
    for one, seed in zip(targets, seeds, strict=True):
        collect(arriving, one.record, seed)
    found = walk(
        arriving, set(records).__contains__,
        release=release, create_graph=create_graph, passes=passes,
    )  # fmt: skip
    return [found.get(record) for record in records]


def backward(target: Tensor, gradient: Any = None, *, retain_graph: bool = False) -> None:
    """Add the gradient of `target` to the `grad` of every leaf behind it."""
    if target.record is None:
        raise RuntimeError(
            "backward() found no record: no input required a gradient, or no_grad() was in force."
        )
    seed = target.ones_like() if gradient is None else gradient
    leaves = walk(
        {target.record: seed}, lambda record: record.primitive is None,
        release=not retain_graph, create_graph=False,
    )  # fmt: skip
    for record, share in leaves.items():
        if isinstance(record, Leaf):
            if record.is_stale:
                raise RuntimeError(
                    "A tensor was changed in place after this was computed from it, so its "
                    "gradient would be wrong. Call backward() before the update."
                )
            record.grad = share if record.grad is None else add(record.grad, share)
