"""The maps that the net should answer with for one crop."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from evals.training.detector.boards import Board, TrueLine, TrueShape
from ingest.extract.local.eyes.layout import FRAMES, KINDS, STRIDE, UNIT

Array = npt.NDArray[Any]

_SEEN = 0.55  # a node of which less is in the crop is neither right nor wrong
_LEAST = 8  # pixels: smaller nodes are not asked for
_CORE = 0.35  # of the peak: these cells tell the box
_WIDEST = 4.5  # sigmas of a peak that are painted
_END = 1.2  # sigma of an end's peak, cells
_ROUND = frozenset({"ellipse", "diamond"})


@dataclass(frozen=True)
class Targets:
    """Maps of n×n cells, float32.

    Attributes:
        kind: KINDS×n×n, peaks of 1 at centres; `kind_known` is 0 where nothing is asked.
        box: 4×n×n, ways to the sides in `UNIT` cells, where `box_known` (n×n) > 0; `frame` alike.
        ends: 2×n×n, peaks at heads and tails; `ends_known` as for kinds.
        line: n×n, 1 on lines; `line_known`.
        way: 2×n×n, unit vectors; `way_known` on lines with one head.
        reach: 4×n×n, cells to head and tail; `reach_known` (2×n×n) where that end is in the crop;
            `ordered` (n×n) where it is known which is the head.
        dashed: n×n.
    """

    kind: Array
    kind_known: Array
    box: Array
    box_known: Array
    frame: Array
    frame_known: Array
    ends: Array
    ends_known: Array
    line: Array
    line_known: Array
    way: Array
    way_known: Array
    reach: Array
    reach_known: Array
    ordered: Array
    dashed: Array


def targets(board: Board, matrix: Array, size: int) -> Targets:
    """Return the maps of the crop that `matrix` (3×3) takes from `board`."""
    n = size // STRIDE
    return Targets(**_nodes(board.shapes, matrix, n), **_lines(board.lines, matrix, n))


def _moved(points: Any, matrix: Array) -> Array:
    spots = np.c_[np.asarray(points, float), np.ones(len(points))] @ matrix.T
    return np.asarray(spots[:, :2] / spots[:, 2:])


def _box(shape: TrueShape, matrix: Array) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = shape.box
    if KINDS[shape.kind] in _ROUND:  # their corners are empty: turned, the box stays small
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        corners = [(x0, y), (x1, y), (x, y0), (x, y1)]
    else:
        corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    spots = _moved(corners, matrix) / STRIDE
    (a, b), (c, d) = spots.min(axis=0), spots.max(axis=0)
    return float(a), float(b), float(c), float(d)


def _nodes(shapes: Iterable[TrueShape], matrix: Array, n: int) -> dict[str, Array]:
    kind, known = np.zeros((len(KINDS), n, n), np.float32), np.ones((len(KINDS), n, n), np.float32)
    ways = {False: np.zeros((4, n, n), np.float32), True: np.zeros((4, n, n), np.float32)}
    weights = {False: np.zeros((n, n), np.float32), True: np.zeros((n, n), np.float32)}
    for shape in shapes:
        box = _box(shape, matrix)
        x0, y0, x1, y1 = (min(max(value, 0.0), n) for value in box)
        wide, high = x1 - x0, y1 - y0
        if min(wide, high) < 0.5:
            continue
        frame = KINDS[shape.kind] in FRAMES
        whole = (box[2] - box[0]) * (box[3] - box[1])
        if wide * high < _SEEN * whole or max(wide, high) * STRIDE < _LEAST:
            rows, columns = slice(int(y0), -int(-y1 // 1)), slice(int(x0), -int(-x1 // 1))
            if frame:
                known[[KINDS.index(k) for k in sorted(FRAMES)], rows, columns] = 0
            else:
                known[:, rows, columns] = 0
            continue
        _peak((x0, y0, x1, y1), kind[shape.kind], ways[frame], weights[frame])
    return {
        "kind": kind, "kind_known": np.maximum(known, kind >= 1.0),
        "box": ways[False] / UNIT, "box_known": weights[False],
        "frame": ways[True] / UNIT, "frame_known": weights[True],
    }  # fmt: skip


def _peak(box: tuple[float, float, float, float], kind: Array, ways: Array, weight: Array) -> None:
    n = kind.shape[0]
    x0, y0, x1, y1 = box
    x, y = (int(np.clip(round((a + b) / 2 - 0.5), 0, n - 1)) for a, b in ((x0, x1), (y0, y1)))
    sx, sy = max(0.9, (x1 - x0) * 0.1), max(0.9, (y1 - y0) * 0.1)
    near = _around(x, _WIDEST * sx, n), _around(y, _WIDEST * sy, n)
    columns = np.arange(near[0].start, near[0].stop, dtype=np.float32)[None]
    rows = np.arange(near[1].start, near[1].stop, dtype=np.float32)[:, None]
    here = (near[1], near[0])
    hill = np.exp(-((columns - x) ** 2) / (2 * sx * sx) - (rows - y) ** 2 / (2 * sy * sy))
    np.maximum(kind[here], hill, out=kind[here])
    sides = np.broadcast_arrays(
        columns + 0.5 - x0, rows + 0.5 - y0, x1 - columns - 0.5, y1 - rows - 0.5
    )
    core = (hill > _CORE) & (hill > weight[here]) & (np.min(sides, axis=0) > 0.2)
    core[y - near[1].start, x - near[0].start] = True
    for side, way in zip(sides, ways, strict=True):
        way[here][core] = np.maximum(side[core], 0.1)
    weight[here][core] = hill[core]


def _around(middle: int, reach: float, n: int) -> slice:
    return slice(max(0, int(middle - reach)), min(n, int(middle + reach) + 2))


def _lines(lines: Iterable[TrueLine], matrix: Array, n: int) -> dict[str, Array]:
    ways = [(line, _moved(line.path, matrix) / STRIDE - 0.5) for line in lines]
    # Short lines are painted last: where lines share a stretch, the short one needs it more.
    ways.sort(key=lambda pair: -float(np.abs(np.diff(pair[1], axis=0)).sum()))
    maps = _LineMaps(n, len(ways))
    for place, (line, way) in enumerate(ways, 1):
        if line.exact:
            maps.paint(place, line, way)
        else:
            maps.forget(way)
    return maps.result()


class _LineMaps:
    def __init__(self, n: int, count: int) -> None:
        self.n = n
        self.owner = np.zeros((n, n), np.int32)
        self.way = np.zeros((2, n, n), np.float32)
        self.known = np.ones((n, n), np.float32)
        self.ends = np.zeros((2, n, n), np.float32)
        self.ends_known = np.ones((2, n, n), np.float32)
        self.spots = np.zeros((count + 1, 4), np.float32)  # head x, y; tail x, y
        self.inside = np.zeros((count + 1, 2), np.float32)
        self.one_head = np.zeros(count + 1, np.float32)
        self.dashed = np.zeros(count + 1, np.float32)

    def forget(self, way: Array) -> None:
        """Ask nothing along `way`."""
        mark = np.zeros((self.n, self.n), np.uint8)
        cv2.polylines(mark, [np.round(way * 8).astype(np.int32)], False, 1, 3, shift=3)
        self.known[mark > 0] = 0
        self.owner[mark > 0] = 0
        for x, y in np.round(way[[0, -1]]).astype(int):
            self.ends_known[:, max(0, y - 2) : max(0, y + 3), max(0, x - 2) : max(0, x + 3)] = 0

    def paint(self, place: int, line: TrueLine, way: Array) -> None:
        """Paint `way` (n×2, cells) with the number `place`."""
        for start, stop in pairwise(way):
            length = float(np.hypot(*(stop - start)))
            if length < 0.2:
                continue
            low = np.clip(np.minimum(start, stop).astype(int) - 3, 0, self.n)
            high = np.clip(np.maximum(start, stop).astype(int) + 4, 0, self.n)
            if (low >= high).any():
                continue
            piece = np.zeros((high - low)[::-1], np.uint8)
            spots = np.clip(np.round((np.array([start, stop]) - low) * 8), -30_000, 30_000)
            one, two = spots.astype(int).tolist()
            cv2.line(piece, one, two, 1, 2, shift=3)
            drawn = piece > 0
            here = slice(low[1], high[1]), slice(low[0], high[0])
            self.way[:, *here][:, drawn] = ((stop - start) / length)[:, None]
            self.owner[here][drawn] = place
        self.spots[place] = (*way[-1], *way[0])
        self.one_head[place] = line.heads == 1
        self.dashed[place] = line.dashed
        for end, spot in enumerate((way[-1], way[0])):
            headed = line.heads == 2 or (line.heads == 1 and end == 0)
            self.inside[place][end] = self._end(spot, 0 if headed else 1)

    def _end(self, spot: Array, channel: int) -> bool:
        n = self.n
        if not all(-0.5 <= value < n - 0.5 for value in spot):
            return False
        x, y = (int(np.clip(round(float(value)), 0, n - 1)) for value in spot)
        rows, columns = slice(max(0, y - 5), y + 6), slice(max(0, x - 5), x + 6)
        below, right = np.mgrid[
            rows.start : min(n, rows.stop), columns.start : min(n, columns.stop)
        ]
        hill = np.exp(-((right - x) ** 2 + (below - y) ** 2) / (2 * _END**2))
        part = self.ends[channel, rows, columns]
        np.maximum(part, hill, out=part)
        return True

    def result(self) -> dict[str, Array]:
        """Return the maps by name."""
        line = (self.owner > 0).astype(np.float32)
        rows, columns = np.mgrid[0 : self.n, 0 : self.n].astype(np.float32)
        here = np.stack([columns, rows, columns, rows], -1)
        reach = ((self.spots[self.owner] - here) * line[..., None]).transpose(2, 0, 1)
        one_head = self.one_head[self.owner] * line
        return {
            "ends": self.ends, "ends_known": np.maximum(self.ends_known, self.ends >= 1.0),
            "line": line, "line_known": self.known, "way": self.way * line, "way_known": one_head,
            "reach": np.ascontiguousarray(reach, np.float32),
            "reach_known": self.inside[self.owner].transpose(2, 0, 1).astype(np.float32) * line,
            "ordered": one_head, "dashed": self.dashed[self.owner] * line,
        }  # fmt: skip
