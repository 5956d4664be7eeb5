"""The course of a line between two nodes, as far as anything found it, and what lies along it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from ingest.extract.local.eyes.layout import (
    DASHED,
    HEAD,
    LINE,
    REACH,
    STRIDE,
    TAIL,
    TO_HEAD,
    TO_TAIL,
    WAY,
)
from ingest.extract.local.eyes.nodes import logistic
from ingest.extract.local.eyes.routes import Route
from ingest.extract.local.eyes.trace import Trace

Array = npt.NDArray[Any]

_BACKWARDS = 0.8  # what the strength of a walk counts that runs against the line
_SPOTS = 16  # along a course, at which the maps are asked
_AROUND = 5  # cells around an end
_NEAR, _LOOSE, _LEAST = 6.0, 0.12, 8.0  # pixels, share of the length, pixels: a spot means a node
_FAR = 20.0  # pixels: gaps between an end and its node are told on this scale


class Found(IntEnum):
    """What a course was found by."""

    WALK = 0
    ROUTE = 1
    NOTHING = 2  # straight between the borders


@dataclass(frozen=True, slots=True)
class Course:
    """Where a line runs, path k×2 in pixels, and what that was found by."""

    path: Array
    found: Found


class Courses:
    """The courses between nodes: the strongest walk, else the route, else straight."""

    def __init__(self, traces: Sequence[Trace], routes: Sequence[Route], boxes: Array) -> None:
        self._boxes = boxes
        self._routes = {(route.source, route.target): route.path for route in routes}
        self._walks: dict[tuple[int, int], list[tuple[float, Array]]] = {}
        for trace in traces:
            ends = (trace.stop, trace.start) if trace.headed else (trace.start, trace.stop)
            path = trace.path[::-1] if trace.headed else trace.path
            self._walks.setdefault(ends, []).append((trace.strength, path))

    def between(self, source: int, target: int) -> Course:
        """Return the course from `source` to `target`, a walk the other way where that is surer."""
        walks = self._walks.get((source, target), [])
        other = self._walks.get((target, source), [])
        found = [*walks, *((_BACKWARDS * strength, path[::-1]) for strength, path in other)]
        if found:
            return Course(max(found, key=lambda pair: pair[0])[1], Found.WALK)
        if (source, target) in self._routes:
            return Course(self._routes[source, target], Found.ROUTE)
        if (target, source) in self._routes:
            return Course(self._routes[target, source][::-1], Found.ROUTE)
        return Course(_straight(self._boxes[source], self._boxes[target]), Found.NOTHING)


def seen_along(maps: Array, boxes: Array, places: Array, courses: Sequence[Course]) -> Array:
    """Return k×f: what the maps say along each of k courses, and around their ends.

    Args:
        maps: `CHANNELS`×h×w.
        boxes: m×4, pixels the net saw.
        places: k×2, the nodes that each course leads from and to.
        courses: k of them, from the first node to the second.
    """
    size = np.ones((3, 3), np.uint8)
    line = logistic(maps[LINE])
    head, tail = (cv2.dilate(logistic(maps[end]), size) for end in (HEAD, TAIL))
    spots, run, lengths = _spots(courses)
    ends = boxes[places]  # k×2×4
    sure = _looked_up(np.stack([line, head, tail, logistic(maps[DASHED])]), spots)
    with_line = (_looked_up(maps[WAY], spots) * run.transpose(2, 0, 1)).sum(axis=0)
    loose = np.maximum(_NEAR + _LOOSE * lengths, _LEAST)[:, None, None]
    meant = []
    for to in (TO_HEAD, TO_TAIL):
        told = spots + _looked_up(maps[to], spots).transpose(1, 2, 0) * REACH * STRIDE
        meant += list(np.exp(-_apart(told, ends) / loose).transpose(2, 0, 1))
    profile = np.stack([*sure, with_line, *meant, _through(spots, boxes, places)], axis=1)
    around = _around(np.stack([head, tail, line]), spots)
    gaps = np.tanh(np.diagonal(_apart(spots[:, [0, -1]], ends), axis1=1, axis2=2) / _FAR)
    straight = np.hypot(*(spots[:, -1] - spots[:, 0]).T) / (lengths + 1e-3)
    by = np.array([[course.found == one for one in Found] for course in courses], float)
    parts = (profile, np.log1p(lengths / STRIDE), straight, by, gaps, around)
    return np.concatenate([part.reshape(len(spots), -1) for part in parts], 1).astype(np.float32)


def _spots(courses: Sequence[Course]) -> tuple[Array, Array, Array]:
    """Return n spots of each course, unit vectors along it there (k×n×2), lengths; in pixels."""
    spots, lengths = np.zeros((len(courses), _SPOTS, 2)), np.zeros(len(courses))
    for place, course in enumerate(courses):
        far = np.r_[0.0, np.cumsum(np.hypot(*np.diff(course.path, axis=0).T))]
        at = np.linspace(0, far[-1], _SPOTS)
        spots[place] = np.stack([np.interp(at, far, side) for side in course.path.T], axis=1)
        lengths[place] = far[-1]
    run = np.gradient(spots, axis=1)
    return spots, run / (np.linalg.norm(run, axis=2, keepdims=True) + 1e-6), lengths


def _looked_up(maps: Array, spots: Array) -> Array:
    """Return ``maps (c, h, w)`` at ``spots (k, n, 2)``, between cells as between pixels: c×k×n."""
    from scipy.ndimage import map_coordinates

    columns, rows = spots[..., 0] / STRIDE - 0.5, spots[..., 1] / STRIDE - 0.5
    found = [map_coordinates(one, [rows, columns], order=1, mode="nearest") for one in maps]
    return np.stack(found)


def _apart(spots: Array, boxes: Array) -> Array:
    """Return how far each of ``spots (k, n, 2)`` is outside of ``boxes (k, b, 4)``: k×n×b."""
    x, y = spots[:, :, None, 0], spots[:, :, None, 1]
    x0, y0, x1, y1 = boxes[:, None].transpose(3, 0, 1, 2)
    dx, dy = np.maximum(np.maximum(x0 - x, x - x1), 0), np.maximum(np.maximum(y0 - y, y - y1), 0)
    return np.asarray(np.hypot(dx, dy))


def _through(spots: Array, boxes: Array, places: Array) -> Array:
    """Return which spots lie in other nodes than those at the ends, cell by cell: k×n, 0 or 1."""
    low = np.maximum(np.ceil(boxes[:, :2] / STRIDE), 0).astype(int)
    high = np.maximum(np.floor(boxes[:, 2:] / STRIDE), 0).astype(int)
    cells = np.floor(spots / STRIDE).astype(int)
    inside = (cells >= 0).all(axis=2)
    cells = np.maximum(cells, 0)
    wide, tall = (int(max(cells[..., side].max(), high[:, side].max())) + 1 for side in (0, 1))
    nodes = np.zeros((tall, wide), np.int32)
    for (x0, y0), (x1, y1) in zip(low, high, strict=True):
        nodes[y0:y1, x0:x1] += 1
    others = nodes[cells[..., 1], cells[..., 0]]
    for end in places.T:
        own = (cells >= low[end][:, None]) & (cells < high[end][:, None])
        others = others - own.all(axis=2)
    return np.asarray((others > 0) & inside, float)


def _around(maps: Array, spots: Array) -> Array:
    """Return the most that ``maps (c, h, w)`` say around the first and last of `spots`: k×2×c."""
    size = np.ones((2 * _AROUND + 1, 2 * _AROUND + 1), np.uint8)
    height, width = maps.shape[1:]
    columns, rows = (spots[:, [0, -1]] / STRIDE).astype(int).transpose(2, 0, 1)
    columns, rows = np.clip(columns, 0, width - 1), np.clip(rows, 0, height - 1)
    return np.stack([cv2.dilate(one, size)[rows, columns] for one in maps], axis=2)


def _straight(one: Array, two: Array) -> Array:
    middles = [(box[:2] + box[2:]) / 2 for box in (one, two)]
    way = middles[1] - middles[0]
    ends = []
    for middle, box, sign in ((middles[0], one, 1), (middles[1], two, -1)):
        half = (box[2:] - box[:2]) / 2
        reach = float(np.min(half / np.maximum(np.abs(way), 1e-6)))
        ends.append(middle + sign * min(reach, 0.5) * way)
    return np.array(ends)
