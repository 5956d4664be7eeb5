"""Arrows and lines by OpenCV: what ink is left once shapes and words are taken away.

Each piece of thinned ink is followed from loose end to loose end. An end with ink on both sides of
the line is a head. A piece with more than two ends is a fork or a crossing: its heads tell which.
When in doubt nothing is reported: a missing relation is better than a wrong one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

import cv2
import numpy as np

from ingest.extract.local.bridges import bridge
from ingest.extract.local.seen import Array, Connector, Deadline, Line, View
from ingest.extract.local.shapes import Figure
from ingest.extract.local.skeleton import Pixel, Ways, thinned
from kb.scene import Point

_SHORTEST = 16  # pixels between the ends
_MAX_PIECES = 1200  # more loose pieces than that is texture, not drawing
_MAX_PIXELS = 6000  # of thinned ink in one piece: beyond is a net of ruled lines
_MAX_ENDS = 7
_BRIDGE = 5  # gap in a pen line, in pixels
_SURE_WORD = 0.55  # OCR score from which ink inside a line of words is taken for letters


@dataclass(frozen=True, slots=True)
class _End:
    at: Pixel
    tip: Point
    head: float  # 0 no head … 1 clear head


def find_connectors(
    view: View, figures: Sequence[Figure], lines: Sequence[Line], deadline: Deadline
) -> tuple[list[Connector], bool]:
    """Return the connectors of `view` and whether all ink was followed before the deadline."""
    loose = _loose_ink(view, figures, lines)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_BRIDGE, _BRIDGE))
    joined = cv2.morphologyEx(loose, cv2.MORPH_CLOSE, kernel)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    if count > _MAX_PIECES or deadline.passed():
        return [], not deadline.passed()
    line = thinned(joined)
    bridge(line, labels)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(line, connectivity=8)
    diagonal = np.hypot(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    chosen = [i for i in range(1, count) if diagonal[i] >= _SHORTEST]
    found: list[Connector] = []
    for index in chosen:
        if deadline.passed():
            return found, False
        x, y, w, h = (int(v) for v in stats[index, :4])
        rows, columns = np.nonzero(labels[y : y + h, x : x + w] == index)
        if _SHORTEST // 2 <= len(rows) <= _MAX_PIXELS:
            found += _connectors_of(Ways(rows + y, columns + x), loose, view)
    return found, True


def _loose_ink(view: View, figures: Sequence[Figure], lines: Sequence[Line]) -> Array:
    """Return the ink that belongs to no figure and to no line of words."""
    loose = view.ink.copy()
    band = round(2 * view.stroke) + 5
    small = [figure for figure in figures if not _is_frame(figure, figures)]
    for figure in small:
        cv2.fillPoly(loose, [figure.outline.astype(np.int32)], 0)
    for figure in figures:
        cv2.polylines(loose, [figure.outline.astype(np.int32)], True, 0, band)
    words = np.zeros_like(loose)
    for line in lines:
        # Arrow heads are read as V, 4 or 7: one sign alone never takes ink away.
        if line.score >= _SURE_WORD and len(line.text) > 1:
            cv2.fillPoly(words, [line.quad.astype(np.int32)], 255)
    # A stroke goes when it lies in the words as a whole: an arrow that touches a word stays.
    count, labels, stats, _ = cv2.connectedComponentsWithStats(loose, connectivity=8)
    inside = np.bincount(labels[words > 0], minlength=count)
    letters = inside >= 0.75 * stats[:, cv2.CC_STAT_AREA]
    letters[0] = False
    loose[letters[labels]] = 0
    return loose


def _is_frame(figure: Figure, figures: Sequence[Figure]) -> bool:
    """Tell whether other figures lie inside: then there may be arrows inside as well."""
    x0, y0, x1, y1 = figure.shape.box
    for other in figures:
        a0, b0, a1, b1 = other.shape.box
        if other is not figure and a0 >= x0 and b0 >= y0 and a1 <= x1 and b1 <= y1:
            return True
    return False


def _connectors_of(ways: Ways, loose: Array, view: View) -> list[Connector]:
    walk = ways.from_(ways.from_(ways.pixels[0]).farthest)
    if walk.length < _SHORTEST:
        return []
    spine = walk.way_to(walk.farthest)
    reach = min(max(6 * view.stroke, 14.0), 26.0)
    ends = _ends_of(ways, spine, loose, reach, view.stroke)
    if len(ends) == 2:
        return _plain(ends, spine)
    if 2 < len(ends) <= _MAX_ENDS:
        return _forked(ends, ways)
    return []


def _ends_of(
    ways: Ways, spine: list[Pixel], loose: Array, reach: float, stroke: float
) -> list[_End]:
    """Return the ends of a piece, the ends of the spine first; the barbs of a head are one end."""
    groups = [spine[0], spine[-1]]
    for pixel in sorted(ways.ends()):
        if all(_apart(pixel, other) > min(1.4 * reach, 0.45 * len(spine)) for other in groups):
            groups.append(pixel)
    ends = []
    for index, pixel in enumerate(groups):
        if index == 0:
            way = spine
        elif index == 1:
            way = spine[::-1]
        else:
            walk = ways.from_(pixel)
            way = walk.way_to(max((spine[0], spine[-1]), key=walk.steps_to))
        ends.append(_end(way, loose, reach, stroke))
    return ends


def _apart(one: Pixel, two: Pixel) -> float:
    return math.dist(one, two)


def _end(way: list[Pixel], loose: Array, reach: float, stroke: float) -> _End:
    """Measure the ink around the first pixels of `way`: a head widens to both sides."""
    near = way[min(int(reach), int(0.35 * len(way)))]
    far = way[min(int(2.2 * reach), len(way) - 1)]
    axis = np.array(near, float) - np.array(far, float)
    size = max(float(np.hypot(*axis)), 1e-6)
    axis /= size
    side = np.array([-axis[1], axis[0]])
    span = int(reach * 1.8) + 2
    x0, y0 = max(near[0] - span, 0), max(near[1] - span, 0)
    rows, columns = np.nonzero(loose[y0 : near[1] + span + 1, x0 : near[0] + span + 1])
    offset = np.stack([columns + x0 - near[0], rows + y0 - near[1]], axis=1).astype(float)
    along, across = offset @ axis, offset @ side
    # The window: from a little behind the measured point to past the end.
    window = (along > -0.2 * reach) & (along < 1.6 * reach) & (np.abs(across) < 1.1 * reach)
    along, across = along[window], across[window]
    if along.size == 0:
        return _End(way[0], (float(way[0][0]), float(way[0][1])), 0.0)
    on_axis = along[np.abs(across) < 0.45 * reach]
    ahead = float(on_axis.max()) if on_axis.size else 0.0
    tip = np.array(near, float) + axis * ahead
    head = _head_score(along, across, ahead, stroke)
    return _End(way[0], (float(tip[0]), float(tip[1])), head)


def _head_score(along: Array, across: Array, ahead: float, stroke: float) -> float:
    """Score 0-1 by how far ink reaches to both sides just behind the tip, and narrows to it."""
    behind = across[(along < ahead - stroke) & (along > ahead - 26)]
    if behind.size == 0:
        return 0.0
    left, right = float(np.percentile(behind, 98)), float(-np.percentile(behind, 2))
    lesser, greater = min(left, right), max(left, right)
    if lesser <= 0.9 * stroke + 0.6 or lesser < 0.3 * greater:
        return 0.0
    at_tip = np.abs(across[along >= ahead - max(2.0, stroke)])
    narrows = 1.0 if at_tip.size == 0 or float(at_tip.max()) < 0.85 * greater + 1 else 0.6
    return narrows * min(1.0, 0.45 + 0.14 * (lesser - stroke) / max(stroke, 1.0))


def _plain(ends: list[_End], spine: list[Pixel]) -> list[Connector]:
    first, last = ends
    apart = float(np.hypot(first.tip[0] - last.tip[0], first.tip[1] - last.tip[1]))
    if apart < _SHORTEST:
        return []
    straight = min(1.0, apart / len(spine))
    if straight < 0.25:
        return []  # a scribble or an open loop
    starts, stops = first.head > 0, last.head > 0
    if starts and stops and max(first.head, last.head) > 1.5 * min(first.head, last.head):
        starts, stops = first.head > last.head, last.head > first.head
    path = _simple([first.tip, *_inside(spine, first, last), last.tip])
    certainty = max(first.head, last.head) if starts or stops else 0.5
    confidence = round(0.35 + 0.35 * certainty + 0.3 * straight, 3)
    if starts and not stops:
        return [Connector(path[::-1], False, True, confidence)]
    return [Connector(path, starts, stops, confidence)]


def _inside(way: list[Pixel], first: _End, last: _End) -> list[Point]:
    """Return the way without its last pixels at either end, which may run into a barb."""
    cut = min(14, len(way) // 4)
    return [(float(x), float(y)) for x, y in way[cut : len(way) - cut] or [first.at, last.at]]


def _forked(ends: list[_End], ways: Ways) -> list[Connector]:
    heads = [end for end in ends if end.head > 0]
    tails = [end for end in ends if end.head == 0]
    if not heads or not tails:
        return []
    pairs: list[tuple[_End, _End]]
    if len(tails) == 1 or len(heads) == 1:
        pairs = [(tail, head) for tail in tails for head in heads]
    elif len(heads) == len(tails):
        pairs = _crossing(tails, heads)
    else:
        return []
    found = []
    for tail, head in pairs:
        way = ways.from_(tail.at).way_to(head.at)
        path = _simple([tail.tip, *_inside(way, tail, head), head.tip])
        found.append(Connector(path, False, True, round(0.3 + 0.35 * head.head, 3)))
    return found


def _crossing(tails: list[_End], heads: list[_End]) -> list[tuple[_End, _End]]:
    """Pair tails with heads so that the straight ways are longest in total.

    Two sides of a crossing bend away from each other; the diagonals are longer than the sides.
    """

    def cost(order: tuple[_End, ...]) -> float:
        return -sum(
            float(np.hypot(tail.tip[0] - head.tip[0], tail.tip[1] - head.tip[1]))
            for tail, head in zip(tails, order, strict=True)
        )

    best = min(permutations(heads), key=cost)
    return list(zip(tails, best, strict=True))


def _simple(points: list[Point]) -> tuple[Point, ...]:
    """Thin a path out to its corners (Douglas-Peucker, 2 pixels)."""
    curve = np.array(points, dtype=np.float32).reshape(-1, 1, 2)
    corners = cv2.approxPolyDP(curve, 2.0, False).reshape(-1, 2)
    return tuple((float(x), float(y)) for x, y in corners)
