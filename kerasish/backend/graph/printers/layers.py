"""Where the boxes of a picture lie: in layers from top to bottom, with room for every arrow.

The steps are Sugiyama's (1981): give each box a layer, let arrows that skip layers pass through
bends, order each layer so that few arrows cross, then move boxes above what they lead to.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

BESIDE = 16.0  # between neighbours in a layer, in points
BENEATH = 34.0  # between layers, where arrows turn
SWEEPS = 24  # over all layers, for the order and again for the places
STRAIGHT = 6.0  # how much more a bend wants to stand in line than a box does


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things lie, in points from the upper left corner.

    Attributes:
        centres: of the boxes.
        bends: for each arrow (once per pair of boxes) what it passes on its way down: the
            place across, and the top and the bottom of the layer.
        layers: the layer of each box, from 0 at the top.
        tops, bottoms: of the layers.
        width, height: of everything.
    """

    centres: tuple[tuple[float, float], ...]
    bends: dict[tuple[int, int], tuple[tuple[float, float, float], ...]]
    layers: tuple[int, ...]
    tops: tuple[float, ...]
    bottoms: tuple[float, ...]
    width: float
    height: float


def place(sizes: Sequence[tuple[float, float]], arrows: Iterable[tuple[int, int]]) -> Layout:
    """Find a place for each box.

    Args:
        sizes: width and height of each box.
        arrows: pairs of boxes; the first comes before the second in `sizes`.

    Example:
        >>> found = place([(40, 20), (40, 20), (40, 20)], [(0, 1), (0, 2), (1, 2)])
        >>> found.layers
        (0, 1, 2)
        >>> len(found.bends[0, 2])
        1
    """
    return _Placing(sizes, dict.fromkeys(arrows)).layout()


class _Placing:
    """Boxes are the items 0 … n - 1; what follows are bends, shared by arrows from one box."""

    def __init__(self, sizes: Sequence[tuple[float, float]], arrows: dict[tuple[int, int], None]):
        self.sizes = sizes
        self.arrows = arrows
        self.layer = _layers(len(sizes), arrows)
        self.widths = [width for width, _ in sizes]
        self.above: list[list[int]] = [[] for _ in sizes]
        self.below: list[list[int]] = [[] for _ in sizes]
        self.paths = {arrow: self._path(*arrow) for arrow in arrows}
        self.rows: list[list[int]] = [[] for _ in range(max(self.layer, default=-1) + 1)]
        for item in self._first_order():
            self.rows[self.layer[item]].append(item)

    def _path(self, start: int, end: int) -> list[int]:
        """Lead an arrow through a bend in each layer between, its own box's if there is one."""
        path, at = [], start
        for layer in range(self.layer[start] + 1, self.layer[end]):
            known = [i for i in self.below[at] if i >= len(self.sizes)]
            if not known:
                known = [len(self.layer)]
                self.layer.append(layer)
                self.widths.append(0.0)
                self.above.append([])
                self.below.append([])
                self._join(at, known[0])
            at = known[0]
            path.append(at)
        self._join(at, end)
        return path

    def _join(self, upper: int, lower: int) -> None:
        self.below[upper].append(lower)
        self.above[lower].append(upper)

    def _first_order(self) -> list[int]:
        """From the last boxes upwards, so that what belongs together begins together."""
        seen: dict[int, None] = {}
        todo = [i for i in range(len(self.layer)) if not self.below[i]]
        while todo:
            item = todo.pop()
            if item not in seen:
                seen[item] = None
                todo += reversed(self.above[item])
        return list(seen)

    def layout(self) -> Layout:
        self._untangle()
        across = self._straighten()
        heights = [max((self._height(i) for i in row), default=0.0) for row in self.rows]
        tops, y = [], 0.0
        for height in heights:
            tops.append(y)
            y += height + BENEATH
        bottoms = [top + height for top, height in zip(tops, heights, strict=True)]
        boxes = range(len(self.sizes))
        layer = self.layer
        return Layout(
            tuple((across[i], (tops[layer[i]] + bottoms[layer[i]]) / 2) for i in boxes),
            {
                arrow: tuple((across[i], tops[layer[i]], bottoms[layer[i]]) for i in path)
                for arrow, path in self.paths.items()
            },
            tuple(layer[: len(self.sizes)]),
            tuple(tops),
            tuple(bottoms),
            max((across[i] + self.widths[i] / 2 for i in range(len(layer))), default=0.0),
            bottoms[-1] if bottoms else 0.0,
        )

    def _height(self, item: int) -> float:
        return self.sizes[item][1] if item < len(self.sizes) else 0.0

    # The order within layers.

    def _untangle(self) -> None:
        """Sweep down and up, each layer in the order of its neighbours' means; keep the best."""
        best, fewest = [list(row) for row in self.rows], self._crossings()
        for sweep in range(SWEEPS):
            if not fewest:
                break
            down = sweep % 2 == 0
            neighbours = self.above if down else self.below
            for row in self.rows if down else reversed(self.rows):
                self._sort(row, neighbours)
            crossings = self._crossings()
            if crossings < fewest:
                best, fewest = [list(row) for row in self.rows], crossings
        self.rows = best

    def _sort(self, row: list[int], neighbours: list[list[int]]) -> None:
        rank = {item: i for others in self.rows for i, item in enumerate(others)}
        mean = {
            item: sum(rank[n] for n in neighbours[item]) / len(neighbours[item])
            if neighbours[item]
            else rank[item]
            for item in row
        }
        row.sort(key=mean.__getitem__)

    def _crossings(self) -> int:
        """How many pairs of arrows cross between neighbouring layers."""
        rank = {item: i for row in self.rows for i, item in enumerate(row)}
        total = 0
        for row in self.rows:
            ends: list[int] = []
            for item in row:
                here = [rank[lower] for lower in self.below[item]]
                total += sum(len(ends) - bisect_right(ends, end) for end in here)
                for end in here:
                    insort(ends, end)
        return total

    # The places within layers.

    def _straighten(self) -> list[float]:
        """Move everything towards the mean of its neighbours, as far as the row has room."""
        across = [0.0] * len(self.layer)
        for row in self.rows:
            for item, place_ in zip(row, self._offsets(row), strict=True):
                across[item] = place_
        for sweep in range(SWEEPS):
            for row in self.rows if sweep % 2 == 0 else reversed(self.rows):
                self._shift(row, across)
        left = min((x - w / 2 for x, w in zip(across, self.widths, strict=True)), default=0.0)
        return [x - left for x in across]

    def _offsets(self, row: list[int]) -> list[float]:
        """Where the items of a row lie when they are packed as closely as they may."""
        offsets, x = [], 0.0
        for item in row:
            x += self.widths[item] / 2
            offsets.append(x)
            x += self.widths[item] / 2 + BESIDE
        return offsets

    def _shift(self, row: list[int], across: list[float]) -> None:
        """Put each item where it wants to be; those that would overlap share the difference."""
        offsets = self._offsets(row)
        blocks: list[tuple[float, float, int]] = []  # wanted place, weight, number of items
        for item, offset in zip(row, offsets, strict=True):
            near = self.above[item] + self.below[item]
            pulls = [(across[n], self._pull(item, n)) for n in near] or [(across[item], 1.0)]
            weight = sum(pull for _, pull in pulls)
            wanted, number = sum(x * pull for x, pull in pulls) / weight - offset, 1
            while blocks and blocks[-1][0] > wanted:
                before, heavy, many = blocks.pop()
                wanted = (wanted * weight + before * heavy) / (weight + heavy)
                weight, number = weight + heavy, number + many
            blocks.append((wanted, weight, number))
        starts = [wanted for wanted, _, number in blocks for _ in range(number)]
        for item, start, offset in zip(row, starts, offsets, strict=True):
            across[item] = start + offset

    def _pull(self, item: int, other: int) -> float:
        bends = (item >= len(self.sizes)) + (other >= len(self.sizes))
        return 1.0 + STRAIGHT * bends


def _layers(number: int, arrows: Iterable[tuple[int, int]]) -> list[int]:
    """Each box beneath those it is made from; what is wanted late is made late."""
    above: list[list[int]] = [[] for _ in range(number)]
    below: list[list[int]] = [[] for _ in range(number)]
    for start, end in arrows:
        above[end].append(start)
        below[start].append(end)
    layer = [0] * number
    for item in range(number):
        layer[item] = max((layer[i] + 1 for i in above[item]), default=0)
    for item in reversed(range(number)):
        if below[item] and len(below[item]) >= len(above[item]):
            layer[item] = min(layer[i] for i in below[item]) - 1
    used = {old: new for new, old in enumerate(sorted(set(layer)))}
    return [used[old] for old in layer]
