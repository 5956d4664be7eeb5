"""Candidates for a line between two nodes, and all that speaks for one and against it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ingest.extract.local.eyes.courses import Courses, seen_along
from ingest.extract.local.eyes.layout import FRAMES, KINDS, STRIDE
from ingest.extract.local.eyes.routes import Route, find_routes
from ingest.extract.local.eyes.trace import Trace, trace_ends
from ingest.extract.local.eyes.votes import Votes, count_votes, find_ends, owners

Array = npt.NDArray[Any]

_WORDS = KINDS.index("text")
_WORDS_ROOM = 6.0  # pixels: lines keep their distance from words without a border
_NODE_KINDS = [place for place, kind in enumerate(KINDS) if kind not in FRAMES]
_NEAR_BEST = 0.8  # of the strongest route from or to a node: weaker ones are not asked about
_SPAN = 200.0  # pixels: differences of place are told on this scale


@dataclass(frozen=True, slots=True)
class Pairs:
    """Candidates for a line.

    Attributes:
        places: k×2, two nodes, the first of them first.
        there: k×f, what speaks for a line from the first to the second; `back` the other way.
        courses: where lines between any two of the nodes run.
    """

    places: Array
    there: Array
    back: Array
    courses: Courses


def find_pairs(maps: Array, boxes: Array, kinds: Array) -> Pairs:
    """Return every two nodes that any evidence joins.

    Args:
        maps: `CHANNELS`×h×w.
        boxes: m×4, pixels the net saw.
        kinds: m, places in `KINDS`; frames are never joined here.
    """
    nothing = np.zeros((0, 0), np.float32)
    if len(boxes) < 2:
        return Pairs(np.zeros((0, 2), int), nothing, nothing, Courses([], [], boxes))
    words = kinds == _WORDS
    grown = boxes + np.where(words, _WORDS_ROOM, 0.0)[:, None] * (-1, -1, 1, 1)
    ends = find_ends(maps)
    own = owners(maps, ends, grown, words)
    votes = count_votes(maps, ends, own, grown, words)
    traces = trace_ends(maps, ends, own, grown, words)
    walks = _walks(traces, len(boxes))
    routes = find_routes(maps, ends, own, grown)
    ways = _ways(routes, len(boxes))
    some = (votes.cells > 0.35) | (votes.heads > 0.03) | (votes.tails > 0.03)
    some |= votes.cells + votes.cells.T > 0.35
    some |= (walks.sum(axis=0) > 0.02) | (np.maximum(_rank(ways, 0), _rank(ways, 1)) > _NEAR_BEST)
    places = np.argwhere(np.triu(some | some.T, 1))
    courses = Courses(traces, routes, boxes)
    if len(places) == 0:
        return Pairs(places, nothing, nothing, courses)
    parts = _parts(votes, walks, ways, boxes, kinds)
    there, back = (_told(maps, boxes, parts, courses, order) for order in (places, places[:, ::-1]))
    return Pairs(places, there, back, courses)


def _told(
    maps: Array, boxes: Array, parts: Sequence[Array], courses: Courses, places: Array
) -> Array:
    """Return k×f: what speaks for a line from the first to the second of each of `places`, k×2."""
    source, target = places.T
    between = [courses.between(one, two) for one, two in places.tolist()]
    weighed = np.stack([part[source, target] for part in parts], axis=-1)
    return np.concatenate(
        [weighed.astype(np.float32), seen_along(maps, boxes, places, between)], axis=1
    )


def _walks(traces: list[Trace], m: int) -> Array:
    """Return the strongest walk s→t: from a head at t, a tail at s, leaning ones alike: 4×m×m."""
    walks = np.zeros((4, m, m))
    for trace in traces:
        sort = 2 * trace.leaning + (not trace.headed)
        pair = (trace.stop, trace.start) if trace.headed else (trace.start, trace.stop)
        at = (sort, *pair)
        walks[at] = max(walks[at], trace.strength)
    return walks


def _ways(routes: list[Route], m: int) -> Array:
    """Return the strength of the route s→t: m×m."""
    ways = np.zeros((m, m))
    for route in routes:
        ways[route.source, route.target] = route.strength
    return ways


def _rank(values: Array, axis: int) -> Array:
    return np.asarray(values / (values.max(axis=axis, keepdims=True) + 1e-3))


def _gaps(boxes: Array) -> Array:
    """Return the way between the borders of each two boxes, across plus down: m×m."""
    low, high = boxes[:, :2], boxes[:, 2:]
    apart = np.maximum(low[None] - high[:, None], low[:, None] - high[None])
    return np.asarray(np.maximum(apart, 0).sum(axis=-1))


def _parts(votes: Votes, walks: Array, ways: Array, boxes: Array, kinds: Array) -> list[Array]:
    """Return what speaks for a line from s to t and against it: each m×m."""
    m = len(boxes)
    cells, gaps = votes.cells, _gaps(boxes)
    both, needed = cells + cells.T, np.maximum(gaps / STRIDE, 3) * 2.2
    out, into = cells.sum(1, keepdims=True) + 1e-3, cells.sum(0, keepdims=True) + 1e-3
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    across, down = np.tanh((middle[None] - middle[:, None]) / _SPAN).transpose(2, 0, 1)
    parts = [
        np.log1p(both), np.minimum(both / needed, 3), _rank(both, 0), _rank(both, 1),
        votes.along / (both + 1), np.tanh(votes.along / 5), both / (both.sum(0) + 1e-3),
        both / (both.sum(1)[:, None] + 1e-3), np.log1p(gaps / STRIDE),
        np.log1p(out) + 0 * cells, np.log1p(into) + 0 * cells, across, down,
    ]  # fmt: skip
    straight = walks[:2]
    evidence = (cells, votes.heads, votes.tails, *walks, straight.min(0), straight.max(0), ways)
    for value in evidence:
        parts += [value, value.T, _rank(value, 0), _rank(value, 1)]
    parts += [cells / out, cells / into, np.minimum(cells / needed, 3)]
    strongest = straight.max(0)
    parts += [strongest.sum(0) + 0 * cells, strongest.sum(1)[:, None] + 0 * cells]
    for place in _NODE_KINDS:
        is_kind = (kinds == place).astype(float)
        parts += [np.broadcast_to(is_kind[:, None], (m, m)), np.broadcast_to(is_kind, (m, m))]
    return parts
