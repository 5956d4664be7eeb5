"""What stands on a board where lines are to go: nodes, earlier lines and their ends; ways around.

Whoever draws by hand leads a line around what stands in its way, and starts none where another's
arrow ends: nobody could tell it from one with two heads.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from evals.boards.pen import Bytes, Floats, resample, rounded
from evals.boards.routes import End
from evals.boards.shapes import border
from evals.boards.spec import Link
from kb.scene import Box

_CELL = 8.0  # pixels
_WALL = 40  # cost of a cell that a node covers
_TRODDEN = 6
_APART = 3.0  # cost of an end that stands where another of the other kind does
_ASIDE = 0.15  # of the same kind
_THROUGH, _NEAR, _ALONG = 60.0, 3.0, 0.25  # a way around: through a node, near it, on a line …
_AT_END = 15.0  # … and to where another line ends
_OFF = 6.0  # pixels of a way that are left free beside a node, but for its gap
_ROOM = 30  # cells around both ends that a way around may take
_STEPS = ((0, 1), (1, 0), (1, 1), (1, -1))


class _Tip(NamedTuple):
    """An end of a line that is drawn; `reach`: pixels around it that others keep off."""

    spot: Floats
    box: Box
    head: bool
    reach: float


class Ground:
    """How crowded a board is: what a way costs that goes across nodes and lines."""

    def __init__(self, width: int, height: int) -> None:
        self.cost: Bytes = np.zeros((int(height / _CELL) + 2, int(width / _CELL) + 2), np.uint8)
        self._tips: list[_Tip] = []

    def put(self, box: Box, cost: int = _WALL) -> None:
        """Make `box` a place to keep off."""
        x0, y0, x1, y1 = (int(v / _CELL + 0.5) for v in box)
        part = self.cost[max(y0, 0) : y1 + 1, max(x0, 0) : x1 + 1]
        np.maximum(part, cost, out=part)

    def tread(
        self, link: Link, ends: tuple[End, End], path: Floats, reach: float, *, tail: bool = True
    ) -> None:
        """Keep later ways apart from ``path (n, 2)``, and ends `reach` pixels from its own.

        `tail`: it has one of its own, not that of a fork which is trodden already.
        """
        spots = [np.round(path / _CELL).astype(np.int32)]
        trodden = cv2.polylines(np.zeros_like(self.cost), spots, False, _TRODDEN, 1)
        np.maximum(self.cost, trodden, out=self.cost)
        own = zip(path[[0, -1]], ends, _heads(link), strict=True)
        tips = [_Tip(spot, end.box, head, reach) for spot, end, head in own]
        self._tips += tips if tail else tips[1:]

    def weigh(self, path: Floats) -> float:
        """Return what ``path (n, 2)`` costs: its detours and all that it crosses."""
        dots = resample(path, _CELL)
        cells = np.round(dots / _CELL).astype(int)
        inside = ((cells >= 0) & (cells < np.array(self.cost.shape)[::-1])).all(axis=1)
        cells = cells[inside]
        hit = float(self.cost[cells[:, 1], cells[:, 0]].sum()) / _WALL + 3.0 * float(
            (~inside).sum()
        )
        direct = float(np.hypot(*(dots[-1] - dots[0]))) + 1.0
        return len(dots) * _CELL / direct + hit

    def blocked(self, path: Floats) -> int:
        """Return how many steps of a cell of ``path (n, 2)`` lie on nodes."""
        cells = np.round(resample(path, _CELL) / _CELL).astype(int)
        cells = np.clip(cells, 0, np.array(self.cost.shape)[::-1] - 1)
        return int((self.cost[cells[:, 1], cells[:, 0]] >= _WALL).sum())

    def crowding(self, link: Link, ends: tuple[End, End], path: Floats) -> float:
        """Return what it costs that a way's ends stand where others do."""
        cost = 0.0
        for spot, end, head in zip(path[[0, -1]], ends, _heads(link), strict=True):
            for tip in self._tips:
                far = float(np.hypot(*(tip.spot - spot)))
                if tip.box == end.box and far < tip.reach:
                    cost += (_ASIDE if head == tip.head else _APART) * (1 - far / tip.reach)
        return cost

    def around(self, link: Link, ends: tuple[End, End]) -> Floats | None:
        """Return the way ``(n, 2)`` that leads best around nodes, and off the ends of other lines.

        Where there is none, or a long one alone, it leads across. None: the ends leave no room
        between them.
        """
        corner, far = self._part(ends)
        x0, y0 = corner
        cost = self.cost[y0 : far[1], x0 : far[0]].astype(np.float32)
        walls = (cost >= _WALL).astype(np.uint8)
        close = cv2.dilate(walls, np.ones((3, 3), np.uint8)) > 0
        price = 1 + _ALONG * (cost > 0) + _NEAR * close + _THROUGH * (walls > 0)
        for end in ends:
            bx0, by0, bx1, by1 = (int(v / _CELL + 0.5) for v in end.box)
            price[max(by0 - y0, 0) : by1 - y0 + 1, max(bx0 - x0, 0) : bx1 - x0 + 1] = 1
        for end, head in zip(ends, _heads(link), strict=True):
            for tip in self._tips:
                if tip.box == end.box and tip.head != head:
                    at = np.round(tip.spot / _CELL - corner).astype(int)
                    spot = (int(at[0]), int(at[1]))
                    reach = max(1, round(tip.reach / _CELL))
                    taken = cv2.circle(np.zeros_like(price), spot, reach, _AT_END, -1)
                    np.maximum(price, taken, out=price)
        for axis, (low, count) in enumerate(((y0, self.cost.shape[0]), (x0, self.cost.shape[1]))):
            places = low + np.arange(price.shape[axis])
            off = (places < 1) | (places >= count - 2)  # the rim of the board, and beyond
            price += _THROUGH * np.expand_dims(off, 1 - axis)
        cells = _cheapest(price, *(np.array(end.middle) / _CELL - corner for end in ends))
        return _cut((cells + corner) * _CELL, ends, link.gaps)

    def _part(self, ends: tuple[End, End]) -> tuple[np.ndarray, np.ndarray]:
        """Return the corners of the part of the grid in which a way is looked for."""
        boxes = np.array([end.box for end in ends]) / _CELL
        least = np.maximum(boxes[:, :2].min(axis=0).astype(int) - _ROOM, 0)
        most = np.minimum(boxes[:, 2:].max(axis=0).astype(int) + _ROOM, self.cost.shape[::-1])
        return least, most


def _heads(link: Link) -> tuple[bool, bool]:
    """Return whether a link has a head at its source, and at its target."""
    return link.heads > 1, link.heads > 0


def _cheapest(price: np.ndarray, start: Floats, end: Floats) -> Floats:
    """Return the cells ``(n, 2)`` of the cheapest way from `start` to `end`."""
    height, width = price.shape
    places = np.arange(height * width).reshape(height, width)
    one, two, costs = [], [], []
    for down, across in _STEPS:
        wide = slice(0, width - across) if across >= 0 else slice(-across, width)
        shifted = slice(across, width) if across >= 0 else slice(0, width + across)
        a, b = places[: height - down, wide], places[down:, shifted]
        one.append(a.ravel())
        two.append(b.ravel())
        both = (price[: height - down, wide] + price[down:, shifted]) / 2
        costs.append(both.ravel() * float(np.hypot(down, across)))
    grid = coo_array(
        (np.concatenate(costs), (np.concatenate(one), np.concatenate(two))),
        shape=(height * width,) * 2,
    )
    first, last = (
        int(np.clip(y, 0, height - 1)) * width + int(np.clip(x, 0, width - 1))
        for x, y in (start, end)
    )
    _, before = dijkstra(grid.tocsr(), directed=False, indices=first, return_predecessors=True)
    way = [last]
    while way[-1] != first:
        way.append(int(before[way[-1]]))
    return np.array([(at % width, at // width) for at in reversed(way)], np.float64)


def _cut(path: Floats, ends: tuple[End, End], gaps: tuple[float, float]) -> Floats | None:
    """Return `path` from one node's border to the other's, its corners softened."""
    inside = [
        (path[:, 0] >= end.box[0] - room) & (path[:, 0] <= end.box[2] + room)
        & (path[:, 1] >= end.box[1] - room) & (path[:, 1] <= end.box[3] + room)
        for end, room in zip(ends, (max(_OFF, gap) for gap in gaps), strict=True)
    ]  # fmt: skip
    first = int(np.flatnonzero(inside[0])[-1]) + 1 if inside[0].any() else 0
    last = int(np.flatnonzero(inside[1])[0]) if inside[1].any() else len(path)
    between = path[first:last]
    if len(between) < 2:
        return None
    tips = [
        np.array(border(end.shape, end.box, (float(at[0]), float(at[1])), gap))
        for end, at, gap in zip(ends, between[[0, -1]], gaps, strict=True)
    ]
    dots = np.concatenate([tips[:1], between[1:-1], tips[1:]])
    return rounded(dots, min(6, len(resample(dots, 6.0)) // 4))
