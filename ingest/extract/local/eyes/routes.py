"""The cheapest ways over the line map from heads to tails: long lines with many corners.

A walk (`trace`) chooses at each step and may lose its line; a route is the best of all ways
(Dijkstra 1959). A step costs less where the net saw a line, and more against the line's own way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from ingest.extract.local.eyes.layout import LINE, STRIDE, WAY
from ingest.extract.local.eyes.nodes import logistic
from ingest.extract.local.eyes.votes import Ends

Array = npt.NDArray[Any]

_LEAST = 0.2  # score of an end that a route starts or stops at
_ON_LINE = 0.12
_NEAR = 5  # cells across which gaps in a line are bridged
_FAINT = 0.06  # what no line at all counts as
_AGAINST = 1.5  # what going with the line's way, from its head, costs more
_INSIDE = 6.0  # what crossing a node costs more
_MOST_CELLS = 20_000
_MOST_ENDS = 120  # heads, and tails: the surest
_FARTHEST = 2.6  # mean cost of a cell, 1 on a line seen surely: dearer is no line
_CORNER = 0.12  # what a right angle takes off
_WOBBLE = 0.45  # radians: less is no turn
_STRIDE_OF_TURNS = 5  # cells between points whose ways are compared
_STEPS = [(dx, dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1) if dx or dy]


@dataclass(frozen=True, slots=True)
class Route:
    """From the tail at node `source` to the head at node `target`; path k×2 in pixels.

    `strength` 0…1: how sure both ends are, and the line between them.
    """

    source: int
    target: int
    strength: float
    path: Array


def find_routes(maps: Array, ends: Ends, own: Array, boxes: Array) -> list[Route]:
    """Return the best route of each two ends, a tail and a head, at different ``boxes (m, 4)``."""
    sure = (own >= 0) & (ends.scores >= _LEAST)
    heads, tails = (_surest(ends, sure & side) for side in (ends.headed, ~ends.headed))
    if len(heads) == 0 or len(tails) == 0:
        return []
    from scipy.sparse.csgraph import dijkstra

    line = logistic(maps[LINE])
    places, cells = _cells(line, ends.cells[np.concatenate([heads, tails])])
    graph = _graph(line, maps[WAY], places, cells, boxes / STRIDE - 0.5)
    starts = places[ends.cells[heads, 1], ends.cells[heads, 0]]
    stops = places[ends.cells[tails, 1], ends.cells[tails, 0]]
    costs, before = dijkstra(graph, indices=starts, return_predecessors=True)
    found: dict[tuple[int, int], Route] = {}
    for h, head in enumerate(heads):
        for t in np.nonzero(np.isfinite(costs[h, stops]))[0]:
            source, target = int(own[tails[t]]), int(own[head])
            if source == target:
                continue
            path = cells[_followed(before[h], int(stops[t]))]
            strength = _strength(float(costs[h, stops[t]]), path)
            strength *= float(ends.scores[head] * ends.scores[tails[t]]) ** 0.5
            best = found.get((source, target))
            if strength > (best.strength if best else 0.0):
                found[source, target] = Route(source, target, strength, (path + 0.5) * STRIDE)
    return list(found.values())


def _surest(ends: Ends, some: Array) -> Array:
    places = np.nonzero(some)[0]
    return np.asarray(places[np.argsort(-ends.scores[places], kind="stable")][:_MOST_ENDS])


def _strength(cost: float, path: Array) -> float:
    """Return how sure a line is along ``path (k, 2)``, 0 where there is none."""
    mean = cost / max(float(np.hypot(*np.diff(path, axis=0).T).sum()), 1.0)
    if mean > _FARTHEST:
        return 0.0
    return float(np.exp(1 - max(mean, 1.0) - _CORNER * _corners(path)))


def _corners(path: Array) -> float:
    """Return by how many right angles ``path (k, 2)`` turns in all; crossings tempt to turn."""
    ways = np.diff(path[::_STRIDE_OF_TURNS], axis=0)
    if len(ways) < 2:
        return 0.0
    turns = np.diff(np.unwrap(np.arctan2(ways[:, 1], ways[:, 0])))
    sharp = np.abs(turns)[np.abs(turns) > _WOBBLE]
    return float(sharp.sum() / (np.pi / 2))


def _cells(line: Array, ends: Array) -> tuple[Array, Array]:
    """Return the number of each cell that a route may use, h×w or -1, and their (x, y), n×2."""
    near = cv2.dilate((line > _ON_LINE).astype(np.uint8), np.ones((_NEAR, _NEAR), np.uint8))
    if int(near.sum()) > _MOST_CELLS:  # noise all over the picture
        near = np.zeros(line.shape, np.uint8)
        near.flat[np.argpartition(line.ravel(), -_MOST_CELLS)[-_MOST_CELLS:]] = 1
    near[ends[:, 1], ends[:, 0]] = 1
    rows, columns = np.nonzero(near)
    places = np.full(line.shape, -1)
    places[rows, columns] = np.arange(len(rows))
    return places, np.stack([columns, rows], axis=1)


def _graph(line: Array, way: Array, places: Array, cells: Array, boxes: Array) -> Any:
    """Return what each step from cell to cell costs, as a sparse n×n matrix."""
    from scipy.sparse import csr_matrix

    x, y = cells.T
    inside = np.zeros(len(cells), bool)
    for x0, y0, x1, y1 in boxes:
        inside |= (x > x0 + 1) & (x < x1 - 1) & (y > y0 + 1) & (y < y1 - 1)
    price = (1 + _FAINT) / (line[y, x] + _FAINT) * np.where(inside, _INSIDE, 1.0)
    padded = np.pad(places, 1, constant_values=-1)
    starts, stops, costs = [], [], []
    for dx, dy in _STEPS:
        other = padded[y + 1 + dy, x + 1 + dx]
        at = np.nonzero(other >= 0)[0]
        size = float(np.hypot(dx, dy))
        along = (way[0, y[at], x[at]] * dx + way[1, y[at], x[at]] * dy) / size
        starts.append(at)
        stops.append(other[at])
        dear = 1 + _AGAINST * np.clip(along, 0, 1)
        costs.append(size * (price[at] + price[other[at]]) / 2 * dear)
    flat = [np.concatenate(parts) for parts in (costs, starts, stops)]
    return csr_matrix((flat[0], (flat[1], flat[2])), shape=(len(cells), len(cells)))


def _followed(before: Array, stop: int) -> list[int]:
    """Return the cells from `stop`, the tail, back to where the search began, the head."""
    way = [stop]
    while before[way[-1]] >= 0:
        way.append(int(before[way[-1]]))
    return way
