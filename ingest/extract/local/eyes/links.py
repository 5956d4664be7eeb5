"""From judged pairs to links: which nodes a line joins, whether it points, and how it runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ingest.extract.local.eyes.layout import DASHED, STRIDE
from ingest.extract.local.eyes.pairs import Pairs
from ingest.extract.local.eyes.trace import Trace

Array = npt.NDArray[Any]

_TWO_WAYS = 12.0  # pixels between two walks that run back and forth on lines of their own
_ALIKE = 0.7  # of the surer way's score: both ways are as sure
_TAIL = 0.3  # strength of a walk from a tail; none of 16 lines with two heads had it at both
_FEW = 24  # points of a path that are kept


@dataclass(frozen=True, slots=True)
class SeenLink:
    """A line between two nodes by their places. `heads`: 0, 1 (at the target) or 2.

    `path`: k×2, pixels the net saw, from source to target; `score` 0…1.
    """

    source: int
    target: int
    heads: int
    score: float
    path: Array
    dashed: bool


def find_links(
    maps: Array, boxes: Array, pairs: Pairs, scores: Array, *, arrow: float, line: float
) -> list[SeenLink]:
    """Return the links among judged `pairs`.

    Args:
        maps: `CHANNELS`×h×w.
        boxes: m×4, pixels the net saw.
        pairs: the candidates.
        scores: k×2, how likely each is an arrow, and any line.
        arrow: score from which a pair is an arrow.
        line: score from which a pair without an arrow is a plain line.
    """
    by_pair = {(int(s), int(t)): scores[k] for k, (s, t) in enumerate(pairs.places)}
    walks = _walks(pairs.traces)
    routes = {(route.source, route.target): route.path for route in pairs.routes}
    links = []
    for one, two in sorted({(min(pair), max(pair)) for pair in by_pair}):
        there, back = (by_pair.get(p, np.zeros(2)) for p in ((one, two), (two, one)))
        for source, target, heads, score in _kinds(one, two, there, back, walks, arrow, line):
            path = _path(walks, routes, source, target, boxes)
            dashed = _is_dashed(maps, path)
            links.append(SeenLink(source, target, heads, score, path, dashed))
    return links


def _kinds(
    one: int, two: int, there: Array, back: Array, walks: dict[tuple[int, int], list[Trace]],
    arrow: float, line: float,
) -> list[tuple[int, int, int, float]]:  # fmt: skip
    """Return (source, target, heads, score) of what joins two nodes: nothing, one line or two."""
    ways = [(one, two, float(there[0])), (two, one, float(back[0]))]
    sure = [way for way in ways if way[2] > arrow]
    if len(sure) == 2:
        runs = walks.get((one, two), []), walks.get((two, one), [])
        best, other = sorted(sure, key=lambda way: -way[2])
        alike = other[2] > _ALIKE * best[2]
        if _apart(*runs) or (alike and all(map(_begins, runs))):
            return [(s, t, 1, score) for s, t, score in sure]
        # One line: a head at both ends only where both are as sure.
        return [(best[0], best[1], 2 if alike else 1, best[2])]
    if sure:
        return [(sure[0][0], sure[0][1], 1, sure[0][2])]
    plain = float(max(there[1], back[1]))
    return [(one, two, 0, plain)] if plain > line else []


def _walks(traces: Sequence[Trace]) -> dict[tuple[int, int], list[Trace]]:
    """Return the walks from source to target, as far as their kind of end tells which is which."""
    found: dict[tuple[int, int], list[Trace]] = {}
    for trace in traces:
        pair = (trace.stop, trace.start) if trace.headed else (trace.start, trace.stop)
        found.setdefault(pair, []).append(trace)
    return found


def _course(trace: Trace) -> Array:
    return trace.path[::-1] if trace.headed else trace.path


def _apart(there: Sequence[Trace], back: Sequence[Trace]) -> bool:
    """Tell whether the strongest walks there and back run on lines of their own."""
    if not there or not back:
        return False
    one, two = (max(walks, key=lambda walk: walk.strength).path for walks in (there, back))
    far = np.hypot(*(one[len(one) // 2] - two).T).min()
    return bool(far > _TWO_WAYS)


def _begins(walks: Sequence[Trace]) -> bool:
    """Tell whether a line begins where these leave from; one with two heads begins nowhere."""
    return any(walk.strength >= _TAIL for walk in walks if not walk.headed)


def _path(
    walks: dict[tuple[int, int], list[Trace]], routes: dict[tuple[int, int], Array],
    source: int, target: int, boxes: Array,
) -> Array:  # fmt: skip
    """Return the way of the line: the strongest walk, the route, or straight between borders."""
    found = [(walk.strength, _course(walk)) for walk in walks.get((source, target), [])]
    found += [
        (0.8 * walk.strength, _course(walk)[::-1]) for walk in walks.get((target, source), [])
    ]
    if found:
        path = max(found, key=lambda pair: pair[0])[1]
    elif (source, target) in routes:
        path = routes[source, target]
    elif (target, source) in routes:
        path = routes[target, source][::-1]
    else:
        return _straight(boxes[source], boxes[target])
    kept = np.unique(np.linspace(0, len(path) - 1, min(_FEW, len(path))).round().astype(int))
    return np.asarray(path[kept])


def _straight(one: Array, two: Array) -> Array:
    middles = [(box[:2] + box[2:]) / 2 for box in (one, two)]
    way = middles[1] - middles[0]
    ends = []
    for middle, box, sign in ((middles[0], one, 1), (middles[1], two, -1)):
        half = (box[2:] - box[:2]) / 2
        reach = float(np.min(half / np.maximum(np.abs(way), 1e-6)))
        ends.append(middle + sign * min(reach, 0.5) * way)
    return np.array(ends)


def _is_dashed(maps: Array, path: Array) -> bool:
    height, width = maps.shape[1:]
    columns, rows = np.clip((path / STRIDE).astype(int), 0, (width - 1, height - 1)).T
    return bool(np.median(maps[DASHED, rows, columns]) > 0)
